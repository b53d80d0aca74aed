/* ternary.c - canonical I2_S rows, codes and scales of ternary tensors. */
#include "engine/format/ternary.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

const uint8_t *bn_ternary_rows_in_place(const struct bn_tensor *tensor)
{
    return tensor->encoding == BN_ENC_I2_S ? tensor->data : NULL;
}

void bn_ternary_row(uint8_t *out, const struct bn_tensor *tensor, int64_t row)
{
    bn_encoding_traits(tensor->encoding)->ternary_row(out, tensor->data, tensor->rows, tensor->cols, row);
}

static void unpack_block(int8_t *codes, const uint8_t *block)
{
    for (int p = 0; p < 32; p++)
        for (int field = 0; field < 4; field++) codes[32 * field + p] = (int8_t)((block[p] >> (6 - 2 * field) & 3) - 1);
}

void bn_ternary_codes_row(int8_t *codes, const struct bn_tensor *tensor, int64_t row)
{
    /* The canonical bytes are written to the last quarter of `codes`; unpacking from the front never
     * overtakes them. */
    int64_t blocks = (tensor->cols + 127) / 128;
    uint8_t *bytes = (uint8_t *)codes + 96 * blocks, block[32];
    bn_ternary_row(bytes, tensor, row);
    for (int64_t b = 0; b < blocks; b++) {
        memcpy(block, bytes + 32 * b, sizeof block);
        unpack_block(codes + 128 * b, block);
    }
}

void bn_ternary_unpack_row(int8_t *codes, const uint8_t *row, int64_t cols)
{
    int8_t last[128];
    for (; cols >= 128; cols -= 128, codes += 128, row += 32) unpack_block(codes, row);
    if (cols) {
        unpack_block(last, row);
        memcpy(codes, last, (size_t)cols);
    }
}

static void pack_block(uint8_t *out, const int8_t *codes)
{
    for (int p = 0; p < 32; p++)
        out[p] =
            (uint8_t)((codes[p] + 1) << 6 | (codes[32 + p] + 1) << 4 | (codes[64 + p] + 1) << 2 | (codes[96 + p] + 1));
}

void bn_ternary_pack_row(uint8_t *out, const int8_t *codes, int64_t cols)
{
    int8_t last[128] = {0};
    for (; cols >= 128; cols -= 128, codes += 128, out += 32) pack_block(out, codes);
    if (cols) {
        memcpy(last, codes, (size_t)cols);
        pack_block(out, last);
    }
}

bool bn_ternary_row_is_bad(const uint8_t *row, int64_t cols)
{
    unsigned bad = 0;
    for (size_t i = 0; i < bn_ternary_row_bytes(cols); i++) bad |= row[i] & row[i] >> 1 & 0x55u;
    return bad != 0;
}

/* Are the codes of a block (of `block` weights, 128 or 256) of a tensor of one block all zero? */
static bool block_is_zero(const struct bn_tensor *tensor, int64_t row, int64_t index, int block)
{
    const struct bn_encoding_traits *t = bn_encoding_traits(tensor->encoding);
    uint8_t out[64];
    size_t bytes = t->tensor_bytes(1, block);
    int64_t n = row * (tensor->cols / block) + index;
    t->ternary_row(out, (const char *)tensor->data + (size_t)n * bytes, 1, block, 0);
    for (int i = 0; i < block / 4; i++)
        if (out[i] != 0x55) return false;
    return true;
}

/* The one scale of all blocks of a row that have a code other than zero; false when there are two. *found
 * says whether any block had one. */
static bool row_scale(float *scale, bool *found, const struct bn_tensor *tensor, int64_t row)
{
    const struct bn_encoding_traits *t = bn_encoding_traits(tensor->encoding);
    int block = t->block;
    *found = false, *scale = 0;
    for (int64_t b = 0; b < tensor->cols / block; b++) {
        float s = t->ternary_scale(tensor->data, tensor->rows, tensor->cols, row, b);
        if (*found && s == *scale) continue;
        if (block_is_zero(tensor, row, b, block)) continue;
        if (*found) return false;
        *scale = s, *found = true;
    }
    return true;
}

static enum bn_scale_span block_scales(float *scale, const struct bn_tensor *tensor)
{
    float common = 0;
    bool any = false, one = true;
    for (int64_t row = 0; row < tensor->rows; row++) {
        bool found;
        if (!row_scale(&scale[row], &found, tensor, row)) return BN_SCALE_BLOCK;
        if (!found) continue;
        if (any && scale[row] != common) one = false;
        common = scale[row], any = true;
    }
    if (!one) return BN_SCALE_ROW;
    for (int64_t row = 0; row < tensor->rows; row++) scale[row] = common;
    return BN_SCALE_TENSOR;
}

enum bn_scale_span bn_ternary_scales(float *scale, const struct bn_tensor *tensor)
{
    const struct bn_encoding_traits *t = bn_encoding_traits(tensor->encoding);
    if (t->scale_span == BN_SCALE_BLOCK) return block_scales(scale, tensor);
    bool one = true;
    for (int64_t row = 0; row < tensor->rows; row++) {
        scale[row] = t->ternary_scale(tensor->data, tensor->rows, tensor->cols, row, 0);
        one = one && scale[row] == scale[0];
    }
    return one ? BN_SCALE_TENSOR : BN_SCALE_ROW;
}

float bn_ternary_block_codes(uint8_t *codes, const float *in, int n)
{
    float d = 0;
    for (int k = 0; k < n; k++) d = fmaxf(d, fabsf(in[k]));
    float inverse = d != 0 ? 1 / d : 0;
    for (int k = 0; k < n; k++) codes[k] = (uint8_t)((int)roundf(in[k] * inverse) + 1);
    return d;
}

enum bn_status bn_ternary_pack_rows(uint8_t *out, size_t row_bytes, bn_ternary_row_packer *pack, const uint8_t *i2s,
                                    const float *scale, int step, int64_t rows, int64_t cols, struct bn_error *err)
{
    int8_t *codes = malloc((size_t)cols);
    if (!codes) return bn_fail_memory(err, "packing a row", (size_t)cols);
    for (int64_t m = 0; m < rows; m++) {
        bn_ternary_unpack_row(codes, i2s + (size_t)m * bn_ternary_row_bytes(cols), cols);
        pack(out + (size_t)m * row_bytes, codes, cols, scale[m * step]);
    }
    free(codes);
    return BN_OK;
}

enum bn_status bn_ternary_pack_rows_by_max(uint8_t *out, size_t row_bytes, bn_ternary_row_packer *pack, const float *in,
                                           int64_t rows, int64_t cols, struct bn_error *err)
{
    int8_t *codes = malloc((size_t)cols);
    if (!codes) return bn_fail_memory(err, "packing a row", (size_t)cols);
    for (int64_t m = 0; m < rows; m++, in += cols) {
        float max = 0;
        for (int64_t k = 0; k < cols; k++) max = fmaxf(max, fabsf(in[k]));
        for (int64_t k = 0; k < cols; k++)
            codes[k] = (int8_t)(fabsf(in[k]) < max / 2 ? 0 : in[k] > 0 ? 1 : in[k] < 0 ? -1 : 0);
        pack(out + (size_t)m * row_bytes, codes, cols, max);
    }
    free(codes);
    return BN_OK;
}
