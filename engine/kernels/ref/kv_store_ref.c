/* kv_store_ref.c - specification: stores the key and value of one position, counted from the block's first, in the
 * cache (layout: struct bn_kv_block). F16 rounds half to even. Q8_0: for each 32 dims q = x * (127 / max |x|) rounded
 * half to even (0 when all are zero) and the scale max |x| / 127 as f16; head_dim is a multiple of 32 there, of 16
 * otherwise. Returns whether the type can hold every value: each is a number of magnitude bn_kv_most(type) or less; if
 * not, what is stored is meaningless. */
#include "engine/kernels/kernels.h"
#include "engine/kernels/half.h"
#include <math.h>

/* 32 values to codes. */
static void quantize(int8_t *q, uint16_t *scale, const float *x)
{
    float largest = 0.0f;
    for (int i = 0; i < 32; i++) largest = fabsf(x[i]) > largest ? fabsf(x[i]) : largest;
    float s = largest > 0.0f ? 127.0f / largest : 0.0f;
    *scale = bn_f16_from_f32(largest / 127.0f);
    for (int i = 0; i < 32; i++) {
        float v = x[i] * s;
        v = v > -127.0f ? v : -127.0f;
        v = v < 127.0f ? v : 127.0f;
        q[i] = (int8_t)lrintf(v);
    }
}

static void store_q8_0(const struct bn_kv_block *kv, int pos, const float *k, const float *v)
{
    size_t dim = (size_t)kv->head_dim, p = (size_t)pos;
    int8_t key[32], value[32];
    for (size_t d = 0; d < dim; d += 32) {
        quantize(key, kv->k_scale + (p / 16 * (dim / 32) + d / 32) * 16 + p % 16, k + d);
        quantize(value, kv->v_scale + d / 32 * BN_SEGMENT + p, v + d);
        for (size_t i = 0; i < 32; i++) {
            ((int8_t *)kv->k)[bn_q8_key_index(dim, p, d + i)] = key[i];
            ((int8_t *)kv->v)[bn_q8_value_index(p, d + i)] = value[i];
        }
    }
}

static bool store(const struct bn_kv_block *kv, int pos, const float *k, const float *v)
{
    int dim = kv->head_dim;
    float most = bn_kv_most(kv->type);
    bool fits = true;
    size_t kat = (size_t)(pos / 16) * (size_t)dim * 16 + (size_t)pos % 16, vat = (size_t)pos * (size_t)dim;
    for (int d = 0; kv->type == BN_KV_F16 && d < dim; d++) {
        ((uint16_t *)kv->k)[kat + (size_t)d * 16] = bn_f16_from_f32(k[d]);
        ((uint16_t *)kv->v)[vat + (size_t)d] = bn_f16_from_f32(v[d]);
    }
    for (int d = 0; kv->type == BN_KV_F32 && d < dim; d++) {
        ((float *)kv->k)[kat + (size_t)d * 16] = k[d];
        ((float *)kv->v)[vat + (size_t)d] = v[d];
    }
    if (kv->type == BN_KV_Q8_0) store_q8_0(kv, pos, k, v);
    for (int d = 0; d < dim; d++) fits = fits && fabsf(k[d]) <= most && fabsf(v[d]) <= most;
    return fits;
}

BN_KERNEL(kv_store, ref, BN_CPU_ANY, store);
