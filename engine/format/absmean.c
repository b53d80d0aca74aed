/* absmean.c - master weights to ternary by BitNet b1.58's own rule. */
#include "engine/format/absmean.h"
#include "engine/format/ternary.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct census {
    double sum;   /* of |w| */
    float first;  /* first |w| that is not zero */
    bool ternary; /* every |w| so far is zero or `first` */
};

static void count_row(struct census *c, const float *w, int64_t n)
{
    double lane[8] = {0};
    bool differs = false;
    for (int64_t k = 0; k < n && c->first == 0; k++) c->first = fabsf(w[k]);
    for (int64_t k = 0; k < n; k++) {
        float a = fabsf(w[k]);
        lane[k % 8] += (double)a;
        differs |= (a != 0) & (a != c->first);
    }
    for (int i = 0; i < 8; i++) c->sum += lane[i];
    c->ternary = c->ternary && !differs;
}

enum bn_status bn_absmean_scale(float *scale, const struct bn_tensor *t, bool keep_ternary, struct bn_error *err)
{
    struct census c = {.ternary = true};
    float *row = malloc((size_t)t->cols * sizeof *row);
    if (!row) return bn_fail_memory(err, "a row of weights", (size_t)t->cols * sizeof *row);
    for (int64_t m = 0; m < t->rows; m++) {
        bn_encoding_traits(t->encoding)->unpack_row(row, t->data, t->rows, t->cols, m);
        count_row(&c, row, t->cols);
    }
    free(row);
    if (!isfinite(c.sum))
        return bn_fail(err, BN_ERR_FORMAT, "Tensor %s holds a weight that is not a finite number.", t->name);
    float mean = (float)(c.sum / ((double)t->rows * (double)t->cols));
    *scale = keep_ternary && c.ternary && c.first > 0 ? c.first : mean > 1e-5f ? mean : 1e-5f;
    return BN_OK;
}

void bn_absmean_row(uint8_t *out, const struct bn_tensor *t, int64_t row, float scale, float *w)
{
    float inverse = 1 / scale;
    memset(out, 0x55, bn_ternary_row_bytes(t->cols));
    bn_encoding_traits(t->encoding)->unpack_row(w, t->data, t->rows, t->cols, row);
    for (int64_t k = 0; k < t->cols; k++) {
        float x = w[k] * inverse;
        int code = x > 0.5f ? 2 : x < -0.5f ? 0 : 1; /* half rounds to even: to zero */
        out[k / 128 * 32 + k % 32] ^= (uint8_t)((1 ^ code) << (6 - 2 * (k % 128 / 32)));
    }
}
