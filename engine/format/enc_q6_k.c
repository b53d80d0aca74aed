/* enc_q6_k.c - 256 weights in 210 bytes: 6 bits each, 16 int8 scales, one f16 scale (FORMATS.md 3.7). */
#include "engine/format/encoding.h"
#include "engine/format/half.h"
#include <math.h>
#include <string.h>

enum { BLOCK = 256, BYTES = 210, QH = 128, SCALES = 192, D = 208, GROUP = 16, GROUPS = 16 };

static size_t tensor_bytes(int64_t rows, int64_t cols) { return bn_block_bytes(rows, cols, BLOCK, BYTES); }

/* Half h of a block: 128 elements, quarter j (32 elements) has its low bits in one nibble and its high bits
 * at 2j of qh. */
static void unpack_half(float *out, const uint8_t *p, int h)
{
    const uint8_t *ql = p + 64 * h, *qh = p + QH + 32 * h;
    const int8_t *scale = (const int8_t *)p + SCALES + 8 * h;
    float d = bn_load_f16(p + D);
    for (int j = 0; j < 4; j++)
        for (int l = 0; l < 32; l++) {
            int low = ql[l + 32 * (j & 1)] >> (j & 2 ? 4 : 0) & 15, high = qh[l] >> 2 * j & 3;
            out[32 * j + l] = d * (float)scale[2 * j + l / 16] * (float)((low | high << 4) - 32);
        }
}

static void unpack_row(float *out, const void *data, int64_t rows, int64_t cols, int64_t row)
{
    (void)rows;
    const uint8_t *p = (const uint8_t *)data + row * (cols / BLOCK) * BYTES;
    for (int64_t b = 0; b < cols / BLOCK; b++, p += BYTES, out += BLOCK) {
        unpack_half(out, p, 0);
        unpack_half(out + 128, p, 1);
    }
}

/* Round half to even for |x| < 2^22. */
static int nearest(float x) { return (int)(x + 12582912.0f - 12582912.0f); }
static int clamp6(int q) { return q < -32 ? -32 : q > 31 ? 31 : q; }

/* Least squares of x ~ scale * q with weights x^2, q = nearest(x * inverse): the quality of one trial. */
static void trial(const float *x, float inverse, float *sum_xq, float *sum_qq)
{
    *sum_xq = *sum_qq = 0;
    for (int i = 0; i < GROUP; i++) {
        float q = (float)clamp6(nearest(inverse * x[i])), w = x[i] * x[i];
        *sum_xq += w * x[i] * q;
        *sum_qq += w * q * q;
    }
}

/* Best scale of a group of 16: the reference tries 19 roundings around -32 / (value of largest magnitude). */
static float group_scale(const float *x)
{
    float largest = bn_furthest_from_zero(x, GROUP), xq, qq;
    if (fabsf(largest) < 1e-15f) return 0;
    trial(x, -32 / largest, &xq, &qq);
    float scale = qq > 0 ? xq / qq : 0, best = scale * xq;
    for (int step = -9; step <= 9; step++) {
        if (step == 0) continue;
        trial(x, -(32 + 0.1f * (float)step) / largest, &xq, &qq);
        if (qq > 0 && xq * xq > best * qq) scale = xq / qq, best = scale * xq;
    }
    return scale;
}

static void pack_bits(uint8_t *p, const uint8_t *q)
{
    for (int h = 0; h < 2; h++, q += 128)
        for (int l = 0; l < 32; l++) {
            p[64 * h + l] = (uint8_t)((q[l] & 15) | q[l + 64] << 4);
            p[64 * h + 32 + l] = (uint8_t)((q[l + 32] & 15) | q[l + 96] << 4);
            p[QH + 32 * h + l] = (uint8_t)(q[l] >> 4 | q[l + 32] >> 4 << 2 | q[l + 64] >> 4 << 4 | q[l + 96] >> 4 << 6);
        }
}

static void pack_block(uint8_t *p, const float *x)
{
    float scale[GROUPS];
    uint8_t q[BLOCK] = {0};
    for (int g = 0; g < GROUPS; g++) scale[g] = group_scale(x + GROUP * g);
    float largest = bn_furthest_from_zero(scale, GROUPS);
    memset(p, 0, BYTES);
    if (fabsf(largest) < 1e-15f) return;
    float inverse = -128 / largest;
    uint16_t d16 = bn_f32_to_f16(1 / inverse);
    bn_store_u16(p + D, d16);
    for (int g = 0; g < GROUPS; g++) {
        int s = nearest(inverse * scale[g]);
        s = s > 127 ? 127 : s;
        p[SCALES + g] = (uint8_t)(int8_t)s;
        float d = bn_f16_to_f32(d16) * (float)s;
        for (int i = 0; i < GROUP;
             i++) /* a scale of zero keeps the codes of the search; they decode to zero all the same */
            q[GROUP * g + i] = (uint8_t)(d != 0 ? clamp6(nearest(x[GROUP * g + i] / d)) + 32 : 32);
    }
    pack_bits(p, q);
}

static enum bn_status pack(void *out, const float *in, int64_t rows, int64_t cols, struct bn_error *err)
{
    (void)err;
    for (int64_t b = 0; b < rows * cols / BLOCK; b++) pack_block((uint8_t *)out + b * BYTES, in + b * BLOCK);
    return BN_OK;
}

const struct bn_encoding_traits bn_encoding_q6_k = {.name = "q6_k",
                                                    .gguf_id = 14,
                                                    .file_type = 18,
                                                    .block = BLOCK,
                                                    .tensor_bytes = tensor_bytes,
                                                    .unpack_row = unpack_row,
                                                    .pack = pack,
                                                    .words = {.bytes = 2, .at = D, .step = BYTES}};
