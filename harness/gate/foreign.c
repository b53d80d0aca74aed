/* foreign.c - pairs of processes of another engine, and the verdict about them. */
#include "harness/gate/foreign.h"
#include "engine/cmdline.h"
#include "harness/core/clock.h"
#include "harness/core/error.h"
#include "harness/gate/foreign_text.h"
#include "harness/gate/tiers.h"
#include "harness/machine/fields.h"
#include "harness/stats/sample.h"
#include "harness/worker/child.h"
#include "harness/worker/llama_bench.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { REPETITIONS = 3, SAMPLES_MOST = 4 * REPETITIONS, LIMIT_S = 1800 };

/* "prefill 64", "decode 32 0" */
static bool workload_of(const struct bn_gate_workload *w, struct bn_plan_workload *plan)
{
    unsigned tokens, fill = 0;
    *plan = (struct bn_plan_workload){.name = (char *)w->name, .together = 1};
    if (sscanf(w->command, "prefill %u", &tokens) == 1) return plan->prefill = tokens, true;
    if (sscanf(w->command, "decode %u %u", &tokens, &fill) < 1) return false;
    plan->decode = tokens, plan->fill = fill;
    return true;
}

enum bn_status bn_foreign_open(struct bn_foreign *f, const struct bn_gate_workload *workloads, int n_workloads,
                               struct bn_error *err)
{
    static const char *const options[] = {"base-engine", "head-engine"};
    enum bn_status status = BN_OK;
    f->workloads = workloads, f->n_workloads = n_workloads;
    bn_random_init(&f->random, f->seed);
    for (int side = 0; !status && side < 2; side++) {
        status = bn_engine_read(&f->engine[side], options[side], f->named[side], err);
        if (!status && !bn_llama_bench_is(&f->engine[side]))
            status = bn_harness_fail(err, BN_ERR_USAGE,
                                     "The gate runs engines whose name begins with llama-bench, not \"%s\".",
                                     f->engine[side].name);
        if (!status) status = bn_watch_begin(&f->engine[side].watch, f->engine[side].words[0], err);
    }
    for (int w = 0; !status && w < n_workloads; w++) {
        struct bn_plan_workload plan;
        const char *why =
            workload_of(&workloads[w], &plan) ? bn_llama_bench_refuses(&plan) : "It is no workload of llama-bench.";
        if (why)
            status = bn_harness_fail(err, BN_ERR_USAGE, "%s: %s Give --workloads such as prefill:64,decode:32@0.",
                                     workloads[w].name, why);
    }
    return status ? status : bn_watch_begin(&f->file, (char *)f->model, err);
}

void bn_foreign_close(struct bn_foreign *f)
{
    for (int side = 0; side < 2; side++) bn_engine_release(&f->engine[side]);
}

/* ---- one process ---- */
static enum bn_status fault(const struct bn_foreign *f, int side, const char *workload, const struct bn_child_result *r,
                            struct bn_error *err)
{
    const char *tail = r->process.error_tail,
               *last = strrchr(tail, '\n') && strrchr(tail, '\n')[1] ? strrchr(tail, '\n') + 1 : tail;
    if (r->interrupted) return bn_harness_fail(err, BN_ERR_IO, "Interrupted.");
    if (r->timed_out)
        return bn_harness_fail(err, BN_ERR_IO, "%s (%s) took more than %d s for %s.", side ? "Head" : "Base",
                               f->engine[side].words[0], LIMIT_S, workload);
    return bn_harness_fail(err, BN_ERR_IO, "%s (%s) ended with %s %d in %s: %s", side ? "Head" : "Base",
                           f->engine[side].words[0], r->signal ? "signal" : "exit code",
                           r->signal ? r->signal : r->exit_code, workload, BN_PRINTABLE(last));
}

static enum bn_status take(double *ns, int *n, const char *output, struct bn_error *err)
{
    struct bn_reply reply;
    enum bn_status status = bn_llama_bench_parse(&reply, output, err);
    if (!status && reply.n_samples != REPETITIONS)
        status = bn_harness_fail(err, BN_ERR_FORMAT, "llama-bench was asked for %d repetitions and gave %zu.",
                                 REPETITIONS, reply.n_samples);
    for (size_t i = 0; !status && i < reply.n_samples; i++) ns[(*n)++] = (double)reply.samples[i].ns;
    bn_reply_release(&reply);
    return status;
}

static enum bn_status run(struct bn_foreign *f, int side, int w, double *ns, int *n, struct bn_error *err)
{
    struct bn_plan_workload workload;
    struct bn_llama_bench_call call;
    workload_of(&f->workloads[w], &workload);
    const struct bn_plan_model model = {.path = (char *)f->model};
    const struct bn_config config = {.model = &model, .workload = &workload, .threads = (uint32_t)f->threads};
    bn_llama_bench_call(&call, &f->engine[side], &config, REPETITIONS);
    const struct bn_child_spec spec = {.process = {.argv = call.argv, .watch = &f->engine[side].watch},
                                       .time_limit_s = LIMIT_S};
    struct bn_child_result r;
    enum bn_status status = bn_child_run(&spec, &r, err);
    if (status) return status;
    status = r.signal || r.exit_code || r.timed_out || r.interrupted ? fault(f, side, f->workloads[w].name, &r, err)
                                                                     : take(ns, n, r.process.output, err);
    bn_child_release(&r);
    return status ? status : bn_watch_check(&f->file, err);
}

/* ---- pairs ---- */
static enum bn_status measure(void *self, double *d, struct bn_error *err)
{
    struct bn_foreign *f = self;
    enum bn_status status = BN_OK;
    for (int w = 0; !status && w < f->n_workloads; w++) {
        double ns[2][SAMPLES_MOST];
        int n[2] = {0, 0}, leader = (int)bn_random_below(&f->random, 2);
        const int order[4] = {leader, !leader, !leader, leader};
        for (int i = 0; !status && i < 4; i++) status = run(f, order[i], w, ns[order[i]], &n[order[i]], err);
        if (!status)
            d[w] = log(bn_sample_quantile(ns[1], (size_t)n[1], 0.1) / bn_sample_quantile(ns[0], (size_t)n[0], 0.1));
    }
    f->n_pairs += !status;
    return status;
}

static double now_s(void *self) { return (void)self, bn_clock_s(); }

static void progress(void *self, int stage, int n_pairs, int n_most)
{
    (void)self;
    bn_cmd_progress("%s: pair %d of at most %d", stage == 1 ? "measuring" : "confirming", n_pairs, n_most);
}

/* ---- the verdict ---- */
static void judge(struct bn_gate_report *report)
{
    char text[128];
    for (int w = 0; w < report->n_workloads; w++) {
        bn_gate_time_text(report, w, text, sizeof text);
        if (report->paired.improved[w])
            bn_found_add(&report->found, BN_FOUND_FASTER, false, report->workloads[w].name, "Head is faster: %s.",
                         text);
        if (report->paired.regressed[w])
            bn_found_add(&report->found, BN_FOUND_SLOWER, false, report->workloads[w].name,
                         "Head is slower, and a second measurement with fresh processes agrees: %s.", text);
    }
    bn_gate_conclude(report, report->paired.verdict, report->paired.reason);
    bn_gate_settle(report);
}

enum bn_status bn_foreign_run(struct bn_foreign *f, struct bn_gate_report *report, struct bn_error *err)
{
    const struct bn_pair_source source = {f, measure, now_s, progress};
    bn_child_take_signals();
    bn_cmd_progress("comparing greedy text");
    enum bn_status status = bn_foreign_texts(&report->texts, f, err);
    if (status) return status;
    if (report->texts.changed)
        bn_found_add(&report->found, BN_FOUND_OUTPUT, f->allow && strstr(f->allow, "output"), "greedy text",
                     "Head writes %s (--allow output accepts that).",
                     report->texts.silent ? "no greedy text, and base does" : "other greedy text than base");
    bn_gate_settle(report);
    const struct bn_found *gravest = bn_found_gravest(&report->found);
    if (gravest) return BN_OK; /* times of other output are not comparable */
    status = bn_paired_run(&report->rule, &source, f->n_workloads, f->budget_s, &report->paired, err);
    report->n_blocks = 1;
    if (!status) judge(report);
    return status;
}

enum bn_status bn_foreign_record(struct bn_foreign *f, const struct bn_gate_report *report, struct bn_error *err)
{
    struct bn_gate_record r = {.command = f->command, .seed = f->seed};
    snprintf(r.setting, sizeof r.setting, "engine=%.60s threads=%d", f->engine[1].name, f->threads);
    enum bn_status status = bn_store_open(&r.store, f->db, BN_STORE_WRITE, err);
    if (status) return status;
    status = bn_store_begin(r.store, err);
    if (!status) status = bn_machine_fingerprint(r.store, &r.machine_id, err);
    if (!status) status = bn_model_file_fingerprint(r.store, &f->file, &r.model_id, err);
    for (int side = 0; !status && side < 2; side++)
        status = bn_build_fingerprint(r.store, f->engine[side].name, &f->engine[side].watch, f->engine[side].words + 1,
                                      NULL, &r.build_id[side], err);
    if (!status) status = bn_store_commit(r.store, err);
    json_t *result = status ? NULL : bn_gate_json(report);
    if (!status) status = bn_gate_record_put(&r, "gate", bn_gate_verdict_name(report->verdict), f->allow, result, err);
    json_decref(result);
    bn_gate_record_close(&r);
    return status;
}
