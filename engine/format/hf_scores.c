/* hf_scores.c - the sentencepiece scores that a tokenizer.json was made from, which lists merges instead. */
#include "engine/format/hf.h"
#include <stdlib.h>
#include <string.h>

/* Ids in the order of their texts, for looking tokens up. */
static int by_text(const void *a, const void *b, void *tokens)
{
    const struct bn_string *x = (const struct bn_string *)tokens + *(const int *)a,
                           *y = (const struct bn_string *)tokens + *(const int *)b;
    int order = memcmp(x->bytes, y->bytes, x->n < y->n ? x->n : y->n);
    return order ? order : (x->n > y->n) - (x->n < y->n);
}

/* Position in ids[n] of the text left + right of a merge, or -1. */
static int find_merged(const struct bn_string *tokens, const int *ids, int n, struct bn_string merge)
{
    const char *space = merge.n > 1 ? memchr(merge.bytes + 1, ' ', merge.n - 1) : NULL;
    size_t n_left = space ? (size_t)(space - merge.bytes) : 0;
    int low = 0, high = space ? n : 0;
    while (low < high) {
        int middle = low + (high - low) / 2;
        struct bn_string t = tokens[ids[middle]];
        size_t a = t.n < n_left ? t.n : n_left, rest = t.n - a, n_right = merge.n - n_left - 1;
        int order = memcmp(t.bytes, merge.bytes, a);
        if (!order && a == n_left) order = memcmp(t.bytes + a, space + 1, rest < n_right ? rest : n_right);
        if (!order) order = (t.n > merge.n - 1) - (t.n < merge.n - 1);
        if (!order) return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

/* Sentencepiece scores from the order of the merges: a token is as good as the first merge that makes it, and one that
 * no merge makes comes last, as GGUF converters write it. */
enum bn_status bn_hf_scores(struct bn_hf *hf, struct bn_error *err)
{
    struct bn_vocab *v = &hf->source->vocab;
    int n = 0, *ids = bn_source_alloc(hf->source, (size_t)v->n_tokens, sizeof *ids, err);
    if (!ids || !(v->scores = bn_source_alloc(hf->source, (size_t)v->n_tokens, sizeof *v->scores, err)))
        return BN_ERR_MEMORY;
    for (int i = 0; i < v->n_tokens; i++) {
        v->scores[i] = v->types[i] == BN_TOKEN_NORMAL ? -1e9f : 0;
        if (v->types[i] == BN_TOKEN_NORMAL && v->tokens[i].bytes) ids[n++] = i;
    }
    qsort_r(ids, (size_t)n, sizeof *ids, by_text, v->tokens);
    for (size_t rank = v->n_merges; rank-- > 0;) {
        int at = find_merged(v->tokens, ids, n, v->merges[rank]);
        if (at >= 0) v->scores[ids[at]] = -(float)rank;
    }
    v->n_merges = 0;
    return BN_OK;
}
