/* checkkern_bench.c - times every variant of every operation on the shapes of the 2B4T model, on one thread, beside the limits of the machine.
 * Weights and caches are walked through a region much larger than the caches of the CPU, as decode does. Variants take turns. */
#include "engine/tests/checkkern.h"
#include "engine/core/huge_pages.h"
#include "engine/tests/checkkern_limits.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RING = 256 << 20, TURNS = 9, MOST_VARIANTS = 8, MOST_TOKENS = 128, WIDEST = 6912 };
static const double TURN_NS = 3e6; /* about what one turn of one variant takes */

/* What all benches work on. */
static struct {
    char *ring;
    size_t at; /* where the next call reads */
    int8_t codes[MOST_TOKENS * WIDEST];
    float x[MOST_TOKENS * WIDEST], y[MOST_TOKENS * WIDEST], w_scale[WIDEST], scale[MOST_TOKENS * 64], partials[128 * 512];
    int32_t sum[MOST_TOKENS];
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

/* ---- one call of each operation: rows and cols as in the model, n tokens or queries ---------------------------------------- */
struct shape {
    enum bn_kernel_op op;
    int rows, cols, n;
    enum limit limit;
    const char *text;
    enum bn_kv_type type;
};

static size_t row_bytes(const struct shape *s)
{
    size_t cols = (size_t)s->cols;
    switch (s->op) {
    case BN_KERNEL_matmul_i2: return cols / 4;
    case BN_KERNEL_matmul_q8_0: return cols / 32 * 34;
    case BN_KERNEL_matmul_q4_0: return cols / 32 * 18;
    case BN_KERNEL_matmul_q6_k: return cols / 256 * 210;
    case BN_KERNEL_matmul_f32: return cols * 4;
    default: return cols * 2;
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
    return (struct bn_kv_block){s->type, s->cols, k, v, (uint16_t *)(void *)(k + codes), (uint16_t *)(void *)(v + codes)};
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
    if (s->op == BN_KERNEL_matmul_i2)
        ((bn_matmul_i2_fn *)fn)(&(struct bn_ternary_args){in.y, rows, w, stride, s->rows, s->cols, in.w_scale, 0, in.codes, BN_A256_BYTES(wide), in.sum, in.scale, s->n}, 0, s->rows);
    else if (s->limit == LIMIT_FLOAT || s->op == BN_KERNEL_matmul_f32 || s->op == BN_KERNEL_matmul_f16 || s->op == BN_KERNEL_matmul_bf16)
        ((bn_matmul_f32_fn *)fn)(&(struct bn_float_args){in.y, rows, w, stride, s->rows, s->cols, in.x, wide, s->n}, 0, s->rows);
    else
        ((bn_matmul_q8_0_fn *)fn)(&(struct bn_block_args){in.y, rows, w, stride, s->rows, s->cols, in.codes, wide, in.scale, (wide + 255) / 256, s->n}, 0, s->rows);
}

static void call(any_fn fn, const struct shape *s)
{
    struct bn_kv_block kv;
    switch (s->op) {
    case BN_KERNEL_rmsnorm: ((bn_rmsnorm_fn *)fn)(in.y, in.x, in.w_scale, s->cols, 1e-5f); break;
    case BN_KERNEL_quantize_a256: ((bn_quantize_a256_fn *)fn)(in.codes, in.sum, in.x, s->cols); break;
    case BN_KERNEL_quantize_b256: ((bn_quantize_b256_fn *)fn)(in.codes, in.scale, in.x, s->cols); break;
    case BN_KERNEL_rope: ((bn_rope_fn *)fn)(in.y, in.x, in.x + s->cols / 2, s->rows, s->cols, s->cols, 0); break;
    case BN_KERNEL_kv_store: kv = next_block(s), ((bn_kv_store_fn *)fn)(&kv, 17, in.x, in.x + s->cols); break;
    case BN_KERNEL_attention: attend(fn, s); break;
    case BN_KERNEL_attention_merge: ((bn_attention_merge_fn *)fn)(in.y, in.partials, s->rows, (size_t)s->cols + 2, s->cols); break;
    case BN_KERNEL_relu2_mul:
    case BN_KERNEL_silu_mul: ((bn_relu2_mul_fn *)fn)(in.y, in.x, in.x + s->cols, s->cols); break;
    case BN_KERNEL_add: ((bn_add_fn *)fn)(in.y, in.x, s->cols); break;
    default: multiply(fn, s);
    }
}

/* Work of one call: bytes of weights, cache or vectors that it must read or write, and multiply-adds (0: none to speak of). */
static double bytes_of(const struct shape *s)
{
    double vector = (double)s->cols * 4;
    switch (s->op) {
    case BN_KERNEL_rmsnorm:
    case BN_KERNEL_relu2_mul:
    case BN_KERNEL_silu_mul:
    case BN_KERNEL_add: return 3 * vector;
    case BN_KERNEL_quantize_a256:
    case BN_KERNEL_quantize_b256: return 1.25 * vector;
    case BN_KERNEL_rope: return 2 * vector * s->rows;
    case BN_KERNEL_attention_merge: return vector * s->rows;
    case BN_KERNEL_kv_store: return 2 * (vector + (double)block_half(s) / BN_SEGMENT);
    case BN_KERNEL_attention: return 2.0 * (double)block_half(s) / BN_SEGMENT * s->rows;
    default: return (double)s->rows * (double)row_bytes(s);
    }
}
static double macs_of(const struct shape *s)
{
    if (s->op == BN_KERNEL_attention) return 2.0 * s->rows * s->cols * s->n;
    return s->limit == LIMIT_NONE ? 0 : (double)s->rows * s->cols * s->n;
}

/* ---- the shapes ------------------------------------------------------------------------------------------------------------ */
#define MATMUL(op, prefill_limit)                                                                                       \
    {BN_KERNEL_##op, 4096, 2560, 1, LIMIT_READ, "4096 rows of 2560, 1 token", 0},                                      \
    {BN_KERNEL_##op, 512, 2560, 128, prefill_limit, "512 rows of 2560, 128 tokens", 0}
static const struct shape shapes[] = {
    {BN_KERNEL_matmul_i2, 2560, 2560, 1, LIMIT_READ, "q, o: 2560 x 2560, 1 token", 0},
    {BN_KERNEL_matmul_i2, 6912, 2560, 1, LIMIT_READ, "gate, up: 6912 x 2560, 1 token", 0},
    {BN_KERNEL_matmul_i2, 2560, 6912, 1, LIMIT_READ, "down: 2560 x 6912, 1 token", 0},
    {BN_KERNEL_matmul_i2, 640, 2560, 128, LIMIT_INT8, "k, v: 640 x 2560, 128 tokens", 0},
    {BN_KERNEL_matmul_i2, 640, 6912, 128, LIMIT_INT8, "down: 640 rows of 6912, 128 tokens", 0},
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
    {BN_KERNEL_attention, 4096, 128, 4, LIMIT_READ, "f32, 4 queries, 4096 positions", BN_KV_F32},
    {BN_KERNEL_attention, 4096, 128, 1, LIMIT_READ, "f16, 1 query, 4096 positions", BN_KV_F16},
    {BN_KERNEL_attention, 1024, 128, 32, LIMIT_FLOAT, "f16, 32 queries, 1024 positions", BN_KV_F16},
    {BN_KERNEL_attention, 1024, 128, 32, LIMIT_FLOAT, "q8_0, 32 queries, 1024 positions", BN_KV_Q8_0},
    {BN_KERNEL_attention_merge, 16, 128, 1, LIMIT_NONE, "16 segments of 128", 0},
    {BN_KERNEL_kv_store, 1, 128, 1, LIMIT_NONE, "f16, 1 position of 128", BN_KV_F16},
    {BN_KERNEL_kv_store, 1, 128, 1, LIMIT_NONE, "q8_0, 1 position of 128", BN_KV_Q8_0},
    {BN_KERNEL_rope, 20, 128, 1, LIMIT_NONE, "20 heads of 128", 0},
    {BN_KERNEL_rmsnorm, 1, 2560, 1, LIMIT_NONE, "2560", 0},
    {BN_KERNEL_rmsnorm, 1, 6912, 1, LIMIT_NONE, "6912", 0},
    {BN_KERNEL_quantize_a256, 1, 2560, 1, LIMIT_NONE, "2560", 0},
    {BN_KERNEL_quantize_a256, 1, 6912, 1, LIMIT_NONE, "6912", 0},
    {BN_KERNEL_quantize_b256, 1, 2560, 1, LIMIT_NONE, "2560", 0},
    {BN_KERNEL_relu2_mul, 1, 6912, 1, LIMIT_NONE, "6912", 0},
    {BN_KERNEL_silu_mul, 1, 6912, 1, LIMIT_NONE, "6912", 0},
    {BN_KERNEL_add, 1, 2560, 1, LIMIT_NONE, "2560", 0},
};
enum { N_SHAPES = sizeof shapes / sizeof *shapes };

/* ---- timing ---------------------------------------------------------------------------------------------------------------- */
struct timed {
    const struct bn_kernel_variant *variant;
    int calls, n;
    double ns[TURNS]; /* of one call */
};

static double turn(const struct timed *t, const struct shape *s)
{
    double start = clock_ns();
    for (int i = 0; i < t->calls; i++) call(t->variant->function, s);
    return (clock_ns() - start) / t->calls;
}

static int by_value(const void *a, const void *b) { return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b); }

static double median(struct timed *t)
{
    qsort(t->ns, (size_t)t->n, sizeof *t->ns, by_value);
    return t->ns[t->n / 2];
}

/* Variants of one operation that this CPU runs and the command line wants. */
static int collect(struct timed *t, enum bn_kernel_op op, const char *variant)
{
    size_t n;
    int found = 0;
    const struct bn_kernel_variant *const *all = bn_kernel_variants(&n);
    for (size_t i = 0; i < n && found < MOST_VARIANTS; i++)
        if (all[i]->op == op && !(all[i]->needs & ~bn_cpu_features()) && (!variant || !strcmp(variant, all[i]->variant))) t[found++] = (struct timed){all[i], 1, 0, {0}};
    return found;
}

/* Turn about; a variant that is slow by itself gets one turn. */
static void time_variants(struct timed *t, int n, const struct shape *s)
{
    for (int i = 0; i < n; i++) {
        double once = turn(&t[i], s);
        t[i].calls = once < TURN_NS ? (int)(TURN_NS / once) + 1 : 1;
        if (once > 20 * TURN_NS) t[i].ns[t[i].n++] = once;
    }
    for (int round = 0; round < TURNS; round++)
        for (int i = 0; i < n; i++)
            if (t[i].n == round) t[i].ns[t[i].n++] = turn(&t[i], s);
}

/* ---- output ---------------------------------------------------------------------------------------------------------------- */
static const char *const limit_names[] = {"", "read", "int8", "fp32"};

static void print_row(const struct shape *s, struct timed *t, const struct limits *l, bool json, bool first)
{
    double ns = median(t), bytes = bytes_of(s) / ns, macs = macs_of(s) / ns, limit = l->per_ns[s->limit];
    double share = limit > 0 ? (s->limit == LIMIT_READ ? bytes : macs) / limit : NAN;
    const struct bn_kernel_variant *v = t->variant;
    if (json) {
        printf("%s\n{\"op\": \"%s\", \"variant\": \"%s\", \"shape\": \"%s\", \"ns\": %.1f, \"best_ns\": %.1f, \"gbytes_per_s\": %.3f, \"gmacs_per_s\": %.3f", first ? "" : ",",
               v->op_name, v->variant, s->text, ns, t->ns[0], bytes, macs);
        if (s->limit != LIMIT_NONE && limit > 0) printf(", \"limit\": \"%s\", \"share\": %.4f}", limit_names[s->limit], share);
        else printf(", \"limit\": null, \"share\": null}");
        return;
    }
    printf("%-16s %-11s %-36s %10.2f %8.2f", v->op_name, v->variant, s->text, ns / 1e3, bytes);
    if (macs > 0) printf(" %9.2f", macs);
    if (macs > 0 && !isnan(share)) printf(" %5.0f %% of %s", 100 * share, limit_names[s->limit]);
    printf("\n");
}

static void print_limits(const struct limits *l, bool json)
{
    if (json) printf("{\"threads\": 1, \"limits\": {");
    for (int i = LIMIT_READ; i < LIMIT_COUNT; i++)
        if (json && l->per_ns[i] > 0) printf("%s\"%s\": {\"g_per_s\": %.2f, \"how\": \"%s\"}", i > LIMIT_READ ? ", " : "", limit_names[i], l->per_ns[i], l->how[i]);
        else if (json) printf("%s\"%s\": {\"g_per_s\": null, \"how\": \"%s\"}", i > LIMIT_READ ? ", " : "", limit_names[i], l->how[i]);
        else if (l->per_ns[i] > 0) printf("limit %-5s %8.2f G%s/s (%s, one thread)\n", limit_names[i], l->per_ns[i], i == LIMIT_READ ? "B" : " multiply-adds", l->how[i]);
        else printf("limit %-5s unknown: %s\n", limit_names[i], l->how[i]);
    if (json) printf("}, \"rows\": [");
    else printf("%-16s %-11s %-36s %10s %8s %9s  share\n", "operation", "variant", "shape", "us", "GB/s", "G macs/s");
}

static bool has_op(const char *name)
{
    for (int i = 0; i < N_SHAPES; i++) {
        struct timed t[MOST_VARIANTS];
        if (collect(t, shapes[i].op, NULL) && !strcmp(t[0].variant->op_name, name)) return true;
    }
    return false;
}

/* Halves of ordinary size, whatever they are taken for: nothing denormal, infinite or NaN slows a loop. */
static bool fill(void)
{
    size_t bytes = RING;
    struct rng r = {5};
    in.ring = bn_huge_pages_map(&bytes);
    if (!in.ring) return false;
    for (size_t i = 0; i < RING / 8; i++) ((uint64_t *)(void *)in.ring)[i] = (rng_next(&r) & 0x8fff8fff8fff8fffu) | 0x3000300030003000u;
    fill_floats(in.x, sizeof in.x / 4, FILL_NORMAL, &r);
    fill_floats(in.w_scale, WIDEST, FILL_NORMAL, &r);
    for (size_t i = 0; i < sizeof in.codes; i++) in.codes[i] = (int8_t)(rng_below(&r, 255) - 127);
    for (size_t i = 0; i < sizeof in.scale / 4; i++) in.scale[i] = 0.01f;
    for (size_t i = 0; i < sizeof in.partials / 4; i++) in.partials[i] = 1.0f;
    return true;
}

int bench_kernels(const char *only, const char *variant, bool json)
{
    struct limits limits;
    bool first = true;
    if ((only && !has_op(only)) || !fill()) return 1;
    measure_limits(&limits, in.ring, RING);
    print_limits(&limits, json);
    for (int i = 0; i < N_SHAPES; i++) {
        struct timed t[MOST_VARIANTS];
        int n = collect(t, shapes[i].op, variant);
        if (n == 0 || (only && strcmp(t[0].variant->op_name, only))) continue;
        time_variants(t, n, &shapes[i]);
        for (int k = 0; k < n; k++, first = false) print_row(&shapes[i], &t[k], &limits, json, first);
    }
    if (json) printf("\n]}\n");
    return 0;
}
