/* forward.c - the forward pass, top to bottom. Every thread of the crew runs `pass`; barriers separate the operations.
 *
 * Several tokens (prefill): token-wise work (norms, quantisation, rotation) is split by tokens over shared buffers.
 * One token (decode): every thread does the token-wise work itself in buffers of its own, which costs about a
 * microsecond and saves half of the barriers. Both give the same bits: an operation on one token never depends on its
 * neighbours. */
#include "engine/kernels/counted.h"
#include "engine/kernels/lut3.h"
#include "engine/model/session.h"
#include <math.h>
#include <string.h>

enum { HEAD_BLOCK_BYTES = 192 << 10 }; /* of weights: stays in an L2 cache of 512 KiB or more beside the activations */
enum { MAX_HEAD_DIM = 4096 };          /* checked when weights are bound */

struct run {
    struct bn_session *s;
    const struct bn_model *model;
    const struct bn_kernels *k;
    const int32_t *ids;
    int n, first_pos;
    int head_first, head_count; /* tokens whose logits are wanted */
};

/* A thread's view of the run. */
struct lane {
    const struct run *r;
    struct bn_session *s;
    const struct bn_config *c;
    const struct bn_kernels *k;
    struct bn_acts *acts;
    int thread, layer;
    int t0, t1; /* tokens whose token-wise work is this thread's */
    enum bn_phase phase;
    struct bn_work work;   /* of the operation at hand */
    uint64_t kernel_calls; /* up to the end of the operation before */
};

/* ---- observation and synchronisation ---- */
static void begin(struct lane *l, enum bn_op op)
{
    l->work = (struct bn_work){0};
    const struct bn_observer *o = l->s->observer;
    if (o && o->op_begin) o->op_begin(o->self, l->thread, l->phase, l->layer, op);
}

static void end(struct lane *l, enum bn_op op)
{
    const struct bn_observer *o = l->s->observer;
    l->work.kernel_calls = bn_kernels_calls() - l->kernel_calls; /* those between two operations count for the second */
    l->kernel_calls += l->work.kernel_calls;
    if (o && o->op_end) o->op_end(o->self, l->thread, l->phase, l->layer, op, &l->work);
}

static void barrier(struct lane *l) { bn_threads_barrier(l->s->threads); }

/* Token-wise results are shared in prefill and private in decode. */
static void barrier_if_shared(struct lane *l)
{
    if (l->r->n > 1) barrier(l);
}

/* ---- linears ---- */

/* Normalises row t of `in` (weights NULL: as it is) into the form that `lin` takes. */
static void prepare_token(struct lane *l, const struct bn_linear *lin, const float *in, const float *norm, int t)
{
    struct bn_acts *a = l->acts;
    const struct bn_config *c = l->c;
    size_t row = (size_t)t;
    float *y = a->norm + row * (size_t)l->s->wide;
    if (norm) {
        l->k->rmsnorm(y, in, norm, lin->cols, c->rms_eps);
        in = y;
    }
    if (lin->norm_in) {
        l->k->rmsnorm(y, in, lin->norm_in, lin->cols, c->norm_in_eps);
        in = y;
    }
    int8_t *codes = a->codes + row * l->s->code_stride;
    if (lin->kind == BN_LINEAR_TERNARY)
        a->scale[t] = l->k->quantize_a256(codes, &a->sum[t], in, lin->cols);
    else if (lin->kind == BN_LINEAR_BLOCK)
        l->k->quantize_b256(codes, a->block_scale + row * l->s->block_stride, in, lin->cols);
    else if (in != y)
        memcpy(y, in, (size_t)lin->cols * sizeof *y);
}

static void prepare(struct lane *l, const struct bn_linear *lin, const float *in, size_t in_stride, const float *norm)
{
    for (int t = l->t0; t < l->t1; t++) prepare_token(l, lin, in + (size_t)t * in_stride, norm, t);
}

static bool same_input(const struct bn_linear *a, const struct bn_linear *b)
{
    return a->kind == b->kind && a->cols == b->cols && a->norm_in == b->norm_in;
}

/* Rows r0..r1 of `lin` for tokens first .. first + n - 1 of the prepared activations. */
static void multiply(struct lane *l, const struct bn_linear *lin, float *y, size_t y_stride, int first, int n, int r0,
                     int r1)
{
    const struct bn_acts *a = l->acts;
    const struct bn_kernels *k = l->k;
    size_t t = (size_t)first;
    if (r0 >= r1) return;
    l->work.weight_bytes += (uint64_t)(r1 - r0) * lin->row_bytes;
    l->work.macs += (uint64_t)(r1 - r0) * (uint64_t)lin->cols * (uint64_t)n;
    if (lin->kind == BN_LINEAR_TERNARY) {
        int padded = (lin->cols + 127) / 128 * 128; /* rows in memory end in whole blocks */
        (lin->lut3 ? k->matmul_lut3 : k->matmul_i2)(
            &(struct bn_ternary_args){y, y_stride, lin->data, lin->row_bytes, lin->rows, padded, lin->w_scale,
                                      lin->w_scale_step, a->codes + t * l->s->code_stride, l->s->code_stride,
                                      a->sum + t, a->scale + t, n},
            r0, r1);
    } else if (lin->kind == BN_LINEAR_BLOCK) {
        struct bn_block_args args = {y,
                                     y_stride,
                                     lin->data,
                                     lin->row_bytes,
                                     lin->rows,
                                     lin->cols,
                                     a->codes + t * l->s->code_stride,
                                     l->s->code_stride,
                                     a->block_scale + t * l->s->block_stride,
                                     l->s->block_stride,
                                     n};
        (lin->encoding == BN_ENC_Q8_0   ? k->matmul_q8_0
         : lin->encoding == BN_ENC_Q4_0 ? k->matmul_q4_0
                                        : k->matmul_q6_k)(&args, r0, r1);
    } else {
        struct bn_float_args args = {y,
                                     y_stride,
                                     lin->data,
                                     lin->row_bytes,
                                     lin->rows,
                                     lin->cols,
                                     a->norm + t * (size_t)l->s->wide,
                                     (size_t)l->s->wide,
                                     n};
        (lin->encoding == BN_ENC_F16    ? k->matmul_f16
         : lin->encoding == BN_ENC_BF16 ? k->matmul_bf16
                                        : k->matmul_f32)(&args, r0, r1);
    }
}

/* A thread's part of a product: rows r0..r1 for n tokens from `first` on. */
struct share {
    int r0, r1, first, n;
};

/* Rows are cut over the threads. Tables of lut3 are made for every token and used for all rows of a thread, so there
 * tokens are cut first, as long as a thread keeps enough of them to make taking the weights apart worth while. */
static struct share share_of(const struct lane *l, const struct bn_linear *lin, int rows)
{
    enum { LEAST_TOKENS = 48 };
    int threads = l->s->n_threads, groups = 1, t1;
    struct share s;
    for (int g = 2; lin->lut3 && g <= threads && l->r->n / g >= LEAST_TOKENS; g++)
        if (threads % g == 0) groups = g;
    bn_share(rows, lin->lut3 ? BN_LUT3_PANEL : 16, l->thread / groups, threads / groups, &s.r0, &s.r1);
    bn_share(l->r->n, 1, l->thread % groups, groups, &s.first, &t1);
    s.n = t1 - s.first;
    return s;
}

/* Linears that share an input, as one list of rows cut evenly over the threads: q, k and v; o; down. */
static void linears(struct lane *l, enum bn_op op, const struct bn_linear *lin, int count, float *const *out,
                    const size_t *stride, const float *in, size_t in_stride, const float *norm)
{
    int total = 0;
    for (int i = 0; i < count; i++) total += lin[i].rows;
    struct share s = share_of(l, lin, total);
    for (int i = 0, base = 0; i < count; base += lin[i++].rows) {
        if (i == 0 || !same_input(&lin[i], &lin[i - 1])) {
            if (i) {
                end(l, op);
                barrier_if_shared(l);
            }
            begin(l, BN_OP_NORM);
            prepare(l, &lin[i], in, in_stride, norm);
            end(l, BN_OP_NORM);
            barrier_if_shared(l);
            begin(l, op);
        }
        int a = s.r0 - base, b = s.r1 - base;
        multiply(l, &lin[i], out[i] + (size_t)s.first * stride[i], stride[i], s.first, s.n, a < 0 ? 0 : a,
                 b > lin[i].rows ? lin[i].rows : b);
    }
    end(l, op);
    barrier(l);
}

/* ---- attention ---- */
static void rotate(struct lane *l, float *x, int n_heads, int pos)
{
    const struct bn_rope *rope = &l->s->rope;
    size_t row = (size_t)pos * (size_t)rope->half;
    l->k->rope(x, rope->cos + row, rope->sin + row, n_heads, l->c->head_dim, l->c->rope_dim,
               l->c->rope_kind == BN_ROPE_INTERLEAVED);
}

/* Queries of token t, rotated and scaled, head by head into rows as wide as the cache's. */
static void take_queries(struct lane *l, int t)
{
    struct bn_session *s = l->s;
    size_t dim = (size_t)l->c->head_dim, wide = (size_t)s->kv.head_dim;
    float scale = 1.0f / sqrtf((float)dim), *q = l->acts->q + (size_t)t * (size_t)l->c->n_heads * wide;
    const float *from = s->qkv[0] + (size_t)t * s->qkv_stride[0];
    for (int h = 0; h < l->c->n_heads; h++, q += wide, from += dim) {
        memcpy(q, from, dim * sizeof *q);
        rotate(l, q, 1, l->r->first_pos + t);
        for (size_t d = 0; d < dim; d++) q[d] = q[d] * scale;
        for (size_t d = dim; d < wide; d++) q[d] = 0.0f;
    }
}

/* Row of head_dim floats as wide as the cache's rows: in place when they are equal. */
static const float *widened(const struct lane *l, const float *x, float *buffer)
{
    size_t dim = (size_t)l->c->head_dim, wide = (size_t)l->s->kv.head_dim;
    if (dim == wide) return x;
    memset(buffer, 0, wide * sizeof *buffer);
    memcpy(buffer, x, dim * sizeof *x);
    return buffer;
}

static void store_kv(struct lane *l, int t, int kv_head)
{
    struct bn_session *s = l->s;
    float k[MAX_HEAD_DIM], v[MAX_HEAD_DIM];
    size_t at = (size_t)kv_head * (size_t)l->c->head_dim;
    int pos = l->r->first_pos + t;
    struct bn_kv_block kv = bn_kv_cache_block(&s->kv, l->layer, kv_head, pos);
    l->k->kv_store(&kv, pos % BN_SEGMENT, widened(l, s->qkv[1] + (size_t)t * s->qkv_stride[1] + at, k),
                   widened(l, s->qkv[2] + (size_t)t * s->qkv_stride[2] + at, v));
}

/* The output of one head from its partial results. */
static void merge(struct lane *l, float *out, const float *partials, int n_segments)
{
    size_t dim = (size_t)l->c->head_dim, wide = (size_t)l->s->kv.head_dim;
    float buffer[MAX_HEAD_DIM];
    l->k->attention_merge(dim == wide ? out : buffer, partials, n_segments, wide + 2, (int)wide);
    if (dim != wide) memcpy(out, buffer, dim * sizeof *out);
}

/* The queries of one kv head against `seen` positions of one segment. */
static void attend_segment(struct lane *l, int kv_head, int segment, int seen)
{
    struct bn_session *s = l->s;
    int group = l->c->n_heads / l->c->n_kv_heads;
    size_t wide = (size_t)s->kv.head_dim, row = (size_t)(s->kv.n_ctx / BN_SEGMENT) * (wide + 2);
    struct bn_kv_block kv = bn_kv_cache_block(&s->kv, l->layer, kv_head, segment * BN_SEGMENT);
    const float *q[BN_TILE_QUERIES];
    float *partials[BN_TILE_QUERIES];
    int sees[BN_TILE_QUERIES];
    for (int h0 = 0; h0 < group; h0 += BN_TILE_QUERIES) {
        int n = group - h0 < BN_TILE_QUERIES ? group - h0 : BN_TILE_QUERIES;
        for (int j = 0; j < n; j++) {
            size_t head = (size_t)(kv_head * group + h0 + j);
            q[j] = l->acts->q + head * wide;
            partials[j] = s->decode_partials + head * row + (size_t)segment * (wide + 2);
            sees[j] = seen;
        }
        l->k->attention(&(struct bn_attention_args){&kv, n, q, sees, partials});
    }
    l->work.macs += (uint64_t)group * (uint64_t)seen * 2 * (uint64_t)l->c->head_dim;
    l->work.kv_bytes += (uint64_t)seen * s->kv.bytes_per_position / (uint64_t)(l->c->n_layers * l->c->n_kv_heads);
}

/* Decode: an item is one segment of positions and one kv head, so that a long context keeps all threads busy. Full
 * segments are cut evenly, in the order in which they lie in memory; the last one, to which the new position belongs,
 * is dealt out by heads. */
static void attend_token(struct lane *l)
{
    struct bn_session *s = l->s;
    const struct bn_config *c = l->c;
    int pos = l->r->first_pos, last = pos / BN_SEGMENT, i0, i1;
    size_t dim = (size_t)c->head_dim, row = (size_t)(s->kv.n_ctx / BN_SEGMENT) * ((size_t)s->kv.head_dim + 2);
    begin(l, BN_OP_ROPE);
    take_queries(l, 0);
    end(l, BN_OP_ROPE);
    begin(l, BN_OP_ATTENTION);
    bn_share(c->n_kv_heads * last, 1, l->thread, s->n_threads, &i0, &i1);
    for (int i = i0; i < i1; i++) attend_segment(l, i % c->n_kv_heads, i / c->n_kv_heads, BN_SEGMENT);
    for (int h = l->thread; h < c->n_kv_heads; h += s->n_threads) {
        rotate(l, s->qkv[1] + (size_t)h * dim, 1, pos);
        store_kv(l, 0, h);
        attend_segment(l, h, last, pos % BN_SEGMENT + 1);
    }
    barrier(l);
    for (int h = 0; h < c->n_heads; h++)
        merge(l, l->acts->att + (size_t)h * dim, s->decode_partials + (size_t)h * row, last + 1);
    end(l, BN_OP_ATTENTION);
}

/* Queries of tokens t0..t1 (all heads of one kv head) against every segment they see. */
static void attend_tile(struct lane *l, int kv_head, int t0, int t1)
{
    struct bn_session *s = l->s;
    const struct bn_config *c = l->c;
    int group = c->n_heads / c->n_kv_heads, first = l->r->first_pos, n_segments = (first + t1 - 1) / BN_SEGMENT + 1;
    size_t dim = (size_t)c->head_dim, wide = (size_t)s->kv.head_dim, row = (size_t)n_segments * (wide + 2);
    const float *q[BN_TILE_QUERIES];
    float *partials[BN_TILE_QUERIES], *base = s->partials[l->thread];
    int sees[BN_TILE_QUERIES];
    for (int h0 = 0; h0 < group; h0 += BN_TILE_QUERIES) { /* more than one round only for very wide groups */
        int heads = group - h0 < BN_TILE_QUERIES ? group - h0 : BN_TILE_QUERIES;
        for (int segment = 0; segment < n_segments; segment++) {
            int n = 0, begin = segment * BN_SEGMENT;
            struct bn_kv_block kv = bn_kv_cache_block(&s->kv, l->layer, kv_head, begin);
            for (int t = t0; t < t1; t++)
                for (int h = 0; h < heads && first + t >= begin; h++, n++) {
                    size_t index = (size_t)((t - t0) * heads + h);
                    q[n] = l->acts->q + ((size_t)t * (size_t)c->n_heads + (size_t)(kv_head * group + h0 + h)) * wide;
                    partials[n] = base + index * row + (size_t)segment * (wide + 2);
                    sees[n] = first + t - begin < BN_SEGMENT ? first + t - begin + 1 : BN_SEGMENT;
                }
            l->k->attention(&(struct bn_attention_args){&kv, n, q, sees, partials});
        }
        for (int t = t0; t < t1; t++)
            for (int h = 0; h < heads; h++)
                merge(l, l->acts->att + ((size_t)t * (size_t)c->n_heads + (size_t)(kv_head * group + h0 + h)) * dim,
                      base + (size_t)((t - t0) * heads + h) * row, (first + t) / BN_SEGMENT + 1);
    }
    for (int t = t0; t < t1; t++) l->work.macs += (uint64_t)group * (uint64_t)(first + t + 1) * 2 * dim;
    l->work.kv_bytes += (uint64_t)(first + t1) * s->kv.bytes_per_position / (uint64_t)(c->n_layers * c->n_kv_heads);
}

/* Prefill: all keys and values are stored first, then tiles of queries are dealt out in turn. */
static void attend_batch(struct lane *l)
{
    struct bn_session *s = l->s;
    const struct bn_config *c = l->c;
    begin(l, BN_OP_ROPE);
    for (int t = l->t0; t < l->t1; t++) {
        take_queries(l, t);
        rotate(l, s->qkv[1] + (size_t)t * s->qkv_stride[1], c->n_kv_heads, l->r->first_pos + t);
        for (int h = 0; h < c->n_kv_heads; h++) store_kv(l, t, h);
    }
    end(l, BN_OP_ROPE);
    barrier(l);
    begin(l, BN_OP_ATTENTION);
    int group = c->n_heads / c->n_kv_heads, tile = group < BN_TILE_QUERIES ? BN_TILE_QUERIES / group : 1;
    int n_tiles = (l->r->n + tile - 1) / tile;
    for (int item = l->thread; item < n_tiles * c->n_kv_heads; item += s->n_threads) {
        int t0 = item / c->n_kv_heads * tile, t1 = t0 + tile < l->r->n ? t0 + tile : l->r->n;
        attend_tile(l, item % c->n_kv_heads, t0, t1);
    }
    end(l, BN_OP_ATTENTION);
    barrier(l);
}

/* ---- layers ---- */

/* The residual stream takes up what a linear has put into s->out. */
static void add_residual(struct lane *l)
{
    size_t dim = (size_t)l->c->dim;
    for (int t = l->t0; t < l->t1; t++) l->k->add(l->acts->x + (size_t)t * dim, l->s->out + (size_t)t * dim, l->c->dim);
}

/* gate and up, cut alike, so that a thread can join its own rows: gate <- act(gate) * up. */
static void gate_up(struct lane *l, const struct bn_layer *layer)
{
    struct bn_session *s = l->s;
    const struct bn_linear *gate = &layer->gate_up[0], *up = &layer->gate_up[1];
    size_t dim = (size_t)l->c->dim, width = (size_t)l->c->ffn_dim;
    struct share share = share_of(l, gate, gate->rows);
    size_t first = (size_t)share.first * width;
    begin(l, BN_OP_NORM);
    prepare(l, gate, l->acts->x, dim, layer->ffn_norm);
    end(l, BN_OP_NORM);
    barrier_if_shared(l);
    begin(l, BN_OP_GATE_UP);
    multiply(l, gate, s->gate + first, width, share.first, share.n, share.r0, share.r1);
    if (!same_input(gate, up)) {
        barrier_if_shared(l);
        prepare(l, up, l->acts->x, dim, layer->ffn_norm);
        barrier_if_shared(l);
    }
    multiply(l, up, s->up + first, width, share.first, share.n, share.r0, share.r1);
    end(l, BN_OP_GATE_UP);
    begin(l, BN_OP_ACTIVATION);
    for (int t = share.first; t < share.first + share.n && share.r0 < share.r1; t++) {
        size_t at = (size_t)t * width + (size_t)share.r0;
        (l->c->ffn_activation == BN_FFN_RELU2 ? l->k->relu2_mul : l->k->silu_mul)(s->gate + at, s->gate + at,
                                                                                  s->up + at, share.r1 - share.r0);
    }
    end(l, BN_OP_ACTIVATION);
    barrier(l);
}

/* In decode all threads hold the same row; one of them shows it. */
static void show(const struct lane *l)
{
    const struct bn_layer_probe *probe = &l->s->probe;
    for (int t = l->t0; t < l->t1 && (l->r->n > 1 || l->thread == 0); t++)
        probe->layer_done(probe->self, l->layer, l->r->first_pos + t, l->acts->x + (size_t)t * (size_t)l->c->dim, NULL);
}

static void layer_pass(struct lane *l, const struct bn_layer *layer)
{
    struct bn_session *s = l->s;
    size_t dim = (size_t)l->c->dim, width = (size_t)l->c->n_heads * (size_t)l->c->head_dim;
    linears(l, BN_OP_QKV, layer->qkv, 3, s->qkv, s->qkv_stride, l->acts->x, dim, layer->attn_norm);
    if (l->r->n == 1)
        attend_token(l);
    else
        attend_batch(l);
    linears(l, BN_OP_O, &layer->o, 1, &s->out, &dim, l->acts->att, width, layer->attn_sub_norm);
    add_residual(l);
    gate_up(l, layer);
    linears(l, BN_OP_DOWN, &layer->down, 1, &s->out, &dim, s->gate, (size_t)l->c->ffn_dim, layer->ffn_sub_norm);
    add_residual(l);
    if (s->probe.layer_done) show(l);
}

static void embed(struct lane *l)
{
    const struct bn_tensor *e = l->r->model->weights.embedding;
    begin(l, BN_OP_EMBED);
    for (int t = l->t0; t < l->t1; t++)
        bn_encoding_traits(e->encoding)
            ->unpack_row(l->acts->x + (size_t)t * (size_t)l->c->dim, l->r->model->weights.embedding_rows, e->rows,
                         e->cols, l->r->ids[t]);
    end(l, BN_OP_EMBED);
}

/* Logits of the wanted tokens. */
static void head(struct lane *l)
{
    struct bn_session *s = l->s;
    const struct bn_linear *lin = &l->r->model->weights.head;
    int first = l->r->head_first, count = l->r->head_count, r0, r1;
    begin(l, BN_OP_HEAD);
    for (int t = l->t0 > first ? l->t0 : first; t < l->t1 && t < first + count; t++)
        prepare_token(l, lin, l->acts->x + (size_t)t * (size_t)l->c->dim, l->r->model->weights.output_norm, t);
    barrier_if_shared(l);
    bn_share(lin->rows, 16, l->thread, s->n_threads, &r0, &r1);
    /* several tokens: in blocks that stay in the L2 cache while all of them pass, so that memory is read once */
    int block = count > 1 ? (int)(HEAD_BLOCK_BYTES / lin->row_bytes) / 16 * 16 + 16 : r1 - r0;
    for (int m = r0; m < r1; m += block)
        multiply(l, lin, s->logits, (size_t)l->c->n_vocab, first, count, m, m + block < r1 ? m + block : r1);
    end(l, BN_OP_HEAD);
}

/* Logits of one token that can be among the best s->top; the others become -INFINITY (screen.h). */
static void head_top(struct lane *l)
{
    struct bn_session *s = l->s;
    const struct bn_linear *lin = &l->r->model->weights.head;
    const struct bn_screen *screen = &l->r->model->screen;
    struct bn_acts *a = l->acts;
    float floor = -INFINITY;
    int r0, r1;
    bn_share(lin->rows, 16, l->thread, s->n_threads, &r0, &r1);
    begin(l, BN_OP_HEAD);
    prepare_token(l, lin, a->x, l->r->model->weights.output_norm, 0);
    l->k->quantize_b256(a->codes, a->block_scale, a->norm, lin->cols);
    struct bn_screen_input in = bn_screen_input(a->norm, a->codes, a->block_scale, lin->cols);
    multiply(l, &screen->plane, s->logits, (size_t)l->c->n_vocab, 0, 1, r0, r1);
    s->parts[l->thread].floor = bn_screen_floor(screen, in, s->logits, r0, r1, s->top);
    barrier(l);
    for (int t = 0; t < s->n_threads; t++) floor = s->parts[t].floor > floor ? s->parts[t].floor : floor;
    for (int r = r0; r < r1; r++) {
        bool keep = bn_screen_keeps(screen, in, s->logits, r, floor);
        if (keep)
            multiply(l, lin, s->logits, (size_t)l->c->n_vocab, 0, 1, r, r + 1);
        else
            s->logits[r] = -INFINITY;
        s->parts[l->thread].rows += keep;
    }
    end(l, BN_OP_HEAD);
}

static struct lane lane_of(const struct run *r, int thread)
{
    struct bn_session *s = r->s;
    struct lane l = {.r = r,
                     .s = s,
                     .c = &r->model->source.config,
                     .k = s->observer ? &s->counted : r->k,
                     .thread = thread,
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
    const struct run *r = arg;
    struct lane l = lane_of(r, thread);
    embed(&l);
    for (l.layer = 0; l.layer < l.c->n_layers; l.layer++) layer_pass(&l, &r->model->weights.layers[l.layer]);
    l.layer = -1;
    if (r->head_count) (l.s->top ? head_top : head)(&l);
}

static void head_alone(void *arg, int thread)
{
    struct lane l = lane_of(arg, thread);
    head(&l);
}

void bn_forward(struct bn_session *s, const int32_t *ids, int n, bool last)
{
    struct run r = {s, s->model, &s->model->kernels, ids, n, s->position, n - 1, last};
    bn_rope_fill(&s->rope, s->position + n);
    bn_threads_run(s->threads, pass, &r);
    s->position += n;
}

void bn_forward_head(struct bn_session *s, int n, int first, int count)
{
    struct run r = {s, s->model, &s->model->kernels, NULL, n, s->position - n, first, count};
    bn_threads_run(s->threads, head_alone, &r);
}
