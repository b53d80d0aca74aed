/* kv_store_ref.c - specification: puts the key and value of one position, counted from the block's first, into the cache (layout: struct bn_kv_block).
 * F16 rounds half to even. Q8_0: for each 32 dims q = x * (127 / max |x|) rounded half to even (0 when all are zero) and
 * the scale max |x| / 127 as f16; head_dim is a multiple of 32 there, of 16 otherwise. */
#include "engine/kernels/kernels.h"
#include "engine/kernels/half.h"
#include <math.h>

/* 32 values to codes `step` apart. */
static void quantize(int8_t *q, int step, uint16_t *scale, const float *x)
{
    float largest = 0.0f;
    for (int i = 0; i < 32; i++) largest = fabsf(x[i]) > largest ? fabsf(x[i]) : largest;
    float s = largest > 0.0f ? 127.0f / largest : 0.0f;
    *scale = bn_f16_from_f32(largest / 127.0f);
    for (int i = 0; i < 32; i++) {
        float v = x[i] * s;
        v = v > -127.0f ? v : -127.0f;
        v = v < 127.0f ? v : 127.0f;
        q[i * step] = (int8_t)lrintf(v);
    }
}

static void store(const struct bn_kv_block *kv, int pos, const float *k, const float *v)
{
    int dim = kv->head_dim;
    size_t kat = (size_t)(pos / 16) * (size_t)dim * 16 + (size_t)pos % 16, vat = (size_t)pos * (size_t)dim;
    for (int d = 0; kv->type == BN_KV_F16 && d < dim; d++) {
        ((uint16_t *)kv->k)[kat + (size_t)d * 16] = bn_f16_from_f32(k[d]);
        ((uint16_t *)kv->v)[vat + (size_t)d] = bn_f16_from_f32(v[d]);
    }
    for (int d = 0; kv->type == BN_KV_F32 && d < dim; d++) {
        ((float *)kv->k)[kat + (size_t)d * 16] = k[d];
        ((float *)kv->v)[vat + (size_t)d] = v[d];
    }
    for (int d = 0; kv->type == BN_KV_Q8_0 && d < dim; d += 32) {
        size_t kscale = ((size_t)(pos / 16) * (size_t)(dim / 32) + (size_t)d / 32) * 16 + (size_t)pos % 16;
        quantize((int8_t *)kv->k + kat + (size_t)d * 16, 16, kv->k_scale + kscale, k + d);
        quantize((int8_t *)kv->v + vat + (size_t)d, 1, kv->v_scale + d / 32 * BN_SEGMENT + pos, v + d);
    }
}

BN_KERNEL(kv_store, ref, BN_CPU_ANY, store);
