/* provider.h - where log-probabilities come from: the engine, or a fake of known probabilities in the tests. */
#ifndef SUITES_EVAL_PROVIDER_H
#define SUITES_EVAL_PROVIDER_H
#include "engine/bitnet.h"

/* An input whose logits are wanted: `each` is called for every position from `first` on, in order. */
struct bn_request {
    const int32_t *ids; /* [n], n >= 1; the logits are those of a context of exactly these */
    size_t n, first;    /* first < n */
    void (*each)(void *self, size_t pos, const float *logits);
    void *self;
};
/* A text to be continued greedily. */
struct bn_continuation {
    const int32_t *ids; /* [n], n >= 1 */
    size_t n;
    int max_tokens;
    const char *const *stops; /* [n_stops] the text ends before the first of them */
    size_t n_stops;
    char *text;   /* the answer: what followed, without the stop; the caller frees it. NULL while there is none */
    int n_tokens; /* generated, those of the stop included */
};

struct bn_provider {
    void *self;
    int n_vocab;
    int max_tokens; /* longest input of one forward pass */
    int32_t prefix; /* the token a text without context starts from: BOS, EOS where there is none */
    /* Ids of a text, with BOS in front when `bos`; the caller frees *ids. Special tokens in the text are plain text,
     * unless the texts are prompts that a chat template made. */
    enum bn_status (*encode)(void *self, const char *text, bool bos, int32_t **ids, size_t *n, struct bn_error *err);
    /* Requests with equal beginnings belong side by side. */
    enum bn_status (*forward)(void *self, const struct bn_request *requests, size_t n, struct bn_error *err);
    enum bn_status (*generate)(void *self, struct bn_continuation *texts, size_t n, struct bn_error *err);
};

/* A provider over a batch of the engine: several inputs in one pass. What inputs share at their beginning (the examples
 * of a group, the context of the choices of one item) is computed once, and choices of one token cost nothing after the
 * first. Logits depend on none of that, to the bit. */
struct bn_engine_provider {
    struct bn_provider provider;
    const struct bn_model *model;
    struct bn_session *session; /* owns the crew */
    struct bn_batch *batch;
    int n_together; /* inputs of one pass; the batch has room for as many contexts, endings, and one that is held */
    bool shares;    /* beginnings; else every input is computed whole */
    bool special;   /* texts have special tokens: a chat template made them */
    int held;       /* sequence that later inputs may share the beginning of, or -1 */
    int32_t *held_ids;
    size_t n_held;
};
enum { BN_TOGETHER = 16 }; /* inputs of one pass, unless options say otherwise */
/* Session options of an evaluation (suites/suite.h): a cache of f32 unless another is named; "auto": the engine's own.
 */
struct bn_session_options bn_eval_session(const struct bn_session_options *given, int n_ctx, int n_threads);
/* n_together 0: BN_TOGETHER, or what the option `batch` leaves room for. alone: every input computed whole and by
 * itself. */
enum bn_status bn_engine_provider_init(struct bn_engine_provider *engine, const struct bn_model *model,
                                       const struct bn_session_options *options, int n_together, bool alone,
                                       struct bn_error *err);
void bn_engine_provider_release(struct bn_engine_provider *engine);

/* ---- the halves of it ---- */
enum bn_status bn_passes_forward(void *self, const struct bn_request *requests, size_t n, struct bn_error *err);
enum bn_status bn_passes_generate(void *self, struct bn_continuation *texts, size_t n, struct bn_error *err);
/* Holds ids[0..n) as a beginning that the next inputs share, unless most of it is held already. */
enum bn_status bn_passes_hold(struct bn_engine_provider *engine, const int32_t *ids, size_t n, struct bn_error *err);
#endif
