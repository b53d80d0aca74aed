/* forward.c - the forward pass, top to bottom. Every thread of the crew runs `pass`; barriers separate the operations.
 *
 * Several tokens (prefill): token-wise work (norms, quantisation, rotation) is split by tokens over shared buffers.
 * One token (decode): every thread does the token-wise work itself in buffers of its own, which costs about a
 * microsecond and saves half of the barriers. Both give the same bits: an operation on one token never depends on its
 * neighbours. */
#include "engine/model/attention.h"
#include "engine/model/head.h"
#include "engine/model/linears.h"
#include "engine/model/session.h"

/* The residual stream takes up what a linear has put into s->out. */
static void add_residual(struct bn_lane *l)
{
    size_t dim = (size_t)l->c->dim;
    for (int t = l->t0; t < l->t1; t++) l->k->add(l->acts->x + (size_t)t * dim, l->s->out + (size_t)t * dim, l->c->dim);
}

/* gate and up, cut alike, so that a thread can join its own rows: gate <- act(gate) * up. */
static void gate_up(struct bn_lane *l, const struct bn_layer *layer)
{
    struct bn_session *s = l->s;
    const struct bn_linear *gate = &layer->gate_up[0], *up = &layer->gate_up[1];
    size_t dim = (size_t)l->c->dim, width = (size_t)l->c->ffn_dim;
    struct bn_part share = bn_part_of(l, gate, gate->rows);
    size_t first = (size_t)share.first * width;
    bn_lane_begin(l, BN_OP_NORM);
    bn_prepare(l, gate, l->acts->x, dim, layer->ffn_norm);
    bn_lane_end(l, BN_OP_NORM);
    bn_lane_barrier_if_shared(l);
    bn_lane_begin(l, BN_OP_GATE_UP);
    bn_multiply(l, gate, s->gate + first, width, share.first, share.n, share.r0, share.r1);
    if (!bn_same_input(gate, up)) {
        bn_lane_barrier_if_shared(l);
        bn_prepare(l, up, l->acts->x, dim, layer->ffn_norm);
        bn_lane_barrier_if_shared(l);
    }
    bn_multiply(l, up, s->up + first, width, share.first, share.n, share.r0, share.r1);
    bn_lane_end(l, BN_OP_GATE_UP);
    bn_lane_begin(l, BN_OP_ACTIVATION);
    for (int t = share.first; t < share.first + share.n && share.r0 < share.r1; t++) {
        size_t at = (size_t)t * width + (size_t)share.r0;
        (l->c->ffn_activation == BN_FFN_RELU2 ? l->k->relu2_mul : l->k->silu_mul)(s->gate + at, s->gate + at,
                                                                                  s->up + at, share.r1 - share.r0);
    }
    bn_lane_end(l, BN_OP_ACTIVATION);
    bn_lane_barrier(l);
}

/* In decode all threads hold the same row; one of them shows it. */
static void show(const struct bn_lane *l)
{
    const struct bn_layer_probe *probe = &l->s->probe;
    for (int t = l->t0; t < l->t1 && (l->r->n > 1 || l->thread == 0); t++)
        probe->layer_done(probe->self, l->layer, l->r->first_pos + t, l->acts->x + (size_t)t * (size_t)l->c->dim, NULL);
}

static void layer_pass(struct bn_lane *l, const struct bn_layer *layer)
{
    struct bn_session *s = l->s;
    size_t dim = (size_t)l->c->dim, width = (size_t)l->c->n_heads * (size_t)l->c->head_dim;
    bn_linears(l, BN_OP_QKV, layer->qkv, 3, s->qkv, s->qkv_stride, l->acts->x, dim, layer->attn_norm);
    if (l->r->n == 1)
        bn_attend_token(l);
    else
        bn_attend_batch(l);
    bn_linears(l, BN_OP_O, &layer->o, 1, &s->out, &dim, l->acts->att, width, layer->attn_sub_norm);
    add_residual(l);
    gate_up(l, layer);
    bn_linears(l, BN_OP_DOWN, &layer->down, 1, &s->out, &dim, s->gate, (size_t)l->c->ffn_dim, layer->ffn_sub_norm);
    add_residual(l);
    if (s->probe.layer_done) show(l);
}

static void embed(struct bn_lane *l)
{
    const struct bn_tensor *e = l->r->model->weights.embedding;
    bn_lane_begin(l, BN_OP_EMBED);
    for (int t = l->t0; t < l->t1; t++)
        bn_encoding_traits(e->encoding)
            ->unpack_row(l->acts->x + (size_t)t * (size_t)l->c->dim, l->r->model->weights.embedding_rows, e->rows,
                         e->cols, l->r->ids[t]);
    bn_lane_end(l, BN_OP_EMBED);
}

static struct bn_lane lane_of(const struct bn_run *r, int thread)
{
    struct bn_session *s = r->s;
    struct bn_lane l = {.r = r,
                        .s = s,
                        .c = &r->model->source.config,
                        .k = s->observer ? &s->counted : r->k,
                        .threads = s->threads,
                        .observer = s->observer,
                        .thread = thread,
                        .n_threads = s->n_threads,
                        .n = r->n,
                        .layer = -1,
                        .t1 = r->n};
    bn_kernels_count(r->k);
    l.kernel_calls = bn_kernels_calls();
    l.acts = r->n > 1 ? &s->batch : &s->own[thread];
    l.phase = r->n > 1 ? BN_PHASE_PREFILL : BN_PHASE_DECODE;
    if (r->n > 1) bn_share(r->n, 1, thread, s->n_threads, &l.t0, &l.t1);
    return l;
}

static void pass(void *arg, int thread)
{
    const struct bn_run *r = arg;
    struct bn_lane l = lane_of(r, thread);
    embed(&l);
    for (l.layer = 0; l.layer < l.c->n_layers; l.layer++) layer_pass(&l, &r->model->weights.layers[l.layer]);
    l.layer = -1;
    if (r->head_count) (l.s->top ? bn_head_top : bn_head)(&l);
}

static void head_alone(void *arg, int thread)
{
    struct bn_lane l = lane_of(arg, thread);
    bn_head(&l);
}

void bn_forward(struct bn_session *s, const int32_t *ids, int n, bool last)
{
    struct bn_run r = {s, s->model, &s->model->kernels, ids, n, s->position, n - 1, last};
    bn_rope_fill(&s->rope, s->position + n);
    bn_threads_run(s->threads, pass, &r);
    s->position += n;
}

void bn_forward_head(struct bn_session *s, int n, int first, int count)
{
    struct bn_run r = {s, s->model, &s->model->kernels, NULL, n, s->position - n, first, count};
    bn_threads_run(s->threads, head_alone, &r);
}
