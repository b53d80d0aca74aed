/* kv_store_ref.c - specification: stores the key and value of one position, counted from the block's first, in the
 * cache (layout: struct bn_kv_block). F16 rounds half to even. Q8_0: for each 32 dims q = x * (127 / max |x|) rounded
 * half to even (0 when all are zero) and the scale max |x| / 127 as f16; Q4_0: the same with 7.5, codes within -8..7;
 * head_dim is a multiple of 32 there, of 16 otherwise. Returns whether the type can hold every value: each is a number
 * of magnitude bn_kv_most(type) or less; if not, what is stored is meaningless. */
#include "engine/kernels/kernels.h"
#include "engine/core/half.h"
#include <math.h>

/* 32 values to codes. */
static void quantize(int8_t *q, uint16_t *scale, const float *x, enum bn_kv_type type)
{
    float largest = 0.0f, top = bn_kv_top(type), low = type == BN_KV_Q8_0 ? -127.0f : -8.0f,
          high = type == BN_KV_Q8_0 ? 127.0f : 7.0f;
    for (int i = 0; i < 32; i++) largest = fabsf(x[i]) > largest ? fabsf(x[i]) : largest;
    float s = largest > 0.0f ? top / largest : 0.0f;
    *scale = bn_f32_to_f16(largest / top);
    for (int i = 0; i < 32; i++) {
        float v = x[i] * s;
        v = v > low ? v : low;
        v = v < high ? v : high;
        q[i] = (int8_t)lrintf(v);
    }
}

static void store_q8_0(const struct bn_kv_block *kv, size_t p, size_t d, const int8_t *key, const int8_t *value)
{
    for (size_t i = 0; i < 32; i++) {
        ((int8_t *)kv->k)[bn_q8_key_index((size_t)kv->head_dim, p, d + i)] = key[i];
        ((int8_t *)kv->v)[bn_q8_value_index(p, d + i)] = value[i];
    }
}

static uint8_t two(int8_t low, int8_t high) { return (uint8_t)((low + 8) | (high + 8) << 4); }

static void store_q4_0(const struct bn_kv_block *kv, size_t p, size_t d, const int8_t *key, const int8_t *value)
{
    for (size_t i = 0; i < 32; i += i % 2 ? 3 : 1)
        ((uint8_t *)kv->k)[bn_q4_key_index((size_t)kv->head_dim, p, d + i)] = two(key[i], key[i + 2]);
    for (size_t i = 0; i < 16; i++) ((uint8_t *)kv->v)[bn_q4_value_index(p, d + i)] = two(value[i], value[i + 16]);
}

static void store_codes(const struct bn_kv_block *kv, int pos, const float *k, const float *v)
{
    size_t dim = (size_t)kv->head_dim, p = (size_t)pos;
    int8_t key[32], value[32];
    for (size_t d = 0; d < dim; d += 32) {
        quantize(key, kv->k_scale + (p / 16 * (dim / 32) + d / 32) * 16 + p % 16, k + d, kv->type);
        quantize(value, kv->v_scale + d / 32 * BN_SEGMENT + p, v + d, kv->type);
        (kv->type == BN_KV_Q8_0 ? store_q8_0 : store_q4_0)(kv, p, d, key, value);
    }
}

static bool store(const struct bn_kv_block *kv, int pos, const float *k, const float *v)
{
    int dim = kv->head_dim;
    float most = bn_kv_most(kv->type);
    bool fits = true;
    size_t kat = (size_t)(pos / 16) * (size_t)dim * 16 + (size_t)pos % 16, vat = (size_t)pos * (size_t)dim;
    for (int d = 0; kv->type == BN_KV_F16 && d < dim; d++) {
        ((uint16_t *)kv->k)[kat + (size_t)d * 16] = bn_f32_to_f16(k[d]);
        ((uint16_t *)kv->v)[vat + (size_t)d] = bn_f32_to_f16(v[d]);
    }
    for (int d = 0; kv->type == BN_KV_F32 && d < dim; d++) {
        ((float *)kv->k)[kat + (size_t)d * 16] = k[d];
        ((float *)kv->v)[vat + (size_t)d] = v[d];
    }
    if (bn_kv_has_scales(kv->type)) store_codes(kv, pos, k, v);
    for (int d = 0; d < dim; d++) fits = fits && fabsf(k[d]) <= most && fabsf(v[d]) <= most;
    return fits;
}

BN_KERNEL(kv_store, ref, BN_CPU_ANY, store);
