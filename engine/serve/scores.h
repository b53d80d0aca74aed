/* scores.h - log-probabilities of the tokens of one text, each with the best alternatives of its place. */
#ifndef BN_SERVE_SCORES_H
#define BN_SERVE_SCORES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ranked {
    int32_t id;
    double ln;
};
struct score {
    int32_t id;
    bool known; /* false: nothing precedes the token */
    double ln;
};
struct scores {
    int n_top;
    size_t n, cap;
    struct score *items; /* [n] */
    struct ranked *top;  /* [n][n_top], the best first */
};
/* The next token is `id`; logits NULL: it is the first of its text. False: no memory. */
bool scores_add(struct scores *scores, const float *logits, int n_vocab, int32_t id);
/* Appends the first n of `from`, which has the same n_top. */
bool scores_copy(struct scores *scores, const struct scores *from, size_t n);
void scores_release(struct scores *scores);
#endif
