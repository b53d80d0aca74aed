/* kv_store.h - stores one position in the KV cache (layout: struct bn_kv_block). */
#include "engine/kernels/lanes/lanes.h"

/* 32 values to codes; returns them in q. */
static void quantize32(int8_t *q, uint16_t *scale, const float *x, enum bn_kv_type type)
{
    float largest = largest_of(x, 32, 0.0f), top = bn_kv_top(type);
    v16 s = v16_set(largest > 0.0f ? top / largest : 0.0f), low = v16_set(type == BN_KV_Q8_0 ? -127.0f : -8.0f),
        high = v16_set(type == BN_KV_Q8_0 ? 127.0f : 7.0f);
    *scale = bn_f32_to_f16(largest / top);
    for (int i = 0; i < 32; i += 16) v16_store_i8(q + i, v16_min(v16_max(v16_mul(v16_load(x + i), s), low), high));
}

static void store_f16(const struct bn_kv_block *kv, size_t k_at, size_t v_at, const float *k, const float *v)
{
    uint16_t *keys = (uint16_t *)kv->k + k_at, *values = (uint16_t *)kv->v + v_at, half[16];
    for (int d = 0; d < kv->head_dim; d += 16) {
        v16_store_f16(values + d, v16_load(v + d));
        v16_store_f16(half, v16_load(k + d));
        for (int i = 0; i < 16; i++) keys[(d + i) * 16] = half[i];
    }
}

/* Values byte by byte: other threads may store the positions that share their words. */
static void store_q8_0(const struct bn_kv_block *kv, size_t p, size_t d, const int8_t *key, const int8_t *value)
{
    int8_t *k = (int8_t *)kv->k + bn_q8_key_index((size_t)kv->head_dim, p, d);
    for (int i = 0; i < 32; i += 4) memcpy(k + i * 16, key + i, 4);
    for (size_t i = 0; i < 32; i++) ((int8_t *)kv->v)[bn_q8_value_index(p, d + i)] = value[i];
}

static void store_q4_0(const struct bn_kv_block *kv, size_t p, size_t d, const int8_t *key, const int8_t *value)
{
    uint8_t *k = (uint8_t *)kv->k + bn_q4_key_index((size_t)kv->head_dim, p, d);
    for (int i = 0; i < 32; i += 4, k += 32)
        for (int j = 0; j < 2; j++) k[j] = (uint8_t)((key[i + j] + 8) | (key[i + j + 2] + 8) << 4);
    for (size_t i = 0; i < 16; i++)
        ((uint8_t *)kv->v)[bn_q4_value_index(p, d + i)] = (uint8_t)((value[i] + 8) | (value[i + 16] + 8) << 4);
}

static void store_codes(const struct bn_kv_block *kv, size_t p, const float *k, const float *v)
{
    size_t dim = (size_t)kv->head_dim;
    int8_t key[32], value[32];
    for (size_t d = 0; d < dim; d += 32) {
        quantize32(key, kv->k_scale + (p / 16 * (dim / 32) + d / 32) * 16 + p % 16, k + d, kv->type);
        quantize32(value, kv->v_scale + d / 32 * BN_SEGMENT + p, v + d, kv->type);
        (kv->type == BN_KV_Q8_0 ? store_q8_0 : store_q4_0)(kv, p, d, key, value);
    }
}

/* Is every |x| within `most`? Compares with the float after it, so that NaN is not. */
static bool all_within(const float *k, const float *v, int n, float most)
{
    float after;
    uint32_t bits;
    memcpy(&bits, &most, sizeof bits);
    bits++;
    memcpy(&after, &bits, sizeof after);
    v16 end = v16_set(after), out = v16_set(0), one = v16_set(1);
    for (int d = 0; d < n; d += 16) {
        out = v16_where_less(v16_abs(v16_load(k + d)), end, out, one);
        out = v16_where_less(v16_abs(v16_load(v + d)), end, out, one);
    }
    return v16_largest(out) == 0;
}

static bool store(const struct bn_kv_block *kv, int pos, const float *k, const float *v)
{
    size_t dim = (size_t)kv->head_dim, k_at = (size_t)(pos / 16) * dim * 16 + (size_t)pos % 16,
           v_at = (size_t)pos * dim;
    if (kv->type == BN_KV_F16)
        store_f16(kv, k_at, v_at, k, v);
    else if (bn_kv_has_scales(kv->type))
        store_codes(kv, (size_t)pos, k, v);
    else
        for (size_t d = 0; d < dim; d++) {
            ((float *)kv->k)[k_at + d * 16] = k[d];
            ((float *)kv->v)[v_at + d] = v[d];
        }
    return all_within(k, v, kv->head_dim, bn_kv_most(kv->type));
}
