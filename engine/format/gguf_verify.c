/* gguf_verify.c - reads a written model back and compares it with where it came from. */
#include "engine/format/gguf_save_vocab.h"
#include "engine/format/gguf_save.h"
#include "engine/format/absmean.h"
#include "engine/format/little_endian.h"
#include "engine/format/ternary.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static enum bn_status differs(const char *path, const char *what, struct bn_error *err)
{
    return bn_fail(err, BN_ERR_FORMAT, "%s: %s differs from the source when it is read back; the file was not kept.",
                   path, what);
}

static bool same_config(const struct bn_config *a, const struct bn_config *b, bool rope_changes)
{
    return strcmp(a->architecture, b->architecture) == 0 && a->n_layers == b->n_layers && a->dim == b->dim &&
           a->ffn_dim == b->ffn_dim && a->n_heads == b->n_heads && a->n_kv_heads == b->n_kv_heads &&
           a->head_dim == b->head_dim && a->n_vocab == b->n_vocab && a->n_ctx_train == b->n_ctx_train &&
           a->rope_dim == b->rope_dim && a->rms_eps == b->rms_eps && a->rope_theta == b->rope_theta &&
           a->rope_scale == b->rope_scale && a->ffn_activation == b->ffn_activation &&
           (rope_changes || a->rope_kind == b->rope_kind);
}

/* Codes of every row, equal to those of the source. */
static bool same_codes(const struct bn_conversion *c, const struct bn_tensor *got, uint8_t *rows[2], float *buffer)
{
    const struct bn_tensor *t = c->tensor;
    bool ternary = bn_encoding_traits(t->encoding)->ternary;
    for (int64_t m = 0; m < t->rows; m++) {
        if (ternary)
            bn_ternary_row(rows[0], t, bn_conversion_row(c, m));
        else
            bn_absmean_row(rows[0], t, bn_conversion_row(c, m), c->scale, buffer);
        bn_ternary_row(rows[1], got, m);
        if (memcmp(rows[0], rows[1], bn_ternary_row_bytes(t->cols))) return false;
    }
    return true;
}

/* Scales must be the planned ones, to the eleven bits that a half has where the encoding stores one; *change: the
 * largest relative difference. */
static bool same_scales(const struct bn_conversion *c, const struct bn_tensor *got, double *change)
{
    const struct bn_tensor *t = c->tensor;
    float *scale = malloc(2 * (size_t)got->rows * sizeof *scale), *source = scale + got->rows;
    if (!scale) return false;
    bool same = bn_ternary_scales(scale, got) != BN_SCALE_BLOCK;
    bool by_row = bn_encoding_traits(t->encoding)->ternary && bn_ternary_scales(source, t) == BN_SCALE_ROW;
    for (int64_t m = 0; m < got->rows && same; m++) {
        float want = by_row ? source[bn_conversion_row(c, m)] * c->factor : c->scale_apart ? 1 : c->scale;
        same = fabsf(scale[m] - want) <= fabsf(want) * 0x1p-11f;
        if (scale[m] != want) *change = fmax(*change, fabs(((double)scale[m] - (double)want) / (double)want));
    }
    free(scale);
    return same;
}

static bool same_ternary(const struct bn_conversion *c, const struct bn_tensor *got, struct bn_verified *v,
                         const char *name)
{
    double change = 0;
    size_t n = bn_ternary_row_bytes(got->cols);
    uint8_t *rows[2] = {malloc(n), malloc(n)};
    float *buffer = malloc((size_t)got->cols * sizeof *buffer);
    bool same = rows[0] && rows[1] && buffer && same_codes(c, got, rows, buffer) && same_scales(c, got, &change);
    free(rows[0]), free(rows[1]), free(buffer);
    v->n_rounded += change > 0;
    if (change > v->scale_change) v->scale_change = change, v->most_rounded = name;
    return same;
}

/* The largest error that each encoding may make, relative to the largest weight of the tensor. */
static double tolerance(enum bn_encoding e)
{
    switch (e) {
    case BN_ENC_F32:
        return 0;
    case BN_ENC_F16:
        return 0x1p-11;
    case BN_ENC_BF16:
        return 0x1p-8;
    case BN_ENC_Q8_0:
        return 0x1p-7;
    case BN_ENC_Q6_K:
        return 0x1p-4;
    default:
        return 0x1p-2; /* q4_0: the largest value of the other sign is cut to 7/8 */
    }
}

static bool same_floats(const struct bn_conversion *c, const struct bn_tensor *got, double *worst)
{
    const struct bn_tensor *t = c->tensor;
    float *a = malloc(2 * (size_t)t->cols * sizeof *a), *b = a + t->cols;
    double error = 0, largest = 0;
    bool finite = true;
    if (!a) return false;
    for (int64_t m = 0; m < t->rows; m++) {
        bn_encoding_traits(t->encoding)->unpack_row(a, t->data, t->rows, t->cols, bn_conversion_row(c, m));
        bn_encoding_traits(got->encoding)->unpack_row(b, got->data, got->rows, got->cols, m);
        for (int64_t k = 0; k < t->cols; k++) {
            double e = fabs((double)(a[k] * c->factor) - (double)b[k]), w = fabs((double)a[k] * (double)c->factor);
            finite &= e < HUGE_VAL;
            error = e > error ? e : error; /* fmax here makes gcc 12 stop on AArch64 */
            largest = w > largest ? w : largest;
        }
    }
    free(a);
    double relative = largest > 0 ? error / largest : error;
    if (relative > *worst) *worst = relative;
    return finite && relative <= tolerance(got->encoding);
}

/* Made again, planes of signs are the same bytes. */
static bool same_planes(const struct bn_conversion *c, const struct bn_tensor *got)
{
    struct bn_error err;
    if (c->tensor->encoding == c->target && c->factor == 1 && !c->n_heads)
        return memcmp(c->tensor->data, got->data, got->bytes) == 0;
    void *again = malloc(got->bytes);
    bool same = again && !bn_convert(again, c, NULL, &err) && memcmp(again, got->data, got->bytes) == 0;
    free(again);
    return same;
}

static bool same_weights(const struct bn_conversion *c, const struct bn_tensor *got, struct bn_verified *v,
                         const char *name)
{
    const struct bn_encoding_traits *t = bn_encoding_traits(c->target);
    return t->planes    ? same_planes(c, got)
           : t->ternary ? same_ternary(c, got, v, name)
                        : same_floats(c, got, &v->worst);
}

static enum bn_status check_item(const struct bn_save_item *item, const struct bn_source *file, const char *path,
                                 struct bn_verified *v, struct bn_error *err)
{
    const struct bn_tensor *got = bn_source_tensor(file, item->name);
    const struct bn_conversion *c = &item->conversion;
    bool same = got != NULL;
    if (same && item->inline_value)
        same = got->bytes == sizeof(float) && bn_load_f32(got->data) == *item->inline_value;
    else if (same)
        same = got->encoding == c->target && got->rows == c->tensor->rows && got->cols == c->tensor->cols &&
               same_weights(c, got, v, item->name);
    return same ? BN_OK : differs(path, item->name, err);
}

enum bn_status bn_gguf_verify(const struct bn_save_plan *plan, const struct bn_source *source, const char *path,
                              struct bn_verified *verified, struct bn_error *err)
{
    struct bn_source file;
    *verified = (struct bn_verified){0};
    enum bn_status status = bn_source_open(&file, path, NULL, err);
    if (status) return status;
    bool llama = strcmp(source->config.architecture, "llama") == 0;
    if (!same_config(&source->config, &file.config, llama))
        status = differs(path, "the configuration", err);
    else if (!bn_gguf_same_vocab(&source->vocab, &file.vocab))
        status = differs(path, "the vocabulary", err);
    for (size_t i = 0; i < plan->n && !status; i++) status = check_item(&plan->items[i], &file, path, verified, err);
    bn_source_close(&file);
    return status;
}
