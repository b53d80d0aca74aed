/* checkkern_attention.c - the cases of the operations on KV caches: all types, tails, edges of a type's range. */
#include "engine/tests/checkkern.h"
#include <math.h>
#include <string.h>

static size_t bytes_of(enum bn_kv_type type, size_t n)
{
    return type == BN_KV_F16 ? 2 * n : type == BN_KV_F32 ? 4 * n : type == BN_KV_Q8_0 ? n : n / 2;
}

static struct bn_kv_block cache(enum bn_kv_type type, int head_dim, int positions)
{
    size_t n = (size_t)head_dim * (size_t)positions;
    struct bn_kv_block kv = {type, head_dim, guarded(bytes_of(type, n)), NULL, NULL, NULL};
    kv.v = guarded(bytes_of(type, bn_kv_has_scales(type) ? (size_t)head_dim * BN_SEGMENT : n));
    if (bn_kv_has_scales(type))
        kv.k_scale = guarded(n / 32 * 2), kv.v_scale = guarded((size_t)head_dim / 32 * BN_SEGMENT * 2);
    return kv;
}

/* A value at the edge of the type's range, past it, or not a number, at each place of a key and a value. */
static bool notice_edges(bn_kv_store_fn *store, const struct bn_kv_block *kv, float *k, float *v)
{
    float most = bn_kv_most(kv->type);
    const float edges[] = {most, -most, nextafterf(most, INFINITY), -nextafterf(most, INFINITY), INFINITY, NAN, -NAN};
    memset(k, 0, (size_t)kv->head_dim * sizeof *k);
    memset(v, 0, (size_t)kv->head_dim * sizeof *v);
    for (int at = 0; at < 2 * kv->head_dim; at++)
        for (int i = 0; i < 7; i++) {
            float *x = at < kv->head_dim ? k + at : v + at - kv->head_dim;
            *x = edges[i];
            bool fits = store(kv, 17, k, v), expected = i < 2;
            *x = 0;
            if (!same_bytes(&expected, &fits, sizeof fits, "whether the type holds %g at %d", (double)edges[i], at))
                return false;
        }
    return true;
}

bool check_kv_store(any_fn ref, any_fn fn, int number, struct rng *r)
{
    enum bn_kv_type type = (enum bn_kv_type)(number % BN_KV_TYPES);
    int dim = 32 * (1 + rng_below(r, 8)), positions = 48, pos = rng_below(r, positions);
    if (!bn_kv_has_scales(type)) dim -= 16 * (number / 3 % 2);
    struct bn_kv_block a = cache(type, dim, positions), b = cache(type, dim, positions);
    float *k = guarded((size_t)dim * 4), *v = guarded((size_t)dim * 4);
    fill_floats(k, (size_t)dim, (enum fill)(number / 3 % FILL_COUNT), r);
    fill_floats(v, (size_t)dim, (enum fill)(number / 5 % FILL_COUNT), r);
    bool fits = ((bn_kv_store_fn *)ref)(&a, pos, k, v), fits_too = ((bn_kv_store_fn *)fn)(&b, pos, k, v);
    size_t n = (size_t)dim * (size_t)positions, values = bn_kv_has_scales(type) ? (size_t)dim * BN_SEGMENT : n;
    return same_bytes(&fits, &fits_too, sizeof fits, "whether the type holds them, dim %d", dim) &&
           same_bytes(a.k, b.k, bytes_of(type, n), "keys, dim %d, pos %d", dim, pos) &&
           same_bytes(a.v, b.v, bytes_of(type, values), "values, dim %d", dim) &&
           (!bn_kv_has_scales(type) ||
            (same_bytes(a.k_scale, b.k_scale, n / 16, "key scales") &&
             same_bytes(a.v_scale, b.v_scale, (size_t)dim / 32 * BN_SEGMENT * 2, "value scales"))) &&
           notice_edges((bn_kv_store_fn *)ref, &a, k, v) && notice_edges((bn_kv_store_fn *)fn, &b, k, v);
}

/* Queries against one segment; `row` floats are compared for each, 0: those of partial results. */
static bool check_queries(any_fn ref, any_fn fn, int number, struct rng *r, size_t row)
{
    enum { MOST = 40 };
    enum bn_kv_type type = (enum bn_kv_type)(number % BN_KV_TYPES);
    int dim = (int[]){32, 64, 96, 128, 256}[number / 4 % 5], n = 1 + rng_below(r, MOST);
    int positions = number % 2 ? BN_SEGMENT : 16 * (1 + rng_below(r, BN_SEGMENT / 16));
    if (!bn_kv_has_scales(type) && number % 5 == 1) dim = (int[]){16, 48, 80, 112}[number / 4 % 4];
    struct bn_kv_block kv = cache(type, dim, positions);
    struct bn_kernels kernels;
    bn_kernels_select(&kernels, "ref", NULL);
    float *k = guarded((size_t)dim * 4), *v = guarded((size_t)dim * 4);
    for (int p = 0; p < positions; p++) {
        fill_floats(k, (size_t)dim, number % 7 == 6 ? FILL_LARGE : FILL_NORMAL, r);
        fill_floats(v, (size_t)dim, number % 7 == 5 ? FILL_MIXED : FILL_NORMAL, r);
        kernels.kv_store(&kv, p, k, v);
    }
    const float *q[MOST];
    int seen[MOST];
    float *pa[MOST], *pb[MOST], *qs = guarded((size_t)(n * dim) * 4);
    size_t stride = row ? row : (size_t)dim + 2;
    float *a = guarded((size_t)n * stride * 4), *b = guarded((size_t)n * stride * 4);
    fill_floats(qs, (size_t)(n * dim),
                number % 5 == 4    ? FILL_ZERO
                : number % 11 == 8 ? FILL_TINY
                : number % 7 == 3  ? FILL_ONE_LARGE
                                   : FILL_NORMAL,
                r);
    for (int i = 0; i < n; i++) {
        q[i] = qs + i * dim, pa[i] = a + (size_t)i * stride, pb[i] = b + (size_t)i * stride;
        seen[i] = number % 3 == 2 ? 1 + rng_below(r, positions) : positions;
        if (number % 3 == 1 && positions > i / 4) seen[i] = positions - i / 4;
    }
    struct bn_attention_args args = {&kv, n, q, seen, pa};
    ((bn_attention_fn *)ref)(&args);
    args.partials = pb;
    ((bn_attention_fn *)fn)(&args);
    return same_bytes(a, b, (size_t)n * stride * 4, "type %d, dim %d, positions %d, queries %d", (int)type, dim,
                      positions, n);
}

bool check_attention(any_fn ref, any_fn fn, int number, struct rng *r) { return check_queries(ref, fn, number, r, 0); }

bool check_attention_scores(any_fn ref, any_fn fn, int number, struct rng *r)
{
    return check_queries(ref, fn, number, r, BN_SEGMENT);
}

bool check_attention_law(any_fn ref, any_fn fn, int number, struct rng *r)
{
    int n = 1 + rng_below(r, number % 2 ? 700 : 40);
    size_t bytes = (size_t)n * 4;
    float *x = guarded(bytes), *ea = guarded(bytes), *eb = guarded(bytes), la[3], lb[3];
    fill_floats(x, (size_t)n, (enum fill)(number % FILL_COUNT), r);
    for (int i = 0; number % 4 == 3 && i < n; i++) x[i] *= 30.0f; /* around exp's limits */
    float *y = guarded_copy(x, bytes);
    ((bn_attention_law_fn *)ref)(ea, x, n, la);
    ((bn_attention_law_fn *)fn)(eb, y, n, lb);
    return same_bytes(la, lb, sizeof la, "law of %d", n) && same_bytes(ea, eb, bytes, "exp, n %d", n) &&
           same_bytes(x, y, bytes, "scores, n %d", n);
}

bool check_attention_merge(any_fn ref, any_fn fn, int number, struct rng *r)
{
    int dim = 16 * (1 + rng_below(r, 16)), segments = 1 + rng_below(r, 16);
    size_t stride = (size_t)dim + 2 + (size_t)rng_below(r, 3);
    float *p = guarded((size_t)segments * stride * 4), *a = guarded((size_t)dim * 4), *b = guarded((size_t)dim * 4);
    fill_floats(p, (size_t)segments * stride, number % 2 ? FILL_NORMAL : FILL_MIXED, r);
    for (int s = 0; s < segments; s++) p[(size_t)s * stride + 1] = 1.0f + (float)rng_below(r, 256);
    ((bn_attention_merge_fn *)ref)(a, p, segments, stride, dim);
    ((bn_attention_merge_fn *)fn)(b, p, segments, stride, dim);
    return same_bytes(a, b, (size_t)dim * 4, "segments %d, dim %d", segments, dim);
}
