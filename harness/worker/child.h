/* child.h - runs one program to completion under limits and collects its output; never waits beyond the limit. */
#ifndef BN_WORKER_CHILD_H
#define BN_WORKER_CHILD_H
#include "harness/worker/process.h"
#include <signal.h>

struct bn_child_spec {
    struct bn_process_spec process;
    const char *input;        /* written to its stdin; NULL: none */
    uint32_t time_limit_s;    /* 0: none */
    void (*tick)(void *self); /* called about once a second while it runs, or NULL */
    void *self;
};
struct bn_child_result {
    struct bn_process process;   /* output and error_tail */
    int exit_code, signal;       /* signal 0: it exited by itself */
    bool timed_out, interrupted; /* interrupted: bn_child_interrupt was set */
    double seconds;
    int64_t peak_rss_bytes;
};
/* A signal handler sets it: the child is killed and the result says interrupted. */
extern volatile sig_atomic_t bn_child_interrupt;
void bn_child_take_signals(void); /* from now on SIGINT and SIGTERM set it */
enum bn_status bn_child_run(const struct bn_child_spec *spec, struct bn_child_result *result, struct bn_error *err);
/* The last line that it wrote on stderr, which is its reason; NULL: none. */
const char *bn_child_last_line(const struct bn_child_result *result, char *line, size_t cap);
void bn_child_release(struct bn_child_result *result);
#endif
