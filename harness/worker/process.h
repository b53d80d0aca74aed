/* process.h - the one way the harness starts a program: pipes to it, limits on it, and what it wrote. No shell. It is
 * in a process group of its own and dies with its parent; the parent's priority and affinity never change. */
#ifndef BN_WORKER_PROCESS_H
#define BN_WORKER_PROCESS_H
#include "harness/machine/watch.h"
#include <sched.h>
#include <sys/types.h>

struct bn_process_spec {
    char *const *argv;           /* argv[0] is the path or a name searched in PATH; ends with NULL */
    struct bn_watch *watch;      /* the program's file: it is started only while its bytes are unchanged; or NULL */
    const cpu_set_t *cpus;       /* it may use only these; NULL: all */
    uint64_t memory_limit_bytes; /* address space; 0: none */
    const char *environment;     /* one variable more, "NAME=value"; NULL: none */
};
struct bn_process {
    pid_t pid;            /* 0: none */
    int to, from, errors; /* its stdin, stdout and stderr; -1: closed */
    char *output;         /* output not yet consumed, terminated; NULL: nothing so far */
    size_t n_output, cap;
    char error_tail[2048]; /* the last bytes of its stderr */
    bool overflow;         /* it wrote more than 256 MiB, or memory ran out: the rest is lost */
};
enum bn_status bn_process_start(struct bn_process *process, const struct bn_process_spec *spec, struct bn_error *err);
/* Waits at most timeout_ms for something to read and takes it. False: both ends are closed, nothing will come. */
bool bn_process_pump(struct bn_process *process, int timeout_ms);
void bn_process_kill(const struct bn_process *process); /* the whole group */
/* Closes all pipes and frees what was read. The process must have been waited for. */
void bn_process_release(struct bn_process *process);
#endif
