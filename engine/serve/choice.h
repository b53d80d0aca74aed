/* choice.h - what the scheduler does with one text. */
#ifndef BN_SERVE_CHOICE_H
#define BN_SERVE_CHOICE_H
#include "engine/core/status.h"
#include "engine/serve/room.h"

/* Enters the batch, which has a place. On failure it has not, and nothing else either. */
enum bn_status choice_begin(struct choice *choice, struct bn_error *err);
/* There are logits after its last token: chooses the next, ... */
void choice_choose(struct choice *choice, const float *logits);
/* ... and adds it to the text, with the mutex held. */
enum bn_status choice_take(struct choice *choice, const float *logits, struct bn_error *err);
/* Whether every token of the prompt is scored, so that nobody else's computation can stand for it. */
bool choice_scores_prompt(const struct choice *choice);

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
