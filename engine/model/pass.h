/* pass.h - what is to be computed now: rows of one or several sequences, whose logits are wanted, and in which phase.
 * Phases name the work for observers; what is computed for a row depends neither on them nor on the other rows. */
#ifndef BN_MODEL_PASS_H
#define BN_MODEL_PASS_H
#include "engine/model/sequence.h"

struct bn_row {
    struct bn_sequence *sequence;
    int32_t id;
    int position; /* its slot is given out already (bn_kv_cache_append) */
    bool logits;  /* wanted */
};

struct bn_pass {
    enum bn_phase phase;
    const struct bn_row *rows; /* [n] those of one sequence side by side, positions ascending by one */
    int n;                     /* 1 .. crew->n_batch */
    int top;                   /* > 0: of one row the best logits alone, others are -INFINITY (bn_decode_top) */
    float *logits;             /* [n_logits][n_vocab] of the wanted rows, in order */
    int n_logits;              /* when more are wanted they come in rounds of so many */
    void (*take)(void *self, int first,
                 int count); /* after each round: wanted rows first .. first + count - 1; or NULL */
    void *self;
};

/* Runs the pass on the crew: keys and values of all rows, then the wanted logits. Fails when results are not finite
 * numbers, naming the first layer and operation, or when they need a wider KV cache that cannot be allocated; then
 * nothing of the rows may be used. */
enum bn_status bn_pass_run(struct bn_crew *crew, const struct bn_pass *pass, struct bn_error *err)
    __attribute__((warn_unused_result));
#endif
