/* answer.h - what generated texts look like in each dialect. */
#ifndef BN_SERVE_ANSWER_H
#define BN_SERVE_ANSWER_H
#include "engine/serve/room.h"

/* What of a choice an answer or an event of a stream holds, from what was sent before to what there is now. */
struct part {
    size_t text, text_end;     /* bytes */
    size_t scores, scores_end; /* tokens */
    bool first, last;          /* of the choice's events; a whole answer is both */
};
struct part part_next(const struct choice *choice);
/* An event of a stream: these choices, or none and the usage. Takes `choices`. */
json_t *answer_event(struct request *request, json_t *choices, bool usage);
json_t *answer_part(struct choice *choice, const struct part *part);
/* llama.cpp's dialect, which has one text without an envelope. */
json_t *answer_llama(struct choice *choice, const struct part *part);

/* logprobs.c: of tokens part->scores .. part->scores_end - 1; to be called in order. */
json_t *logprobs_completions(struct choice *choice, const struct part *part);
json_t *logprobs_list(struct choice *choice, const struct part *part,
                      const char *name); /* [{token, NAME, bytes ...}] */
#endif
