/* planes.c - rows of one or two planes of signs, and their scales. */
#include "engine/format/planes.h"
#include "engine/format/half.h"
#include <stdlib.h>
#include <string.h>

size_t bn_planes_bytes(int planes, int64_t rows, int64_t cols)
{
    if (cols <= 0 || cols > INT64_MAX - 256) return 0;
    size_t unit = 4 * (size_t)planes; /* both the scales and the codes of a row are multiples of it */
    return bn_block_bytes(rows, (int64_t)(bn_planes_row_bytes(planes, cols) / unit) + 1, 1, unit);
}

static int64_t byte_of(int planes, int64_t k) { return k / (planes == 1 ? 256 : 128) * 32 + k % 32; }
static int shift_of(int planes, int64_t k)
{
    int field = (int)(k % 128 / 32);
    return planes == 1 ? 2 * field + (int)(k % 256 / 128) : 6 - 2 * field;
}

void bn_planes_pack_row(uint8_t *out, int planes, const uint8_t *codes, int64_t cols)
{
    memset(out, 0, bn_planes_row_bytes(planes, cols));
    for (int64_t k = 0; k < cols; k++) out[byte_of(planes, k)] |= (uint8_t)(codes[k] << shift_of(planes, k));
}

void bn_planes_unpack_row(uint8_t *codes, int planes, const uint8_t *row, int64_t cols)
{
    for (int64_t k = 0; k < cols; k++)
        codes[k] = row[byte_of(planes, k)] >> shift_of(planes, k) & (planes == 1 ? 1 : 3);
}

static const char *scale_at(const void *data, int planes, int64_t rows, int64_t cols, int64_t row, int plane)
{
    return (const char *)data + (size_t)rows * bn_planes_row_bytes(planes, cols) + 4 * (size_t)(row * planes + plane);
}

float bn_planes_scale(const void *data, int planes, int64_t rows, int64_t cols, int64_t row, int plane)
{
    return bn_load_f32(scale_at(data, planes, rows, cols, row, plane));
}

void bn_planes_floats(float *out, int planes, const uint8_t *codes, const float *scale, int64_t cols)
{
    float s1 = scale[0], s2 = planes == 1 ? 0 : scale[1];
    const float one[2] = {-s1, s1}, two[4] = {-s1 - s2, -s1 + s2, s1 - s2, s1 + s2};
    const float *level = planes == 1 ? one : two;
    for (int64_t k = 0; k < cols; k++) out[k] = level[codes[k]];
}

void bn_planes_tensor_row(float *out, int planes, const void *data, int64_t rows, int64_t cols, int64_t row)
{
    uint8_t *codes = (uint8_t *)out + 3 * cols; /* floats written from the front never overtake them */
    float scale[2];
    for (int p = 0; p < planes; p++) scale[p] = bn_planes_scale(data, planes, rows, cols, row, p);
    bn_planes_unpack_row(codes, planes, (const uint8_t *)data + (size_t)row * bn_planes_row_bytes(planes, cols), cols);
    bn_planes_floats(out, planes, codes, scale, cols);
}

void bn_planes_fit_row(void *data, int planes, int64_t rows, int64_t cols, int64_t row, const float *w,
                       const struct bn_fit *fit, const float *importance, uint8_t *codes, struct bn_fitted *fitted)
{
    bn_fit_row(fitted, codes, fit, w, importance, (int)cols);
    bn_planes_pack_row((uint8_t *)data + (size_t)row * bn_planes_row_bytes(planes, cols), planes, codes, cols);
    for (int p = 0; p < planes; p++)
        bn_store_f32((char *)(uintptr_t)scale_at(data, planes, rows, cols, row, p), fitted->scale[p]);
}

enum bn_status bn_planes_pack(void *out, int planes, const float *in, int64_t rows, int64_t cols, struct bn_error *err)
{
    struct bn_fit fit = BN_FIT_DEFAULT;
    struct bn_fitted fitted;
    uint8_t *codes = malloc((size_t)cols);
    if (!codes) return bn_fail_memory(err, "packing a row", (size_t)cols);
    if (planes == 1) fit.ratio = 0;
    for (int64_t m = 0; m < rows; m++)
        bn_planes_fit_row(out, planes, rows, cols, m, in + m * cols, &fit, NULL, codes, &fitted);
    free(codes);
    return BN_OK;
}
