/* enc_tq2_0.c - 256 ternary weights in 66 bytes: two bits each, f16 scale (FORMATS.md 3.6). */
#include "engine/format/half.h"
#include "engine/format/ternary.h"

enum { BLOCK = 256, BYTES = 66, D = 64 };

static size_t tensor_bytes(int64_t rows, int64_t cols) { return bn_block_bytes(rows, cols, BLOCK, BYTES); }

static const uint8_t *block_at(const void *data, int64_t cols, int64_t row, int64_t block)
{
    return (const uint8_t *)data + (row * (cols / BLOCK) + block) * BYTES;
}

static void unpack_row(float *out, const void *data, int64_t rows, int64_t cols, int64_t row)
{
    (void)rows;
    const uint8_t *p = block_at(data, cols, row, 0);
    for (int64_t b = 0; b < cols / BLOCK; b++, p += BYTES, out += BLOCK) {
        float d = bn_load_f16(p + D);
        for (int k = 0; k < BLOCK; k++)
            out[k] = (float)((p[k / 128 * 32 + k % 32] >> (2 * (k % 128 / 32)) & 3) - 1) * d;
    }
}

static float ternary_scale(const void *data, int64_t rows, int64_t cols, int64_t row, int64_t block)
{
    (void)rows;
    return bn_load_f16(block_at(data, cols, row, block) + D);
}

/* The four 2-bit fields of a byte in the opposite order: the whole difference between this layout and I2_S.
 */
static inline uint8_t reverse_fields(uint8_t b)
{
    b = (uint8_t)(b >> 4 | b << 4);
    return (uint8_t)((b >> 2 & 0x33) | (b & 0x33) << 2);
}

static void ternary_row(uint8_t *out, const void *data, int64_t rows, int64_t cols, int64_t row)
{
    (void)rows;
    const uint8_t *p = block_at(data, cols, row, 0);
    for (int64_t b = 0; b < cols / BLOCK; b++)
        for (int i = 0; i < 64; i++) out[64 * b + i] = reverse_fields(p[BYTES * b + i]);
}

static enum bn_status pack(void *out, const float *in, int64_t rows, int64_t cols, struct bn_error *err)
{
    (void)err;
    uint8_t t[BLOCK], *p = out;
    for (int64_t b = 0; b < rows * cols / BLOCK; b++, in += BLOCK, p += BYTES) {
        float d = bn_ternary_block_codes(t, in, BLOCK);
        for (int i = 0; i < 64; i++) {
            const uint8_t *e = t + i / 32 * 128 + i % 32;
            p[i] = (uint8_t)(e[0] | e[32] << 2 | e[64] << 4 | e[96] << 6);
        }
        bn_store_u16(p + D, bn_f32_to_f16(d));
    }
    return BN_OK;
}

static enum bn_status pack_ternary(void *out, const uint8_t *i2s, const float *scale, int step, int64_t rows,
                                   int64_t cols, struct bn_error *err)
{
    (void)err;
    uint8_t *p = out;
    for (int64_t b = 0; b < rows * (cols / BLOCK); b++, i2s += 64, p += BYTES) {
        for (int i = 0; i < 64; i++) p[i] = reverse_fields(i2s[i]);
        bn_store_u16(p + D, bn_f32_to_f16(scale[b / (cols / BLOCK) * step]));
    }
    return BN_OK;
}

const struct bn_encoding_traits bn_encoding_tq2_0 = {.name = "tq2_0",
                                                     .gguf_id = 35,
                                                     .file_type = 37,
                                                     .block = BLOCK,
                                                     .ternary = true,
                                                     .tensor_bytes = tensor_bytes,
                                                     .unpack_row = unpack_row,
                                                     .pack = pack,
                                                     .scale_span = BN_SCALE_BLOCK,
                                                     .ternary_row = ternary_row,
                                                     .ternary_scale = ternary_scale,
                                                     .pack_ternary = pack_ternary};
