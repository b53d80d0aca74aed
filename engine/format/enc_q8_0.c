/* enc_q8_0.c - 32 weights in 34 bytes: f16 scale, 32 int8 (FORMATS.md 3.7). */
#include "engine/format/encoding.h"
#include "engine/format/half.h"
#include <math.h>

enum { BLOCK = 32, BYTES = 34 };

static size_t tensor_bytes(int64_t rows, int64_t cols) { return bn_block_bytes(rows, cols, BLOCK, BYTES); }

static void unpack_row(float *out, const void *data, int64_t rows, int64_t cols, int64_t row)
{
    (void)rows;
    const uint8_t *p = (const uint8_t *)data + row * (cols / BLOCK) * BYTES;
    for (int64_t b = 0; b < cols / BLOCK; b++, p += BYTES, out += BLOCK) {
        float d = bn_load_f16(p);
        for (int j = 0; j < BLOCK; j++) out[j] = (float)(int8_t)p[2 + j] * d;
    }
}

static enum bn_status pack(void *out, const float *in, int64_t rows, int64_t cols, struct bn_error *err)
{
    (void)err;
    uint8_t *p = out;
    for (int64_t b = 0; b < rows * cols / BLOCK; b++, p += BYTES, in += BLOCK) {
        float amax = 0;
        for (int j = 0; j < BLOCK; j++) amax = fmaxf(amax, fabsf(in[j]));
        float d = amax / 127, inverse = d != 0 ? 1 / d : 0;
        bn_store_u16(p, bn_f32_to_f16(d));
        for (int j = 0; j < BLOCK; j++) p[2 + j] = (uint8_t)(int8_t)roundf(in[j] * inverse);
    }
    return BN_OK;
}

const struct bn_encoding_traits bn_encoding_q8_0 = {.name = "q8_0",
                                                    .gguf_id = 8,
                                                    .file_type = 7,
                                                    .block = BLOCK,
                                                    .tensor_bytes = tensor_bytes,
                                                    .unpack_row = unpack_row,
                                                    .pack = pack,
                                                    .words = {.bytes = 2, .step = BYTES}};
