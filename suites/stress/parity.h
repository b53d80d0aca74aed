/* parity.h - tests that demand the same bits from different ways of computing: the ways, and comparing their hashes. */
#ifndef SUITES_STRESS_PARITY_H
#define SUITES_STRESS_PARITY_H
#include "suites/suite.h"

struct bn_way {
    char name[64];
    const char *model_path, *kernel_backend;
    int n_threads, n_batch; /* 0: the engine's choice */
    int n_decode;           /* of the text's ids, the last n_decode are decoded one by one */
    int n_split;            /* the rest is prefilled in pieces of n_split ids; 0: at once */
    bool reused;            /* the session computed another text before, and this text's first half */
};
/* Where hashes come from: the engine, or a fake in the tests. The hash is that of bn_session_logits_hash: of
 * every logits row of the text, in position order. */
struct bn_hasher {
    void *self;
    enum bn_status (*hash)(void *self, const struct bn_way *way, uint64_t *hash, struct bn_error *err);
};
/* Runs all ways; passes when each gives the first one's hash. `what` names them in the reason. */
enum bn_status bn_ways_compare(struct bn_stress_result *result, const struct bn_hasher *hasher,
                               const struct bn_way *ways, int n, const char *what, struct bn_error *err);

/* A hasher over the engine: computes `n_tokens` ids of the stress text; keeps one model open between ways. */
struct bn_engine_hasher {
    struct bn_hasher hasher;
    const struct bn_stress_options *options;
    size_t n_tokens;
    struct bn_model *model;
    char open_path[1024], open_backend[32];
};
void bn_engine_hasher_init(struct bn_engine_hasher *engine, const struct bn_stress_options *options, size_t n_tokens);
void bn_engine_hasher_release(struct bn_engine_hasher *engine);
#endif
