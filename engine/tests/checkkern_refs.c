/* checkkern_refs.c - checks the reference variants against plain double arithmetic written independently
 * here. */
#include "engine/model/kv/cache.h"
#include "engine/tests/checkkern.h"
#include "engine/kernels/lut3.h"
#include "engine/kernels/exp.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static bool near(double got, double expected, double size) { return fabs(got - expected) <= 1e-5 * size + 1e-30; }

static bool exp_is_near(void)
{
    double worst = 0;
    for (float x = -87.0f; x < 88.7f; x += 0.000937f) {
        double e = exp((double)x), ulp = ldexp(1.0, ilogb(e) - 23);
        worst = fmax(worst, fabs((double)bn_exp(x) - e) / ulp);
    }
    bool ends = bn_exp(-88) == 0 && bn_exp(89) == INFINITY && bn_exp(0) == 1.0f && isnan(bn_exp(NAN));
    if (worst >= 1.0 || !ends) printf("# exp is off by %.3f ulp\n", worst);
    return worst < 1.0 && ends;
}

static bool rmsnorm_is_near(const struct bn_kernels *k, struct rng *r)
{
    float x[100], w[100], y[100];
    double sum = 0;
    fill_floats(x, 100, FILL_NORMAL, r);
    fill_floats(w, 100, FILL_NORMAL, r);
    for (int i = 0; i < 100; i++) sum += (double)x[i] * x[i];
    k->rmsnorm(y, x, w, 100, 1e-3f);
    for (int i = 0; i < 100; i++)
        if (!near(y[i], x[i] * w[i] / sqrt(sum / 100 + 1e-3), 1)) return false;
    return true;
}

/* The fused form gives what the two give one after the other. */
static bool norm_quantize_is_both(const struct bn_kernels *k, struct rng *r)
{
    float x[300], w[300], y[300];
    int8_t one[BN_A256_BYTES(300)], two[BN_A256_BYTES(300)];
    int32_t sums[2];
    fill_floats(x, 300, FILL_NORMAL, r);
    fill_floats(w, 300, FILL_NORMAL, r);
    k->rmsnorm(y, x, w, 300, 1e-5f);
    float scale = k->quantize_a256(one, &sums[0], y, 300);
    return k->norm_quantize(two, &sums[1], x, w, 300, 1e-5f) == scale && sums[0] == sums[1] &&
           !memcmp(one, two, sizeof one);
}

/* Packs known weights by the rule of FORMATS.md 3.2, quantises known values, and multiplies both in double.
 */
static bool ternary_is_near(const struct bn_kernels *k, struct rng *r)
{
    enum { COLS = 384 };
    float x[COLS], scale = 0.7f, y = 0;
    uint8_t w[COLS / 4] = {0};
    int8_t q[BN_A256_BYTES(COLS)];
    double expected = 0, size = 0;
    fill_floats(x, COLS, FILL_NORMAL, r);
    for (int i = 0; i < COLS; i++) x[i] = rintf(x[i] * 10) / 10;
    x[17] = 12.7f; /* largest: every multiple of 0.1 is then a code */
    for (int i = 0; i < COLS; i++) {
        int t = rng_below(r, 3);
        w[i / 128 * 32 + i % 32] |= (uint8_t)(t << (6 - 2 * (i % 128 / 32)));
        expected += (t - 1) * 0.7 * x[i];
        size += fabs(x[i]);
    }
    int32_t sum;
    float x_scale = k->quantize_a256(q, &sum, x, COLS);
    struct bn_ternary_args a = {&y, 1, w,        sizeof w, 1,        COLS, &scale,
                                0,  q, sizeof q, &sum,     &x_scale, 1,    guarded(BN_KERNEL_SCRATCH)};
    k->matmul_i2(&a, 0, 1);
    if (!near(y, expected, size)) return false;
    uint8_t panel[32 * 256];
    k->pack_lut3(panel, w, sizeof w, 1, COLS);
    a.w = panel;
    k->matmul_lut3(&a, 0, 1);
    return near(y, expected, size);
}

/* Random planes of signs by the layout of format/planes.h, multiplied in double. */
static bool planes_are_near(const struct bn_kernels *k, struct rng *r, int planes)
{
    enum { COLS = 512 };
    float x[COLS], scale[2] = {0.7f, 0.3f}, y = 0;
    uint8_t w[COLS / 4] = {0};
    int8_t q[BN_A256_BYTES(COLS)];
    double expected = 0, size = 0;
    fill_floats(x, COLS, FILL_NORMAL, r);
    for (int i = 0; i < COLS; i++) x[i] = rintf(x[i] * 10) / 10;
    x[17] = 12.7f;
    for (int i = 0; i < COLS; i++) {
        int p1 = rng_below(r, 2), p2 = planes == 2 ? rng_below(r, 2) : 0, field = i % 128 / 32;
        if (planes == 2)
            w[i / 128 * 32 + i % 32] |= (uint8_t)((2 * p1 + p2) << (6 - 2 * field));
        else
            w[i / 256 * 32 + i % 32] |= (uint8_t)(p1 << (2 * field + i % 256 / 128));
        expected += ((2 * p1 - 1) * 0.7 + (planes == 2 ? (2 * p2 - 1) * 0.3 : 0)) * x[i];
        size += fabs(x[i]);
    }
    int32_t sum;
    float x_scale = k->quantize_a256(q, &sum, x, COLS);
    struct bn_ternary_args a = {&y, 1, w,        sizeof w, 1,        COLS, scale,
                                0,  q, sizeof q, &sum,     &x_scale, 1,    guarded(BN_KERNEL_SCRATCH)};
    (planes == 2 ? k->matmul_wrq : k->matmul_binary)(&a, 0, 1);
    if (planes == 1 || !near(y, expected, size)) return near(y, expected, size);
    uint8_t panel[32 * sizeof w];
    k->pack_lut4(panel, w, sizeof w, 1, COLS);
    a.w = panel;
    k->matmul_lut4(&a, 0, 1);
    return near(y, expected, size);
}

/* A step of 0.25: what rounds, what is clamped, what is on the limit of 127.5 steps, and what is no number. */
static bool given_scale_is_near(const struct bn_kernels *k)
{
    static const float x[] = {0.0f,     0.25f,  -0.5f, 31.75f, 31.875f, 31.876f,
                              -31.875f, -31.9f, 1e30f, NAN,    0.125f,  0.375f};
    static const int8_t codes[] = {0, 1, -2, 127, 127, 127, -127, -127, 127, -127, 0, 2};
    enum { N = sizeof codes };
    int8_t q[BN_A256_BYTES(N)];
    int32_t sum, expected = 0;
    int clamped = k->quantize_s256(q, &sum, x, N, 0.25f);
    for (int i = 0; i < N; i++) {
        if (q[bn_a256_index(i)] != codes[i]) return false;
        expected += codes[i];
    }
    return sum == expected && clamped == 4; /* 31.876, -31.9, 1e30 and NaN */
}

/* Stores a key and a value and reads them back into the same arrays; whether they came back within `tolerance`. */
static bool store_and_read(const struct bn_kernels *k, const struct bn_kv_block *kv, int pos, float *key, float *value,
                           int dim, double tolerance)
{
    float from[2][64];
    memcpy(from[0], key, (size_t)dim * 4);
    memcpy(from[1], value, (size_t)dim * 4);
    k->kv_store(kv, pos, key, value);
    bn_kv_cache_read(kv, pos, key, value);
    for (int d = 0; d < dim; d++)
        if (fabs((double)from[0][d] - (double)key[d]) > tolerance ||
            fabs((double)from[1][d] - (double)value[d]) > tolerance)
            return false;
    return true;
}

/* Attention over 600 positions in three segments, merged, against a plain softmax of the keys and values that the cache
 * holds. */
static bool attention_is_near(const struct bn_kernels *k, struct rng *r, enum bn_kv_type type, double stored,
                              double tolerance)
{
    enum { DIM = 64, N = 600, STRIDE = DIM + 2 };
    static float keys[N][DIM], values[N][DIM], partials[3][STRIDE];
    static char kmem[3][BN_SEGMENT * DIM * 4], vmem[3][BN_SEGMENT * DIM * 4];
    static uint16_t kscale[3][BN_SEGMENT * 2], vscale[3][BN_SEGMENT * 2];
    struct bn_kv_block kv[3];
    for (int s = 0; s < 3; s++) kv[s] = (struct bn_kv_block){type, DIM, kmem[s], vmem[s], kscale[s], vscale[s]};
    float q[DIM], out[DIM];
    fill_floats(q, DIM, FILL_NORMAL, r);
    for (int d = 0; d < DIM; d++) q[d] *= 0.25f; /* many positions count */
    fill_floats(keys[0], N * DIM, FILL_NORMAL, r);
    fill_floats(values[0], N * DIM, FILL_NORMAL, r);
    for (int p = 0; p < N; p++)
        if (!store_and_read(k, &kv[p / BN_SEGMENT], p % BN_SEGMENT, keys[p], values[p], DIM, stored)) return false;
    for (int s = 0; s < 3; s++) {
        const float *query = q;
        float *partial = partials[s];
        int seen = s < 2 ? BN_SEGMENT : N % BN_SEGMENT;
        struct bn_attention_args a = {&kv[s], 1, &query, &seen, &partial};
        k->attention(&a);
    }
    k->attention_merge(out, partials[0], 3, STRIDE, DIM);
    double total = 0, expected[DIM] = {0};
    for (int p = 0; p < N; p++) {
        double score = 0;
        for (int d = 0; d < DIM; d++) score += (double)q[d] * keys[p][d];
        total += exp(score - 100);
        for (int d = 0; d < DIM; d++) expected[d] += exp(score - 100) * values[p][d];
    }
    for (int d = 0; d < DIM; d++)
        if (fabs(out[d] - expected[d] / total) > tolerance) return false;
    return true;
}

/* Shares and entropy of 500 scores, those of one 60 above the others too: all its weight is there. */
static bool law_is_near(const struct bn_kernels *k, struct rng *r)
{
    enum { N = 500 };
    float score[N], e[N], law[3];
    double x[N], total = 0, entropy = 0;
    for (int dominant = 0; dominant < 2; dominant++) {
        fill_floats(score, N, FILL_NORMAL, r);
        if (dominant) score[123] += 60;
        total = entropy = 0;
        for (int i = 0; i < N; i++) total += x[i] = exp((double)score[i]);
        for (int i = 0; i < N; i++) entropy -= x[i] / total * log(x[i] / total);
        k->attention_law(e, score, N, law);
        for (int i = 0; i < N; i++)
            if (fabs((double)e[i] / law[1] - x[i] / total) > 1e-6) return false;
        if (fabs(log((double)law[1]) - (double)law[2] / law[1] - entropy) > 1e-5) return false;
    }
    return entropy < 1e-20;
}

static bool gates_are_near(const struct bn_kernels *k, struct rng *r)
{
    float g[50], u[50], relu2[50], silu[50];
    fill_floats(g, 50, FILL_NORMAL, r);
    fill_floats(u, 50, FILL_NORMAL, r);
    k->relu2_mul(relu2, g, u, 50);
    k->silu_mul(silu, g, u, 50);
    for (int i = 0; i < 50; i++) {
        double r2 = g[i] > 0 ? (double)g[i] * g[i] : 0;
        if (!near(relu2[i], r2 * u[i], 30) || !near(silu[i], g[i] / (1 + exp(-(double)g[i])) * u[i], 10)) return false;
    }
    return true;
}

static int report(bool ok, const char *what)
{
    printf("%s kernel reference of %s agrees with double arithmetic\n", ok ? "ok" : "not ok", what);
    return !ok;
}

int check_references(const char *only)
{
    struct bn_kernels k;
    struct rng r = {7};
    int bad = 0;
    bn_kernels_select(&k, "ref", NULL);
    if (only) return 0;
    bad += report(exp_is_near(), "exp");
    bad += report(rmsnorm_is_near(&k, &r), "rmsnorm");
    bad += report(norm_quantize_is_both(&k, &r), "norm_quantize");
    bad += report(ternary_is_near(&k, &r), "quantize_a256, matmul_i2 and matmul_lut3");
    bad += report(planes_are_near(&k, &r, 2), "matmul_wrq and matmul_lut4");
    bad += report(planes_are_near(&k, &r, 1), "matmul_binary");
    bad += report(given_scale_is_near(&k), "quantize_s256");
    bad += report(attention_is_near(&k, &r, BN_KV_F32, 0, 1e-4), "attention with f32 cache");
    bad += report(attention_is_near(&k, &r, BN_KV_F16, 2e-3, 1e-4), "attention with f16 cache");
    bad += report(attention_is_near(&k, &r, BN_KV_Q8_0, 0.02, 1e-3), "attention with q8_0 cache");
    bad += report(attention_is_near(&k, &r, BN_KV_Q4_0, 0.35, 1e-3), "attention with q4_0 cache");
    bad += report(law_is_near(&k, &r), "attention_law");
    bad += report(gates_are_near(&k, &r), "relu2_mul and silu_mul");
    return bad;
}
