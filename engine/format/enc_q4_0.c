/* enc_q4_0.c - 32 weights in 18 bytes: f16 scale, 16 bytes of nibbles (FORMATS.md 3.7). */
#include "engine/format/encoding.h"
#include "engine/format/half.h"

enum { BLOCK = 32, BYTES = 18 };

static size_t tensor_bytes(int64_t rows, int64_t cols) { return bn_block_bytes(rows, cols, BLOCK, BYTES); }

static void unpack_row(float *out, const void *data, int64_t rows, int64_t cols, int64_t row)
{
    (void)rows;
    const uint8_t *p = (const uint8_t *)data + row * (cols / BLOCK) * BYTES;
    for (int64_t b = 0; b < cols / BLOCK; b++, p += BYTES, out += BLOCK) {
        float d = bn_load_f16(p);
        for (int j = 0; j < 16; j++) {
            out[j] = (float)((p[2 + j] & 15) - 8) * d;
            out[16 + j] = (float)((p[2 + j] >> 4) - 8) * d;
        }
    }
}

static int nibble(float x)
{
    int q = (int)(x + 8.5f);
    return q > 15 ? 15 : q;
}

static enum bn_status pack(void *out, const float *in, int64_t rows, int64_t cols, struct bn_error *err)
{
    (void)err;
    uint8_t *p = out;
    for (int64_t b = 0; b < rows * cols / BLOCK; b++, p += BYTES, in += BLOCK) {
        float d = bn_furthest_from_zero(in, BLOCK) / -8, inverse = d != 0 ? 1 / d : 0;
        bn_store_u16(p, bn_f32_to_f16(d));
        for (int j = 0; j < 16; j++) p[2 + j] = (uint8_t)(nibble(in[j] * inverse) | nibble(in[16 + j] * inverse) << 4);
    }
    return BN_OK;
}

const struct bn_encoding_traits bn_encoding_q4_0 = {.name = "q4_0",
                                                    .gguf_id = 2,
                                                    .file_type = 2,
                                                    .block = BLOCK,
                                                    .tensor_bytes = tensor_bytes,
                                                    .unpack_row = unpack_row,
                                                    .pack = pack,
                                                    .words = {.bytes = 2, .step = BYTES}};
