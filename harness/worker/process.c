/* process.c - fork, limit, exec; read what comes. */
#include "harness/worker/process.h"
#include "harness/core/error.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { MAX_OUTPUT = 256 << 20, CHUNK = 65536 };

static void limit(const struct bn_process_spec *s)
{
    struct rlimit core = {0, 0}, memory = {s->memory_limit_bytes, s->memory_limit_bytes};
    if (s->cpus) sched_setaffinity(0, sizeof *s->cpus, s->cpus);
    setrlimit(RLIMIT_CORE, &core);
    if (s->memory_limit_bytes) setrlimit(RLIMIT_AS, &memory);
}

static _Noreturn void become(const struct bn_process_spec *s, int in, int out, int err, pid_t parent)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a killed runner must not leave processes that disturb the next one */
    if (getppid() != parent) _exit(127);
    dup2(in, 0), dup2(out, 1), dup2(err, 2);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGINT, SIG_DFL), signal(SIGTERM, SIG_DFL), signal(SIGPIPE, SIG_DFL);
    limit(s);
    if (s->environment) putenv((char *)s->environment);
    execvp(s->argv[0], s->argv);
    dprintf(2, "Could not start %s: %s.\n", s->argv[0], strerror(errno));
    _exit(127);
}

static void close_all(int n, int *fds)
{
    for (int i = 0; i < n; i++)
        if (fds[i] >= 0) close(fds[i]), fds[i] = -1;
}

enum bn_status bn_process_start(struct bn_process *p, const struct bn_process_spec *spec, struct bn_error *err)
{
    int fds[6] = {-1, -1, -1, -1, -1, -1}; /* stdin, stdout, stderr: read end, write end */
    *p = (struct bn_process){.to = -1, .from = -1, .errors = -1};
    enum bn_status status = spec->watch ? bn_watch_check(spec->watch, err) : BN_OK;
    if (status) return status;
    pid_t parent = getpid(), pid = -1;
    if (!pipe2(fds, O_CLOEXEC) && !pipe2(fds + 2, O_CLOEXEC) && !pipe2(fds + 4, O_CLOEXEC)) pid = fork();
    if (pid == 0) become(spec, fds[0], fds[3], fds[5], parent);
    if (pid < 0) {
        status = bn_harness_fail(err, BN_ERR_IO, "Could not start a process for %s: %m.", spec->argv[0]);
        close_all(6, fds);
        return status;
    }
    setpgid(pid, pid);
    signal(SIGPIPE, SIG_IGN); /* a dead process is reported as an error and must not end this one */
    close(fds[0]), close(fds[3]), close(fds[5]);
    p->pid = pid, p->to = fds[1], p->from = fds[2], p->errors = fds[4];
    return BN_OK;
}

static void keep_output(struct bn_process *p, const char *bytes, size_t n)
{
    if (p->n_output + n + 1 > p->cap) {
        size_t larger = p->cap ? 2 * p->cap + n : CHUNK + n;
        char *more = larger <= MAX_OUTPUT ? realloc(p->output, larger) : NULL;
        p->overflow |= !more;
        if (!more) return;
        p->output = more, p->cap = larger;
    }
    memcpy(p->output + p->n_output, bytes, n);
    p->output[p->n_output += n] = 0;
}

static void keep_tail(struct bn_process *p, const char *bytes, size_t n)
{
    size_t room = sizeof p->error_tail - 1, have = strlen(p->error_tail);
    if (n > room) bytes += n - room, n = room;
    size_t drop = have + n > room ? have + n - room : 0;
    memmove(p->error_tail, p->error_tail + drop, have - drop);
    memcpy(p->error_tail + have - drop, bytes, n);
    p->error_tail[have - drop + n] = 0;
    for (char *c = p->error_tail + have - drop; c < p->error_tail + have - drop + n; c++)
        if ((unsigned char)*c < 32 && *c != '\n' && *c != '\t') *c = ' ';
}

/* Moves what is readable; closes at the end of file. */
static void drain(struct bn_process *p, int *fd, void (*keep)(struct bn_process *, const char *, size_t))
{
    char bytes[CHUNK];
    ssize_t n = read(*fd, bytes, sizeof bytes);
    if (n < 0 && errno == EINTR) return;
    if (n > 0)
        keep(p, bytes, (size_t)n);
    else
        close_all(1, fd);
}

bool bn_process_pump(struct bn_process *p, int timeout_ms)
{
    struct pollfd fds[2] = {{.fd = p->from, .events = POLLIN}, {.fd = p->errors, .events = POLLIN}};
    if (p->from < 0 && p->errors < 0) return false;
    if (poll(fds, 2, timeout_ms) <= 0) return true;
    if (fds[0].revents) drain(p, &p->from, keep_output);
    if (fds[1].revents) drain(p, &p->errors, keep_tail);
    return true;
}

void bn_process_kill(const struct bn_process *p) { kill(-p->pid, SIGKILL), kill(p->pid, SIGKILL); }

void bn_process_release(struct bn_process *p)
{
    int fds[3] = {p->to, p->from, p->errors};
    if (p->pid) close_all(3, fds); /* one that never started holds no descriptor: its zeros are not standard input */
    free(p->output);
    *p = (struct bn_process){.to = -1, .from = -1, .errors = -1};
}
