/* tiers.c - exact, instructions, time: runs them in order and stops at the first that settles the verdict. */
#include "harness/core/clock.h"
#include "harness/gate/tiers.h"
#include "engine/cmdline.h"
#include "harness/gate/distance.h"
#include "harness/gate/place.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool allowed(const struct bn_tiers *tiers, const char *what)
{
    return tiers->allow && strstr(tiers->allow, what);
}

void bn_gate_conclude(struct bn_gate_report *report, enum bn_gate_verdict verdict, const char *reason)
{
    report->verdict = verdict;
    snprintf(report->reason, sizeof report->reason, "%s", reason);
}

void bn_gate_fail(struct bn_gate_report *report, const struct bn_pairs *pairs, const struct bn_error *err)
{
    const struct bn_dialogue_fate *fate = &pairs->fate;
    const char *workload = fate->command;
    for (int w = 0; w < report->n_workloads; w++) {
        size_t n = strlen(fate->command), m = strlen(report->workloads[w].command);
        if (n >= m && !strcmp(fate->command + n - m, report->workloads[w].command))
            workload = report->workloads[w].name;
    }
    report->fate = *fate;
    bn_found_add(&report->found, bn_found_of_fate(fate), false, workload, "%s", err->text);
    bn_gate_settle(report);
}

/* Judges the exact tier; true if nothing else is worth measuring. More work still is: the report gives its time too. */
static bool judge_exact(const struct bn_tiers *tiers, struct bn_gate_report *report)
{
    const struct bn_exact_result *exact = &report->exact;
    bool output = allowed(tiers, "output"), work = allowed(tiers, "work");
    char distance[128];
    for (int i = 0; i < exact->n_outputs; i++) {
        const struct bn_exact_output *o = &exact->outputs[i];
        if (o->idle[0] || o->idle[1])
            bn_found_add(&report->found, BN_FOUND_NOTHING, false, o->workload,
                         "The %s worker declared no work or computed no logits.",
                         o->idle[0] && o->idle[1] ? "base and the head"
                         : o->idle[0]             ? "base"
                                                  : "head");
        bn_distance_text(o, distance, sizeof distance);
        if (o->changed && !o->idle[0] && !o->idle[1])
            bn_found_add(&report->found, BN_FOUND_OUTPUT, output, o->workload,
                         "Head computes other output than base with %d thread%s%s, so their times are not comparable "
                         "(--allow output accepts that).",
                         o->threads, o->threads == 1 ? "" : "s", distance);
    }
    if (!exact->measured && !report->found.n)
        bn_found_add(&report->found, BN_FOUND_NOTHING, false, "", "The workers declared no work.");
    for (int i = 0; i < exact->n_rows; i++) {
        const struct bn_exact_row *row = &exact->rows[i];
        if (!strcmp(row->op, "total") && row->head > row->base)
            bn_found_add(&report->found, BN_FOUND_WORK, work, row->workload,
                         "Head declares more work than base for the same tokens: %s %" PRIu64 " -> %" PRIu64
                         " (--allow work accepts that).",
                         row->what, row->base, row->head);
    }
    bn_gate_settle(report);
    const struct bn_found *gravest = bn_found_gravest(&report->found);
    return gravest && bn_found_verdict(gravest->kind) != BN_GATE_REGRESSION;
}

static void judge_checks(const struct bn_tiers *tiers, struct bn_gate_report *report)
{
    const struct bn_checks_result *checks = &report->checks;
    for (int i = 0; i < checks->n_kernels; i++)
        if (checks->kernels[i].weaker)
            bn_found_add(&report->found, BN_FOUND_KERNEL, allowed(tiers, "work"), "",
                         "Head runs %s with %s where base has %s (--allow work accepts that).", checks->kernels[i].op,
                         checks->kernels[i].variant[1], checks->kernels[i].variant[0]);
    for (int i = 0; i < checks->n_counts; i++)
        if (checks->counts[i].more)
            bn_found_add(&report->found, BN_FOUND_INSTRUCTIONS, allowed(tiers, "work"), checks->counts[i].name,
                         "Head executes %.0f instructions and base %.0f, %.1f %% more (--allow work accepts that).",
                         checks->counts[i].count[1], checks->counts[i].count[0],
                         100 * (checks->counts[i].count[1] / checks->counts[i].count[0] - 1));
}

static void judge_accuracy(struct bn_gate_report *report)
{
    char text[256];
    for (int i = 0; i < report->accuracy.n_tasks; i++) {
        const struct bn_accuracy_task *t = &report->accuracy.tasks[i];
        bn_accuracy_text(t, text, sizeof text);
        if (t->worse) bn_found_add(&report->found, BN_FOUND_ACCURACY, false, t->name, "Head is worse: %s.", text);
    }
}

static void judge_resources(struct bn_gate_report *report)
{
    const struct bn_resources_result *r = &report->resources;
    char text[160];
    for (int i = 0; i < BN_RESOURCES; i++) {
        if (!r->grown[i]) continue;
        bn_resource_text(r, i, text, sizeof text);
        bn_found_add(&report->found, bn_resource[i].found, false, bn_resource[i].name, "Head takes more: %s.", text);
    }
    const double *const kept[] = {r->heap_per_token, r->mapped_per_token};
    for (int i = 0; i < 2; i++)
        if (bn_resources_leaks(r, i))
            bn_found_add(&report->found, BN_FOUND_LEAK, false, i ? "mapped memory" : "heap",
                         "Head keeps %.1f bytes for each token that it decodes, and base %.1f.", kept[i][1],
                         kept[i][0]);
}

/* Outputs beside those of the workloads, and what both answer. */
static enum bn_status look_beside(const struct bn_tiers *tiers, struct bn_gate_report *report, struct bn_pairs *pairs,
                                  struct bn_error *err)
{
    enum bn_status status = BN_OK;
    if (tiers->beside) status = bn_checks_run(&report->checks, &report->exact, pairs, report->hello, err);
    if (!status) status = bn_accuracy_run(&report->accuracy, pairs, tiers->data, tiers->accuracy, err);
    if (!status) judge_accuracy(report);
    return status;
}

/* What the clock says of one workload. */
static void judge_time(const struct bn_tiers *tiers, struct bn_gate_report *report, int w)
{
    const char *name = report->workloads[w].name;
    char text[128];
    bn_gate_time_text(report, w, text, sizeof text);
    if (report->paired.improved[w])
        bn_found_add(&report->found, BN_FOUND_FASTER, false, name, "Head is faster: %s.", text);
    if (!report->paired.regressed[w]) return;
    if (bn_gate_place_explains(report, w))
        bn_found_add(&report->found, BN_FOUND_PLACE, allowed(tiers, "place"), name,
                     "Equal work, and the time differs by %.1f %%: probably the place of code, which alone may do that "
                     "(%s); compare builds that can be linked anew (make leaves relink-worker beside them), or --allow "
                     "place.",
                     bn_gate_percent(report->paired.confirmed[w].median),
                     report->noise.when[0] ? "self-test" : "no self-test has measured this machine");
    else
        bn_found_add(&report->found, BN_FOUND_SLOWER, false, name,
                     "Head is slower, and a second measurement with fresh processes agrees: %s.", text);
}

/* Looks for what the fastest tenth of the samples hides; reports a workload that is slower throughout only once. */
static void judge_tails(struct bn_gate_report *report, const struct bn_pairs *pairs)
{
    report->n_tails = pairs->tails.n;
    bn_tails_judge(&pairs->tails, report->n_workloads, report->tails);
    for (int w = 0; w < report->n_workloads; w++)
        for (int t = 0; t < BN_TAILS && !report->paired.regressed[w]; t++)
            if (report->tails[w][t].slower)
                bn_found_add(&report->found, t == BN_TAIL_MEAN ? BN_FOUND_MEAN : BN_FOUND_TAIL, false,
                             report->workloads[w].name,
                             "The %s of head's times is %+.1f %%, over %d pairs (tolerance %.0f %%).", bn_tail[t].name,
                             bn_gate_percent(report->tails[w][t].median), report->n_tails, 100 * bn_tail[t].tolerance);
}

static void judge_costs(const struct bn_tiers *tiers, struct bn_gate_report *report)
{
    for (int w = 0; w < report->n_workloads; w++) judge_time(tiers, report, w);
    if (report->instructions.more)
        bn_found_add(&report->found, BN_FOUND_INSTRUCTIONS, allowed(tiers, "work"), "",
                     "Head executes over 0.2 %% more instructions for the same work (--allow work accepts that).");
    if (report->paired.verdict == BN_GATE_REGRESSION)
        bn_gate_conclude(report, BN_GATE_PASS, "What is slower is explained by the place of code, which is allowed.");
    else
        bn_gate_conclude(report, report->paired.verdict, report->paired.reason);
    bn_gate_settle(report);
}

/* The workload that got slower most. */
static enum bn_status blame(struct bn_gate_report *report, struct bn_pairs *pairs, struct bn_error *err)
{
    int worst = -1;
    for (int w = 0; w < report->n_workloads; w++)
        if (report->paired.regressed[w] &&
            (worst < 0 || report->paired.confirmed[w].median > report->paired.confirmed[worst].median))
            worst = w;
    if (worst < 0) return BN_OK;
    bn_cmd_progress("timing the operations of %s", report->workloads[worst].name);
    return bn_gate_blame(&report->blame, pairs, worst, report->instructions.source, err);
}

/* A worker that does nothing cannot do anything else either. */
static bool idle(const struct bn_exact_result *exact)
{
    bool any = false;
    for (int i = 0; i < exact->n_outputs; i++) any |= exact->outputs[i].idle[0] || exact->outputs[i].idle[1];
    return any;
}

/* Runs the tiers in order; a failure or another output ends it. */
enum bn_status bn_tiers_run(const struct bn_tiers *tiers, struct bn_gate_report *report, struct bn_pairs *pairs,
                            struct bn_error *err)
{
    double start = bn_clock_s();
    bn_cmd_progress("comparing output and declared work");
    enum bn_status status = bn_exact_run(&report->exact, pairs, err);
    if (!status && bn_distance_can(report->hello)) status = bn_distance_of_workloads(&report->exact, pairs, err);
    if (!status && !idle(&report->exact)) status = look_beside(tiers, report, pairs, err);
    report->exact.seconds = bn_clock_s() - start;
    bool settled =
        (!status || report->exact.measured) && judge_exact(tiers, report); /* also reported where a check fails */
    if (status || settled) return status;
    if (tiers->beside) status = bn_resources_run(&report->resources, pairs, err);
    if (status) return status;
    judge_resources(report);
    start = bn_clock_s();
    bn_cmd_progress("counting instructions");
    uint64_t bytes = (uint64_t)json_integer_value(json_object_get(report->hello[0], "file_bytes"));
    status = bn_instructions_run(&report->instructions, pairs, tiers->instructions, bytes, err);
    report->instructions.seconds = bn_clock_s() - start;
    if (!status && tiers->beside)
        status = bn_checks_count(&report->checks, pairs, report->hello, report->instructions.source, err);
    if (status) return status;
    judge_checks(tiers, report);
    struct bn_pair_source source = bn_pairs_source(pairs);
    status = bn_paired_run(&report->rule, &source, pairs->n_workloads, tiers->budget_s, &report->paired, err);
    if (status) return status;
    judge_tails(report, pairs);
    judge_costs(tiers, report);
    return blame(report, pairs, err);
}

enum bn_status bn_tiers_greet(struct bn_gate_report *report, struct bn_pairs *pairs, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (int side = 0; side < 2 && !status; side++) {
        struct bn_dialogue worker;
        status = bn_pairs_worker(pairs, side, 0, &worker, &report->hello[side], err);
        if (!status) bn_dialogue_close(&worker);
    }
    return status;
}
