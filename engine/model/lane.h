/* lane.h - a thread's view of a pass: its part of the work, observation and barriers. */
#ifndef BN_MODEL_LANE_H
#define BN_MODEL_LANE_H
#include "engine/kernels/counted.h"
#include "engine/model/pass.h"

struct bn_lane {
    struct bn_crew *crew;
    const struct bn_pass *pass;
    const struct bn_config *c;
    const struct bn_kernels *k;
    struct bn_acts *acts;
    struct bn_linear_input input; /* of acts, with this thread's scratch */
    const struct bn_observer *observer;
    int member;                 /* of the crew, for observers and barriers */
    int thread, n_threads;      /* its place among those that take part */
    int layer;                  /* -1: embedding and head */
    int n;                      /* rows of the pass */
    int t0, t1;                 /* rows whose token-wise work is this thread's */
    int first_wanted, n_wanted; /* of this round, indices into crew->wanted */
    struct bn_work work;        /* of the operation at hand */
    uint64_t kernel_calls;      /* up to the end of the operation before */
};

/* Several observers nest: the last one begins last and ends first. */
void bn_observe_op_begin(const struct bn_lane *lane, enum bn_op op);
void bn_observe_op_end(const struct bn_lane *lane, const struct bn_observer *observer, enum bn_op op);
void bn_observe_wait(const struct bn_lane *lane, const struct bn_observer *observer); /* a barrier, observed */

static inline void bn_lane_begin(struct bn_lane *l, enum bn_op op)
{
    l->work = (struct bn_work){0};
    if (l->observer) bn_observe_op_begin(l, op);
}

static inline void bn_lane_end(struct bn_lane *l, enum bn_op op)
{
    if (!l->observer) return;
    l->work.kernel_calls = bn_kernels_calls() - l->kernel_calls; /* those between two operations count for the second */
    l->kernel_calls += l->work.kernel_calls;
    bn_observe_op_end(l, l->observer, op);
}

static inline void bn_lane_barrier(const struct bn_lane *l)
{
    if (l->observer)
        bn_observe_wait(l, l->observer);
    else
        bn_threads_barrier(l->crew->threads, l->member);
}

/* Token-wise results are shared by several rows and private with one. */
static inline void bn_lane_barrier_if_shared(const struct bn_lane *l)
{
    if (l->n > 1) bn_lane_barrier(l);
}
#endif
