/* choice.h - one text that is generated for a request, and what the scheduler does with it. */
#ifndef BN_SERVE_CHOICE_H
#define BN_SERVE_CHOICE_H
#include "engine/core/status.h"
#include "engine/generate/writer.h"
#include "engine/serve/buffer.h"
#include "engine/serve/prompt.h"
#include "engine/serve/scores.h"

struct bn_server;
struct request;

enum choice_state { CHOICE_WAITS, CHOICE_READS, CHOICE_WRITES, CHOICE_DONE };
struct choice {
    struct request *request;
    int index;
    const struct prompt *prompt;
    struct bn_generator_options generate;
    struct bn_sampler_options sampling;

    /* the scheduler's */
    enum choice_state state;
    int sequence; /* in the batch */
    struct bn_writer writer;
    int32_t next; /* chosen, not yet put into the batch */
    bool has_next;
    bool failed; /* no memory for a score */
    size_t n_cached;
    int64_t latest_ns;

    /* the result */
    struct buffer text;    /* with echo the prompt, then what was generated */
    struct buffer spelled; /* with logprobs: the same, as the tokens spell it, stop strings included */
    int32_t *ids;          /* [n_ids] generated */
    size_t n_ids, ids_cap;
    struct scores scores; /* with echo of the prompt, then of what was generated */
    enum bn_end end;
    const char *stop; /* that ended it, or NULL */

    /* the reader's: what was sent, and how far offsets are known */
    size_t text_sent, ids_sent, scores_sent;
    int64_t unsent_ns; /* since when there is something to send */
    bool begun, ended;
    struct offsets {
        size_t token;     /* byte of `spelled` where the next token begins */
        size_t at, chars; /* characters before a byte at or before it */
    } offsets;
};

/* Enters the batch, which has a place. On failure it has not, and nothing else either. */
enum bn_status choice_begin(struct choice *choice, struct bn_error *err);
/* There are logits after its last token: chooses the next, ... */
void choice_choose(struct choice *choice, const float *logits);
/* ... and adds it to the text, with the mutex held. */
enum bn_status choice_take(struct choice *choice, const float *logits, struct bn_error *err);
/* Whether every token of the prompt is scored, so that nobody else's computation can stand for it. */
bool choice_scores_prompt(const struct choice *choice);

void choice_release(struct choice *choice);
/* With the mutex held: is there something for the client, and has it left so much unread that the text rests? */
bool choice_has_news(const struct choice *choice);
bool choice_is_full(const struct choice *choice);
const char *choice_finish_reason(const struct choice *choice); /* NULL: it goes on */

/* ---- keep.c: finished texts stay in the batch, so that later prompts begin with what they share ---- */
enum bn_status keep_open(struct bn_server *server, struct bn_error *err);
void keep_close(struct bn_server *server);
/* A choice that is done leaves its sequence; its scores are copied. */
void keep_sequence(struct choice *choice);
/* Gives up the texts longest unused until everything fits into the limit of memory. */
void keep_within_limit(struct bn_server *server);
/* Notes that the prompt uses what is kept. */
void keep_touch(struct bn_server *server, const struct prompt *prompt);
/* Scores of the longest common beginning of a prompt with another text in the batch, *n of them; NULL: none. */
const struct scores *keep_scores(const struct choice *choice, size_t *n);
#endif
