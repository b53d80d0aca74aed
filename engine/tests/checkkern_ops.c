/* checkkern_ops.c - the cases of every operation: shapes with all tails, random and extreme values. */
#include "engine/tests/checkkern.h"
#include <math.h>
#include "engine/core/half.h"
#include "engine/kernels/lut3.h"
#include "engine/kernels/lut4.h"
#include <math.h>
#include <string.h>

static const int lengths[] = {32, 64, 96, 128, 160, 256, 288, 384, 512, 544, 640, 1024, 2560, 3232, 6912};
#define N_LENGTHS ((int)(sizeof lengths / sizeof *lengths))

static bool check_rmsnorm(any_fn ref, any_fn fn, int number, struct rng *r)
{
    int n = number % 2 ? lengths[rng_below(r, N_LENGTHS)] : 1 + number;
    float *x = guarded((size_t)n * 4), *w = guarded((size_t)n * 4), *a = guarded((size_t)n * 4),
          *b = guarded((size_t)n * 4);
    fill_floats(x, (size_t)n, (enum fill)(number % FILL_COUNT), r);
    fill_floats(w, (size_t)n, FILL_NORMAL, r);
    ((bn_rmsnorm_fn *)ref)(a, x, w, n, 1e-5f);
    ((bn_rmsnorm_fn *)fn)(b, x, w, n, 1e-5f);
    if (!same_bytes(a, b, (size_t)n * 4, "n %d", n)) return false;
    ((bn_rmsnorm_fn *)fn)(x, x, w, n, 1e-5f);
    return same_bytes(a, x, (size_t)n * 4, "n %d in place", n);
}

static bool check_quantize_a256(any_fn ref, any_fn fn, int number, struct rng *r)
{
    int n = number % 2 ? lengths[rng_below(r, N_LENGTHS)] : number % 4 ? 1 + rng_below(r, 700) : 32 * (1 + number / 2);
    float *x = guarded((size_t)n * 4);
    int8_t *a = guarded(BN_A256_BYTES(n)), *b = guarded(BN_A256_BYTES(n));
    int32_t sum_a = 0, sum_b = 1;
    fill_floats(x, (size_t)n, (enum fill)(number % FILL_COUNT), r);
    for (int i = 0; number % 5 == 1 && i < n; i++) x[i] = (float)rng_below(r, 509) * 0.5f - 127.0f; /* ties */
    float scale_a = ((bn_quantize_a256_fn *)ref)(a, &sum_a, x, n),
          scale_b = ((bn_quantize_a256_fn *)fn)(b, &sum_b, x, n);
    return same_bytes(a, b, BN_A256_BYTES(n), "n %d", n) && same_bytes(&sum_a, &sum_b, 4, "sum, n %d", n) &&
           same_bytes(&scale_a, &scale_b, 4, "scale, n %d", n);
}

static bool check_norm_quantize(any_fn ref, any_fn fn, int number, struct rng *r)
{
    int n = number % 2 ? lengths[rng_below(r, N_LENGTHS)] : number % 4 ? 1 + rng_below(r, 700) : 32 * (1 + number / 2);
    float *x = guarded((size_t)n * 4), *w = guarded((size_t)n * 4), eps = number % 3 ? 1e-5f : 0.0f;
    int8_t *a = guarded(BN_A256_BYTES(n)), *b = guarded(BN_A256_BYTES(n));
    int32_t sum_a = 0, sum_b = 1;
    fill_floats(x, (size_t)n, (enum fill)(number % FILL_COUNT), r);
    fill_floats(w, (size_t)n, (enum fill)(number / 7 % FILL_COUNT), r);
    float scale_a = ((bn_norm_quantize_fn *)ref)(a, &sum_a, x, w, n, eps),
          scale_b = ((bn_norm_quantize_fn *)fn)(b, &sum_b, x, w, n, eps);
    return same_bytes(a, b, BN_A256_BYTES(n), "n %d", n) && same_bytes(&sum_a, &sum_b, 4, "sum, n %d", n) &&
           same_bytes(&scale_a, &scale_b, 4, "scale, n %d", n);
}

/* Scales from one that clamps nothing to one that clamps most; limits (127.5 steps) and ties among the inputs. */
static bool check_quantize_s256(any_fn ref, any_fn fn, int number, struct rng *r)
{
    int n = number % 2 ? lengths[rng_below(r, N_LENGTHS)] : number % 4 ? 1 + rng_below(r, 700) : 32 * (1 + number / 2);
    float *x = guarded((size_t)n * 4),
          scale = number % 5 == 1 ? 1.0f : ldexpf(1.0f + (float)rng_below(r, 1000) / 1000, rng_below(r, 24) - 16);
    int8_t *a = guarded(BN_A256_BYTES(n)), *b = guarded(BN_A256_BYTES(n));
    int32_t sum_a = 0, sum_b = 1;
    fill_floats(x, (size_t)n, (enum fill)(number % FILL_COUNT), r);
    for (int i = 0; number % 5 == 1 && i < n; i++) x[i] = (float)rng_below(r, 521) * 0.5f - 130.0f;
    int clamped_a = ((bn_quantize_s256_fn *)ref)(a, &sum_a, x, n, scale),
        clamped_b = ((bn_quantize_s256_fn *)fn)(b, &sum_b, x, n, scale);
    return same_bytes(a, b, BN_A256_BYTES(n), "n %d", n) && same_bytes(&sum_a, &sum_b, 4, "sum, n %d", n) &&
           same_bytes(&clamped_a, &clamped_b, 4, "clamped, n %d", n);
}

static bool check_quantize_b256(any_fn ref, any_fn fn, int number, struct rng *r)
{
    int n = number % 2 ? lengths[rng_below(r, N_LENGTHS)] : 32 * (1 + number / 2), blocks = (n + 255) / 256;
    float *x = guarded((size_t)n * 4), *sa = guarded((size_t)blocks * 4), *sb = guarded((size_t)blocks * 4);
    int8_t *a = guarded((size_t)n), *b = guarded((size_t)n);
    fill_floats(x, (size_t)n, (enum fill)(number % FILL_COUNT), r);
    ((bn_quantize_b256_fn *)ref)(a, sa, x, n);
    ((bn_quantize_b256_fn *)fn)(b, sb, x, n);
    return same_bytes(a, b, (size_t)n, "n %d", n) && same_bytes(sa, sb, (size_t)blocks * 4, "scales, n %d", n);
}

static const int token_counts[] = {1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 17, 31, 33};
static int pick_tokens(struct rng *r)
{
    return token_counts[rng_below(r, (int)(sizeof token_counts / sizeof *token_counts))];
}

/* Rows begin..end of a matrix a little larger, so that writes outside the range show. */
struct range {
    int rows, begin, end;
};
static struct range pick_range(struct rng *r)
{
    int begin = rng_below(r, 3), count = 1 + rng_below(r, 37);
    return (struct range){begin + count + rng_below(r, 3), begin, begin + count};
}

enum layout { I2, LUT3, WRQ, LUT4, BINARY };
static void fill_lut3(uint8_t *w, int rows, int cols, bool extreme, struct rng *r);
static bool check_ternary(any_fn ref, any_fn fn, int number, struct rng *r, enum layout layout)
{
    struct range m = pick_range(r);
    int cols = 128 * (number < 24  ? 1 + number
                      : number % 3 ? 1 + rng_below(r, 60)
                                   : (int[]){20, 54, 12, 32}[number / 3 % 4]),
        n = number % 6 == 1 && number / 24 % 3 < 2
                ? 9 + number / 24 % 3 * 12 /* extremes reach the kernels for many tokens too */
            : number % 72 == 6 ? 145
                               : pick_tokens(r);
    if (layout == BINARY) cols = (cols + 255) / 256 * 256;
    if (cols <= 1536 && (number % 6 == 1 ? number % 12 == 7 : number % 8 == 3 || number % 16 == 10))
        m.rows += 390, m.end += 390, n += 13; /* and those for many rows */
    size_t row_bytes = (size_t)cols / (layout == BINARY ? 8 : 4) + (size_t)(number % 4 == 3 ? 32 : 0),
           x_stride = BN_A256_BYTES(cols) + (size_t)(number % 5 == 4 ? 64 : 0);
    size_t y_bytes = (size_t)n * (size_t)m.rows * 4, w_bytes = layout == LUT3   ? bn_lut3_bytes(m.rows, cols)
                                                               : layout == LUT4 ? bn_lut4_bytes(m.rows, cols)
                                                                                : (size_t)m.rows * row_bytes;
    uint8_t *w = guarded(w_bytes);
    int8_t *x = guarded((size_t)n * x_stride);
    int32_t *x_sum = guarded((size_t)n * 4);
    float *x_scale = guarded((size_t)n * 4), *w_scale = guarded((size_t)m.rows * 8), *a = guarded(y_bytes),
          *b = guarded(y_bytes);
    fill_floats(x_scale, (size_t)n, FILL_NORMAL, r);
    fill_floats(w_scale, (size_t)m.rows * 2, FILL_NORMAL, r);
    fill_bytes(w, w_bytes, r);
    for (size_t i = 0; layout == I2 && number % 4 && i < w_bytes; i++)
        w[i] &= (uint8_t) ~(w[i] >> 1 & 0x55); /* code 3 becomes 2 */
    if (layout == I2 && number % 4 == 2)
        w[(size_t)m.begin * row_bytes + (size_t)cols / 4 - 1] |= 3; /* but for the last one of a row */
    static const uint8_t same_code[] = {0x00, 0xaa, 0xff, 0x55};
    if (number % 6 == 1) memset(w, same_code[number / 6 % 4], w_bytes);
    if (layout == LUT3) fill_lut3(w, m.rows, cols, number % 6 == 1, r);
    fill_bytes(x, (size_t)n * x_stride, r);
    for (int t = 0; t < n; t++) {
        int8_t *q = x + (size_t)t * x_stride;
        x_sum[t] = 0;
        for (int k = 0; k < (int)BN_A256_BYTES(cols); k++)
            if (k % 256 % 64 / 32 * 128 + k / 256 * 256 >= cols)
                q[k] = 0; /* the padding after an odd 128 */
            else
                x_sum[t] += q[k] = number % 6 == 1 ? (int8_t)(number / 24 % 2 ? 127 : -127) : q[k] == -128 ? 5 : q[k];
    }
    struct bn_ternary_args args = {a,       (size_t)m.rows,
                                   w,       row_bytes,
                                   m.rows,  cols,
                                   w_scale, number % 2,
                                   x,       x_stride,
                                   x_sum,   x_scale,
                                   n,       guarded(BN_KERNEL_SCRATCH)};
    ((bn_matmul_i2_fn *)ref)(&args, m.begin, m.end);
    args.y = b;
    ((bn_matmul_i2_fn *)fn)(&args, m.begin, m.end);
    return same_bytes(a, b, y_bytes, "rows %d..%d of %d, cols %d, tokens %d", m.begin, m.end, m.rows, cols, n);
}

static bool check_matmul_i2(any_fn ref, any_fn fn, int number, struct rng *r)
{
    return check_ternary(ref, fn, number, r, I2);
}
static bool check_matmul_wrq(any_fn ref, any_fn fn, int number, struct rng *r)
{
    return check_ternary(ref, fn, number, r, WRQ);
}
static bool check_matmul_binary(any_fn ref, any_fn fn, int number, struct rng *r)
{
    return check_ternary(ref, fn, number, r, BINARY);
}
/* Random weights, made from I2_S rows without code 3. */
static void fill_lut3(uint8_t *w, int rows, int cols, bool extreme, struct rng *r)
{
    size_t row_bytes = (size_t)cols / 4, bytes = (size_t)rows * row_bytes;
    uint8_t *i2 = guarded(bytes);
    fill_bytes(i2, bytes, r);
    for (size_t i = 0; i < bytes; i++) i2[i] &= (uint8_t) ~(i2[i] >> 1 & 0x55);
    if (extreme) memset(i2, rng_below(r, 2) ? 0xaa : 0x00, bytes);
    struct bn_kernels kernels;
    bn_kernels_select(&kernels, "ref", NULL);
    for (int p = 0; p < bn_lut3_panels(rows); p++)
        kernels.pack_lut3(w + bn_lut3_panel_at(p, cols), i2 + (size_t)p * 32 * row_bytes, row_bytes,
                          rows - 32 * p < 32 ? rows - 32 * p : 32, cols);
}
static bool check_pack_lut3(any_fn ref, any_fn fn, int number, struct rng *r)
{
    int cols = 128 * (number < 24 ? 1 + number : 1 + rng_below(r, 60)), count = number % 3 ? 1 + rng_below(r, 32) : 32;
    size_t row_bytes = (size_t)cols / 4 + (size_t)(number % 4 == 3 ? 32 : 0), bytes = bn_lut3_bytes(1, cols);
    uint8_t *i2 = guarded((size_t)count * row_bytes), *a = guarded(bytes), *b = guarded(bytes);
    fill_bytes(i2, (size_t)count * row_bytes, r);
    for (size_t i = 0; i < (size_t)count * row_bytes; i++) i2[i] &= (uint8_t) ~(i2[i] >> 1 & 0x55);
    ((bn_pack_lut3_fn *)ref)(a, i2, row_bytes, count, cols);
    ((bn_pack_lut3_fn *)fn)(b, i2, row_bytes, count, cols);
    return same_bytes(a, b, bytes, "rows %d, cols %d", count, cols);
}
static bool check_pack_lut4(any_fn ref, any_fn fn, int number, struct rng *r)
{
    int cols = 128 * (number < 24 ? 1 + number : 1 + rng_below(r, 60)), count = number % 3 ? 1 + rng_below(r, 32) : 32;
    size_t row_bytes = (size_t)cols / 4 + (size_t)(number % 4 == 3 ? 32 : 0), bytes = bn_lut4_bytes(1, cols);
    uint8_t *rows = guarded((size_t)count * row_bytes), *a = guarded(bytes), *b = guarded(bytes);
    fill_bytes(rows, (size_t)count * row_bytes, r);
    ((bn_pack_lut4_fn *)ref)(a, rows, row_bytes, count, cols);
    ((bn_pack_lut4_fn *)fn)(b, rows, row_bytes, count, cols);
    return same_bytes(a, b, bytes, "rows %d, cols %d", count, cols);
}
static bool check_matmul_lut4(any_fn ref, any_fn fn, int number, struct rng *r)
{
    return check_ternary(ref, fn, number, r, LUT4);
}
static bool check_matmul_lut3(any_fn ref, any_fn fn, int number, struct rng *r)
{
    return check_ternary(ref, fn, number, r, LUT3);
}

enum float_type { F32, F16, BF16 };
static bool check_float(any_fn ref, any_fn fn, int number, struct rng *r, enum float_type type)
{
    struct range m = pick_range(r);
    int cols = number % 2 ? 1 + rng_below(r, 600) : 16 * (1 + rng_below(r, 40)), n = pick_tokens(r);
    size_t element = type == F32 ? 4 : 2, row_bytes = (size_t)cols * element + (size_t)(number % 3 == 2 ? 8 : 0);
    size_t w_bytes = (size_t)m.rows * row_bytes, x_stride = (size_t)cols + (size_t)(number % 5 == 4),
           y_bytes = (size_t)n * (size_t)m.rows * 4;
    char *w = guarded(w_bytes);
    float *x = guarded((size_t)n * x_stride * 4), *a = guarded(y_bytes), *b = guarded(y_bytes);
    fill_floats(x, (size_t)n * x_stride, (enum fill)(number % FILL_COUNT), r);
    for (size_t i = 0; i < w_bytes / element; i++) {
        float f;
        fill_floats(&f, 1, (enum fill)(number / 2 % FILL_COUNT), r);
        uint16_t half = type == F16 ? bn_f32_to_f16(f) : (uint16_t)(bn_bits_of_float(f) >> 16);
        memcpy(w + i * element, type == F32 ? (void *)&f : (void *)&half, element);
    }
    struct bn_float_args args = {a, (size_t)m.rows, w, row_bytes, m.rows, cols, x, x_stride, n};
    ((bn_matmul_f32_fn *)ref)(&args, m.begin, m.end);
    args.y = b;
    ((bn_matmul_f32_fn *)fn)(&args, m.begin, m.end);
    return same_bytes(a, b, y_bytes, "rows %d..%d of %d, cols %d, tokens %d", m.begin, m.end, m.rows, cols, n);
}
/* Sums c + a * b that lie next to the middle between two floats, by a 2^46th of the half: rounding them to double first
 * and to float then goes wrong for half of them. c is normal or subnormal. (2^23 - 1)(2^23 + 1) = 2^46 - 1, and
 * 8384513 * 8392705 = 2^46 + 1. */
static bool check_fused(any_fn ref, any_fn fn, int number, struct rng *r)
{
    float w[17] = {0}, x[17] = {0}, a, b;
    int exponent = number % 3 ? -100 + rng_below(r, 160) : -149; /* of the last bit of c */
    int mantissa = exponent > -149 ? (1 << 23) + rng_below(r, 1 << 23) : 1 + rng_below(r, 1 << 23);
    bool above = rng_below(r, 2);
    w[0] = ldexpf((float)(rng_below(r, 2) ? mantissa : -mantissa), exponent), x[0] = 1.0f;
    w[16] = ldexpf(above ? 8384513.0f : 8388607.0f, -60);
    x[16] = ldexpf(above ? 8392705.0f : 8388609.0f, exponent - 1 - 46 + 60);
    if (rng_below(r, 2)) x[16] = -x[16];
    struct bn_float_args args = {&a, 1, w, sizeof w, 1, 17, x, 17, 1};
    ((bn_matmul_f32_fn *)ref)(&args, 0, 1);
    args.y = &b;
    ((bn_matmul_f32_fn *)fn)(&args, 0, 1);
    return same_bytes(&a, &b, 4, "%a + %a * %a", w[0], w[16], x[16]);
}
static bool check_f32(any_fn ref, any_fn fn, int number, struct rng *r)
{
    for (int i = 0; i < 50; i++)
        if (!check_fused(ref, fn, i, r)) return false;
    return check_float(ref, fn, number, r, F32);
}
static bool check_f16(any_fn ref, any_fn fn, int number, struct rng *r) { return check_float(ref, fn, number, r, F16); }
static bool check_bf16(any_fn ref, any_fn fn, int number, struct rng *r)
{
    return check_float(ref, fn, number, r, BF16);
}

/* Formats of blocks of `block` weights in `bytes` bytes with the f16 scale at `d_at`. */
static bool check_blocks(any_fn ref, any_fn fn, int number, struct rng *r, int block, size_t bytes, size_t d_at)
{
    struct range m = pick_range(r);
    int blocks = number < 40 ? 1 + number : 1 + rng_below(r, 2560 / block), cols = block * blocks, n = pick_tokens(r);
    size_t row_bytes = (size_t)blocks * bytes, w_bytes = (size_t)m.rows * row_bytes, x_stride = (size_t)cols,
           n_scales = ((size_t)cols + 255) / 256;
    size_t y_bytes = (size_t)n * (size_t)m.rows * 4;
    uint8_t *w = guarded(w_bytes);
    int8_t *x = guarded((size_t)n * x_stride);
    float *x_scale = guarded((size_t)n * n_scales * 4), *a = guarded(y_bytes), *b = guarded(y_bytes);
    fill_floats(x_scale, (size_t)n * n_scales, FILL_NORMAL, r);
    fill_bytes(w, w_bytes, r);
    if (number % 4 == 1) memset(w, number / 4 % 2 ? 0x7f : 0x80, w_bytes);
    for (size_t i = 0; i < w_bytes / bytes; i++) {
        float d;
        fill_floats(&d, 1, (enum fill)(number % FILL_COUNT), r);
        uint16_t half = bn_f32_to_f16(d);
        memcpy(w + i * bytes + d_at, &half, 2);
    }
    fill_bytes(x, (size_t)n * x_stride, r);
    for (size_t i = 0; i < (size_t)n * x_stride; i++)
        x[i] = number % 4 == 1 ? (int8_t)(number / 8 % 2 ? 127 : -127) : x[i] == -128 ? 127 : x[i];
    struct bn_block_args args = {a, (size_t)m.rows, w,       row_bytes, m.rows, cols,
                                 x, x_stride,       x_scale, n_scales,  n,      guarded(BN_KERNEL_SCRATCH)};
    ((bn_matmul_q8_0_fn *)ref)(&args, m.begin, m.end);
    args.y = b;
    ((bn_matmul_q8_0_fn *)fn)(&args, m.begin, m.end);
    return same_bytes(a, b, y_bytes, "rows %d..%d of %d, cols %d, tokens %d", m.begin, m.end, m.rows, cols, n);
}
static bool check_q8_0(any_fn ref, any_fn fn, int number, struct rng *r)
{
    return check_blocks(ref, fn, number, r, 32, 34, 0);
}
static bool check_q4_0(any_fn ref, any_fn fn, int number, struct rng *r)
{
    return check_blocks(ref, fn, number, r, 32, 18, 0);
}
static bool check_q6_k(any_fn ref, any_fn fn, int number, struct rng *r)
{
    return check_blocks(ref, fn, number, r, 256, 210, 208);
}

static bool check_rope(any_fn ref, any_fn fn, int number, struct rng *r)
{
    int head_dim = (int[]){16, 32, 48, 64, 96, 100, 128, 256}[number % 8], heads = 1 + rng_below(r, 5);
    int rope_dim = number % 3 ? head_dim : head_dim / 4 * 2, n = heads * head_dim;
    float *x = guarded((size_t)n * 4), *c = guarded((size_t)rope_dim * 2), *s = guarded((size_t)rope_dim * 2);
    fill_floats(x, (size_t)n, (enum fill)(number % FILL_COUNT), r);
    fill_floats(c, (size_t)rope_dim / 2, FILL_NORMAL, r);
    fill_floats(s, (size_t)rope_dim / 2, FILL_MIXED, r);
    float *y = guarded_copy(x, (size_t)n * 4);
    ((bn_rope_fn *)ref)(x, c, s, heads, head_dim, rope_dim, number / 8 % 2);
    ((bn_rope_fn *)fn)(y, c, s, heads, head_dim, rope_dim, number / 8 % 2);
    return same_bytes(x, y, (size_t)n * 4, "heads %d, head_dim %d, rope_dim %d, interleaved %d", heads, head_dim,
                      rope_dim, number / 8 % 2);
}

static bool check_gated(any_fn ref, any_fn fn, int number, struct rng *r)
{
    int n = 1 + rng_below(r, 400);
    float *g = guarded((size_t)n * 4), *u = guarded((size_t)n * 4), *a = guarded((size_t)n * 4),
          *b = guarded((size_t)n * 4);
    fill_floats(g, (size_t)n, (enum fill)(number % FILL_COUNT), r);
    fill_floats(u, (size_t)n, (enum fill)(number / 2 % FILL_COUNT), r);
    for (int i = 0; number % 4 == 3 && i < n; i++) g[i] *= 30.0f; /* around exp's limits */
    ((bn_relu2_mul_fn *)ref)(a, g, u, n);
    ((bn_relu2_mul_fn *)fn)(b, g, u, n);
    if (!same_bytes(a, b, (size_t)n * 4, "n %d", n)) return false;
    ((bn_relu2_mul_fn *)fn)(g, g, u, n);
    return same_bytes(a, g, (size_t)n * 4, "n %d in place", n);
}

static bool check_add(any_fn ref, any_fn fn, int number, struct rng *r)
{
    int n = 1 + rng_below(r, 400);
    float *x = guarded((size_t)n * 4), *a = guarded((size_t)n * 4);
    fill_floats(x, (size_t)n, (enum fill)(number % FILL_COUNT), r);
    fill_floats(a, (size_t)n, FILL_NORMAL, r);
    float *b = guarded_copy(a, (size_t)n * 4);
    ((bn_add_fn *)ref)(a, x, n);
    ((bn_add_fn *)fn)(b, x, n);
    return same_bytes(a, b, (size_t)n * 4, "n %d", n);
}

/* Cases and check of each operation; an operation without them does not compile. */
#define CHECK(op, cases, function) static const struct op_check check_of_##op = {cases, function}
CHECK(rmsnorm, 80, check_rmsnorm);
CHECK(norm_quantize, 80, check_norm_quantize);
CHECK(quantize_a256, 80, check_quantize_a256);
CHECK(quantize_s256, 80, check_quantize_s256);
CHECK(matmul_i2, 144, check_matmul_i2);
CHECK(matmul_wrq, 144, check_matmul_wrq);
CHECK(matmul_binary, 144, check_matmul_binary);
CHECK(pack_lut3, 96, check_pack_lut3);
CHECK(matmul_lut3, 288, check_matmul_lut3);
CHECK(pack_lut4, 96, check_pack_lut4);
CHECK(matmul_lut4, 288, check_matmul_lut4);
CHECK(matmul_f32, 60, check_f32);
CHECK(matmul_f16, 60, check_f16);
CHECK(matmul_bf16, 60, check_bf16);
CHECK(quantize_b256, 80, check_quantize_b256);
CHECK(matmul_q8_0, 80, check_q8_0);
CHECK(matmul_q4_0, 80, check_q4_0);
CHECK(matmul_q6_k, 60, check_q6_k);
CHECK(rope, 64, check_rope);
CHECK(kv_store, 120, check_kv_store);
CHECK(attention, 120, check_attention);
CHECK(attention_merge, 40, check_attention_merge);
CHECK(attention_scores, 120, check_attention_scores);
CHECK(attention_law, 60, check_attention_law);
CHECK(relu2_mul, 60, check_gated);
CHECK(silu_mul, 60, check_gated);
CHECK(add, 60, check_add);

const struct op_check *const op_checks[BN_KERNEL_OP_COUNT] = {
#define OP(name, result, params, args) [BN_KERNEL_##name] = &check_of_##name,
#include "engine/kernels/ops.def"
#undef OP
};
