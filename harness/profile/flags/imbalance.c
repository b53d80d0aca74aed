/* imbalance.c - one thread takes more than 10 % longer than the mean for the same operation, call for call: the median
 * over the calls, so that a moment in which something else ran does not count. */
#include "harness/profile/flags.h"
#include "harness/stats/sample.h"
#include <stdio.h>
#include <stdlib.h>

void bn_flag_imbalance(struct bn_flags *flags);

/* Self time of each call of an operation in a phase, [n] in order, which is the same on all threads. */
static size_t by_call(const struct bn_frames *frames, int phase, enum bn_op op, double *ns, size_t most)
{
    size_t n = 0;
    for (size_t i = 0; i < frames->n && n < most; i++) {
        const struct bn_frame *f = &frames->at[i];
        if (f->kind == BN_FRAME_OP && f->phase == phase && f->what == op) ns[n++] = (double)f->self_ns;
    }
    return n;
}

struct looking {
    size_t n;       /* calls */
    double *ns;     /* [n_threads][n] */
    double *excess; /* [n] scratch */
};

/* Median over the calls of how much longer a thread took than the mean of all. */
static double excess_of(const struct looking *l, int n_threads, int thread)
{
    for (size_t i = 0; i < l->n; i++) {
        double mean = 0;
        for (int t = 0; t < n_threads; t++) mean += l->ns[(size_t)t * l->n + i] / n_threads;
        l->excess[i] = mean > 0 ? l->ns[(size_t)thread * l->n + i] / mean - 1 : 0;
    }
    return bn_sample_median(l->excess, l->n);
}

static void look_at(struct bn_flags *flags, const struct looking *l, int phase, enum bn_op op)
{
    static const double limit = 0.10;
    const struct bn_profile *p = flags->profile;
    char where[64];
    for (int t = 0; t < p->n_threads; t++) {
        double excess = excess_of(l, p->n_threads, t);
        if (excess <= limit) continue;
        snprintf(where, sizeof where, "%s, %s", bn_profile_phase_name(phase), bn_op_name(op));
        bn_flag_raise(
            flags, where, excess, limit,
            "See whether something else runs on that thread's CPU or two threads share a core; pin with taskset, or "
            "take fewer threads.",
            "Thread %d takes %.0f %% longer than the mean of %d threads (median of %zu calls); the others wait %.1f "
            "%% "
            "of the phase after it.",
            t, 100 * excess, p->n_threads, l->n,
            100 * (double)bn_profile_sum(p, -1, phase, -2, BN_SLOT_WAIT + (int)op).self_ns / p->n_threads /
                bn_profile_phase_ns(p, phase));
    }
}

void bn_flag_imbalance(struct bn_flags *flags)
{
    static const double least_share = 0.05;
    static const size_t least_calls = 8; /* for a median that one moment does not make */
    const struct bn_profile *p = flags->profile;
    size_t most = p->frames[0].n;
    struct looking l = {.ns = calloc(most * (size_t)p->n_threads, sizeof *l.ns),
                        .excess = calloc(most, sizeof *l.excess)};
    flags->failed |= !l.ns || !l.excess;
    for (int phase = 0; phase < BN_PHASES && !flags->failed && p->n_threads > 1; phase++)
        for (int op = 0; op < BN_OP_COUNT; op++) {
            if (bn_flag_share(p, phase, (enum bn_op)op) < least_share) continue;
            l.n = by_call(&p->frames[0], phase, (enum bn_op)op, l.ns, most);
            for (int t = 1; t < p->n_threads; t++)
                by_call(&p->frames[t], phase, (enum bn_op)op, l.ns + (size_t)t * l.n, l.n);
            if (l.n >= least_calls) look_at(flags, &l, phase, (enum bn_op)op);
        }
    free(l.ns), free(l.excess);
}
