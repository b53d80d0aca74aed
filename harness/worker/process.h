/* process.h - one persistent worker process, seen from the gate: start it, ask it one line, get one JSON
 * object (answer.h). A worker that dies or stays silent is an error whose sentence names it and quotes the end
 * of its stderr. */
#ifndef BN_WORKER_PROCESS_H
#define BN_WORKER_PROCESS_H
#include "engine/bitnet.h"
#include <jansson.h>
#include <sched.h>
#include <sys/types.h>

enum { BN_WORKER_BURST = 16 }; /* most commands sent at once */
struct bn_worker {
    const char *name; /* "base", "head", "canary": for sentences */
    pid_t pid;
    int to, from, errors; /* pipes, and a memory file with its stderr */
    char buffer[16384];
    size_t n_buffered;
};
/* Finds the worker program in `build`: the program itself, or a folder with bitnet-worker, bin/bitnet-worker
 * or build/bin/bitnet-worker. */
enum bn_status bn_worker_find(const char *build, char *path, size_t cap, struct bn_error *err);
/* argv[0] is the program; ends with NULL. cpus: it may use only these, or NULL. *hello gets what the worker
 * says first (caller decrefs), may be NULL. */
enum bn_status bn_worker_open(struct bn_worker *worker, const char *name, const char *const *argv,
                              const cpu_set_t *cpus, json_t **hello, struct bn_error *err);
/* Sends the command; *reply is the object (caller decrefs). An {"error"} reply is an error. Limit: 120 s. */
enum bn_status bn_worker_ask(struct bn_worker *worker, const char *command, json_t **reply, struct bn_error *err);
/* "prefill 64" and the like, `times` in a row without a pause between them: ns[times], nanoseconds each. */
enum bn_status bn_worker_time(struct bn_worker *worker, const char *command, int times, double *ns,
                              struct bn_error *err);
void bn_worker_close(struct bn_worker *worker); /* ends its input, waits; kills it after 10 s */
#endif
