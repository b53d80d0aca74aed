/* child.h - runs one program to its end under limits and collects what it wrote: no shell, no waiting beyond the limit.
 * The child is in a process group of its own, dies with its parent, and never changes the parent's priority or
 * affinity. */
#ifndef BN_WORKER_CHILD_H
#define BN_WORKER_CHILD_H
#include "engine/bitnet.h"

struct bn_child_spec {
    char *const *argv;           /* argv[0] is the path or a name searched in PATH; ends with NULL */
    const char *input;           /* written to its stdin; NULL: none */
    uint32_t time_limit_s;       /* 0: none */
    uint64_t memory_limit_bytes; /* address space; 0: none */
    const int *cpus;             /* it may use only these; n_cpus 0: all */
    uint32_t n_cpus;
    void (*tick)(void *self); /* called about once a second while it runs, or NULL */
    void *self;
};
struct bn_child_result {
    char *output; /* stdout, at most 256 MiB, terminated */
    size_t output_bytes;
    char error_tail[2048];       /* the last bytes of stderr, from a line's beginning */
    int exit_code, signal;       /* signal 0: it exited by itself */
    bool timed_out, interrupted; /* interrupted: bn_child_interrupt was set */
    double seconds;
    int64_t peak_rss_bytes;
};
/* A signal handler sets it: the child is killed and the result says interrupted. */
extern volatile int bn_child_interrupt;
enum bn_status bn_child_run(const struct bn_child_spec *spec, struct bn_child_result *result, struct bn_error *err);
void bn_child_release(struct bn_child_result *result);
#endif
