/* linears.c - a pass's linears: inputs made ready for the form of the weights, rows of the product cut over the
 * threads. */
#include "engine/model/linears.h"
#include "engine/kernels/lut3.h"
#include <string.h>

/* Normalises row t of `in` (weights NULL: as it is) into the form that `lin` takes. */
void bn_prepare_token(struct bn_lane *l, const struct bn_linear *lin, const float *in, const float *norm, int t)
{
    struct bn_acts *a = l->acts;
    const struct bn_config *c = l->c;
    size_t row = (size_t)t;
    float *y = a->norm + row * a->norm_stride;
    if (norm) {
        l->k->rmsnorm(y, in, norm, lin->cols, c->rms_eps);
        in = y;
    }
    if (lin->norm_in) {
        l->k->rmsnorm(y, in, lin->norm_in, lin->cols, c->norm_in_eps);
        in = y;
    }
    int8_t *codes = a->codes + row * a->code_stride;
    if (lin->kind == BN_LINEAR_TERNARY)
        a->scale[t] = l->k->quantize_a256(codes, &a->sum[t], in, lin->cols);
    else if (lin->kind == BN_LINEAR_BLOCK)
        l->k->quantize_b256(codes, a->block_scale + row * a->block_stride, in, lin->cols);
    else if (in != y)
        memcpy(y, in, (size_t)lin->cols * sizeof *y);
}

void bn_prepare(struct bn_lane *l, const struct bn_linear *lin, const float *in, size_t in_stride, const float *norm)
{
    for (int t = l->t0; t < l->t1; t++) bn_prepare_token(l, lin, in + (size_t)t * in_stride, norm, t);
}

bool bn_same_input(const struct bn_linear *a, const struct bn_linear *b)
{
    return a->kind == b->kind && a->cols == b->cols && a->norm_in == b->norm_in;
}

/* Rows r0..r1 of `lin` for tokens first .. first + n - 1 of the prepared activations. */
void bn_multiply(struct bn_lane *l, const struct bn_linear *lin, float *y, size_t y_stride, int first, int n, int r0,
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
                                      lin->w_scale_step, a->codes + t * a->code_stride, a->code_stride, a->sum + t,
                                      a->scale + t, n},
            r0, r1);
    } else if (lin->kind == BN_LINEAR_BLOCK) {
        struct bn_block_args args = {y,
                                     y_stride,
                                     lin->data,
                                     lin->row_bytes,
                                     lin->rows,
                                     lin->cols,
                                     a->codes + t * a->code_stride,
                                     a->code_stride,
                                     a->block_scale + t * a->block_stride,
                                     a->block_stride,
                                     n};
        (lin->encoding == BN_ENC_Q8_0   ? k->matmul_q8_0
         : lin->encoding == BN_ENC_Q4_0 ? k->matmul_q4_0
                                        : k->matmul_q6_k)(&args, r0, r1);
    } else {
        struct bn_float_args args = {
            y, y_stride, lin->data, lin->row_bytes, lin->rows, lin->cols, a->norm + t * a->norm_stride, a->norm_stride,
            n};
        (lin->encoding == BN_ENC_F16    ? k->matmul_f16
         : lin->encoding == BN_ENC_BF16 ? k->matmul_bf16
                                        : k->matmul_f32)(&args, r0, r1);
    }
}

/* Rows are cut over the threads. Tables of lut3 are made for every token and used for all rows of a thread, so there
 * tokens are cut first, as long as a thread keeps enough of them to make taking the weights apart worth while. */
struct bn_part bn_part_of(const struct bn_lane *l, const struct bn_linear *lin, int rows)
{
    enum { LEAST_TOKENS = 48 };
    int threads = l->n_threads, groups = 1, t1;
    struct bn_part s;
    for (int g = 2; lin->lut3 && g <= threads && l->n / g >= LEAST_TOKENS; g++)
        if (threads % g == 0) groups = g;
    bn_share(rows, lin->lut3 ? BN_LUT3_PANEL : 16, l->thread / groups, threads / groups, &s.r0, &s.r1);
    bn_share(l->n, 1, l->thread % groups, groups, &s.first, &t1);
    s.n = t1 - s.first;
    return s;
}

/* Linears that share an input, as one list of rows cut evenly over the threads: q, k and v; o; down. */
void bn_linears(struct bn_lane *l, enum bn_op op, const struct bn_linear *lin, int count, float *const *out,
                const size_t *stride, const float *in, size_t in_stride, const float *norm)
{
    int total = 0;
    for (int i = 0; i < count; i++) total += lin[i].rows;
    struct bn_part s = bn_part_of(l, lin, total);
    for (int i = 0, base = 0; i < count; base += lin[i++].rows) {
        if (i == 0 || !bn_same_input(&lin[i], &lin[i - 1])) {
            if (i) {
                bn_lane_end(l, op);
                bn_lane_barrier_if_shared(l);
            }
            bn_lane_begin(l, BN_OP_NORM);
            bn_prepare(l, &lin[i], in, in_stride, norm);
            bn_lane_end(l, BN_OP_NORM);
            bn_lane_barrier_if_shared(l);
            bn_lane_begin(l, op);
        }
        int a = s.r0 - base, b = s.r1 - base;
        bn_multiply(l, &lin[i], out[i] + (size_t)s.first * stride[i], stride[i], s.first, s.n, a < 0 ? 0 : a,
                    b > lin[i].rows ? lin[i].rows : b);
    }
    bn_lane_end(l, op);
    bn_lane_barrier(l);
}
