/* run.c - opens what is profiled, records one run of it, and counts events in further runs of the same work. */
#include "harness/core/error.h"
#include "harness/machine/cpus.h"
#include "harness/profile/count.h"
#include "harness/profile/profile.h"
#include "harness/profile/slots.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* Of the process, without what recording takes. */
static int64_t page_faults(const struct bn_profile *p)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    int64_t n = (int64_t)usage.ru_minflt + usage.ru_majflt;
    for (int t = 0; t < p->n_threads; t++) n -= p->trace.threads[t].records.n_faults;
    for (int t = 0; t < p->stacks.n_threads; t++) n -= bn_stacks_faults(&p->stacks, t);
    return n;
}

/* ---- opening ---- */
static enum bn_status measure_machine(struct bn_profile *p, struct bn_error *err)
{
    struct bn_topology topology;
    enum bn_status status = BN_OK;
    float given = p->wanted.bandwidth_gb_per_s;
    p->bandwidth = p->peak = NAN;
    if (!bn_topology_read(&topology)) p->cache_bytes = topology.l3.bytes ? topology.l3.bytes : topology.l2.bytes;
    if (p->wanted.roofline) status = bn_roofline_measure(&p->roofline, (uint32_t)p->n_threads, NULL, err);
    if (p->wanted.roofline && !status) {
        p->bandwidth = p->roofline.read_bytes_per_s, p->peak = p->roofline.int8_macs_per_s;
        snprintf(p->bandwidth_from, sizeof p->bandwidth_from, "measured: %s", p->roofline.read_method);
    } else {
        snprintf(p->no_roofline, sizeof p->no_roofline, "the machine was not measured (--roofline False)");
    }
    if (given > 0) {
        p->bandwidth = 1e9 * (double)given;
        snprintf(p->bandwidth_from, sizeof p->bandwidth_from, "given with --bandwidth");
    }
    return status;
}

static enum bn_status open_session(struct bn_profile *p, struct bn_error *err)
{
    struct bn_session_options options = p->wanted.settings.session;
    p->trace.observer.next = options.observer;
    options.observer = &p->trace.observer;
    options.n_threads = p->n_threads;
    options.fixed_threads = true; /* a thread that comes and goes has no time line */
    p->trace.pmu = p->pmu;
    if (p->wanted.samples_hz) p->trace.thread_started = bn_stacks_attach, p->trace.pass_done = bn_stacks_drain;
    p->trace.self = &p->stacks;
    int64_t start = bn_clock_ns();
    enum bn_status status = bn_session_open(&p->session, p->model, &options, err);
    p->load_ms = 1e-6 * (double)(bn_clock_ns() - start);
    return status;
}

/* As many threads as a session takes by itself. */
static enum bn_status count_threads(struct bn_profile *p, struct bn_error *err)
{
    struct bn_crew *crew;
    p->n_threads = p->wanted.settings.session.n_threads;
    if (p->n_threads) return BN_OK;
    enum bn_status status = bn_crew_open(&crew, p->model, NULL, err);
    if (status) return status;
    p->n_threads = bn_crew_n_threads(crew);
    bn_crew_close(crew);
    return BN_OK;
}

enum bn_status bn_profile_open(struct bn_profile *p, const struct bn_model *model,
                               const struct bn_profile_wanted *wanted, struct bn_error *err)
{
    *p = (struct bn_profile){.wanted = *wanted, .model = model, .info = bn_model_info(model)};
    enum bn_status status = count_threads(p, err);
    if (!status) status = measure_machine(p, err);
    if (!status) status = bn_trace_open(&p->trace, p->n_threads, p->info->n_layers, err);
    if (!status && wanted->samples_hz)
        status = bn_stacks_open(&p->stacks, wanted->method, wanted->samples_hz, p->n_threads, err);
    if (!status && wanted->counters) status = bn_pmu_open(&p->pmu, bn_pmu_perf(), p->n_threads, err);
    bn_ticks_calibrate(&p->ticks);
    if (!status) status = open_session(p, err);
    if (status) bn_profile_close(p);
    return status;
}

void bn_profile_close(struct bn_profile *p)
{
    bn_session_close(p->session);
    bn_stacks_close(&p->stacks);
    bn_pmu_close(p->pmu);
    bn_trace_close(&p->trace);
    for (int t = 0; p->frames && t < p->n_threads; t++) bn_frames_release(&p->frames[t]);
    free(p->frames), free(p->clamped);
    bn_slots_release(p);
    for (size_t i = 0; i < p->n_counters; i++) free(p->counters[i].reason);
    free(p->counters);
    for (size_t i = 0; i < p->n_flags; i++) free(p->flags[i].where), free(p->flags[i].evidence), free(p->flags[i].hint);
    free(p->flags);
    *p = (struct bn_profile){0};
}

/* ---- the recorded run ---- */
static enum bn_status tokenize(struct bn_profile *p, int32_t **ids, struct bn_error *err)
{
    size_t n = strlen(p->wanted.text);
    int flags = BN_TOKENIZE_BOS | BN_TOKENIZE_EOS;
    *ids = malloc((n + 8) * sizeof **ids); /* a token is a byte or more, but for those added */
    if (!*ids) return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate memory for the prompt.");
    enum bn_status status = bn_tokenize(p->model, p->wanted.text, n, flags, *ids, n + 8, &p->n_prompt, err);
    if (!status && p->n_prompt > n + 8)
        status = bn_harness_fail(err, BN_ERR_FORMAT,
                                 "The prompt has more tokens than bytes; this tokenizer is not supported.");
    if (!status && !p->n_prompt)
        status =
            bn_harness_fail(err, BN_ERR_USAGE,
                            "The prompt is empty and the model has no beginning-of-sequence token; provide some text.");
    return status;
}

/* One step: what is due in a pass, then the next token. */
static enum bn_status step(struct bn_profile *p, struct bn_generator *generator, struct bn_generated *step_made,
                           enum bn_stage stage, struct bn_error *err)
{
    bn_trace_begin(&p->trace, stage);
    enum bn_status status = bn_generator_compute(generator, NULL, err);
    bn_trace_end(&p->trace);
    bn_trace_begin(&p->trace, BN_STAGE_CHOOSE);
    if (!status) status = bn_generator_next(generator, step_made, err);
    bn_trace_end(&p->trace);
    return status;
}

static enum bn_status generate(struct bn_profile *p, const int32_t *ids, struct bn_error *err)
{
    struct bn_generator *generator = NULL;
    struct bn_generated made = {0};
    bn_trace_begin(&p->trace, BN_STAGE_OPEN);
    enum bn_status status =
        bn_generator_open(&generator, p->session, ids, p->n_prompt, &p->wanted.settings.generator, err);
    bn_trace_end(&p->trace);
    int64_t before = page_faults(p), between = before; /* twice a run: reading them takes longer than an operation */
    for (size_t i = 0; !status && !made.end; i++) {
        status = step(p, generator, &made, i ? BN_STAGE_DECODE : BN_STAGE_PREFILL, err);
        if (!i) between = page_faults(p);
        p->n_new += made.n, p->n_steps += i && made.n;
    }
    p->faults[BN_PHASE_PREFILL] = between - before, p->faults[BN_PHASE_DECODE] = page_faults(p) - between;
    bn_generator_close(generator);
    return status;
}

static enum bn_status record(struct bn_profile *p, int32_t **ids, struct bn_error *err)
{
    uint64_t end;
    int64_t end_ns;
    enum bn_status status = BN_OK;
    p->trace.on = true;
    bn_stacks_start(&p->stacks);
    bn_ticks_start(&p->ticks);
    if (p->wanted.text) {
        bn_trace_begin(&p->trace, BN_STAGE_TOKENIZE);
        status = tokenize(p, ids, err);
        bn_trace_end(&p->trace);
    }
    if (!status) status = generate(p, p->wanted.text ? *ids : p->wanted.ids, err);
    bn_ticks_pair(&end, &end_ns);
    bn_stacks_stop(&p->stacks);
    p->trace.on = false;
    p->wall_ns = end_ns - p->ticks.start_ns;
    p->drift = bn_ticks_drift(&p->ticks, end, end_ns);
    if (!status && bn_trace_lost(&p->trace))
        status = bn_harness_fail(err, BN_ERR_MEMORY, "%llu spans found no room; generate fewer tokens.",
                                 (unsigned long long)bn_trace_lost(&p->trace));
    if (!status && fabs(p->drift) > 0.001)
        status = bn_harness_fail(err, BN_ERR_IO,
                                 "The time-stamp counter ran %.2f %% from the clock of the system; profile on an idle "
                                 "machine, or report this CPU.",
                                 100 * p->drift);
    p->frames = status ? NULL : calloc((size_t)p->n_threads, sizeof *p->frames);
    if (!status && !p->frames) return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate memory for the spans.");
    for (int t = 0; t < p->n_threads && !status; t++)
        status = bn_frames_make(&p->frames[t], &p->trace, t, &p->ticks, end, err);
    return status;
}

static enum bn_status read_clamped(struct bn_profile *p, struct bn_error *err)
{
    p->clamped = calloc((size_t)p->info->n_layers, sizeof *p->clamped);
    if (!p->clamped)
        return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate memory for %d layers.", p->info->n_layers);
    for (int l = 0; l < p->info->n_layers; l++) p->clamped[l] = bn_crew_clamped(bn_session_crew(p->session), l);
    return BN_OK;
}

enum bn_status bn_profile_run(struct bn_profile *p, struct bn_error *err)
{
    int32_t *ids = NULL;
    p->n_prompt = p->wanted.n_ids;
    enum bn_status status = record(p, &ids, err);
    if (!status) status = bn_slots_fill(p, err);
    if (!status) status = read_clamped(p, err);
    if (!status && p->pmu) status = bn_profile_count(p, ids ? ids : p->wanted.ids, err);
    if (!status) status = bn_model_check(p->model, err);
    free(ids);
    return status;
}
