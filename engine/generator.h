/* generator.h - part of the public API, included by bitnet.h: sampling, drafts, and the loop that generates text. */
#include "engine/bitnet.h" /* before the guard: bitnet.h includes both in the order that they need */
#ifndef BITNET_GENERATOR_H
#define BITNET_GENERATOR_H

#ifdef __cplusplus
extern "C" {
#endif

/* ---- sampler ---- */
/* Applied in this order: bias, penalties, temperature, top-k, top-p (of what top-k keeps), min-p (relative to the
 * best). */
struct bn_logit_bias {
    int32_t id;
    float bias; /* added to its logit; -INFINITY: never */
};
struct bn_sampler_options {
    float temperature;                /* 0: greedy (the lowest id wins a tie) */
    int top_k;                        /* 0: off */
    float top_p;                      /* 1: off */
    float min_p;                      /* 0: off */
    float repetition_penalty;         /* 1: off */
    int repetition_window;            /* number of recent tokens that this penalty considers; 0: none */
    float frequency_penalty;          /* subtracted for each time that the sampler has picked the token; 0: off */
    float presence_penalty;           /* subtracted once the sampler has picked the token; 0: off */
    const struct bn_logit_bias *bias; /* [n_bias] the caller's, as long as the sampler is open */
    size_t n_bias;
    uint64_t seed; /* same seed, same text, on every machine */
};
/* Whether logits are changed before one is picked: the best of them may then not be the model's best. */
bool bn_sampler_adjusts(const struct bn_sampler_options *options);
struct bn_sampler;
enum bn_status bn_sampler_open(struct bn_sampler **sampler, int n_vocab, const struct bn_sampler_options *options,
                               struct bn_error *err);
void bn_sampler_close(struct bn_sampler *sampler);
int32_t bn_sampler_next(struct bn_sampler *sampler, const float *logits); /* picks one and remembers it */
void bn_sampler_accept(struct bn_sampler *sampler, int32_t id); /* a prompt token, for the repetition penalty */
int32_t bn_logits_best(const float *logits,
                       int n_vocab); /* the greedy choice: the lowest id wins a tie, NaN never (0: all NaN) */
/* ln p of a token is its logit - max - log_sum. */
struct bn_log_norm {
    double max, log_sum;
};
struct bn_log_norm bn_logits_norm(const float *logits, int n_vocab);
static inline double bn_logits_ln(const float *logits, int32_t id, struct bn_log_norm norm)
{
    return (double)logits[id] - norm.max - norm.log_sum;
}

/* ---- prompt lookup: drafts for bn_decode_draft from the text itself ---- */
struct bn_lookup;
enum bn_status bn_lookup_open(struct bn_lookup **lookup, int most,
                              struct bn_error *err); /* drafts of at most `most` tokens */
void bn_lookup_close(struct bn_lookup *lookup);
enum bn_status bn_lookup_add(struct bn_lookup *lookup, const int32_t *ids, size_t n,
                             struct bn_error *err); /* the text goes on */
/* What followed the last 3, 2 or 1 tokens at their previous occurrence; 0 if they are new or recent drafts have
 * failed. */
size_t bn_lookup_draft(struct bn_lookup *lookup, int32_t *draft, size_t cap);
void bn_lookup_learn(struct bn_lookup *lookup, size_t n_draft,
                     size_t n_accepted); /* reports how much of the last draft was accepted */

/* ---- stream: a bounded queue of text between generation and one consumer, each on a thread of its own ----
 * Text is handed over in pieces of several tokens, or when it is old enough; the first token's text at once. A producer
 * that is too fast waits, a slow consumer gets all that waits as one piece. Nothing is dropped; a piece
 * consists of whole calls of bn_stream_put (whole characters, if they are). */
struct bn_stream_options {
    int every_n_tokens; /* tokens of a piece; 0: 1 */
    int max_queue;      /* pieces that may wait before the producer does; 0: 16 */
    int timeout_ms;     /* most time that text waits for the rest of its piece; 0: no limit */
};
struct bn_stream_counts {
    size_t tokens, delivered, pieces; /* put in; of those, in pieces that the consumer was done with; handed over */
    double blocked_ms;                /* that the producer waited for room */
};
struct bn_stream;
/* The caller closes the stream when neither side uses it any more. */
enum bn_status bn_stream_open(struct bn_stream **stream, const struct bn_stream_options *options, struct bn_error *err);
void bn_stream_close(struct bn_stream *stream);
/* Producer: text, copied, of n_tokens tokens; waits while the queue is full. Does nothing once the consumer has left.
 */
enum bn_status bn_stream_put(struct bn_stream *stream, struct bn_text text, size_t n_tokens, struct bn_error *err);
void bn_stream_end(struct bn_stream *stream);      /* producer: no text will follow */
bool bn_stream_has_left(struct bn_stream *stream); /* producer: the consumer is gone, further tokens are wasted */
/* Consumer: waits for a piece, valid until the next call; done with the one before. False after the last. */
bool bn_stream_take(struct bn_stream *stream, struct bn_text *text);
void bn_stream_leave(struct bn_stream *stream); /* either side: the consumer reads no more */
struct bn_stream_counts bn_stream_counts(struct bn_stream *stream);

/* ---- generator: prefill, draft, decode, sample, stop strings, context shift as one loop; never prints ---- */
struct bn_generator_options {
    int max_new_tokens;                        /* -1: no limit of its own */
    const struct bn_sampler_options *sampling; /* NULL: greedy */
    const char *const *stops; /* [n_stops] the text ends before the first of these; none may be empty */
    size_t n_stops;
    bool ignore_eos;    /* continue after an end-of-generation token */
    bool context_shift; /* when the context is full, drop the older half of what follows the first context_sinks
                           tokens */
    int context_sinks;
    int prompt_lookup;   /* most tokens of a draft, 0 to BN_MAX_DRAFT; 0: off */
    bool head_screening; /* for a model opened with head_screening: compute only logits that can win (bn_decode_top) */
    struct bn_stream_options stream; /* for the program that hands the text on; the generator does not use it */
    bool ids_only;                   /* no text: faster, and needs no vocabulary */
    bool (*interrupted)(void *self); /* checked before each pass; NULL: never */
    void *self;
};
enum bn_end {
    BN_END_NONE, /* goes on */
    BN_END_LENGTH,
    BN_END_STOP,
    BN_END_EOS,
    BN_END_CONTEXT, /* the context is full and shifting is off */
    BN_END_INTERRUPTED,
    BN_END_ERROR,
};
const char *bn_end_name(enum bn_end end); /* "length", "stop", "end_of_text", "context", "interrupted", "error" */

/* What one pass produced. `ids` and `text` are valid until the next call on the generator. */
struct bn_generated {
    const int32_t *ids; /* [n] at least one, unless the text ended before the pass */
    size_t n;
    struct bn_text text; /* whole characters, excluding what may still become part of a stop string */
    enum bn_end end;
};
struct bn_generator_counts {
    size_t passes, drafted, accepted; /* of decoding, since opening */
};
struct bn_generator;
/* Continues ids[0 .. n), copied. Those that `session` already holds (its position, at most n) are not recomputed.
 * The generator owns the session until bn_generator_close. Mutually exclusive options are BN_ERR_USAGE. */
enum bn_status bn_generator_open(struct bn_generator **generator, struct bn_session *session, const int32_t *ids,
                                 size_t n, const struct bn_generator_options *options, struct bn_error *err);
void bn_generator_close(struct bn_generator *generator);
/* Computes what is due (first the rest of the prompt, then the last token with a draft) and returns the next tokens.
 * After the end it returns no tokens and the same reason; a failure ends the text with BN_END_ERROR. */
enum bn_status bn_generator_next(struct bn_generator *generator, struct bn_generated *generated, struct bn_error *err);
/* The first half of bn_generator_next, for a caller that times the pass alone: *n_tokens (may be NULL)
 * tokens joined the context. bn_generator_next then completes the step. */
enum bn_status bn_generator_compute(struct bn_generator *generator, int *n_tokens, struct bn_error *err);
struct bn_generator_counts bn_generator_counts(const struct bn_generator *generator);

#ifdef __cplusplus
}
#endif
#endif
