/* kernels.h - the operations of ops.def as typed function pointers, and the tables of variants to choose from.
 *
 * Use: `struct bn_kernels k; bn_kernels_select(&k, NULL, err); k.rmsnorm(...)`.
 * Add a variant: write kernels/<isa>/<op>_<variant>.c ending in BN_KERNEL(op, variant, BN_CPU_..., function), add one
 * line to kernels.list (weakest first), run checkkern. */
#ifndef BN_KERNELS_H
#define BN_KERNELS_H
#include "engine/core/cpu.h"
#include "engine/core/status.h"
#include <float.h>

/* Memory for the tables and partial sums of matmul_i2, matmul_lut3, matmul_lut4 and matmul_q6_k, too large for a stack:
 * BN_KERNEL_SCRATCH bytes, aligned to 64, each thread's own. Nothing is kept there from one call to the next. */
#define BN_KERNEL_SCRATCH (704 << 10)

/* Ternary matmul: y[t][m] = (float)(sum_k t_mk * q_tk) * (x_scale[t] * w_scale[m * w_scale_step]).
 * w: canonical I2_S rows (FORMATS.md 3.2), row_bytes apart, or for matmul_lut3 the panels of lut3.h; cols a multiple of
 * 128. x: int8 codes of quantize_a256, x_sum[t] = their sum. */
struct bn_ternary_args {
    float *y; /* [n][y_stride] */
    size_t y_stride;
    const uint8_t *w; /* [rows][row_bytes] */
    size_t row_bytes;
    int rows, cols;
    const float *w_scale;
    int w_scale_step; /* 0: one scale for the tensor, 1: one per row */
    const int8_t *x;  /* [n][x_stride] */
    size_t x_stride;
    const int32_t *x_sum;
    const float *x_scale;
    int n;         /* tokens */
    void *scratch; /* [BN_KERNEL_SCRATCH] */
};

/* The same with planes of signs (format/planes.h), in one pass over the packed bytes. With the integers D = sum_k b_mk
 * * q_tk of each plane: matmul_wrq:    y[t][m] = x_scale[t] * ((float)D1 * w_scale[2m] + (float)D2 * w_scale[2m + 1]);
 * no fused operation. matmul_lut4: the same from the panels of lut4.h; cols at most BN_LUT4_MOST_COLS. matmul_binary:
 * y[t][m] = (float)D * (x_scale[t] * w_scale[m * w_scale_step]); cols a multiple of 256 */

/* pack_lut3: one panel of lut3.h from `count` canonical I2_S rows without code 3 (1..32; missing rows become 0),
 * row_bytes apart; cols a multiple of 128. */

/* pack_lut4: one panel of lut4.h from `count` rows of matmul_wrq (1..32; missing rows get code 0), row_bytes apart. */

/* Float matmul: y[t][m] = sum_k w_mk * x_tk in 16 lanes (k modulo 16), fmaf, then bn_reduce16. */
struct bn_float_args {
    float *y;
    size_t y_stride;
    const void *w;
    size_t row_bytes;
    int rows, cols;
    const float *x; /* [n][x_stride], x_stride in floats */
    size_t x_stride;
    int n;
};

/* Block-quantised weights (q8_0, q4_0, q6_k) with activations of quantize_b256: int8 in natural order and one float
 * scale for every 256 of them (the last block may be shorter). */
struct bn_block_args {
    float *y;
    size_t y_stride;
    const void *w;
    size_t row_bytes;
    int rows, cols;
    const int8_t *x;
    size_t x_stride;
    const float *x_scale; /* [n][x_scale_stride] */
    size_t x_scale_stride;
    int n;
    void *scratch; /* [BN_KERNEL_SCRATCH] */
};

/* Positions are cut into segments of BN_SEGMENT, aligned at 0. A block: keys and values of one segment, one layer and
 * one kv head. Keys are stored in groups of 16 positions, [pos/16][head_dim][16], so that a vector holds 16 positions
 * and scores need no horizontal sum; values are stored in rows, [pos][head_dim]; pos counts from the segment's first.
 * Q8_0 is laid out for integer dot products of four codes: keys [pos/16][head_dim/4][16][4], four dims of a position
 * together; values [head_dim/16][BN_SEGMENT/4][16][4], four positions of a dim together. Q4_0 keeps codes + 8 in four
 * bits, two of a position in a byte, so that no two positions share one: keys [pos/16][head_dim/4][16][2], the third
 * and fourth dim above the first two; values [head_dim/32][BN_SEGMENT/4][16][4], dims 16 to 31 of 32 above the
 * first 16. */
#define BN_SEGMENT 256
enum bn_kv_type { BN_KV_F16, BN_KV_F32, BN_KV_Q8_0, BN_KV_Q4_0 };
#define BN_KV_TYPES 4
static inline bool bn_kv_has_scales(enum bn_kv_type type) { return type >= BN_KV_Q8_0; }
struct bn_kv_block {
    enum bn_kv_type type;
    int head_dim;
    void *k, *v;                 /* F16: uint16_t, F32: float, Q8_0: int8_t, Q4_0: uint8_t */
    uint16_t *k_scale, *v_scale; /* Q8_0, Q4_0: f16, keys [pos/16][head_dim/32][16], values [head_dim/32][BN_SEGMENT] */
};
/* What the largest of 32 numbers maps to: codes of Q4_0 are -8 to 7, which reach half a step past 7.5. */
static inline float bn_kv_top(enum bn_kv_type type) { return type == BN_KV_Q8_0 ? 127.0f : 7.5f; }
/* Largest magnitude that a cache of this type can hold; Q8_0, Q4_0: an f16 scale times the top. */
static inline float bn_kv_most(enum bn_kv_type type)
{
    return type == BN_KV_F16 ? 65504.0f : type == BN_KV_F32 ? FLT_MAX : bn_kv_top(type) * 65504.0f;
}
/* Q8_0 and Q4_0 turn the queries (signed) and exp(score - max) * scale into 16-bit codes; the largest value maps to
 * these (127
 * * 256, so that the high byte of a rounded code is an int8); numbers below TINY count as 0. */
#define BN_Q8_QUERY_TOP  32512.0f
#define BN_Q8_WEIGHT_TOP 32767.0f
#define BN_Q8_TINY       1e-30f
/* Where codes are stored; those of Q4_0 in the upper half of the byte for d % 4 >= 2 in keys, d % 32 >= 16 in values.
 */
static inline size_t bn_q8_key_index(size_t dim, size_t pos, size_t d)
{
    return ((pos / 16 * (dim / 4) + d / 4) * 16 + pos % 16) * 4 + d % 4;
}
static inline size_t bn_q8_value_index(size_t pos, size_t d)
{
    return ((d / 16 * (BN_SEGMENT / 4) + pos / 4) * 16 + d % 16) * 4 + pos % 4;
}
static inline size_t bn_q4_key_index(size_t dim, size_t pos, size_t d)
{
    return ((pos / 16 * (dim / 4) + d / 4) * 16 + pos % 16) * 2 + d % 2;
}
static inline size_t bn_q4_value_index(size_t pos, size_t d)
{
    return ((d / 32 * (BN_SEGMENT / 4) + pos / 4) * 16 + d % 16) * 4 + pos % 4;
}
static inline int bn_kv_key_code(const struct bn_kv_block *kv, size_t pos, size_t d)
{
    size_t dim = (size_t)kv->head_dim;
    if (kv->type == BN_KV_Q8_0) return ((const int8_t *)kv->k)[bn_q8_key_index(dim, pos, d)];
    return (((const uint8_t *)kv->k)[bn_q4_key_index(dim, pos, d)] >> (d % 4 < 2 ? 0 : 4) & 15) - 8;
}
static inline int bn_kv_value_code(const struct bn_kv_block *kv, size_t pos, size_t d)
{
    if (kv->type == BN_KV_Q8_0) return ((const int8_t *)kv->v)[bn_q8_value_index(pos, d)];
    return (((const uint8_t *)kv->v)[bn_q4_value_index(pos, d)] >> (d % 32 < 16 ? 0 : 4) & 15) - 8;
}

/* One call: queries of one kv head against one segment. Query i (token t, head h of the group) sees the segment's first
 * seen[i] positions (at least one). It writes partials[i]: {max, sum, o[head_dim]}: max of the scaled scores, sum of
 * exp(score - max) in 16 lanes by position, and o = sum over positions of exp(score - max) * v. F16, F32: in ascending
 * order; Q8_0, Q4_0: queries and exp(score - max) become 16-bit integers for it (kernels/ref/attention_ref.c). */
struct bn_attention_args {
    const struct bn_kv_block *kv;
    int n;                  /* queries */
    const float *const *q;  /* [n] -> [head_dim], already multiplied by 1/sqrt(head_dim) */
    const int *seen;        /* [n], 1..BN_SEGMENT */
    float *const *partials; /* [n] -> {max, sum, o[head_dim]} */
};

/* Element k of a row is at this index in quantize_a256's order: chunks of 256, four fields of 64, so that one
 * 64-byte load of I2_S (two 128-weight blocks), shifted by a field, lines up with one 64-byte load of codes. Rows are
 * padded with zero codes to a multiple of 256. */
static inline int bn_a256_index(int k) { return k / 256 * 256 + k % 128 / 32 * 64 + k / 128 % 2 * 32 + k % 32; }
#define BN_A256_BYTES(n) (((size_t)(n) + 255) / 256 * 256)

enum bn_kernel_op {
#define OP(name, result, params, args) BN_KERNEL_##name,
#include "engine/kernels/ops.def"
#undef OP
    BN_KERNEL_OP_COUNT
};
#define OP(name, result, params, args) typedef result bn_##name##_fn params;
#include "engine/kernels/ops.def"
#undef OP

struct bn_kernels {
#define OP(name, result, params, args) bn_##name##_fn *name;
#include "engine/kernels/ops.def"
#undef OP
    char summary[64]; /* the strongest variant in use, for reports */
};

struct bn_kernel_variant {
    enum bn_kernel_op op;
    const char *op_name, *variant;
    uint32_t needs; /* enum bn_cpu_feature bits */
    void (*function)(void);
};
/* The variant chosen for the i-th operation of ops.def, and its name in *op; NULL: there is no i-th. */
const char *bn_kernels_variant(const struct bn_kernels *kernels, size_t i, const char **op);
/* Last line of a variant's file: a function of the wrong type does not compile. The variant of kernels/vector is named
 * after what it is compiled for (BN_VECTOR, from the Makefile: sse2, vsx, ...). */
#define BN_KERNEL(op, variant, cpu, fn) BN_KERNEL_OF(op, variant, cpu, fn)
#define BN_KERNEL_OF(op, variant, cpu, fn)                                                                             \
    const struct bn_kernel_variant bn_kernel_##op##_##variant = {BN_KERNEL_##op, #op, #variant, (cpu),                 \
                                                                 (void (*)(void))(1 ? (fn) : (bn_##op##_fn *)0)}

/* All variants in the order of kernels.list. */
const struct bn_kernel_variant *const *bn_kernel_variants(size_t *n);
/* For each op the last variant of the list this CPU supports; `variant` not NULL: variants listed after that one are
 * skipped ("avx2" takes avx2 if the op has it, else the next weaker). What callers may name: backends.h. */
enum bn_status bn_kernels_select(struct bn_kernels *kernels, const char *variant, struct bn_error *err);

/* The fixed tree: lanes i and i+8, then i+4, i+2, i+1. */
static inline float bn_reduce16(const float lane[16])
{
    float a[8];
    for (int i = 0; i < 8; i++) a[i] = lane[i] + lane[i + 8];
    for (int i = 0; i < 4; i++) a[i] = a[i] + a[i + 4];
    a[0] = a[0] + a[2];
    a[1] = a[1] + a[3];
    return a[0] + a[1];
}
#endif
