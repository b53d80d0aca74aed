/* embedding.h - the rows that tokens become, as stored in the model, with an optional limit of their norm. */
#ifndef BN_MODEL_EMBEDDING_H
#define BN_MODEL_EMBEDDING_H
#include "engine/format/source.h"

struct bn_embedding {
    const struct bn_tensor *tensor; /* [rows][cols] as stored; rows are unpacked one at a time */
    const void *rows; /* its data: the head's copy when they are one tensor, so that the file's pages stay given back */
    float *factor;    /* [tensor->rows] of each row, NULL: rows are used as stored */
    int n_clipped;    /* rows of the vocabulary whose factor is below 1 */
};

/* Row `id` as floats x [cols]. */
void bn_embedding_row(const struct bn_embedding *embedding, float *x, int64_t id);
/* Limits the Euclidean norm of the first n_vocab rows e: they become e * min(1, most / |e|) (the renormalisation of
 * PyTorch's Embedding(max_norm)). An output head that shares the tensor keeps its rows. `most` > 0. */
enum bn_status bn_embedding_clip(struct bn_embedding *embedding, int n_vocab, float most, struct bn_error *err);
void bn_embedding_release(struct bn_embedding *embedding);
#endif
