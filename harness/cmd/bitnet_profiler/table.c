/* table.c - a profile on one screen: operations of each phase, what they reach, sampled functions, counters, flags. */
#include "harness/cmd/bitnet_profiler/profiler.h"
#include "harness/core/cell.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool profiler_write_table(const struct profiler_view *view, FILE *out);

static void put_share(FILE *out, double share)
{
    if (isnan(share))
        fprintf(out, " %7s", "-");
    else
        fprintf(out, " %6.1f%%", 100 * share);
}

static void put_rate(FILE *out, double per_s)
{
    if (per_s > 0)
        fprintf(out, " %8.2f", 1e-9 * per_s);
    else
        fprintf(out, " %8s", "-");
}

static void put_op(const struct bn_profile *p, int phase, int op, FILE *out)
{
    const struct bn_slot s = bn_profile_sum(p, -1, phase, -2, op);
    const struct bn_reach r = bn_profile_reach(p, phase, (enum bn_op)op);
    double all = bn_profile_phase_ns(p, phase),
           wait = (double)bn_profile_sum(p, -1, phase, -2, BN_SLOT_WAIT + op).self_ns;
    if (!s.calls && !(wait > 0)) return;
    fprintf(out, "  %-12s %9llu %10.3f", bn_op_name((enum bn_op)op),
            (unsigned long long)bn_profile_sum(p, 0, phase, -2, op).calls, 1e-6 * (double)s.self_ns / p->n_threads);
    put_share(out, (double)s.self_ns / p->n_threads / all), put_share(out, wait / p->n_threads / all);
    put_rate(out, r.bytes_per_s), put_rate(out, r.macs_per_s);
    put_share(out, r.memory), put_share(out, r.compute);
    fprintf(out, "  %s\n", r.bound);
}

static void put_rest(const struct bn_profile *p, int phase, FILE *out)
{
    double all = bn_profile_phase_ns(p, phase), rest = (double)bn_profile_sum(p, -1, phase, -2, BN_SLOT_REST).self_ns;
    for (int t = 0; t < p->n_threads; t++) rest += (double)p->slots[t].between_layers_ns[phase];
    fprintf(out, "  %-12s %9s %10.3f", "between", "", 1e-6 * rest / p->n_threads);
    put_share(out, rest / p->n_threads / all);
    fputc('\n', out);
}

static void put_phase(const struct bn_profile *p, int phase, FILE *out)
{
    double ns = bn_profile_phase_ns(p, phase);
    if (!(ns > 0)) return;
    fprintf(out, "\n%s: %.3f ms in passes, %.1f %% of the run\n", bn_profile_phase_name(phase), 1e-6 * ns,
            100 * ns / (double)p->wall_ns);
    fprintf(out, "  %-12s %9s %10s %7s %7s %8s %8s %7s %7s  %s\n", "operation", "calls", "ms", "time", "waiting",
            "GB/s", "GMAC/s", "memory", "int8", "bound by");
    for (int op = 0; op < BN_OP_COUNT; op++) put_op(p, phase, op, out);
    put_rest(p, phase, out);
}

/* ---- sampled functions: by their own samples, of all stacks ---- */
struct own {
    const char *name;
    uint64_t n;
};
static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct own *)a)->name, ((const struct own *)b)->name);
}
static int by_count(const void *a, const void *b)
{
    const struct own *x = a, *y = b;
    return x->n != y->n ? (x->n < y->n ? 1 : -1) : strcmp(x->name, y->name);
}

static bool put_samples(const struct bn_stacks *s, FILE *out)
{
    enum { SHOWN = 12 };
    if (!s->sources) return true;
    fprintf(out, "\nsamples: %llu (%s)", (unsigned long long)s->n_samples, s->said);
    if (s->n_lost) fprintf(out, "; %llu LOST", (unsigned long long)s->n_lost);
    if (s->n_unsampled) fprintf(out, "; %d threads NOT SAMPLED", s->n_unsampled);
    fputc('\n', out);
    struct own *own = calloc(s->n_counts + 1, sizeof *own);
    size_t n = 0;
    if (!own) return false;
    for (size_t i = 0; i < s->n_counts; i++) {
        const char *last = strrchr(s->counts[i].stack, ';');
        own[i] = (struct own){last ? last + 1 : s->counts[i].stack, s->counts[i].n};
    }
    qsort(own, s->n_counts, sizeof *own, by_name);
    for (size_t i = 0; i < s->n_counts; i++) {
        if (n && !strcmp(own[n - 1].name, own[i].name))
            own[n - 1].n += own[i].n;
        else
            own[n++] = own[i];
    }
    qsort(own, n, sizeof *own, by_count);
    for (size_t i = 0; i < n && i < SHOWN; i++) {
        fprintf(out, "  %6.1f%%  ", 100 * (double)own[i].n / (double)s->n_samples);
        fprintf(out, "%s\n", BN_PRINTABLE(own[i].name));
    }
    free(own);
    return true;
}

/* What is missing is named once, with the reason of the first. */
static void put_missing(const struct bn_profile *p, FILE *out)
{
    const struct bn_profile_counter *first = NULL;
    for (size_t i = 0; i < p->n_counters; i++) {
        const struct bn_profile_counter *c = &p->counters[i];
        if (c->op[0] || !c->reason || (first && strcmp(c->phase, first->phase))) continue;
        fprintf(out, "%s%s", first ? ", " : "  NULL: ", c->name);
        if (!first) first = c;
    }
    if (first) fprintf(out, " (%s: %s; --output_format json has every reason)\n", first->name, first->reason);
}

static void put_counters(const struct bn_profile *p, FILE *out)
{
    if (p->n_counters)
        fputs("\ncounters of whole phases, per token (those of operations: --output_format json)\n", out);
    for (size_t i = 0; i < p->n_counters; i++) {
        const struct bn_profile_counter *c = &p->counters[i];
        if (c->op[0] || c->reason) continue;
        fprintf(out, "  %-8s %-24s %.6g (%s%s)\n", c->phase, c->name,
                c->n_tokens ? c->value / (double)c->n_tokens : c->value, c->source, c->scaled ? ", scaled" : "");
    }
    put_missing(p, out);
}

static void put_machine(const struct bn_profile *p, FILE *out)
{
    if (!isnan(p->bandwidth)) fprintf(out, "memory %.2f GB/s (%s)", 1e-9 * p->bandwidth, p->bandwidth_from);
    if (!isnan(p->peak)) fprintf(out, ", int8 %.1f GMAC/s (measured: %s)", 1e-9 * p->peak, p->roofline.int8_method);
    if (isnan(p->bandwidth)) fputs(p->no_roofline, out);
    fputc('\n', out);
    for (int phase = 0; phase < BN_PHASES; phase++) {
        const struct bn_reach r = bn_profile_reach(p, phase, BN_OP_GATE_UP);
        if (isnan(r.memory) && !isnan(p->bandwidth) && r.ns > 0)
            fprintf(out, "%s: no share of memory: %s\n", bn_profile_phase_name(phase), r.reason);
    }
}

bool profiler_write_table(const struct profiler_view *view, FILE *out)
{
    const struct bn_profile *p = view->profile;
    fprintf(out, "%s\n", BN_PRINTABLE(view->title));
    fprintf(out, "%zu prompt tokens, %zu new; %d thread%s; kernels %s; %.3f ms, of which spans cover %.2f %% (%s)\n",
            p->n_prompt, p->n_new, p->n_threads, p->n_threads == 1 ? "" : "s", p->info->kernels,
            1e-6 * (double)p->wall_ns, 100 * (double)bn_profile_covered_ns(p, 0) / (double)p->wall_ns, p->ticks.source);
    put_machine(p, out);
    for (int phase = 0; phase < BN_PHASES; phase++) put_phase(p, phase, out);
    fputs("\noutside passes (calling thread):", out);
    for (int s = 0; s < BN_STAGE_COUNT; s++)
        if (p->slots[0].stage_ns[s])
            fprintf(out, " %s %.3f ms", bn_stage_name((enum bn_stage)s), 1e-6 * (double)p->slots[0].stage_ns[s]);
    fputc('\n', out);
    bool ok = put_samples(&p->stacks, out);
    put_counters(p, out);
    fputs(p->n_flags ? "\nflags\n" : "\nflags: none\n", out);
    for (size_t i = 0; i < p->n_flags; i++)
        fprintf(out, "  %s (%s): %s %s\n", p->flags[i].name, p->flags[i].where, p->flags[i].evidence, p->flags[i].hint);
    return ok;
}
