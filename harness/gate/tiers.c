/* tiers.c - exact, instructions, time: runs them in order and stops at the first that settles the verdict. */
#include "harness/core/clock.h"
#include "harness/gate/tiers.h"
#include "engine/cmdline.h"
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

static bool faster(const struct bn_gate_report *report) /* shown for some workload, and none slower */
{
    bool any = false;
    for (int w = 0; w < report->n_workloads; w++) any |= report->paired.findings[w].high < 0;
    return any && report->paired.verdict == BN_GATE_PASS;
}

/* More instructions are no regression when the clock shows that they pay. */
static void judge(const struct bn_tiers *tiers, struct bn_gate_report *report)
{
    if (report->paired.verdict == BN_GATE_REGRESSION || !report->instructions.more || faster(report) ||
        allowed(tiers, "work"))
        bn_gate_conclude(report, report->paired.verdict, report->paired.reason);
    else
        bn_gate_conclude(report, BN_GATE_REGRESSION,
                         "Head executes over 0.2 % more instructions for the same work, and no gain in time was "
                         "shown (--allow work accepts that).");
}

/* Runs the tiers in order; stops at the first that settles the verdict. */
enum bn_status bn_tiers_run(const struct bn_tiers *tiers, struct bn_gate_report *report, struct bn_pairs *pairs,
                            struct bn_error *err)
{
    double start = bn_clock_s();
    bn_cmd_progress("comparing output and declared work");
    enum bn_status status = bn_exact_run(&report->exact, pairs, err);
    report->exact.seconds = bn_clock_s() - start;
    if (status) return status;
    if (!report->exact.measured)
        return bn_gate_conclude(report, BN_GATE_INCONCLUSIVE, "Nothing was measured: the workers declared no work."),
               BN_OK;
    if (report->exact.output_changed && !allowed(tiers, "output"))
        return bn_gate_conclude(report, BN_GATE_OUTPUT_CHANGED,
                                "Head computes other logits than base, so their times are not comparable (--allow "
                                "output accepts that)."),
               BN_OK;
    if (report->exact.more_work && !allowed(tiers, "work"))
        return bn_gate_conclude(report, BN_GATE_REGRESSION,
                                "Head declares more work than base for the same tokens (--allow work accepts that)."),
               BN_OK;
    start = bn_clock_s();
    bn_cmd_progress("counting instructions");
    uint64_t bytes = (uint64_t)json_integer_value(json_object_get(report->hello[0], "file_bytes"));
    status = bn_instructions_run(&report->instructions, pairs, tiers->instructions, bytes, err);
    report->instructions.seconds = bn_clock_s() - start;
    if (status) return status;
    struct bn_pair_source source = bn_pairs_source(pairs);
    status = bn_paired_run(&report->rule, &source, pairs->n_workloads, tiers->budget_s, &report->paired, err);
    if (!status) judge(tiers, report);
    return status;
}

enum bn_status bn_tiers_greet(struct bn_gate_report *report, struct bn_pairs *pairs, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (int side = 0; side < 2 && !status; side++) {
        struct bn_dialogue worker;
        status = bn_pairs_worker(pairs, side, NULL, &worker, &report->hello[side], err);
        if (!status) bn_dialogue_close(&worker);
    }
    return status;
}
