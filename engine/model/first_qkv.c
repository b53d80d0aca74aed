/* first_qkv.c - takes the first layer's q, k and v from the crew's table, and puts there what it lacks. Threads divide
 * columns, so that each row of the table is read and written by the same thread within a pass. */
#include "engine/model/first_qkv.h"
#include "engine/model/linears.h"
#include <string.h>

static int slot_of(const struct bn_lane *l, int t) { return l->pass->rows[t].id % l->crew->first.n_rows; }

static bool known(const struct bn_lane *l, int t)
{
    return l->crew->first.id[slot_of(l, t)] == l->pass->rows[t].id + 1;
}

enum direction { TAKE, KEEP };

/* This thread's columns of row t, from the table or into it. */
static void copy(const struct bn_lane *l, int t, enum direction direction)
{
    const struct bn_crew *crew = l->crew;
    size_t width = crew->qkv_stride[0] + crew->qkv_stride[1] + crew->qkv_stride[2];
    float *kept = crew->first.rows + (size_t)slot_of(l, t) * width;
    for (int i = 0; i < 3; kept += crew->qkv_stride[i++]) {
        int c0, c1;
        bn_share((int)crew->qkv_stride[i], 16, l->thread, l->n_threads, &c0, &c1);
        float *row = crew->qkv[i] + (size_t)t * crew->qkv_stride[i] + c0;
        size_t bytes = (size_t)(c1 - c0) * sizeof(float);
        if (direction == TAKE)
            memcpy(row, kept + c0, bytes);
        else
            memcpy(kept + c0, row, bytes);
    }
}

static void compute(struct bn_lane *l, const struct bn_layer *layer, const float *x)
{
    struct bn_crew *crew = l->crew;
    bn_linears(l, BN_OP_QKV, layer->qkv, 3, crew->qkv, crew->qkv_stride, x, (size_t)l->c->dim, layer->attn_norm);
}

/* After the barrier that ends the pass's use of the table. */
static void name(const struct bn_lane *l, int t) { l->crew->first.id[slot_of(l, t)] = l->pass->rows[t].id + 1; }

static void single(struct bn_lane *l, const struct bn_layer *layer)
{
    if (known(l, 0)) {
        bn_lane_begin(l, BN_OP_QKV);
        copy(l, 0, TAKE);
        bn_lane_end(l, BN_OP_QKV);
        bn_lane_barrier(l);
        if (l->thread == 0) l->crew->first.n_taken++;
        return;
    }
    compute(l, layer, l->acts->x);
    copy(l, 0, KEEP);
    bn_lane_barrier(l); /* keys are rotated in place next */
    if (l->thread == 0) name(l, 0);
}

/* Lists the rows that the table lacks: none, or at least two, because a lane of one row would not share it. */
static void list(const struct bn_lane *l)
{
    struct bn_first_qkv *f = &l->crew->first;
    f->n_wanted = 0;
    for (int t = 0; t < l->n; t++)
        if (!known(l, t)) f->wanted[f->n_wanted++] = t;
    if (f->n_wanted == 1) {
        int t = f->wanted[0], last = l->n - 1;
        f->wanted[0] = t == last ? 0 : t;
        f->wanted[1] = last;
        f->n_wanted = 2;
    }
    f->n_taken += (uint64_t)(l->n - f->n_wanted);
}

/* Computes the wanted rows side by side, and moves this thread's columns of them to their places, the last first. */
static void compute_wanted(struct bn_lane *l, const struct bn_layer *layer)
{
    struct bn_crew *crew = l->crew;
    const struct bn_first_qkv *f = &crew->first;
    size_t dim = (size_t)l->c->dim;
    struct bn_lane few = *l;
    few.n = f->n_wanted;
    bn_share(few.n, 1, l->thread, l->n_threads, &few.t0, &few.t1);
    for (int j = few.t0; j < few.t1; j++)
        memcpy(crew->out + (size_t)j * dim, l->acts->x + (size_t)f->wanted[j] * dim, dim * sizeof(float));
    compute(&few, layer, crew->out);
    l->kernel_calls = few.kernel_calls;
    for (int j = few.n - 1; j >= 0; j--)
        for (int i = 0; i < 3; i++) {
            int c0, c1;
            bn_share((int)crew->qkv_stride[i], 16, l->thread, l->n_threads, &c0, &c1);
            float *first = crew->qkv[i] + c0;
            memmove(first + (size_t)f->wanted[j] * crew->qkv_stride[i], first + (size_t)j * crew->qkv_stride[i],
                    (size_t)(c1 - c0) * sizeof(float));
        }
}

static bool is_wanted(const struct bn_first_qkv *f, int t, int *next)
{
    if (*next == f->n_wanted || f->wanted[*next] != t) return false;
    ++*next;
    return true;
}

static void several(struct bn_lane *l, const struct bn_layer *layer)
{
    const struct bn_first_qkv *f = &l->crew->first;
    if (l->thread == 0) list(l);
    bn_lane_barrier(l);
    if (f->n_wanted == l->n)
        compute(l, layer, l->acts->x);
    else if (f->n_wanted)
        compute_wanted(l, layer);
    bn_lane_begin(l, BN_OP_QKV);
    for (int t = 0, next = 0; t < l->n; t++)
        if (!is_wanted(f, t, &next)) copy(l, t, TAKE);
    for (int j = 0; j < f->n_wanted; j++) copy(l, f->wanted[j], KEEP);
    bn_lane_end(l, BN_OP_QKV);
    bn_lane_barrier(l);
    for (int j = 0; l->thread == 0 && j < f->n_wanted; j++) name(l, f->wanted[j]);
}

bool bn_first_qkv(struct bn_lane *l, const struct bn_layer *layer)
{
    const struct bn_crew *crew = l->crew;
    if (!crew->first.n_rows || crew->inputs.take || crew->searching) return false;
    if (l->n == 1)
        single(l, layer);
    else
        several(l, layer);
    return true;
}
