/* dialogue.h - one worker process that stays open: send it a line, get one JSON object (answer.h). A worker that dies
 * or stays silent is an error whose sentence names it and quotes the end of its stderr. */
#ifndef BN_WORKER_DIALOGUE_H
#define BN_WORKER_DIALOGUE_H
#include "harness/worker/process.h"
#include <jansson.h>

enum { BN_DIALOGUE_BURST = 16 }; /* most commands sent at once */
struct bn_dialogue {
    const char *name; /* "base", "head", "canary": for sentences */
    struct bn_process process;
};
/* *hello gets what the worker says first (caller decrefs), may be NULL. */
enum bn_status bn_dialogue_open(struct bn_dialogue *dialogue, const char *name, const struct bn_process_spec *spec,
                                json_t **hello, struct bn_error *err);
/* Sends the command; *reply is the object (caller decrefs). An {"error"} reply is an error. Limit: 120 s. */
enum bn_status bn_dialogue_ask(struct bn_dialogue *dialogue, const char *command, json_t **reply, struct bn_error *err);
/* "prefill 64" and the like, `times` in a row without a pause between them: ns[times], nanoseconds each. */
enum bn_status bn_dialogue_time(struct bn_dialogue *dialogue, const char *command, int times, double *ns,
                                struct bn_error *err);
void bn_dialogue_close(struct bn_dialogue *dialogue); /* ends its input, waits; kills it after 10 s */
#endif
