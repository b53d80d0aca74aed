/* sequence.h - the state of one text: its keys and values, and the hash of its logits. No threads, no scratch. */
#ifndef BN_MODEL_SEQUENCE_H
#define BN_MODEL_SEQUENCE_H
#include "engine/model/crew.h"
#include "engine/model/kv/prune.h"

struct bn_sequence {
    const struct bn_model *model;
    uint64_t id; /* number on its crew, as observers see it */
    int number;  /* in its batch; -1: in none */
    int n_ctx;
    struct bn_kv_cache kv;
    struct bn_kv_pruner *pruner; /* or NULL */
    void *reference;             /* forward64's keys and values */
    bool hashing;
    uint64_t hash;
    uint64_t screened_rows; /* logits that passes with `top` computed exactly */
};

/* n_ctx 0: the model's training context. kv_type NULL: "f16" for ternary models, "f32" for others. */
enum bn_status bn_sequence_init(struct bn_sequence *sequence, struct bn_crew *crew, int n_ctx, const char *kv_type,
                                const struct bn_kv_prune_options *prune, struct bn_error *err);
/* The first n_tokens of `from`, which has that many, by reference; n_ctx 0: as long as `from`'s. */
enum bn_status bn_sequence_init_shared(struct bn_sequence *sequence, struct bn_crew *crew,
                                       const struct bn_sequence *from, int n_tokens, int n_ctx, struct bn_error *err);
void bn_sequence_release(struct bn_sequence *sequence);

static inline int bn_sequence_position(const struct bn_sequence *s) { return s->kv.n_positions; }
/* Whether ids fit into the context and the vocabulary. */
enum bn_status bn_sequence_check(const struct bn_sequence *sequence, const int32_t *ids, size_t n,
                                 struct bn_error *err);
/* Evicts what is due; then at most *most positions may be appended in a pass. */
enum bn_status bn_sequence_settle(struct bn_sequence *sequence, struct bn_crew *crew, int *most, struct bn_error *err);
/* Whether the first n_tokens are still as they were when there were no more. */
bool bn_sequence_has(const struct bn_sequence *sequence, int n_tokens);
/* To n_tokens, or to 0 when it no longer has those; returns the position. */
int bn_sequence_truncate(struct bn_sequence *sequence, int n_tokens);
size_t bn_sequence_kv_bytes(const struct bn_sequence *sequence);
void bn_sequence_hash_reset(struct bn_sequence *sequence, bool on);
void bn_sequence_hash(struct bn_sequence *sequence, const float *logits); /* when it hashes */
/* Keeps the first n_sink tokens, drops n_drop after them, re-rotates the rest. */
enum bn_status bn_sequence_shift(struct bn_sequence *sequence, struct bn_rope *rope, int n_sink, int n_drop,
                                 struct bn_error *err);
#endif
