/* forward.c - the forward pass, top to bottom. Every thread of the crew runs `pass`; barriers separate the operations.
 *
 * Several tokens (prefill): token-wise work (norms, quantisation, rotation) is split by tokens over shared buffers.
 * One token (decode): every thread does the token-wise work itself in buffers of its own, which costs about a
 * microsecond and saves half of the barriers. Both give the same bits: an operation on one token never depends on its
 * neighbours. */
#include "engine/model/forward.h"
#include "engine/model/attention.h"
#include "engine/model/fault.h"
#include "engine/model/first_qkv.h"
#include "engine/model/head.h"
#include "engine/model/linears.h"

/* Looks at results in a pass that is repeated to find where they stopped to be finite. */
static inline void search(const struct bn_lane *l, enum bn_op op, const float *x, size_t stride, size_t n)
{
    if (l->crew->searching) bn_fault_search(l, op, x, stride, n);
}

/* The residual stream takes up what a linear has put into crew->out. */
static void add_residual(struct bn_lane *l)
{
    size_t dim = (size_t)l->c->dim;
    for (int t = l->t0; t < l->t1; t++)
        l->k->add(l->acts->x + (size_t)t * dim, l->crew->out + (size_t)t * dim, l->c->dim);
}

/* gate and up, cut alike, so that a thread can join its own rows: gate <- act(gate) * up. */
static void gate_up(struct bn_lane *l, const struct bn_layer *layer)
{
    struct bn_crew *crew = l->crew;
    const struct bn_linear *gate = &layer->gate_up[0], *up = &layer->gate_up[1];
    size_t dim = (size_t)l->c->dim, width = (size_t)l->c->ffn_dim;
    struct bn_part share = bn_part_of(l, gate, gate->rows);
    size_t first = (size_t)share.first * width;
    bn_lane_begin(l, BN_OP_NORM);
    bn_prepare(l, gate, l->acts->x, dim, layer->ffn_norm);
    bn_lane_end(l, BN_OP_NORM);
    bn_lane_barrier_if_shared(l);
    bn_show_input(l, BN_OP_GATE_UP, gate, l->acts->x, dim, layer->ffn_norm);
    bn_lane_begin(l, BN_OP_GATE_UP);
    bn_multiply(l, gate, crew->gate + first, width, share.first, share.n, share.r0, share.r1);
    if (!bn_same_input(gate, up)) {
        bn_lane_barrier_if_shared(l);
        bn_prepare(l, up, l->acts->x, dim, layer->ffn_norm);
        bn_lane_barrier_if_shared(l);
        bn_show_input(l, BN_OP_GATE_UP, up, l->acts->x, dim, layer->ffn_norm);
    }
    bn_multiply(l, up, crew->up + first, width, share.first, share.n, share.r0, share.r1);
    bn_lane_end(l, BN_OP_GATE_UP);
    bn_lane_begin(l, BN_OP_ACTIVATION);
    for (int t = share.first; t < share.first + share.n && share.r0 < share.r1; t++) {
        size_t at = (size_t)t * width + (size_t)share.r0;
        (l->c->ffn_activation == BN_FFN_RELU2 ? l->k->relu2_mul : l->k->silu_mul)(crew->gate + at, crew->gate + at,
                                                                                  crew->up + at, share.r1 - share.r0);
    }
    bn_lane_end(l, BN_OP_ACTIVATION);
    bn_lane_barrier(l);
}

/* In decode all threads hold the same row; one of them shows it. */
static void show(const struct bn_lane *l)
{
    const struct bn_layer_probe *probe = &l->crew->probe;
    for (int t = l->t0; t < l->t1 && (l->n > 1 || l->thread == 0); t++)
        probe->layer_done(probe->self, l->layer, l->pass->rows[t].position, l->acts->x + (size_t)t * (size_t)l->c->dim,
                          NULL);
}

static void layer_pass(struct bn_lane *l, const struct bn_layer *layer)
{
    struct bn_crew *crew = l->crew;
    size_t dim = (size_t)l->c->dim, width = (size_t)l->c->n_heads * (size_t)l->c->head_dim, ffn = (size_t)l->c->ffn_dim;
    if (l->layer || !bn_first_qkv(l, layer))
        bn_linears(l, BN_OP_QKV, layer->qkv, 3, crew->qkv, crew->qkv_stride, l->acts->x, dim, layer->attn_norm);
    for (int i = 0; i < 3; i++) search(l, BN_OP_QKV, crew->qkv[i], crew->qkv_stride[i], crew->qkv_stride[i]);
    if (l->n == 1)
        bn_attend_token(l);
    else
        bn_attend_batch(l);
    search(l, BN_OP_ATTENTION, l->acts->att, width, width);
    bn_linears(l, BN_OP_O, &layer->o, 1, &crew->out, &dim, l->acts->att, width, layer->attn_sub_norm);
    search(l, BN_OP_O, crew->out, dim, dim);
    add_residual(l);
    gate_up(l, layer);
    search(l, BN_OP_GATE_UP, crew->up, ffn, ffn);
    search(l, BN_OP_ACTIVATION, crew->gate, ffn, ffn);
    bn_linears(l, BN_OP_DOWN, &layer->down, 1, &crew->out, &dim, crew->gate, ffn, layer->ffn_sub_norm);
    add_residual(l);
    search(l, BN_OP_DOWN, l->acts->x, dim, dim);
    if (crew->probe.layer_done) show(l);
}

static void embed(struct bn_lane *l)
{
    bn_lane_begin(l, BN_OP_EMBED);
    for (int t = l->t0; t < l->t1; t++)
        bn_embedding_row(&l->crew->model->weights.embedding, l->acts->x + (size_t)t * (size_t)l->c->dim,
                         l->pass->rows[t].id);
    bn_lane_end(l, BN_OP_EMBED);
    search(l, BN_OP_EMBED, l->acts->x, (size_t)l->c->dim, (size_t)l->c->dim);
}

/* ---- the pass ---- */
struct run {
    struct bn_crew *crew;
    const struct bn_pass *pass;
    int first_wanted, n_wanted;
};

static struct bn_lane lane_of(const struct run *r, int member)
{
    struct bn_crew *crew = r->crew;
    const struct bn_kernels *kernels = &crew->model->kernels;
    struct bn_lane l = {.crew = crew,
                        .pass = r->pass,
                        .c = &crew->model->source.config,
                        .k = crew->observer ? &crew->counted : kernels,
                        .observer = crew->observer,
                        .member = member,
                        .layer = -1,
                        .n = r->pass->n,
                        .t1 = r->pass->n,
                        .first_wanted = r->first_wanted,
                        .n_wanted = r->n_wanted};
    l.thread = bn_threads_rank(crew->threads, member, &l.n_threads);
    l.acts = l.n > 1 ? &crew->batch : &crew->own[l.thread];
    l.input = l.acts->input;
    l.input.scratch = crew->scratch + (size_t)member * BN_KERNEL_SCRATCH;
    if (l.n > 1) bn_share(l.n, 1, l.thread, l.n_threads, &l.t0, &l.t1);
    bn_kernels_count(kernels);
    l.kernel_calls = bn_kernels_calls();
    return l;
}

static void head(struct bn_lane *l)
{
    if (l->n_wanted) (l->pass->top ? bn_head_top : bn_head)(l);
    if (l->observer) bn_lane_barrier(l); /* that of the run's end, where it can be seen */
}

static void pass(void *arg, int member)
{
    struct bn_lane l = lane_of(arg, member);
    embed(&l);
    for (l.layer = 0; l.layer < l.c->n_layers; l.layer++) layer_pass(&l, &l.crew->model->weights.layers[l.layer]);
    l.layer = -1;
    head(&l);
}

static void head_alone(void *arg, int member)
{
    struct bn_lane l = lane_of(arg, member);
    head(&l);
}

void bn_forward(struct bn_crew *crew, const struct bn_pass *p, int n_wanted)
{
    bn_threads_run(crew->threads, pass, &(struct run){crew, p, 0, n_wanted});
}

void bn_forward_head(struct bn_crew *crew, const struct bn_pass *p, int first, int count)
{
    bn_threads_run(crew->threads, head_alone, &(struct run){crew, p, first, count});
}
