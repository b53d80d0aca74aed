/* evidence.c - finds in the database what a claim needs: the latest run of its plan on this machine, and the figures of
 * one configuration. */
#include "harness/claims/claims.h"
#include "harness/core/error.h"
#include "harness/machine/fields.h"
#include "harness/stats/sample.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *unit;
    bool repeats;
    const char *sql;
} metrics[] = {
#define METRIC(name, unit, repeats, sql) {unit, repeats, sql},
#include "harness/claims/metrics.list"
#undef METRIC
};
static const char *const metric_names[] = {
#define METRIC(name, unit, repeats, sql) #name,
#include "harness/claims/metrics.list"
#undef METRIC
    NULL};

const char *const *bn_evidence_metrics(void) { return metric_names; }

bool bn_evidence_repeats(int what) { return metrics[what].repeats; }

struct bn_amount bn_evidence_unit(int what)
{
    struct bn_amount one;
    bn_amount_unit(&one, metrics[what].unit, NULL);
    return one;
}

void bn_evidence_open(struct bn_evidence *e, struct bn_store *store, int64_t machine_id)
{
    *e = (struct bn_evidence){.store = store, .machine_id = machine_id};
    struct bn_fields fields = {.n = 0};
    bn_machine_fields(&fields);
    const char *arch = bn_fields_find(&fields, "arch"), *flags = bn_fields_find(&fields, "cpu_flags");
    snprintf(e->arch, sizeof e->arch, "%s", arch ? arch : "");
    snprintf(e->flags, sizeof e->flags, " %s ", flags ? flags : "");
    bn_fields_release(&fields);
}

bool bn_evidence_has(const struct bn_evidence *e, const struct bn_claim_requirement *need)
{
    char word[256];
    snprintf(word, sizeof word, " %s ", need->name);
    return need->kind == BN_NEED_CPU ? strstr(e->flags, word) != NULL
                                     : need->kind == BN_NEED_ARCH && !strcmp(e->arch, need->name);
}

/* ---- runs ---- */
static const char run_sql[] = "SELECT run_id, coalesce(commit_id, ''), started_at FROM v_runs WHERE plan = ? AND "
                              "machine_id = ? AND source = 'sweep' AND "
                              "n_open < n_points ORDER BY n_finished > 0 DESC, started_at DESC, run_id DESC LIMIT 1";

static enum bn_status find_run(struct bn_evidence *e, const char *plan, struct bn_evidence_run **out,
                               struct bn_error *err)
{
    struct bn_query *q;
    for (size_t i = 0; i < e->n_runs; i++)
        if (!strcmp(e->runs[i].plan, plan)) return *out = &e->runs[i], BN_OK;
    if (e->n_runs == BN_EVIDENCE_RUNS)
        return bn_harness_fail(err, BN_ERR_UNSUPPORTED, "The claims name more than %d plans.", BN_EVIDENCE_RUNS);
    struct bn_evidence_run *run = *out = &e->runs[e->n_runs++];
    *run = (struct bn_evidence_run){.run_id = 0};
    snprintf(run->plan, sizeof run->plan, "%s", plan);
    if (!e->store) return BN_OK;
    enum bn_status status = bn_query_open(&q, e->store, err, run_sql, "si", plan, e->machine_id);
    if (status) return status;
    if (bn_query_next(q)) {
        run->run_id = bn_query_int(q, 0);
        snprintf(run->commit, sizeof run->commit, "%s", bn_query_text(q, 1));
        snprintf(run->started_at, sizeof run->started_at, "%s", bn_query_text(q, 2));
    }
    return bn_query_end(q, BN_OK, err);
}

/* ---- configurations ---- */
static const char config_sql[] =
    "SELECT min(config_id), count(*) FROM v_configs WHERE config_id IN (SELECT config_id "
    "FROM v_points WHERE run_id = ?1) AND "
    "engine = ?2 AND (?3 = '' OR model = ?3 OR substr(model, 1, length(?3) + 2) = ?3 || ' #' OR model_file = ?3 "
    "|| '.gguf') AND (?4 = '' OR workload = ?4) AND kernel = ?5 AND "
    "threads = ?6 AND options = ?7";

static void describe(const struct bn_claim_measured *m, char *text, size_t cap)
{
    snprintf(text, cap, "%s %s %s %s x%u%s%s", m->engine, m->model, m->workload, m->kernel, m->threads,
             m->options[0] ? " " : "", m->options);
}

static enum bn_status find_config(struct bn_evidence *e, const struct bn_claim_measured *m,
                                  struct bn_evidence_series *s, int64_t *config_id, struct bn_error *err)
{
    struct bn_query *q;
    char what[160];
    enum bn_status status = bn_query_open(&q, e->store, err, config_sql, "issssis", s->run->run_id, m->engine, m->model,
                                          m->workload, m->kernel, (int64_t)m->threads, m->options);
    if (status) return status;
    int64_t n = 0;
    if (bn_query_next(q)) *config_id = bn_query_int(q, 0), n = bn_query_int(q, 1);
    describe(m, what, sizeof what);
    if (n != 1)
        snprintf(s->missing, sizeof s->missing,
                 "%lld configurations of the latest run of %s are \"%s\"; measure the plan again.", (long long)n,
                 m->plan, what);
    return bn_query_end(q, BN_OK, err);
}

/* ---- figures ---- */
static bool put(struct bn_evidence_series *s, const char *key, double value)
{
    struct bn_evidence_sample *more = s->n & (s->n - 1) ? s->at : realloc(s->at, (s->n ? 2 * s->n : 1) * sizeof *more);
    if (!more) return false;
    s->at = more;
    s->at[s->n].value = value;
    snprintf(s->at[s->n++].key, BN_EVIDENCE_KEY, "%s", key);
    return true;
}

static enum bn_status no_memory(struct bn_error *err)
{
    return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate memory for what was measured.");
}

/* Keys of one kind follow each other: each run of equal ones becomes its median. */
static enum bn_status fold(struct bn_evidence_series *s, struct bn_error *err)
{
    double *x = malloc((s->n + 1) * sizeof *x);
    if (!x) return no_memory(err);
    size_t n = 0;
    for (size_t i = 0, j; i < s->n; i = j) {
        for (j = i; j < s->n && !strcmp(s->at[j].key, s->at[i].key); j++) x[j - i] = s->at[j].value;
        s->at[n] = s->at[i];
        s->at[n++].value = bn_sample_median(x, j - i);
    }
    s->n = n;
    free(x);
    return BN_OK;
}

static enum bn_status read_figures(struct bn_evidence *e, const struct bn_claim_measured *m, int64_t config_id,
                                   struct bn_evidence_series *s, struct bn_error *err)
{
    struct bn_query *q;
    char *sql;
    if (asprintf(&sql, "WITH here(run, config, op) AS (SELECT ?1, ?2, ?3) %s", metrics[m->what].sql) < 0)
        return no_memory(err);
    enum bn_status status = bn_query_open(&q, e->store, err, sql, "iis", s->run->run_id, config_id, m->op);
    free(sql);
    if (status) return status;
    double factor = bn_evidence_unit(m->what).value;
    while (!status && bn_query_next(q))
        if (!put(s, bn_query_text(q, 0), factor * bn_query_double(q, 1))) status = no_memory(err);
    status = bn_query_end(q, status, err);
    return status ? status : fold(s, err);
}

/* Why a configuration has none: the reason of its first point that did not end well. */
static enum bn_status explain(struct bn_evidence *e, const struct bn_claim_measured *m, int64_t config_id,
                              struct bn_evidence_series *s, struct bn_error *err)
{
    struct bn_query *q;
    enum bn_status status = bn_query_open(&q, e->store, err,
                                          "SELECT state, reason FROM v_points WHERE run_id = ? AND config_id = ? AND "
                                          "state IN ('failed', 'skipped') ORDER BY ordinal LIMIT 1",
                                          "ii", s->run->run_id, config_id);
    if (status) return status;
    s->skipped = bn_query_next(q);
    if (s->skipped)
        snprintf(s->missing, sizeof s->missing, "%s", bn_query_text(q, 1));
    else
        snprintf(s->missing, sizeof s->missing, "The latest run of %s has no %s%s%s of it yet.", m->plan,
                 metric_names[m->what], m->op[0] ? " " : "", m->op);
    return bn_query_end(q, BN_OK, err);
}

enum bn_status bn_evidence_read(struct bn_evidence *e, const struct bn_claim_measured *m, struct bn_evidence_series *s,
                                struct bn_error *err)
{
    int64_t config_id = 0;
    struct bn_evidence_run *run = NULL;
    *s = (struct bn_evidence_series){0};
    enum bn_status status = find_run(e, m->plan, &run, err);
    if (status) return status;
    s->run = run;
    if (!run->run_id) {
        snprintf(s->missing, sizeof s->missing, "The plan %s has not been measured on this machine.", m->plan);
        return BN_OK;
    }
    status = find_config(e, m, s, &config_id, err);
    if (status || s->missing[0]) return status;
    status = read_figures(e, m, config_id, s, err);
    return status || s->n ? status : explain(e, m, config_id, s, err);
}

void bn_evidence_release(struct bn_evidence_series *s)
{
    free(s->at);
    *s = (struct bn_evidence_series){0};
}
