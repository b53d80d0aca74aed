/* paired.c - measure, judge, confirm. */
#include "harness/gate/paired.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *bn_gate_verdict_name(enum bn_gate_verdict verdict)
{
    static const char *const names[] = {"pass",         "regression", "output changed",
                                        "inconclusive", "failed",     "improvement"};
    return names[verdict];
}

int bn_gate_exit_code(enum bn_gate_verdict verdict)
{
    static const int codes[] = {0, 3, 4, 5, 1, 0};
    return codes[verdict];
}

struct stage {
    int number;
    double alpha, end_s;
    struct bn_gate_series *series;
    struct bn_gate_finding *findings;
};

static void append(struct bn_gate_series *series, int n_workloads, const double *d)
{
    for (int i = 0; i < n_workloads; i++) series[i].d[series[i].n++] = d[i];
}

/* Time ended while a gain was still open: what is ruled out is ruled out. */
static bool all_ruled_out(const struct bn_gate_finding *findings, int n_workloads)
{
    bool all = true;
    for (int i = 0; i < n_workloads; i++) all &= findings[i].ruled_out && !findings[i].suspect;
    return all;
}

/* Adds pairs until the judge decides, the design is complete, or time is up. *state is the last judgement. */
static enum bn_status run_stage(const struct bn_gate_rule *rule, const struct bn_pair_source *source,
                                const struct stage *stage, int n_workloads, enum bn_gate_state *state,
                                struct bn_error *err)
{
    int most = rule->looks.n[rule->looks.n_looks - 1];
    double d[BN_GATE_WORKLOADS];
    *state = BN_GATE_GO_ON;
    for (int n = 1; n <= most && *state == BN_GATE_GO_ON && source->now_s(source->self) < stage->end_s; n++) {
        enum bn_status status = source->measure(source->self, d, err);
        if (status) return status;
        append(stage->series, n_workloads, d);
        if (source->progress) source->progress(source->self, stage->number, n, most);
        if (bn_gate_is_look(rule, n))
            *state = bn_gate_judge(rule, stage->alpha, stage->series, n_workloads, stage->findings);
    }
    if (*state != BN_GATE_GO_ON) return BN_OK; /* else figures for the report; only the planned looks decide */
    bn_gate_judge(rule, stage->alpha, stage->series, n_workloads, stage->findings);
    if (all_ruled_out(stage->findings, n_workloads)) *state = BN_GATE_CLEAR;
    return BN_OK;
}

static void conclude(struct bn_paired_result *result, enum bn_gate_verdict verdict, const char *reason)
{
    result->verdict = verdict;
    snprintf(result->reason, sizeof result->reason, "%s", reason);
}

/* The rerun: its pairs are judged alone, the first ones no longer count. */
static enum bn_status confirm(const struct bn_gate_rule *rule, const struct bn_pair_source *source,
                              struct bn_paired_result *result, double end_s, struct bn_error *err)
{
    struct stage again = {2, rule->alpha_confirm, end_s, result->again, result->confirmed};
    enum bn_gate_state state;
    enum bn_status status = run_stage(rule, source, &again, result->n_workloads, &state, err);
    if (status) return status;
    bool agreed = false;
    for (int i = 0; i < result->n_workloads; i++)
        agreed |= result->regressed[i] = result->findings[i].suspect && result->confirmed[i].suspect;
    if (agreed)
        conclude(result, BN_GATE_REGRESSION, "Head is slower, and a second measurement with fresh processes agrees.");
    else if (state == BN_GATE_CLEAR)
        conclude(result, BN_GATE_PASS, "A suspicion was not confirmed: fresh pairs rule the tolerance out.");
    else
        conclude(result, BN_GATE_INCONCLUSIVE,
                 "A first measurement looked slower and a second one neither confirmed nor ruled it out; run "
                 "the gate again on a "
                 "quieter machine.");
    return BN_OK;
}

static enum bn_status decide(const struct bn_gate_rule *rule, const struct bn_pair_source *source,
                             struct bn_paired_result *result, double end_s, struct bn_error *err)
{
    struct stage first = {1, rule->alpha_suspect, end_s, result->first, result->findings};
    enum bn_gate_state state;
    enum bn_status status = run_stage(rule, source, &first, result->n_workloads, &state, err);
    if (status) return status;
    if (state == BN_GATE_SUSPECT) return confirm(rule, source, result, end_s, err);
    if (state == BN_GATE_CLEAR)
        conclude(result, BN_GATE_PASS, "For every workload a slow-down as large as the tolerance is ruled out.");
    else if (result->first[0].n == 0)
        conclude(result, BN_GATE_INCONCLUSIVE,
                 "Nothing was measured: the budget ended before the first pair; give a larger --budget.");
    else
        conclude(result, BN_GATE_INCONCLUSIVE,
                 "Neither a slow-down nor its absence could be shown; give a larger --budget, a wider "
                 "--tolerance or a quieter machine.");
    return BN_OK;
}

enum bn_status bn_paired_run(const struct bn_gate_rule *rule, const struct bn_pair_source *source, int n_workloads,
                             double budget_s, struct bn_paired_result *result, struct bn_error *err)
{
    memset(result, 0, sizeof *result);
    result->n_workloads = n_workloads;
    conclude(result, BN_GATE_INCONCLUSIVE, "Nothing was measured.");
    if (n_workloads < 1 || n_workloads > BN_GATE_WORKLOADS) return BN_OK;
    double start = source->now_s(source->self);
    enum bn_status status = decide(rule, source, result, start + budget_s, err);
    for (int i = 0; i < n_workloads; i++)
        result->improved[i] = !status && result->verdict == BN_GATE_PASS && result->findings[i].faster;
    result->seconds = source->now_s(source->self) - start;
    return status;
}
