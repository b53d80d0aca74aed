/* measure.c - runs the plans that claims need, as sweeps, until a budget is spent. */
#include "engine/cmdline.h"
#include "harness/claims/measure.h"
#include "harness/core/clock.h"
#include "harness/core/error.h"
#include "harness/machine/fields.h"
#include "harness/sweep/sweep.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct plans {
    const char *at[BN_EVIDENCE_RUNS];
    size_t n;
};

static enum bn_status add_plan(struct plans *plans, const char *name, struct bn_error *err)
{
    for (size_t i = 0; i < plans->n; i++)
        if (!strcmp(plans->at[i], name)) return BN_OK;
    if (plans->n == BN_EVIDENCE_RUNS)
        return bn_harness_fail(err, BN_ERR_UNSUPPORTED, "The claims name more than %d plans.", BN_EVIDENCE_RUNS);
    plans->at[plans->n++] = name;
    return BN_OK;
}

/* ---- what is there already ---- */
/* placed: models or engines are given, so that what was skipped without them may be possible now. */
static enum bn_status find_done(struct bn_store *store, const char *plan, int64_t machine_id, bool placed, bool *done,
                                struct bn_error *err)
{
    struct bn_query *q;
    enum bn_status status =
        bn_query_open(&q, store, err,
                      "SELECT 1 FROM v_runs WHERE plan = ? AND machine_id = ? AND commit_id = ? AND "
                      "source = 'sweep' AND finished_at IS NOT NULL AND n_finished > 0 AND (n_finished "
                      "= n_points OR ?)",
                      "sisi", plan, machine_id, bn_commit(), (int64_t)!placed);
    if (status) return status;
    *done = bn_query_next(q);
    return bn_query_end(q, BN_OK, err);
}

static enum bn_status is_done(const struct bn_claims_effort *effort, const char *plan, bool *done, struct bn_error *err)
{
    struct bn_store *store;
    int64_t machine_id;
    *done = false;
    if (effort->again || access(effort->db_path, F_OK)) return BN_OK;
    enum bn_status status = bn_store_open(&store, effort->db_path, BN_STORE_WRITE, err);
    if (status) return status;
    status = bn_store_begin(store, err);
    if (!status) status = bn_machine_fingerprint(store, &machine_id, err);
    if (!status) status = bn_store_commit(store, err);
    if (!status) status = find_done(store, plan, machine_id, effort->n_models || effort->n_engines, done, err);
    bn_store_close(store);
    return status;
}

/* ---- one plan ---- */
static bool has_label(const struct bn_plan *plan, const char *text)
{
    size_t n = strcspn(text, "=");
    for (uint32_t i = 0; i < plan->n_models; i++) {
        const char *name = bn_plan_model_name(&plan->models[i]);
        if (strlen(name) == n && !strncmp(name, text, n)) return true;
    }
    return false;
}

static enum bn_status prepare(struct bn_sweep *s, const struct bn_claims_effort *effort, const char *name,
                              struct bn_error *err)
{
    enum bn_status status = bn_sweep_plan(s, NULL, 0, err);
    if (status) return status;
    if (strcmp(s->plan->name, name))
        return bn_harness_fail(err, BN_ERR_FORMAT, "%s: Its name is \"%s\"; it must be the name of the file.",
                               s->plan_path, s->plan->name);
    for (int i = 0; !status && i < effort->n_models; i++)
        if (has_label(s->plan, effort->models[i])) status = bn_plan_place_model(s->plan, effort->models[i], err);
    if (!status) status = bn_plan_expand(s->plan, &s->points, err);
    return status ? status
                  : bn_engines_init(&s->engines, effort->worker, effort->engines, (size_t)effort->n_engines, err);
}

static enum bn_status sweep(const struct bn_claims_effort *effort, const char *name, double budget_s, bool *interrupted,
                            struct bn_error *err)
{
    char path[4096];
    struct bn_sweep s = {.db_path = effort->db_path,
                         .plan_path = path,
                         .worker = effort->worker,
                         .counters = "off",
                         .command = "claims",
                         .lock.file = -1,
                         .lock_policy = effort->lock_policy,
                         .rounds = -1,
                         .repetitions = -1,
                         .seed = -1,
                         .budget_s = budget_s};
    if (snprintf(path, sizeof path, "%s/%s.yaml", effort->plans, name) >= (int)sizeof path)
        return bn_harness_fail(err, BN_ERR_USAGE, "The path of the folder of plans is too long.");
    enum bn_status status = prepare(&s, effort, name, err);
    if (!status) fprintf(stderr, "%s: %u points\n", name, s.points.n_points);
    if (!status) status = bn_sweep_run(&s, interrupted, err);
    bn_cmd_progress(NULL);
    bn_sweep_release(&s);
    return status;
}

enum bn_status bn_claims_measure(const struct bn_claim_list *list, const struct bn_claims_effort *effort, size_t *left,
                                 bool *interrupted, struct bn_error *err)
{
    struct plans plans = {.n = 0};
    enum bn_status status = BN_OK;
    for (size_t i = 0; !status && i < list->n; i++)
        for (uint32_t k = 0; !status && k < list->at[i]->n_measured; k++)
            status = add_plan(&plans, list->at[i]->measured[k].plan, err);
    const double end = bn_clock_s() + effort->budget_s;
    *interrupted = false, *left = 0;
    for (size_t i = 0; !status && !*interrupted && i < plans.n; i++) {
        double rest = effort->budget_s > 0 ? end - bn_clock_s() : 0;
        bool done;
        status = is_done(effort, plans.at[i], &done, err);
        if (status || done) continue;
        if (effort->budget_s > 0 && rest <= 0)
            ++*left;
        else
            status = sweep(effort, plans.at[i], rest, interrupted, err);
    }
    return status;
}
