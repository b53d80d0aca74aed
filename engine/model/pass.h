/* pass.h - inside of a forward pass: what it computes, each thread's view of it, observation and barriers. */
#ifndef BN_MODEL_PASS_H
#define BN_MODEL_PASS_H
#include "engine/core/threads.h"
#include "engine/kernels/counted.h"
#include "engine/model/model.h"

struct bn_session;

/* What a linear takes in, for n tokens: the normalised row and its quantised forms. */
struct bn_acts {
    float *x;           /* [n][dim] residual stream */
    float *att;         /* [n][n_heads * head_dim] attention output */
    float *q;           /* [n][n_heads][kv.head_dim] rotated and scaled queries */
    float *norm;        /* [n][norm_stride] input of float linears */
    int8_t *codes;      /* [n][code_stride] input of ternary and block linears */
    int32_t *sum;       /* [n] */
    float *scale;       /* [n] ternary */
    float *block_scale; /* [n][block_stride] block linears */
    size_t norm_stride, code_stride, block_stride;
};

struct bn_run {
    struct bn_session *s;
    const struct bn_model *model;
    const struct bn_kernels *k;
    const int32_t *ids;
    int n, first_pos;
    int head_first, head_count; /* tokens whose logits are wanted */
};

/* A thread's view of the run. */
struct bn_lane {
    const struct bn_run *r;
    struct bn_session *s;
    const struct bn_config *c;
    const struct bn_kernels *k;
    struct bn_acts *acts;
    struct bn_threads *threads;
    const struct bn_observer *observer;
    int thread, n_threads, layer;
    int n;      /* tokens of the pass */
    int t0, t1; /* tokens whose token-wise work is this thread's */
    enum bn_phase phase;
    struct bn_work work;   /* of the operation at hand */
    uint64_t kernel_calls; /* up to the end of the operation before */
};

static inline void bn_lane_begin(struct bn_lane *l, enum bn_op op)
{
    const struct bn_observer *o = l->observer;
    l->work = (struct bn_work){0};
    if (o && o->op_begin) o->op_begin(o->self, l->thread, l->phase, l->layer, op);
}

static inline void bn_lane_end(struct bn_lane *l, enum bn_op op)
{
    const struct bn_observer *o = l->observer;
    l->work.kernel_calls = bn_kernels_calls() - l->kernel_calls; /* those between two operations count for the second */
    l->kernel_calls += l->work.kernel_calls;
    if (o && o->op_end) o->op_end(o->self, l->thread, l->phase, l->layer, op, &l->work);
}

static inline void bn_lane_barrier(struct bn_lane *l) { bn_threads_barrier(l->threads); }

/* Token-wise results are shared by several tokens and private with one. */
static inline void bn_lane_barrier_if_shared(struct bn_lane *l)
{
    if (l->n > 1) bn_lane_barrier(l);
}
#endif
