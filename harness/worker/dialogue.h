/* dialogue.h - one worker process that stays open: send it a line, get one JSON object (answer.h). A worker that dies
 * or stays silent is an error whose sentence names it and quotes the end of its stderr. */
#ifndef BN_WORKER_DIALOGUE_H
#define BN_WORKER_DIALOGUE_H
#include "harness/worker/process.h"
#include <jansson.h>

enum { BN_DIALOGUE_BURST = 16 }; /* most commands sent at once */
enum bn_dialogue_end {
    BN_DIALOGUE_GOES_ON,
    BN_DIALOGUE_SIGNAL,  /* killed by a signal */
    BN_DIALOGUE_EXIT,    /* exited with a code other than 0 */
    BN_DIALOGUE_SILENT,  /* ended without an answer */
    BN_DIALOGUE_HANGS,   /* no answer within the limit */
    BN_DIALOGUE_REFUSED, /* answered that it cannot */
    BN_DIALOGUE_GARBAGE  /* what it wrote is no answer */
};
/* Kept by the caller beside its dialogues: how long they wait, and how the one that failed did. */
struct bn_dialogue_fate {
    double limit_s; /* of one answer; 0: 120 */
    enum bn_dialogue_end end;
    char name[16], command[64]; /* whose, and what it was asked; "": to start */
    char last_words[2048];      /* the end of its stderr */
};
struct bn_dialogue {
    const char *name; /* "base", "head", "canary": for sentences */
    struct bn_process process;
    struct bn_dialogue_fate *fate;
    const char *command; /* that it was asked last; NULL: to start */
};
/* *hello gets what the worker says first (caller decrefs), may be NULL; so may fate. */
enum bn_status bn_dialogue_open(struct bn_dialogue *dialogue, const char *name, const struct bn_process_spec *spec,
                                struct bn_dialogue_fate *fate, json_t **hello, struct bn_error *err);
/* Sends the command; *reply is the object (caller decrefs). An {"error"} reply is an error. */
enum bn_status bn_dialogue_ask(struct bn_dialogue *dialogue, const char *command, json_t **reply, struct bn_error *err);
/* "prefill 64" and the like, `times` in a row without a pause between them: ns[times], nanoseconds each. */
enum bn_status bn_dialogue_time(struct bn_dialogue *dialogue, const char *command, int times, double *ns,
                                struct bn_error *err);
void bn_dialogue_close(struct bn_dialogue *dialogue); /* ends its input, waits; kills it after 10 s */
#endif
