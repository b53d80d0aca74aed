/* enc_i2_s.c - bitnet.cpp's two bits a weight: canonical rows, then 32 bytes that begin with the tensor's f32
 * scale (FORMATS.md 3.2). In memory cols may be no multiple of 128 (ternary.h); the readers and writers of
 * files check it. */
#include "engine/format/half.h"
#include "engine/format/ternary.h"
#include <math.h>
#include <string.h>

enum { BLOCK = 128, TAIL = 32 };

static size_t payload(int64_t rows, int64_t cols) { return (size_t)rows * bn_ternary_row_bytes(cols); }

static size_t tensor_bytes(int64_t rows, int64_t cols)
{
    if (cols <= 0 || cols > INT64_MAX - BLOCK) return 0;
    size_t n = bn_block_bytes(rows, (cols + BLOCK - 1) / BLOCK, 1, 32);
    return n ? n + TAIL : 0;
}

static float ternary_scale(const void *data, int64_t rows, int64_t cols, int64_t row, int64_t block)
{
    (void)row, (void)block;
    return bn_load_f32((const char *)data + payload(rows, cols));
}

static void ternary_row(uint8_t *out, const void *data, int64_t rows, int64_t cols, int64_t row)
{
    (void)rows;
    size_t n = bn_ternary_row_bytes(cols);
    memcpy(out, (const char *)data + (size_t)row * n, n);
}

static void unpack_row(float *out, const void *data, int64_t rows, int64_t cols, int64_t row)
{
    const uint8_t *p = (const uint8_t *)data + (size_t)row * bn_ternary_row_bytes(cols);
    float scale = ternary_scale(data, rows, cols, 0, 0);
    for (int64_t k = 0; k < cols; k++)
        out[k] = scale * (float)((p[k / BLOCK * 32 + k % 32] >> (6 - 2 * (k % BLOCK / 32)) & 3) - 1);
}

static void store_scale(void *out, int64_t rows, int64_t cols, float scale)
{
    char *tail = (char *)out + payload(rows, cols);
    memset(tail, 0, TAIL);
    bn_store_f32(tail, scale);
}

/* The C quantiser's rule: the input is ternary already, scale = max |w|, and the sign is the code. */
static enum bn_status pack(void *out, const float *in, int64_t rows, int64_t cols, struct bn_error *err)
{
    (void)err;
    float scale = 0;
    for (int64_t i = 0; i < rows * cols; i++) scale = fmaxf(scale, fabsf(in[i]));
    memset(out, 0x55, payload(rows, cols));
    for (int64_t m = 0; m < rows; m++) {
        uint8_t *p = (uint8_t *)out + (size_t)m * bn_ternary_row_bytes(cols);
        for (int64_t k = 0; k < cols; k++, in++) {
            int code = fabsf(*in) < 1e-6f ? 1 : *in > 0 ? 2 : 0;
            p[k / BLOCK * 32 + k % 32] ^= (uint8_t)((1 ^ code) << (6 - 2 * (k % BLOCK / 32)));
        }
    }
    store_scale(out, rows, cols, scale);
    return BN_OK;
}

static enum bn_status pack_ternary(void *out, const uint8_t *i2s, const float *scale, int step, int64_t rows,
                                   int64_t cols, struct bn_error *err)
{
    for (int64_t m = 1; m < rows && step; m++)
        if (scale[m] != scale[0])
            return bn_fail(err, BN_ERR_UNSUPPORTED,
                           "I2_S holds one scale for a tensor, and this one has a scale for each row; use "
                           "iq2_bn or f16.");
    memcpy(out, i2s, payload(rows, cols));
    store_scale(out, rows, cols, scale[0]);
    return BN_OK;
}

const struct bn_encoding_traits bn_encoding_i2_s = {.name = "i2_s",
                                                    .gguf_id = 36,
                                                    .file_type = 40,
                                                    .block = BLOCK,
                                                    .ternary = true,
                                                    .tensor_bytes = tensor_bytes,
                                                    .unpack_row = unpack_row,
                                                    .pack = pack,
                                                    .scale_span = BN_SCALE_TENSOR,
                                                    .ternary_row = ternary_row,
                                                    .ternary_scale = ternary_scale,
                                                    .pack_ternary = pack_ternary};
