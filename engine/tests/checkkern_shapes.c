/* checkkern_shapes.c - the shapes of the 2B4T model that kernels are timed on, and one call of each operation. */
#include "engine/tests/checkkern_shapes.h"
#include "engine/core/huge_pages.h"
#include "engine/kernels/lut3.h"

enum { RING = 256 << 20, MOST_TOKENS = 128, WIDEST = 6912 };

/* What all benches work on. */
static struct {
    char *ring;
    size_t at; /* where the next call reads */
    int8_t codes[MOST_TOKENS * WIDEST];
    float x[MOST_TOKENS * WIDEST], y[MOST_TOKENS * WIDEST], w_scale[2 * WIDEST], scale[MOST_TOKENS * 64],
        partials[128 * 512];
    int32_t sum[MOST_TOKENS];
    _Alignas(64) char scratch[BN_KERNEL_SCRATCH];
} in;

/* The next `bytes` of the ring. */
static void *next(size_t bytes)
{
    bytes = (bytes + 63) / 64 * 64;
    if (in.at + bytes + 4096 > RING) in.at = 0;
    void *p = in.ring + in.at;
    in.at += bytes;
    return p;
}

/* ---- one call of each operation: rows and cols as in the model, n tokens or queries ---- */
static size_t row_bytes(const struct shape *s)
{
    size_t cols = (size_t)s->cols;
    switch (s->op) {
    case BN_KERNEL_matmul_binary:
        return cols / 8;
    case BN_KERNEL_matmul_i2:
    case BN_KERNEL_matmul_wrq:
    case BN_KERNEL_matmul_lut4:
        return cols / 4;
    case BN_KERNEL_matmul_lut3:
        return (size_t)bn_lut3_units(s->cols) * 10;
    case BN_KERNEL_matmul_q8_0:
        return cols / 32 * 34;
    case BN_KERNEL_matmul_q4_0:
        return cols / 32 * 18;
    case BN_KERNEL_matmul_q6_k:
        return cols / 256 * 210;
    case BN_KERNEL_matmul_f32:
        return cols * 4;
    default:
        return cols * 2;
    }
}

/* Attention: rows positions of one kv head of size cols. */
static size_t block_half(const struct shape *s)
{
    size_t dim = (size_t)s->cols;
    return BN_SEGMENT * (s->type == BN_KV_F16 ? dim * 2 : s->type == BN_KV_F32 ? dim * 4 : dim + dim / 32 * 2);
}
static struct bn_kv_block next_block(const struct shape *s)
{
    size_t half = block_half(s), codes = (size_t)s->cols * BN_SEGMENT;
    char *k = next(2 * half), *v = k + half;
    return (struct bn_kv_block){
        s->type, s->cols, k, v, (uint16_t *)(void *)(k + codes), (uint16_t *)(void *)(v + codes)};
}

static void attend(any_fn fn, const struct shape *s)
{
    const float *q[32];
    float *partials[32];
    int seen[32];
    for (int first = 0; first < s->rows; first += BN_SEGMENT) {
        for (int i = 0; i < s->n; i++) {
            q[i] = in.x + i * s->cols, partials[i] = in.partials + i * (s->cols + 2);
            seen[i] = s->rows - first < BN_SEGMENT ? s->rows - first : BN_SEGMENT;
        }
        struct bn_kv_block kv = next_block(s);
        ((bn_attention_fn *)fn)(&(struct bn_attention_args){&kv, s->n, q, seen, partials});
    }
}

static void multiply(any_fn fn, const struct shape *s)
{
    size_t stride = row_bytes(s), wide = (size_t)s->cols, rows = (size_t)s->rows;
    void *w = next(rows * stride);
    if (s->op == BN_KERNEL_matmul_i2 || s->op == BN_KERNEL_matmul_lut3 || s->op == BN_KERNEL_matmul_wrq ||
        s->op == BN_KERNEL_matmul_lut4 || s->op == BN_KERNEL_matmul_binary)
        ((bn_matmul_i2_fn *)fn)(&(struct bn_ternary_args){in.y, rows, w, stride, s->rows, s->cols, in.w_scale, 0,
                                                          in.codes, BN_A256_BYTES(wide), in.sum, in.scale, s->n,
                                                          in.scratch},
                                0, s->rows);
    else if (s->limit == LIMIT_FLOAT || s->op == BN_KERNEL_matmul_f32 || s->op == BN_KERNEL_matmul_f16 ||
             s->op == BN_KERNEL_matmul_bf16)
        ((bn_matmul_f32_fn *)fn)(&(struct bn_float_args){in.y, rows, w, stride, s->rows, s->cols, in.x, wide, s->n}, 0,
                                 s->rows);
    else
        ((bn_matmul_q8_0_fn *)fn)(&(struct bn_block_args){in.y, rows, w, stride, s->rows, s->cols, in.codes, wide,
                                                          in.scale, (wide + 255) / 256, s->n, in.scratch},
                                  0, s->rows);
}

void bench_call(any_fn fn, const struct shape *s)
{
    struct bn_kv_block kv;
    switch (s->op) {
    case BN_KERNEL_rmsnorm:
        ((bn_rmsnorm_fn *)fn)(in.y, in.x, in.w_scale, s->cols, 1e-5f);
        break;
    case BN_KERNEL_norm_quantize:
        ((bn_norm_quantize_fn *)fn)(in.codes, in.sum, in.x, in.w_scale, s->cols, 1e-5f);
        break;
    case BN_KERNEL_quantize_a256:
        ((bn_quantize_a256_fn *)fn)(in.codes, in.sum, in.x, s->cols);
        break;
    case BN_KERNEL_quantize_s256:
        ((bn_quantize_s256_fn *)fn)(in.codes, in.sum, in.x, s->cols, 1.0f / 64);
        break;
    case BN_KERNEL_quantize_b256:
        ((bn_quantize_b256_fn *)fn)(in.codes, in.scale, in.x, s->cols);
        break;
    case BN_KERNEL_rope:
        ((bn_rope_fn *)fn)(in.y, in.x, in.x + s->cols / 2, s->rows, s->cols, s->cols, 0);
        break;
    case BN_KERNEL_kv_store:
        kv = next_block(s), ((bn_kv_store_fn *)fn)(&kv, 17, in.x, in.x + s->cols);
        break;
    case BN_KERNEL_attention:
        attend(fn, s);
        break;
    case BN_KERNEL_attention_merge:
        ((bn_attention_merge_fn *)fn)(in.y, in.partials, s->rows, (size_t)s->cols + 2, s->cols);
        break;
    case BN_KERNEL_relu2_mul:
    case BN_KERNEL_silu_mul:
        ((bn_relu2_mul_fn *)fn)(in.y, in.x, in.x + s->cols, s->cols);
        break;
    case BN_KERNEL_add:
        ((bn_add_fn *)fn)(in.y, in.x, s->cols);
        break;
    default:
        multiply(fn, s);
    }
}

double bench_bytes(const struct shape *s)
{
    double vector = (double)s->cols * 4;
    switch (s->op) {
    case BN_KERNEL_rmsnorm:
    case BN_KERNEL_relu2_mul:
    case BN_KERNEL_silu_mul:
    case BN_KERNEL_add:
        return 3 * vector;
    case BN_KERNEL_norm_quantize:
        return 2.25 * vector;
    case BN_KERNEL_quantize_a256:
    case BN_KERNEL_quantize_s256:
    case BN_KERNEL_quantize_b256:
        return 1.25 * vector;
    case BN_KERNEL_rope:
        return 2 * vector * s->rows;
    case BN_KERNEL_attention_merge:
        return vector * s->rows;
    case BN_KERNEL_kv_store:
        return 2 * (vector + (double)block_half(s) / BN_SEGMENT);
    case BN_KERNEL_attention:
        return 2.0 * (double)block_half(s) / BN_SEGMENT * s->rows;
    default:
        return (double)s->rows * (double)row_bytes(s);
    }
}
double bench_macs(const struct shape *s)
{
    if (s->op == BN_KERNEL_attention) return 2.0 * s->rows * s->cols * s->n;
    return s->limit == LIMIT_NONE ? 0 : (double)s->rows * s->cols * s->n;
}

/* ---- the shapes ---- */
#define MATMUL(op, prefill_limit)                                                                                      \
    {BN_KERNEL_##op, 4096, 2560, 1, LIMIT_READ, "4096 rows of 2560, 1 token", 0},                                      \
    {                                                                                                                  \
        BN_KERNEL_##op, 512, 2560, 128, prefill_limit, "512 rows of 2560, 128 tokens", 0                               \
    }
const struct shape bench_shapes[] = {
    {BN_KERNEL_matmul_i2, 2560, 2560, 1, LIMIT_READ, "q, o: 2560 x 2560, 1 token", 0},
    {BN_KERNEL_matmul_i2, 6912, 2560, 1, LIMIT_READ, "gate, up: 6912 x 2560, 1 token", 0},
    {BN_KERNEL_matmul_i2, 2560, 6912, 1, LIMIT_READ, "down: 2560 x 6912, 1 token", 0},
    {BN_KERNEL_matmul_lut3, 2560, 2560, 1, LIMIT_READ, "q, o: 2560 x 2560, 1 token", 0},
    {BN_KERNEL_matmul_lut3, 6912, 2560, 1, LIMIT_READ, "gate, up: 6912 x 2560, 1 token", 0},
    {BN_KERNEL_matmul_lut3, 2560, 6912, 1, LIMIT_READ, "down: 2560 x 6912, 1 token", 0},
    {BN_KERNEL_matmul_lut3, 2560, 2560, 4, LIMIT_READ, "q, o: 2560 x 2560, 4 tokens", 0},
    {BN_KERNEL_matmul_lut3, 640, 2560, 128, LIMIT_INT8, "k, v: 640 x 2560, 128 tokens", 0},
    {BN_KERNEL_matmul_lut3, 2560, 2560, 128, LIMIT_INT8, "q, o: 2560 x 2560, 128 tokens", 0},
    {BN_KERNEL_matmul_lut3, 640, 6912, 128, LIMIT_INT8, "down: 640 rows of 6912, 128 tokens", 0},
    {BN_KERNEL_matmul_i2, 2560, 2560, 4, LIMIT_READ, "q, o: 2560 x 2560, 4 tokens", 0},
    {BN_KERNEL_matmul_i2, 2560, 2560, 16, LIMIT_INT8, "q, o: 2560 x 2560, 16 tokens", 0},
    {BN_KERNEL_matmul_i2, 2560, 2560, 128, LIMIT_INT8, "q, o: 2560 x 2560, 128 tokens", 0},
    {BN_KERNEL_matmul_i2, 640, 2560, 128, LIMIT_INT8, "k, v: 640 x 2560, 128 tokens", 0},
    {BN_KERNEL_matmul_i2, 640, 6912, 128, LIMIT_INT8, "down: 640 rows of 6912, 128 tokens", 0},
    {BN_KERNEL_matmul_wrq, 2560, 2560, 1, LIMIT_READ, "q, o: 2560 x 2560, 1 token", 0},
    {BN_KERNEL_matmul_wrq, 6912, 2560, 1, LIMIT_READ, "gate, up: 6912 x 2560, 1 token", 0},
    {BN_KERNEL_matmul_wrq, 2560, 6912, 1, LIMIT_READ, "down: 2560 x 6912, 1 token", 0},
    {BN_KERNEL_matmul_wrq, 2560, 2560, 4, LIMIT_READ, "q, o: 2560 x 2560, 4 tokens", 0},
    {BN_KERNEL_matmul_wrq, 2560, 2560, 128, LIMIT_INT8, "q, o: 2560 x 2560, 128 tokens", 0},
    {BN_KERNEL_matmul_lut4, 2560, 2560, 1, LIMIT_READ, "q, o: 2560 x 2560, 1 token", 0},
    {BN_KERNEL_matmul_lut4, 6912, 2560, 1, LIMIT_READ, "gate, up: 6912 x 2560, 1 token", 0},
    {BN_KERNEL_matmul_lut4, 2560, 6912, 1, LIMIT_READ, "down: 2560 x 6912, 1 token", 0},
    {BN_KERNEL_matmul_lut4, 2560, 2560, 4, LIMIT_READ, "q, o: 2560 x 2560, 4 tokens", 0},
    {BN_KERNEL_matmul_lut4, 2560, 2560, 128, LIMIT_INT8, "q, o: 2560 x 2560, 128 tokens", 0},
    {BN_KERNEL_matmul_binary, 6912, 2560, 1, LIMIT_READ, "gate, up: 6912 x 2560, 1 token", 0},
    {BN_KERNEL_matmul_binary, 2560, 2560, 128, LIMIT_INT8, "q, o: 2560 x 2560, 128 tokens", 0},
    MATMUL(matmul_q6_k, LIMIT_INT8),
    MATMUL(matmul_q8_0, LIMIT_INT8),
    MATMUL(matmul_q4_0, LIMIT_INT8),
    MATMUL(matmul_f16, LIMIT_FLOAT),
    MATMUL(matmul_bf16, LIMIT_FLOAT),
    MATMUL(matmul_f32, LIMIT_FLOAT),
    {BN_KERNEL_attention, 64, 128, 4, LIMIT_READ, "f16, 4 queries, 64 positions", BN_KV_F16},
    {BN_KERNEL_attention, 1024, 128, 4, LIMIT_READ, "f16, 4 queries, 1024 positions", BN_KV_F16},
    {BN_KERNEL_attention, 4096, 128, 4, LIMIT_READ, "f16, 4 queries, 4096 positions", BN_KV_F16},
    {BN_KERNEL_attention, 4096, 128, 4, LIMIT_READ, "q8_0, 4 queries, 4096 positions", BN_KV_Q8_0},
    {BN_KERNEL_attention, 4096, 128, 4, LIMIT_READ, "q4_0, 4 queries, 4096 positions", BN_KV_Q4_0},
    {BN_KERNEL_attention, 4096, 128, 4, LIMIT_READ, "f32, 4 queries, 4096 positions", BN_KV_F32},
    {BN_KERNEL_attention, 4096, 128, 1, LIMIT_READ, "f16, 1 query, 4096 positions", BN_KV_F16},
    {BN_KERNEL_attention, 1024, 128, 32, LIMIT_FLOAT, "f16, 32 queries, 1024 positions", BN_KV_F16},
    {BN_KERNEL_attention, 1024, 128, 32, LIMIT_FLOAT, "q8_0, 32 queries, 1024 positions", BN_KV_Q8_0},
    {BN_KERNEL_attention_merge, 16, 128, 1, LIMIT_NONE, "16 segments of 128", 0},
    {BN_KERNEL_kv_store, 1, 128, 1, LIMIT_NONE, "f16, 1 position of 128", BN_KV_F16},
    {BN_KERNEL_kv_store, 1, 128, 1, LIMIT_NONE, "q8_0, 1 position of 128", BN_KV_Q8_0},
    {BN_KERNEL_kv_store, 1, 128, 1, LIMIT_NONE, "q4_0, 1 position of 128", BN_KV_Q4_0},
    {BN_KERNEL_rope, 20, 128, 1, LIMIT_NONE, "20 heads of 128", 0},
    {BN_KERNEL_rmsnorm, 1, 2560, 1, LIMIT_NONE, "2560", 0},
    {BN_KERNEL_rmsnorm, 1, 6912, 1, LIMIT_NONE, "6912", 0},
    {BN_KERNEL_norm_quantize, 1, 2560, 1, LIMIT_NONE, "2560", 0},
    {BN_KERNEL_norm_quantize, 1, 6912, 1, LIMIT_NONE, "6912", 0},
    {BN_KERNEL_quantize_a256, 1, 2560, 1, LIMIT_NONE, "2560", 0},
    {BN_KERNEL_quantize_a256, 1, 6912, 1, LIMIT_NONE, "6912", 0},
    {BN_KERNEL_quantize_s256, 1, 2560, 1, LIMIT_NONE, "2560", 0},
    {BN_KERNEL_quantize_b256, 1, 2560, 1, LIMIT_NONE, "2560", 0},
    {BN_KERNEL_relu2_mul, 1, 6912, 1, LIMIT_NONE, "6912", 0},
    {BN_KERNEL_silu_mul, 1, 6912, 1, LIMIT_NONE, "6912", 0},
    {BN_KERNEL_add, 1, 2560, 1, LIMIT_NONE, "2560", 0},
};
const int n_bench_shapes = sizeof bench_shapes / sizeof *bench_shapes;

/* Ordinary values in every 16-bit format: nothing denormal, infinite or NaN slows a loop, and no ternary
 * code is 3. */
bool bench_fill(const void **ring, size_t *bytes)
{
    *bytes = RING;
    struct rng r = {5};
    in.ring = bn_huge_pages_map(bytes);
    *ring = in.ring;
    if (!in.ring) return false;
    for (size_t i = 0; i < RING / 8; i++) {
        uint64_t halves = (rng_next(&r) & 0x8fff8fff8fff8fffu) | 0x2000200020002000u;
        ((uint64_t *)(void *)in.ring)[i] = halves & ~(halves >> 1 & 0x5555555555555555u);
    }
    fill_floats(in.x, sizeof in.x / 4, FILL_NORMAL, &r);
    fill_floats(in.w_scale, sizeof in.w_scale / 4, FILL_NORMAL, &r);
    for (size_t i = 0; i < sizeof in.codes; i++) in.codes[i] = (int8_t)(rng_below(&r, 255) - 127);
    for (size_t i = 0; i < sizeof in.scale / 4; i++) in.scale[i] = 0.01f;
    for (size_t i = 0; i < sizeof in.partials / 4; i++) in.partials[i] = 1.0f;
    return true;
}
