/* child.c - fork, limit, exec, collect, reap. */
#include "harness/worker/child.h"
#include "harness/error.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_OUTPUT = 256 << 20 };
volatile int bn_child_interrupt;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void limit(const struct bn_child_spec *s)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    for (uint32_t i = 0; i < s->n_cpus; i++) CPU_SET(s->cpus[i], &set);
    if (s->n_cpus) sched_setaffinity(0, sizeof set, &set);
    struct rlimit core = {0, 0}, memory = {s->memory_limit_bytes, s->memory_limit_bytes};
    setrlimit(RLIMIT_CORE, &core);
    if (s->memory_limit_bytes) setrlimit(RLIMIT_AS, &memory);
}

static _Noreturn void become(const struct bn_child_spec *s, int in, int out, int err, pid_t parent)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a killed runner leaves nothing behind that would disturb the next one */
    if (getppid() != parent) _exit(127);
    dup2(in, 0), dup2(out, 1), dup2(err, 2);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGINT, SIG_DFL), signal(SIGTERM, SIG_DFL), signal(SIGPIPE, SIG_DFL);
    limit(s);
    execvp(s->argv[0], s->argv);
    dprintf(2, "%s cannot be started: %s.\n", s->argv[0], strerror(errno));
    _exit(127);
}

struct pipes {
    int in[2], out[2], err[2];
};

static void close_both(int p[2])
{
    for (int i = 0; i < 2; i++)
        if (p[i] >= 0) close(p[i]);
}

static bool open_pipes(struct pipes *p)
{
    *p = (struct pipes){{-1, -1}, {-1, -1}, {-1, -1}};
    if (!pipe2(p->in, O_CLOEXEC) && !pipe2(p->out, O_CLOEXEC) && !pipe2(p->err, O_CLOEXEC)) return true;
    close_both(p->in), close_both(p->out), close_both(p->err);
    return false;
}

static bool keep_output(struct bn_child_result *r, size_t *cap, const char *bytes, size_t n)
{
    if (r->output_bytes + n + 1 > *cap) {
        size_t larger = *cap ? 2 * *cap + n : 65536 + n;
        char *more = larger <= MAX_OUTPUT ? realloc(r->output, larger) : NULL;
        if (!more) return false;
        r->output = more, *cap = larger;
    }
    memcpy(r->output + r->output_bytes, bytes, n);
    r->output[r->output_bytes += n] = 0;
    return true;
}

static void keep_tail(struct bn_child_result *r, const char *bytes, size_t n)
{
    size_t room = sizeof r->error_tail - 1, have = strlen(r->error_tail);
    if (n > room) bytes += n - room, n = room;
    size_t drop = have + n > room ? have + n - room : 0;
    memmove(r->error_tail, r->error_tail + drop, have - drop);
    memcpy(r->error_tail + have - drop, bytes, n);
    r->error_tail[have - drop + n] = 0;
    for (char *p = r->error_tail; *p; p++)
        if ((unsigned char)*p < 32 && *p != '\n' && *p != '\t') *p = ' ';
}

/* Moves what is readable; closes at the end of file. Returns false when the output does not fit. */
static bool drain(struct bn_child_result *r, size_t *cap, struct pollfd *fd, bool is_output)
{
    char bytes[65536];
    ssize_t n = read(fd->fd, bytes, sizeof bytes);
    if (n < 0 && errno == EINTR) return true;
    if (n <= 0) {
        close(fd->fd);
        fd->fd = -1;
        return true;
    }
    if (is_output) return keep_output(r, cap, bytes, (size_t)n);
    keep_tail(r, bytes, (size_t)n);
    return true;
}

/* Reads both pipes until they end, the limit passes or an interrupt comes. */
static void collect(const struct bn_child_spec *s, struct bn_child_result *r, struct pollfd fds[2], double start,
                    pid_t pid)
{
    size_t cap = 0;
    double last_tick = start;
    bool killed = false;
    while (fds[0].fd >= 0 || fds[1].fd >= 0) {
        poll(fds, 2, 500);
        for (int i = 0; i < 2; i++)
            if (fds[i].fd >= 0 && fds[i].revents && !drain(r, &cap, &fds[i], i == 0)) r->timed_out = true;
        double t = now();
        if (s->time_limit_s && t - start > s->time_limit_s) r->timed_out = true;
        if (bn_child_interrupt) r->interrupted = true;
        if ((r->timed_out || r->interrupted) && !killed) kill(-pid, SIGKILL), kill(pid, SIGKILL), killed = true;
        if (killed && t - start > s->time_limit_s + 5.0)
            break; /* a grandchild in a session of its own holds the pipe */
        if (s->tick && t - last_tick >= 1) s->tick(s->self), last_tick = t;
    }
}

/* Waits for the end; a child that closed its output but stays is held to the same limit. */
static int reap(const struct bn_child_spec *s, struct bn_child_result *r, double start, pid_t pid)
{
    struct rusage usage = {0};
    int state = 0;
    for (int quick = 0;; quick++) {
        pid_t done = wait4(pid, &state, WNOHANG, &usage);
        if (done == pid || (done < 0 && errno != EINTR)) break;
        if (s->time_limit_s && now() - start > s->time_limit_s) r->timed_out = true;
        if (bn_child_interrupt) r->interrupted = true;
        if (r->timed_out || r->interrupted) kill(-pid, SIGKILL), kill(pid, SIGKILL);
        nanosleep(&(struct timespec){0, quick < 50 ? 200000 : 20000000}, NULL);
    }
    r->peak_rss_bytes = usage.ru_maxrss * 1024L;
    return state;
}

static void feed(int fd, const char *input)
{
    for (size_t n = input ? strlen(input) : 0; n;) {
        ssize_t k = write(fd, input, n);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) break;
        input += k, n -= (size_t)k;
    }
    close(fd);
}

enum bn_status bn_child_run(const struct bn_child_spec *spec, struct bn_child_result *r, struct bn_error *err)
{
    struct pipes p;
    *r = (struct bn_child_result){0};
    if (!open_pipes(&p)) return bn_harness_fail(err, BN_ERR_IO, "No pipe for a worker process: %m.");
    double start = now();
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) become(spec, p.in[0], p.out[1], p.err[1], parent);
    close(p.in[0]), close(p.out[1]), close(p.err[1]);
    if (pid < 0) {
        close(p.in[1]), close(p.out[0]), close(p.err[0]);
        return bn_harness_fail(err, BN_ERR_IO, "No worker process could be started: %m.");
    }
    setpgid(pid, pid);
    signal(SIGPIPE, SIG_IGN);
    feed(p.in[1], spec->input);
    struct pollfd fds[2] = {{.fd = p.out[0], .events = POLLIN}, {.fd = p.err[0], .events = POLLIN}};
    collect(spec, r, fds, start, pid);
    for (int i = 0; i < 2; i++)
        if (fds[i].fd >= 0) close(fds[i].fd);
    int state = reap(spec, r, start, pid);
    r->seconds = now() - start;
    if (WIFSIGNALED(state))
        r->signal = WTERMSIG(state);
    else
        r->exit_code = WEXITSTATUS(state);
    return BN_OK;
}

void bn_child_release(struct bn_child_result *r)
{
    free(r->output);
    r->output = NULL;
}
