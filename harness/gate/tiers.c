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

/* What the exact tier found; true when it settles the verdict. */
static bool judge_exact(const struct bn_tiers *tiers, struct bn_gate_report *report)
{
    const struct bn_exact_result *exact = &report->exact;
    bool output = allowed(tiers, "output"), work = allowed(tiers, "work");
    for (int i = 0; i < exact->n_outputs; i++) {
        const struct bn_exact_output *o = &exact->outputs[i];
        if (o->idle[0] || o->idle[1])
            bn_found_add(&report->found, BN_FOUND_NOTHING, false, o->workload,
                         "The %s worker declared no work or computed no logits.",
                         o->idle[0] && o->idle[1] ? "base and the head"
                         : o->idle[0]             ? "base"
                                                  : "head");
        else if (o->changed)
            bn_found_add(&report->found, BN_FOUND_OUTPUT, output, o->workload,
                         "Head computes other logits than base, so their times are not comparable (--allow output "
                         "accepts that).");
    }
    if (!exact->measured && !report->found.n)
        bn_found_add(&report->found, BN_FOUND_NOTHING, false, "", "The workers declared no work.");
    if (exact->more_work)
        bn_found_add(&report->found, BN_FOUND_WORK, work, "",
                     "Head declares more work than base for the same tokens (--allow work accepts that).");
    bn_gate_settle(report);
    return bn_found_gravest(&report->found) != NULL;
}

static bool faster(const struct bn_gate_report *report) /* shown for some workload, and none slower */
{
    bool any = false;
    for (int w = 0; w < report->n_workloads; w++) any |= report->paired.findings[w].high < 0;
    return any && report->paired.verdict == BN_GATE_PASS;
}

/* More instructions are no regression when the clock shows that they pay. */
static void judge_costs(const struct bn_tiers *tiers, struct bn_gate_report *report)
{
    char text[128];
    for (int w = 0; w < report->n_workloads; w++) {
        if (!report->paired.regressed[w]) continue;
        bn_gate_time_text(report, w, text, sizeof text);
        bn_found_add(&report->found, BN_FOUND_SLOWER, false, report->workloads[w].name,
                     "Head is slower, and a second measurement with fresh processes agrees: %s.", text);
    }
    if (report->instructions.more && !faster(report))
        bn_found_add(&report->found, BN_FOUND_INSTRUCTIONS, allowed(tiers, "work"), "",
                     "Head executes over 0.2 %% more instructions for the same work, and no gain in time was shown "
                     "(--allow work accepts that).");
    bn_gate_conclude(report, report->paired.verdict, report->paired.reason);
    bn_gate_settle(report);
}

/* Runs the tiers in order; stops at the first that settles the verdict. */
enum bn_status bn_tiers_run(const struct bn_tiers *tiers, struct bn_gate_report *report, struct bn_pairs *pairs,
                            struct bn_error *err)
{
    double start = bn_clock_s();
    bn_cmd_progress("comparing output and declared work");
    enum bn_status status = bn_exact_run(&report->exact, pairs, err);
    report->exact.seconds = bn_clock_s() - start;
    if (status || judge_exact(tiers, report)) return status;
    start = bn_clock_s();
    bn_cmd_progress("counting instructions");
    uint64_t bytes = (uint64_t)json_integer_value(json_object_get(report->hello[0], "file_bytes"));
    status = bn_instructions_run(&report->instructions, pairs, tiers->instructions, bytes, err);
    report->instructions.seconds = bn_clock_s() - start;
    if (status) return status;
    struct bn_pair_source source = bn_pairs_source(pairs);
    status = bn_paired_run(&report->rule, &source, pairs->n_workloads, tiers->budget_s, &report->paired, err);
    if (!status) judge_costs(tiers, report);
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
