/* test_kv_range.c - keys and values at the edge of what a cache's type holds, and f16 caches that become f32. */
#include "engine/model/fault.h"
#include "engine/model/kv/range.h"
#include <criterion/criterion.h>
#include <math.h>

enum { DIM = 32, LAYERS = 2, HEADS = 3, N = 300 };

static void fill(float *x, int seed, float scale)
{
    for (int d = 0; d < DIM; d++) x[d] = scale * (float)((seed * 31 + d * 17) % 64 - 32); /* f16 holds these */
}

static struct bn_kv_cache open_cache(enum bn_kv_type type)
{
    struct bn_kv_cache cache;
    const struct bn_config config = {.n_layers = LAYERS, .n_kv_heads = HEADS, .head_dim = DIM};
    struct bn_error err;
    cr_assert_eq(bn_kv_cache_init(&cache, &config, type, N, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_kv_cache_append(&cache, N, &err), BN_OK, "%s", err.text);
    return cache;
}

Test(kv_range, within_says_what_is_a_number_in_range)
{
    float x[19] = {0};
    cr_expect(bn_all_within(x, 19, 65504));
    const struct {
        float value, most;
        bool within;
    } cases[] = {{65504, 65504, true},       {-65504, 65504, true},       {65504.004f, 65504, false},
                 {-65520, 65504, false},     {NAN, FLT_MAX, false},       {-NAN, FLT_MAX, false},
                 {INFINITY, FLT_MAX, false}, {-INFINITY, FLT_MAX, false}, {-FLT_MAX, FLT_MAX, true},
                 {0x1p-149f, 65504, true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int at = 0; at < 19; at++) {
            x[at] = cases[i].value;
            cr_expect_eq(bn_all_within(x, 19, cases[i].most), cases[i].within, "case %zu at %d", i, at);
            x[at] = 0;
        }
}

Test(kv_range, stores_what_fits_and_says_what_does_not)
{
    static const struct {
        enum bn_kv_type type;
        float most, above, low, high; /* -most and most as they are read back */
    } types[] = {{BN_KV_F16, 65504, 65505, -65504, 65504},
                 {BN_KV_Q8_0, 127 * 65504.0f, 127 * 65505.0f, -127 * 65504.0f, 127 * 65504.0f},
                 {BN_KV_Q4_0, 491280, 491281, -8 * 65504, 7 * 65504},
                 {BN_KV_F32, FLT_MAX, INFINITY, -FLT_MAX, FLT_MAX}};
    struct bn_kernels kernels;
    cr_assert_eq(bn_kernels_select(&kernels, "ref", NULL), BN_OK);
    for (size_t i = 0; i < BN_KV_TYPES; i++) {
        struct bn_kv_cache cache = open_cache(types[i].type);
        float k[DIM] = {0}, v[DIM] = {0}, key[DIM], value[DIM];
        k[5] = -types[i].most, v[31] = types[i].most;
        cr_expect_eq(bn_kv_cache_store(&cache, &kernels, 1, 2, 270, k, v), BN_KV_FITS);
        struct bn_kv_block block = bn_kv_cache_block(&cache, 1, 2, 270);
        bn_kv_cache_read(&block, 270 % BN_SEGMENT, key, value);
        cr_expect(key[5] == types[i].low && value[31] == types[i].high, "type %zu: %g", i, (double)key[5]);
        for (int j = 0; j < 2; j++) {
            (j ? v : k)[9] = types[i].above;
            enum bn_kv_fit fit = bn_kv_cache_store(&cache, &kernels, 1, 2, 270, k, v);
            cr_expect_eq(fit, isinf(types[i].above) ? BN_KV_NOT_FINITE : BN_KV_TOO_LARGE);
            (j ? v : k)[9] = NAN;
            cr_expect_eq(bn_kv_cache_store(&cache, &kernels, 1, 2, 270, k, v), BN_KV_NOT_FINITE);
            (j ? v : k)[9] = 0;
        }
        bn_kv_cache_release(&cache);
    }
}

Test(kv_range, widened_caches_keep_every_value)
{
    struct bn_kernels kernels;
    struct bn_error err;
    cr_assert_eq(bn_kernels_select(&kernels, NULL, &err), BN_OK);
    struct bn_kv_cache cache = open_cache(BN_KV_F16);
    float k[DIM], v[DIM], key[DIM], value[DIM];
    for (int slot = 0; slot < N; slot++)
        for (int i = 0; i < LAYERS * HEADS; i++) {
            fill(k, slot * 7 + i, 4), fill(v, slot * 3 + i, 0.125f);
            cr_assert_eq(bn_kv_cache_store(&cache, &kernels, i / HEADS, i % HEADS, slot, k, v), BN_KV_FITS);
        }
    cr_assert_eq(bn_kv_cache_widen(&cache, &err), BN_OK, "%s", err.text);
    cr_expect(cache.type == BN_KV_F32 && cache.n_positions == N && bn_kv_cache_n_slots(&cache) == N);
    for (int slot = 0; slot < N; slot++)
        for (int i = 0; i < LAYERS * HEADS; i++) {
            struct bn_kv_block block = bn_kv_cache_block(&cache, i / HEADS, i % HEADS, slot);
            fill(k, slot * 7 + i, 4), fill(v, slot * 3 + i, 0.125f);
            bn_kv_cache_read(&block, slot % BN_SEGMENT, key, value);
            cr_assert(!memcmp(k, key, sizeof k) && !memcmp(v, value, sizeof v), "slot %d, %d", slot, i);
        }
    bn_kv_cache_release(&cache);
}

/* What f16 can hold is rounded to it, so that nothing depends on when the cache grew: 1/3 is 0x1.554p-2 there. */
Test(kv_range, widened_caches_round_rows_that_f16_holds)
{
    struct bn_kernels kernels;
    struct bn_error err;
    cr_assert_eq(bn_kernels_select(&kernels, NULL, &err), BN_OK);
    struct bn_kv_cache cache = open_cache(BN_KV_F16);
    float k[DIM] = {1 / 3.0f}, v[DIM] = {1 / 3.0f, 70000}, key[DIM], value[DIM];
    cr_assert_eq(bn_kv_cache_widen(&cache, &err), BN_OK, "%s", err.text);
    cr_assert_eq(bn_kv_cache_store(&cache, &kernels, 0, 1, 3, k, v), BN_KV_FITS);
    struct bn_kv_block block = bn_kv_cache_block(&cache, 0, 1, 3);
    bn_kv_cache_read(&block, 3, key, value);
    cr_expect(key[0] == 0x1.554p-2f && value[0] == 1 / 3.0f && value[1] == 70000);
    bn_kv_cache_release(&cache);
    for (int type = BN_KV_Q8_0; type < BN_KV_TYPES; type++) {
        cache = open_cache((enum bn_kv_type)type);
        cr_expect_eq(bn_kv_cache_widen(&cache, &err), BN_ERR_UNSUPPORTED);
        cr_expect(strstr(err.text, type == BN_KV_Q8_0 ? "q8_0" : "q4_0") && strstr(err.text, "choose f32"), "%s",
                  err.text);
        bn_kv_cache_release(&cache);
    }
}
