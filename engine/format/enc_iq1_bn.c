/* enc_iq1_bn.c - ik_llama.cpp's 1.625 bits a weight: each row a f16 scale, then 64 weights in 13 bytes
 * (FORMATS.md 3.8). */
#include "engine/format/half.h"
#include "engine/format/ternary.h"

enum { BLOCK = 64, BYTES = 13, HEAD = 2, EXTRA = 12 };

static size_t row_bytes(int64_t cols) { return HEAD + (size_t)(cols / BLOCK) * BYTES; }

static size_t tensor_bytes(int64_t rows, int64_t cols)
{
    return cols > 0 && cols % BLOCK == 0 ? bn_block_bytes(rows, 1, 1, row_bytes(cols)) : 0;
}

static const uint8_t *row_at(const void *data, int64_t cols, int64_t row)
{
    return (const uint8_t *)data + (size_t)row * row_bytes(cols);
}

/* Trit j (first least significant) of a byte, 0..2. */
static inline int8_t trit(uint8_t byte, int j)
{
    static const uint8_t power[] = {81, 27, 9, 3, 1};
    unsigned b = (uint8_t)(byte * power[j]);
    return (int8_t)((b + (b >> 1)) >> 7);
}

/* 64 codes -1, 0, 1: each group of 16 is three bytes of five and one trit of the extra byte. */
static void unpack_block(int8_t *codes, const uint8_t *p)
{
    for (int g = 0; g < 4; g++) {
        for (int i = 0; i < 15; i++) codes[16 * g + i] = (int8_t)(trit(p[3 * g + i / 5], i % 5) - 1);
        codes[16 * g + 15] = (int8_t)(trit(p[EXTRA], g) - 1);
    }
}

static void unpack_row(float *out, const void *data, int64_t rows, int64_t cols, int64_t row)
{
    (void)rows;
    int8_t codes[BLOCK];
    const uint8_t *p = row_at(data, cols, row);
    float scale = bn_load_f16(p);
    for (int64_t b = 0; b < cols / BLOCK; b++) {
        unpack_block(codes, p + HEAD + b * BYTES);
        for (int k = 0; k < BLOCK; k++) out[b * BLOCK + k] = (float)codes[k] * scale;
    }
}

static float ternary_scale(const void *data, int64_t rows, int64_t cols, int64_t row, int64_t block)
{
    (void)rows, (void)block;
    return bn_load_f16(row_at(data, cols, row));
}

static void ternary_row(uint8_t *out, const void *data, int64_t rows, int64_t cols, int64_t row)
{
    (void)rows;
    int8_t codes[2 * BLOCK];
    const uint8_t *p = row_at(data, cols, row) + HEAD;
    for (int64_t k = 0; k < cols; k += 2 * BLOCK, p += 2 * BYTES, out += 32) {
        unpack_block(codes, p);
        if (k + BLOCK < cols) unpack_block(codes + BLOCK, p + BYTES);
        bn_ternary_pack_row(out, codes, k + BLOCK < cols ? 2 * BLOCK : BLOCK);
    }
}

static uint8_t encode(const int8_t *codes, int stride, int n)
{
    unsigned v = 0;
    for (int j = n - 1; j >= 0; j--) v = v * 3 + (unsigned)(codes[j * stride] + 1);
    return (uint8_t)((v * 256 + 242) / 243);
}

static void pack_row(uint8_t *p, const int8_t *codes, int64_t cols, float scale)
{
    bn_store_u16(p, bn_f32_to_f16(scale));
    for (int64_t b = 0; b < cols / BLOCK; b++, codes += BLOCK) {
        uint8_t *o = p + HEAD + b * BYTES;
        for (int i = 0; i < EXTRA; i++) o[i] = encode(codes + i / 3 * 16 + i % 3 * 5, 1, 5);
        o[EXTRA] = encode(codes + 15, 16, 4);
    }
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

const struct bn_encoding_traits bn_encoding_iq1_bn = {.name = "iq1_bn",
                                                      .gguf_id = 134,
                                                      .file_type = 136,
                                                      .block = BLOCK,
                                                      .ternary = true,
                                                      .tensor_bytes = tensor_bytes,
                                                      .unpack_row = unpack_row,
                                                      .pack = pack,
                                                      .scale_span = BN_SCALE_ROW,
                                                      .ternary_row = ternary_row,
                                                      .ternary_scale = ternary_scale,
                                                      .pack_ternary = pack_ternary};
