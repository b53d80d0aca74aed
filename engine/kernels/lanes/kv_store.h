/* kv_store.h - one position into the KV cache: values in rows by sixteen lanes, keys one lane of their blocks. */
#include "engine/kernels/lanes/lanes.h"

/* 32 values to codes; returns them in q. */
static void quantize32(int8_t *q, uint16_t *scale, const float *x)
{
    float largest = largest_of(x, 32, 0.0f);
    v16 s = v16_set(largest > 0.0f ? 127.0f / largest : 0.0f);
    *scale = bn_f16_from_f32(largest / 127.0f);
    v16_store_i8(q, v16_to_code(v16_load(x), s));
    v16_store_i8(q + 16, v16_to_code(v16_load(x + 16), s));
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

static void store_q8_0(const struct bn_kv_block *kv, int pos, size_t k_at, size_t v_at, const float *k, const float *v)
{
    int8_t *keys = (int8_t *)kv->k + k_at, codes[32];
    uint16_t *k_scale = kv->k_scale + (size_t)(pos / 16) * (size_t)(kv->head_dim / 32) * 16 + (size_t)pos % 16;
    for (int d = 0; d < kv->head_dim; d += 32) {
        quantize32((int8_t *)kv->v + v_at + d, kv->v_scale + d / 32 * BN_SEGMENT + pos, v + d);
        quantize32(codes, k_scale + d / 32 * 16, k + d);
        for (int i = 0; i < 32; i++) keys[(d + i) * 16] = codes[i];
    }
}

static void store(const struct bn_kv_block *kv, int pos, const float *k, const float *v)
{
    size_t dim = (size_t)kv->head_dim, k_at = (size_t)(pos / 16) * dim * 16 + (size_t)pos % 16, v_at = (size_t)pos * dim;
    if (kv->type == BN_KV_F16) store_f16(kv, k_at, v_at, k, v);
    else if (kv->type == BN_KV_Q8_0) store_q8_0(kv, pos, k_at, v_at, k, v);
    else
        for (size_t d = 0; d < dim; d++) {
            ((float *)kv->k)[k_at + d * 16] = k[d];
            ((float *)kv->v)[v_at + d] = v[d];
        }
}
