/* enc_tq1_0.c - 256 ternary weights in 54 bytes: five trits a byte, f16 scale (FORMATS.md 3.5). */
#include "engine/format/half.h"
#include "engine/format/ternary.h"

enum { BLOCK = 256, BYTES = 54, QH = 48, D = 52 };

static size_t tensor_bytes(int64_t rows, int64_t cols) { return bn_block_bytes(rows, cols, BLOCK, BYTES); }

static const uint8_t *block_at(const void *data, int64_t cols, int64_t row, int64_t block)
{
    return (const uint8_t *)data + (row * (cols / BLOCK) + block) * BYTES;
}

/* Trit n (first most significant) of a byte, 0..2. */
static inline unsigned trit(uint8_t byte, int n)
{
    static const uint8_t power[] = {1, 3, 9, 27, 81};
    return (unsigned)(uint8_t)(byte * power[n]) * 3 >> 8;
}

/* Trit 0..2 of element k of a block. */
static inline unsigned element(const uint8_t *p, int k)
{
    if (k < 160) return trit(p[k % 32], k / 32);
    if (k < 240) return trit(p[32 + (k - 160) % 16], (k - 160) / 16);
    return trit(p[QH + (k - 240) % 4], (k - 240) / 4);
}

static void unpack_row(float *out, const void *data, int64_t rows, int64_t cols, int64_t row)
{
    (void)rows;
    const uint8_t *p = block_at(data, cols, row, 0);
    for (int64_t b = 0; b < cols / BLOCK; b++, p += BYTES, out += BLOCK) {
        float d = bn_load_f16(p + D);
        for (int k = 0; k < BLOCK; k++) out[k] = (float)((int)element(p, k) - 1) * d;
    }
}

static float ternary_scale(const void *data, int64_t rows, int64_t cols, int64_t row, int64_t block)
{
    (void)rows;
    return bn_load_f16(block_at(data, cols, row, block) + D);
}

/* One block to two canonical I2_S blocks. Bytes 0..31 hold five groups of 32 elements: four make the first
 * I2_S block as they stand, the fifth is the top field of the second; 160..239 are five half groups and
 * 240..255 the rest of its last field. */
static void transcode(uint8_t *out, const uint8_t *p)
{
    for (int m = 0; m < 32; m++) {
        unsigned b = p[m];
        out[m] = (uint8_t)(trit((uint8_t)b, 0) << 6 | trit((uint8_t)b, 1) << 4 | trit((uint8_t)b, 2) << 2 |
                           trit((uint8_t)b, 3));
        out[32 + m] = (uint8_t)(trit((uint8_t)b, 4) << 6);
    }
    for (int m = 0; m < 16; m++) {
        uint8_t b = p[32 + m];
        out[32 + m] |= (uint8_t)(trit(b, 0) << 4 | trit(b, 2) << 2 | trit(b, 4));
        out[48 + m] |= (uint8_t)(trit(b, 1) << 4 | trit(b, 3) << 2 | trit(p[QH + m % 4], m / 4));
    }
}

static void ternary_row(uint8_t *out, const void *data, int64_t rows, int64_t cols, int64_t row)
{
    (void)rows;
    const uint8_t *p = block_at(data, cols, row, 0);
    for (int64_t b = 0; b < cols / BLOCK; b++) transcode(out + 64 * b, p + BYTES * b);
}

/* `trits` trits, first most significant, as ceil(value * 256 / 243) with four trits counting as five. */
static uint8_t encode(const uint8_t *t, int stride, int trits)
{
    unsigned v = 0;
    for (int n = 0; n < 5; n++) v = v * 3 + (n < trits ? t[n * stride] : 0);
    return (uint8_t)((v * 256 + 242) / 243);
}

static void pack_block(uint8_t *p, const uint8_t *t, uint16_t d)
{
    for (int m = 0; m < 32; m++) p[m] = encode(t + m, 32, 5);
    for (int m = 0; m < 16; m++) p[32 + m] = encode(t + 160 + m, 16, 5);
    for (int j = 0; j < 4; j++) p[QH + j] = encode(t + 240 + j, 4, 4);
    bn_store_u16(p + D, d);
}

static enum bn_status pack(void *out, const float *in, int64_t rows, int64_t cols, struct bn_error *err)
{
    (void)err;
    uint8_t t[BLOCK];
    for (int64_t b = 0; b < rows * cols / BLOCK; b++, in += BLOCK) {
        float d = bn_ternary_block_codes(t, in, BLOCK);
        pack_block((uint8_t *)out + b * BYTES, t, bn_f32_to_f16(d));
    }
    return BN_OK;
}

static enum bn_status pack_ternary(void *out, const uint8_t *i2s, const float *scale, int step, int64_t rows,
                                   int64_t cols, struct bn_error *err)
{
    (void)err;
    int8_t codes[BLOCK];
    uint8_t t[BLOCK];
    for (int64_t b = 0; b < rows * (cols / BLOCK); b++) {
        bn_ternary_unpack_row(codes, i2s + b * 64, BLOCK);
        for (int k = 0; k < BLOCK; k++) t[k] = (uint8_t)(codes[k] + 1);
        pack_block((uint8_t *)out + b * BYTES, t, bn_f32_to_f16(scale[b / (cols / BLOCK) * step]));
    }
    return BN_OK;
}

const struct bn_encoding_traits bn_encoding_tq1_0 = {.name = "tq1_0",
                                                     .gguf_id = 34,
                                                     .file_type = 36,
                                                     .block = BLOCK,
                                                     .ternary = true,
                                                     .tensor_bytes = tensor_bytes,
                                                     .unpack_row = unpack_row,
                                                     .pack = pack,
                                                     .scale_span = BN_SCALE_BLOCK,
                                                     .ternary_row = ternary_row,
                                                     .ternary_scale = ternary_scale,
                                                     .pack_ternary = pack_ternary};
