/* run.h - what the parts of bitnet-run share: the command line, the prompt, and what was generated. */
#ifndef BN_CMD_RUN_H
#define BN_CMD_RUN_H
#include "engine/bitnet.h"
#include "engine/cmdline.h"
#include <pthread.h>

struct run_options {
    const char *model, *tokenizer, *prompt, *prompt_file, *prompt_ids, *system, *i2s_layout, *pretokenizer,
        *chat_template;
    int threads, prompt_tokens, max_new_tokens, n_ctx, context_sinks;
    bool json, ignore_eos, chat, special, logits_hash, context_shift, quiet, float_activations, prompt_logprobs;
    struct bn_sampler_options sampling;
    struct bn_cmd_list stop;
};
extern const struct bn_cmd run_cmd;

/* Exits unless status is BN_OK: 2 for BN_ERR_USAGE, else 1. */
void need(enum bn_status status, const struct bn_error *err);
/* Returns the memory, or exits if it is NULL. */
void *must(void *memory);

/* prompt.c */
struct prompt {
    char *text; /* [n_bytes] as given; NULL for ids and synthetic prompts */
    size_t n_bytes;
    int32_t *ids; /* [n] */
    size_t n;
};
void prompt_make(struct prompt *prompt, const struct bn_model *model, const struct run_options *o);
void prompt_release(struct prompt *prompt);

/* reader.c: where generated text goes */
struct reader {
    bool keeps; /* in `text` (--json), instead of writing it */
    char *text; /* [n_bytes] */
    size_t n_bytes, cap;
    struct bn_stream *stream;     /* NULL: there is no queue */
    pthread_t thread;             /* its consumer */
    bool failed;                  /* writing did, and not because the reader left */
    double last_byte_ms, tail_ms; /* when the consumer was done; the time since the last token */
    struct bn_stream_counts counts;
};
/* Starts the thread that empties the queue, if any: before any thread is pinned, whose CPUs it would inherit. */
void reader_open(struct reader *reader, const struct bn_stream_options *o, bool keeps);
void reader_put(struct reader *reader, struct bn_text text, size_t n_tokens);
bool reader_has_left(struct reader *reader); /* with a queue; else writing fails, which ends the program */
void reader_end(struct reader *reader);
void reader_release(struct reader *reader);

/* record.c: one generated text */
struct record {
    struct bn_session *session;
    struct reader reader;
    int32_t *ids; /* [n] generated */
    double *
        token_ms; /* [n] since the previous token; tokens of one pass arrive together, and the first carries its time */
    size_t n, cap;
    double *prompt_logprobs; /* [prompt - 1] or NULL */
    double load_ms, prefill_ms, ttft_ms;
    enum bn_end end;
    int signal; /* the signal the signal that interrupted, 0: none */
    bool hashed;
    struct bn_generator_counts counts;
};
double now_ms(void);
/* Generates, and streams the text to standard output unless o->json. */
void record_make(struct record *record, const struct prompt *prompt, const struct run_options *o,
                 const struct bn_generator_options *generator);
void record_release(struct record *record);

/* report.c */
void print_json(const struct record *record, const struct prompt *prompt);
void print_summary(const struct record *record, const struct prompt *prompt, const struct run_options *o);
#endif
