/* provider.h - where log-probabilities come from: the engine, or a fake of known probabilities in the tests. */
#ifndef SUITES_EVAL_PROVIDER_H
#define SUITES_EVAL_PROVIDER_H
#include "engine/bitnet.h"

struct bn_provider {
    void *self;
    int n_vocab;
    int max_tokens; /* longest input of one forward pass */
    int32_t prefix; /* the token a text without context starts from: BOS, EOS where there is none */
    /* Ids of a text, with BOS in front when `bos`; the caller frees *ids. Nothing in the text is a special token. */
    enum bn_status (*encode)(void *self, const char *text, bool bos, int32_t **ids, size_t *n, struct bn_error *err);
    /* Logits of a context of exactly ids[0..n): calls `each` for every position from `first` on, in order. */
    enum bn_status (*forward)(void *self, const int32_t *ids, size_t n, size_t first,
                              void (*each)(void *each_self, size_t pos, const float *logits), void *each_self,
                              struct bn_error *err);
};

/* A provider over a session of the engine. What the next input shares with the last one (a preamble, the context of the
 * choices of one item) stays in the KV cache, and so do the logits after it: only new tokens are computed, and choices
 * of one token cost nothing after the first. Logits do not depend on that, to the bit. */
struct bn_engine_provider {
    struct bn_provider provider;
    const struct bn_model *model;
    struct bn_session *session;
    int32_t *held; /* [n_held] ids in the session's context */
    size_t n_held;
    float *row; /* [n_vocab] logits of position row_at, where has_row */
    size_t row_at;
    bool has_row, shares; /* shares: as said above; else every input is computed anew */
};
/* Session options of an evaluation (suites/suite.h): a cache of f32 unless another is named; "auto": the engine's own.
 */
struct bn_session_options bn_eval_session(const struct bn_session_options *given, int n_ctx, int n_threads);
enum bn_status bn_engine_provider_init(struct bn_engine_provider *engine, const struct bn_model *model,
                                       const struct bn_session_options *options, bool shares, struct bn_error *err);
void bn_engine_provider_release(struct bn_engine_provider *engine);
#endif
