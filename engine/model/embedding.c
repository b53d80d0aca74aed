/* embedding.c - unpacks rows of the embedding, and finds the factors that limit their norm. */
#include "engine/model/embedding.h"
#include <math.h>
#include <stdlib.h>

static void unpack(const struct bn_embedding *e, float *x, int64_t id)
{
    const struct bn_tensor *t = e->tensor;
    bn_encoding_traits(t->encoding)->unpack_row(x, e->rows, t->rows, t->cols, id);
}

void bn_embedding_row(const struct bn_embedding *e, float *x, int64_t id)
{
    unpack(e, x, id);
    if (e->factor && e->factor[id] < 1.0f)
        for (int64_t i = 0; i < e->tensor->cols; i++) x[i] *= e->factor[id];
}

/* Squares of floats neither overflow nor vanish in doubles; one order of additions, one result everywhere. */
static double norm(const float *x, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
    return sqrt(sum);
}

enum bn_status bn_embedding_clip(struct bn_embedding *e, int n_vocab, float most, struct bn_error *err)
{
    size_t rows = (size_t)e->tensor->rows, bytes = (rows + (size_t)e->tensor->cols) * sizeof(float);
    float *x = malloc(bytes);
    e->factor = malloc(rows * sizeof *e->factor);
    if (!x || !e->factor) {
        free(x);
        return bn_fail_memory(err, "the embedding's norms", bytes);
    }
    for (int64_t id = 0; id < e->tensor->rows; id++) {
        unpack(e, x, id);
        double length = norm(x, e->tensor->cols);
        e->factor[id] = isfinite(length) && length > (double)most ? (float)((double)most / length) : 1.0f;
        e->n_clipped += e->factor[id] < 1.0f && id < n_vocab;
    }
    free(x);
    return BN_OK;
}

void bn_embedding_release(struct bn_embedding *e)
{
    free(e->factor);
    e->factor = NULL;
}
