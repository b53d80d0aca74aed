/* convert.c - one tensor from any encoding to any that we write. */
#include "engine/format/convert.h"
#include "engine/format/absmean.h"
#include "engine/format/planes.h"
#include "engine/format/ternary.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct bn_encoding_traits *traits(enum bn_encoding e) { return bn_encoding_traits(e); }

size_t bn_conversion_bytes(const struct bn_conversion *c)
{
    const struct bn_encoding_traits *t = traits(c->target);
    return c->tensor->cols % t->block ? 0 : t->tensor_bytes(c->tensor->rows, c->tensor->cols);
}

/* File row 2j+p of a head is row p*(d/2)+j of the half-split order. */
int64_t bn_conversion_row(const struct bn_conversion *c, int64_t m)
{
    if (!c->n_heads) return m;
    int64_t d = c->tensor->rows / c->n_heads, i = m % d;
    return m - i + i % 2 * (d / 2) + i / 2;
}

static enum bn_status plan_from_ternary(struct bn_conversion *c, struct bn_error *err)
{
    const struct bn_tensor *t = c->tensor;
    float *scale = malloc((size_t)t->rows * sizeof *scale);
    if (!scale) return bn_fail_memory(err, "scales", (size_t)t->rows * sizeof *scale);
    enum bn_scale_span span = bn_ternary_scales(scale, t);
    c->scale = scale[0] * c->factor;
    free(scale);
    if (span == BN_SCALE_BLOCK)
        return bn_fail(err, BN_ERR_UNSUPPORTED,
                       "Tensor %s has scales that differ inside its rows, so it is not the weight of a "
                       "BitNet linear; choose f16 for the linears.",
                       t->name);
    if (span == BN_SCALE_ROW && traits(c->target)->scale_span == BN_SCALE_TENSOR)
        return bn_fail(err, BN_ERR_UNSUPPORTED,
                       "Tensor %s has a scale for each row, which %s cannot hold; choose tq1_0, tq2_0, iq2_bn or f16.",
                       t->name, traits(c->target)->name);
    if (span == BN_SCALE_ROW) c->scale_apart = false;
    return BN_OK;
}

enum bn_status bn_conversion_plan(struct bn_conversion *c, struct bn_error *err)
{
    if (!traits(c->target)->ternary) return BN_OK;
    if (traits(c->tensor->encoding)->ternary) return plan_from_ternary(c, err);
    enum bn_status status = bn_absmean_scale(&c->scale, c->tensor, true, err);
    return status ? status : BN_OK;
}

/* Canonical rows in the order of the result. */
static enum bn_status gather_rows(uint8_t *rows, const struct bn_conversion *c, struct bn_error *err)
{
    const struct bn_tensor *t = c->tensor;
    size_t row_bytes = bn_ternary_row_bytes(t->cols);
    bool ternary = traits(t->encoding)->ternary;
    float *buffer = ternary ? NULL : malloc((size_t)t->cols * sizeof *buffer);
    if (!ternary && !buffer) return bn_fail_memory(err, "a row of weights", (size_t)t->cols * sizeof *buffer);
    enum bn_status status = BN_OK;
    for (int64_t m = 0; m < t->rows && !status; m++) {
        uint8_t *out = rows + (size_t)m * row_bytes;
        if (ternary)
            bn_ternary_row(out, t, bn_conversion_row(c, m));
        else
            bn_absmean_row(out, t, bn_conversion_row(c, m), c->scale, buffer);
        if (bn_ternary_row_is_bad(out, t->cols))
            status = bn_fail(err, BN_ERR_FORMAT,
                             "Tensor %s, row %lld: holds the code 3, which is no ternary weight; the file is damaged.",
                             t->name, (long long)m);
    }
    free(buffer);
    return status;
}

/* One scale for all rows, or one for each in the order of the result. */
static enum bn_status gather_scales(float *scale, int *step, const struct bn_conversion *c, struct bn_error *err)
{
    const struct bn_tensor *t = c->tensor;
    float one = c->scale_apart ? 1 : c->scale, *source = malloc((size_t)t->rows * sizeof *source);
    if (!source) return bn_fail_memory(err, "scales", (size_t)t->rows * sizeof *source);
    *step = traits(t->encoding)->ternary && bn_ternary_scales(source, t) == BN_SCALE_ROW;
    for (int64_t m = 0; m < t->rows; m++) scale[m] = *step ? source[bn_conversion_row(c, m)] * c->factor : one;
    free(source);
    return BN_OK;
}

static enum bn_status to_ternary(void *out, const struct bn_conversion *c, struct bn_error *err)
{
    const struct bn_tensor *t = c->tensor;
    int step = 0;
    uint8_t *rows = malloc((size_t)t->rows * bn_ternary_row_bytes(t->cols));
    float *scale = malloc((size_t)t->rows * sizeof *scale);
    enum bn_status status = rows && scale
                                ? gather_rows(rows, c, err)
                                : bn_fail_memory(err, "a tensor", (size_t)t->rows * bn_ternary_row_bytes(t->cols));
    if (!status) status = gather_scales(scale, &step, c, err);
    if (!status) status = traits(c->target)->pack_ternary(out, rows, scale, step, t->rows, t->cols, err);
    free(rows);
    free(scale);
    return status;
}

/* Row m of the result as floats. */
static enum bn_status float_row(float *row, const struct bn_conversion *c, int64_t m, struct bn_error *err)
{
    const struct bn_tensor *t = c->tensor;
    float sum = 0;
    traits(t->encoding)->unpack_row(row, t->data, t->rows, t->cols, bn_conversion_row(c, m));
    for (int64_t k = 0; k < t->cols; k++) row[k] *= c->factor, sum += 0 * row[k];
    if (sum == 0) return BN_OK;
    return bn_fail(err, BN_ERR_FORMAT, "Tensor %s holds a weight that is not a finite number.", t->name);
}

/* Encodings of floats have independent rows, so a tensor goes row by row. */
static enum bn_status to_float(uint8_t *out, const struct bn_conversion *c, struct bn_error *err)
{
    const struct bn_tensor *t = c->tensor;
    size_t row_bytes = traits(c->target)->tensor_bytes(1, t->cols);
    float *row = malloc((size_t)t->cols * sizeof *row);
    if (!row) return bn_fail_memory(err, "a row of weights", (size_t)t->cols * sizeof *row);
    enum bn_status status = BN_OK;
    for (int64_t m = 0; m < t->rows && !status; m++) {
        status = float_row(row, c, m, err);
        if (!status) status = traits(c->target)->pack(out + (size_t)m * row_bytes, row, 1, t->cols, err);
    }
    free(row);
    return status;
}

static enum bn_status to_planes(void *out, const struct bn_conversion *c, struct bn_fit_loss *loss,
                                struct bn_error *err)
{
    const struct bn_tensor *t = c->tensor;
    struct bn_fitted f;
    float *row = malloc((size_t)t->cols * (sizeof *row + 1));
    if (!row) return bn_fail_memory(err, "a row of weights", (size_t)t->cols * (sizeof *row + 1));
    enum bn_status status = BN_OK;
    for (int64_t m = 0; m < t->rows && !status; m++) {
        status = float_row(row, c, m, err);
        if (status) break;
        bn_planes_fit_row(out, traits(c->target)->planes, t->rows, t->cols, m, row, c->fit, c->importance,
                          (uint8_t *)(row + t->cols), &f);
        if (loss)
            loss->error += f.error, loss->energy += f.energy, loss->second += (double)f.scale[1],
                loss->start += f.start;
    }
    free(row);
    return status;
}

enum bn_status bn_convert(void *out, const struct bn_conversion *c, struct bn_fit_loss *loss, struct bn_error *err)
{
    if (traits(c->target)->planes) return to_planes(out, c, loss, err);
    if (traits(c->target)->ternary) return to_ternary(out, c, err);
    if (!traits(c->target)->pack)
        return bn_fail(err, BN_ERR_UNSUPPORTED, "The encoding %s can be read but not written.",
                       traits(c->target)->name);
    return to_float(out, c, err);
}
