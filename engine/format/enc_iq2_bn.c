/* enc_iq2_bn.c - ik_llama.cpp's two bits a weight: each row a f32 scale, then 64 weights in 16 bytes
 * (FORMATS.md 3.8). */
#include "engine/format/half.h"
#include "engine/format/ternary.h"

enum { BLOCK = 64, BYTES = 16, HEAD = 4 };

static size_t row_bytes(int64_t cols) { return HEAD + (size_t)(cols / BLOCK) * BYTES; }

static size_t tensor_bytes(int64_t rows, int64_t cols)
{
    return cols > 0 && cols % BLOCK == 0 ? bn_block_bytes(rows, 1, 1, row_bytes(cols)) : 0;
}

static const uint8_t *row_at(const void *data, int64_t cols, int64_t row)
{
    return (const uint8_t *)data + (size_t)row * row_bytes(cols);
}

static inline int element(const uint8_t *blocks, int64_t k)
{
    return blocks[k / BLOCK * BYTES + k % 16] >> (2 * (k % BLOCK / 16)) & 3;
}

static void unpack_row(float *out, const void *data, int64_t rows, int64_t cols, int64_t row)
{
    (void)rows;
    const uint8_t *p = row_at(data, cols, row);
    float scale = bn_load_f32(p);
    for (int64_t k = 0; k < cols; k++) out[k] = (float)(element(p + HEAD, k) - 1) * scale;
}

static float ternary_scale(const void *data, int64_t rows, int64_t cols, int64_t row, int64_t block)
{
    (void)rows, (void)block;
    return bn_load_f32(row_at(data, cols, row));
}

static void ternary_row(uint8_t *out, const void *data, int64_t rows, int64_t cols, int64_t row)
{
    (void)rows;
    const uint8_t *p = row_at(data, cols, row) + HEAD;
    memset(out, 0x55, bn_ternary_row_bytes(cols));
    for (int64_t b = 0; b < cols / BLOCK; b++, p += BYTES)
        for (int j = 0; j < BYTES;
             j++) { /* fields 0, 1 are elements j, 16+j of I2_S field 2*(b%2); 2, 3 of the next one */
            uint8_t *o = out + b / 2 * 32 + j;
            int shift = b % 2 ? 2 : 6;
            unsigned keep = b % 2 ? 0xf0 : 0x0f;
            o[0] = (uint8_t)((o[0] & keep) | (p[j] & 3u) << shift | (p[j] >> 4 & 3u) << (shift - 2));
            o[16] = (uint8_t)((o[16] & keep) | (p[j] >> 2 & 3u) << shift | (p[j] >> 6 & 3u) << (shift - 2));
        }
}

static void pack_row(uint8_t *p, const int8_t *codes, int64_t cols, float scale)
{
    bn_store_f32(p, scale);
    for (int64_t b = 0; b < cols / BLOCK; b++, codes += BLOCK)
        for (int j = 0; j < BYTES; j++)
            p[HEAD + b * BYTES + j] = (uint8_t)((codes[j] + 1) | (codes[16 + j] + 1) << 2 | (codes[32 + j] + 1) << 4 |
                                                (codes[48 + j] + 1) << 6);
}

static enum bn_status pack(void *out, const float *in, int64_t rows, int64_t cols, struct bn_error *err)
{
    return bn_ternary_pack_rows_by_max(out, row_bytes(cols), pack_row, in, rows, cols, err);
}

static enum bn_status pack_ternary(void *out, const uint8_t *i2s, const float *scale, int step, int64_t rows,
                                   int64_t cols, struct bn_error *err)
{
    return bn_ternary_pack_rows(out, row_bytes(cols), pack_row, i2s, scale, step, rows, cols, err);
}

const struct bn_encoding_traits bn_encoding_iq2_bn = {.name = "iq2_bn",
                                                      .gguf_id = 135,
                                                      .file_type = 137,
                                                      .block = BLOCK,
                                                      .ternary = true,
                                                      .tensor_bytes = tensor_bytes,
                                                      .unpack_row = unpack_row,
                                                      .pack = pack,
                                                      .scale_span = BN_SCALE_ROW,
                                                      .ternary_row = ternary_row,
                                                      .ternary_scale = ternary_scale,
                                                      .pack_ternary = pack_ternary};
