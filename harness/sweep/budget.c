/* budget.c - rounds that are added while the time of --budget lasts. */
#include "harness/core/error.h"
#include "harness/sweep/sweep.h"
#include <stdlib.h>
#include <string.h>

enum bn_status bn_budget_read(double *seconds, const char *text, struct bn_error *err)
{
    char *end;
    double x = strtod(text, &end), unit = !strcmp(end, "s") || !*end ? 1
                                          : !strcmp(end, "m")        ? 60
                                          : !strcmp(end, "h")        ? 3600
                                                                     : 0;
    if (end == text || !unit || !(x > 0) || x * unit > 1e7)
        return bn_harness_fail(err, BN_ERR_USAGE, "--budget takes a time such as 90s, 10m or 1h, not \"%s\".", text);
    *seconds = x * unit;
    return BN_OK;
}

static double ask(struct bn_sweep *s, const char *sql)
{
    struct bn_query *q;
    if (bn_query_open(&q, s->store, NULL, sql, "i", s->run_id)) return 0;
    double x = bn_query_next(q) ? bn_query_double(q, 0) : 0;
    bn_query_close(q);
    return x;
}

double bn_sweep_spent(struct bn_sweep *s)
{
    return ask(s, "SELECT coalesce(sum(seconds), 0.0) FROM v_points WHERE run_id = ?");
}

/* A pass over all configs is expected to take what those so far took on average. One in which nothing finished is the
 * last. */
enum bn_status bn_sweep_add_pass(struct bn_sweep *s, bool *added, struct bn_error *err)
{
    const struct bn_point_list *p = &s->points;
    *added = false;
    if (!(s->budget_s > 0)) return BN_OK;
    double open = ask(s, "SELECT n_open FROM v_runs WHERE run_id = ?"),
           points = ask(s, "SELECT count(*) FROM v_points WHERE run_id = ?");
    uint32_t passes = (uint32_t)(points / p->n_pass), at = passes * p->n_pass;
    struct bn_query *q;
    enum bn_status status = bn_query_open(&q, s->store, err,
                                          "SELECT count(*) FROM v_points WHERE run_id = ?1 AND state = 'finished' AND "
                                          "ordinal >= ?2",
                                          "ii", s->run_id, (int64_t)(at - p->n_pass));
    if (status) return status;
    bool useful = bn_query_next(q) && bn_query_int(q, 0) > 0;
    bn_query_close(q);
    double spent = bn_sweep_spent(s);
    if (open > 0 || !useful || passes >= s->plan->rounds || spent + spent / passes > s->budget_s) return BN_OK;
    *added = true;
    s->progress.total += p->n_pass;
    return bn_store_rounds_add(s->store, s->run_id, s->configs, p->n_configs, p->order + at, p->rounds + at, p->n_pass,
                               err);
}
