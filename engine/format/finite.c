/* finite.c - scales and vectors are looked through once, when a model is opened. */
#include "engine/format/finite.h"
#include "engine/format/little_endian.h"
#include "engine/format/planes.h"
#include "engine/format/ternary.h"
#include <math.h>
#include <stdlib.h>

/* Ternary scales: *any is true when one is not zero; returns false for one that is not finite. */
static bool ternary_scales(const struct bn_tensor *t, bool *any)
{
    const struct bn_encoding_traits *e = bn_encoding_traits(t->encoding);
    int64_t rows = e->scale_span == BN_SCALE_TENSOR ? 1 : t->rows,
            blocks = e->scale_span == BN_SCALE_BLOCK ? t->cols / e->block : 1;
    for (int64_t r = 0; r < rows; r++)
        for (int64_t b = 0; b < blocks; b++) {
            float s = e->ternary_scale(t->data, t->rows, t->cols, r, b);
            if (!isfinite(s)) return false;
            *any = *any || s != 0;
        }
    return true;
}

/* 1: all codes are zero, 0: one is not, -1: out of memory. */
static int codes_are_zero(const struct bn_tensor *t)
{
    size_t n = bn_ternary_row_bytes(t->cols);
    uint8_t *row = malloc(n);
    int zero = row ? 1 : -1;
    for (int64_t r = 0; r < t->rows && zero == 1; r++) {
        bn_ternary_row(row, t, r);
        for (size_t i = 0; i < n; i++) zero = zero && row[i] == 0x55;
    }
    free(row);
    return zero;
}

static enum bn_status check_ternary(const struct bn_tensor *t, const char *path, struct bn_error *err)
{
    bool any = false;
    if (!ternary_scales(t, &any))
        return bn_fail(err, BN_ERR_FORMAT,
                       "%s: tensor %s has a scale that is not a finite number; the file is damaged.", path, t->name);
    int zero = any ? 1 : codes_are_zero(t);
    if (zero < 0) return bn_fail_memory(err, t->name, bn_ternary_row_bytes(t->cols));
    if (zero) return BN_OK;
    return bn_fail(err, BN_ERR_FORMAT,
                   "%s: tensor %s has the scale 0, although its weights are not zero; the file is "
                   "damaged.",
                   path, t->name);
}

/* The f16 scales of block encodings that kernels read as stored. */
static bool block_scales_are_finite(const struct bn_tensor *t)
{
    const struct bn_words w = bn_encoding_traits(t->encoding)->words;
    const uint8_t *bytes = t->data;
    for (size_t at = w.at; at + 2 <= t->bytes; at += w.step)
        if ((bn_load_u16(bytes + at) & 0x7c00) == 0x7c00) return false;
    return true;
}

static bool plane_scales_are_finite(const struct bn_tensor *t, int planes)
{
    for (int64_t r = 0; r < t->rows; r++)
        for (int p = 0; p < planes; p++)
            if (!isfinite(bn_planes_scale(t->data, planes, t->rows, t->cols, r, p))) return false;
    return true;
}

static bool rows_are_finite(const struct bn_tensor *t, float *row)
{
    float sum = 0;
    for (int64_t r = 0; r < t->rows; r++) {
        bn_encoding_traits(t->encoding)->unpack_row(row, t->data, t->rows, t->cols, r);
        for (int64_t k = 0; k < t->cols; k++) sum += 0 * row[k]; /* NaN from infinity and NaN */
    }
    return sum == 0;
}

enum bn_status bn_finite_weights(const struct bn_tensor *t, struct bn_error *err)
{
    float *row = malloc((size_t)t->cols * sizeof *row);
    if (!row) return bn_fail_memory(err, t->name, (size_t)t->cols * sizeof *row);
    bool good = rows_are_finite(t, row);
    free(row);
    if (good) return BN_OK;
    return bn_fail(err, BN_ERR_FORMAT, "Tensor %s holds a weight that is not a finite number.", t->name);
}

enum bn_status bn_finite_check(const struct bn_tensor *t, const char *path, struct bn_error *err)
{
    const struct bn_encoding_traits *e = bn_encoding_traits(t->encoding);
    bool good = true;
    if (e->ternary) return check_ternary(t, path, err);
    if (e->planes)
        good = plane_scales_are_finite(t, e->planes);
    else if (e->block > 1 && e->words.bytes == 2)
        good = block_scales_are_finite(t);
    else if (e->block > 1 || t->rows == 1 || t->cols == 1) {
        float *row = malloc((size_t)t->cols * sizeof *row);
        if (!row) return bn_fail_memory(err, t->name, (size_t)t->cols * sizeof *row);
        good = rows_are_finite(t, row);
        free(row);
    }
    if (good) return BN_OK;
    return bn_fail(err, BN_ERR_FORMAT, "%s: tensor %s holds a number that is not finite; the file is damaged.", path,
                   t->name);
}
