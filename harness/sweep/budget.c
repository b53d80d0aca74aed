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

/* A round is expected to take what the rounds so far took on average. One in which nothing finished is the last. */
enum bn_status bn_sweep_add_round(struct bn_sweep *s, bool *added, struct bn_error *err)
{
    *added = false;
    if (!(s->budget_s > 0)) return BN_OK;
    double open = ask(s, "SELECT n_open FROM v_runs WHERE run_id = ?"),
           rounds = ask(s, "SELECT max(round) + 1 FROM v_points WHERE run_id = ?");
    double useful = ask(s, "SELECT count(*) FROM v_points p WHERE run_id = ?1 AND state = 'finished' AND round = "
                           "(SELECT max(round) FROM v_points WHERE run_id = ?1)");
    double spent = bn_sweep_spent(s);
    if (open > 0 || useful < 1 || rounds >= s->plan->rounds || spent + spent / rounds > s->budget_s) return BN_OK;
    uint32_t round = (uint32_t)rounds, n = s->points.n_configs;
    *added = true;
    s->progress.total += n;
    return bn_store_round_add(s->store, s->run_id, round, s->configs, n, s->points.order + (size_t)round * n, err);
}
