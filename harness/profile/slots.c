/* slots.c - adds frames up: per thread, phase, layer and operation; and what the sums say. */
#include "harness/profile/slots.h"
#include "harness/core/error.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

const char *bn_profile_phase_name(int phase)
{
    static const char *const names[] = {"prefill", "decode", "verify"};
    return names[phase];
}

struct bn_slot *bn_profile_slot(const struct bn_profile *p, int thread, int phase, int layer, int slot)
{
    size_t row = (size_t)phase * ((size_t)p->info->n_layers + 1) + (size_t)(layer + 1);
    return &p->slots[thread].at[row * BN_SLOT_COUNT + (size_t)slot];
}

static void add_frame(struct bn_profile *p, int thread, const struct bn_frame *f)
{
    struct bn_slots *sums = &p->slots[thread];
    if (f->kind == BN_FRAME_RUN)
        sums->between_stages_ns += f->self_ns;
    else if (f->kind == BN_FRAME_STAGE)
        sums->stage_ns[f->what] += f->self_ns;
    else if (f->kind == BN_FRAME_PASS)
        sums->between_layers_ns[f->phase] += f->self_ns;
    else {
        int slot = f->kind == BN_FRAME_LAYER  ? BN_SLOT_REST
                   : f->kind == BN_FRAME_WAIT ? BN_SLOT_WAIT + f->what
                                              : f->what;
        struct bn_slot *s = bn_profile_slot(p, thread, f->phase, f->layer, slot);
        s->self_ns += f->self_ns, s->calls++, s->kernel_calls += f->count;
        s->weight_bytes += f->weight_bytes, s->kv_bytes += f->kv_bytes, s->macs += f->macs;
    }
}

enum bn_status bn_slots_fill(struct bn_profile *p, struct bn_error *err)
{
    size_t n = BN_PHASES * ((size_t)p->info->n_layers + 1) * BN_SLOT_COUNT;
    p->slots = calloc((size_t)p->n_threads, sizeof *p->slots);
    for (int t = 0; p->slots && t < p->n_threads; t++) {
        if (!(p->slots[t].at = calloc(n, sizeof *p->slots[t].at)))
            return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate memory for the sums of thread %d.", t);
        for (size_t i = 0; i < p->frames[t].n; i++) add_frame(p, t, &p->frames[t].at[i]);
    }
    return p->slots ? BN_OK
                    : bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate memory for the sums of a profile.");
}

void bn_slots_release(struct bn_profile *p)
{
    for (int t = 0; p->slots && t < p->n_threads; t++) free(p->slots[t].at);
    free(p->slots);
    p->slots = NULL;
}

struct bn_slot bn_profile_sum(const struct bn_profile *p, int thread, int phase, int layer, int slot)
{
    struct bn_slot sum = {0};
    for (int t = thread < 0 ? 0 : thread; t < (thread < 0 ? p->n_threads : thread + 1); t++)
        for (int l = layer < -1 ? -1 : layer; l < (layer < -1 ? p->info->n_layers : layer + 1); l++) {
            const struct bn_slot *s = bn_profile_slot(p, t, phase, l, slot);
            sum.self_ns += s->self_ns, sum.calls += s->calls, sum.kernel_calls += s->kernel_calls;
            sum.weight_bytes += s->weight_bytes, sum.kv_bytes += s->kv_bytes, sum.macs += s->macs;
        }
    return sum;
}

double bn_profile_phase_ns(const struct bn_profile *p, int phase)
{
    int64_t ns = 0;
    for (int t = 0; t < p->n_threads; t++) {
        ns += p->slots[t].between_layers_ns[phase];
        for (int slot = 0; slot < BN_SLOT_COUNT; slot++) ns += bn_profile_sum(p, t, phase, -2, slot).self_ns;
    }
    return (double)ns / p->n_threads;
}

int64_t bn_profile_covered_ns(const struct bn_profile *p, int thread)
{
    int64_t ns = 0;
    for (size_t i = 0; i < p->frames[thread].n; i++) ns += p->frames[thread].at[i].self_ns;
    return ns;
}

/* The memory of the machine says nothing about work that its caches hold. */
static void judge_memory(const struct bn_profile *p, struct bn_reach *r, int phase, const struct bn_slot *all)
{
    uint64_t pass = p->info->weight_bytes_per_token;
    r->memory = NAN;
    if (isnan(p->bandwidth))
        snprintf(r->reason, sizeof r->reason, "%s", p->no_roofline);
    else if (!(all->weight_bytes + all->kv_bytes))
        snprintf(r->reason, sizeof r->reason, "this operation declares no bytes of weights or cache");
    else if (p->cache_bytes && pass <= p->cache_bytes)
        snprintf(r->reason, sizeof r->reason,
                 "a pass reads %.1f MiB of weights, which the last-level cache of %.1f MiB holds",
                 (double)pass / 1048576, (double)p->cache_bytes / 1048576);
    else
        r->memory = r->bytes_per_s / p->bandwidth;
    (void)phase;
}

struct bn_reach bn_profile_reach(const struct bn_profile *p, int phase, enum bn_op op)
{
    const struct bn_slot all = bn_profile_sum(p, -1, phase, -2, (int)op);
    struct bn_reach r = {.bound = "", .compute = NAN, .roofline = NAN};
    for (int t = 0; t < p->n_threads; t++) r.ns = fmax(r.ns, (double)bn_profile_sum(p, t, phase, -2, (int)op).self_ns);
    double bytes = (double)(all.weight_bytes + all.kv_bytes);
    if (r.ns > 0) r.bytes_per_s = 1e9 * bytes / r.ns, r.macs_per_s = 1e9 * (double)all.macs / r.ns;
    judge_memory(p, &r, phase, &all);
    if (!isnan(p->peak) && all.macs) r.compute = r.macs_per_s / p->peak;
    if (!isnan(r.memory) && !isnan(r.compute))
        r.bound = bytes / p->bandwidth > (double)all.macs / p->peak ? "memory" : "compute";
    else if (!isnan(r.compute))
        r.bound = bytes > 0 ? "cache" : "compute";
    r.roofline = isnan(r.memory) ? r.compute : isnan(r.compute) ? r.memory : fmax(r.memory, r.compute);
    return r;
}
