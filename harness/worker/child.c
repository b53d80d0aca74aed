/* child.c - start, feed, collect, reap. */
#include "harness/worker/child.h"
#include "harness/core/clock.h"
#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <string.h>

volatile sig_atomic_t bn_child_interrupt;

static void on_signal(int number)
{
    (void)number;
    bn_child_interrupt = 1;
}

void bn_child_take_signals(void)
{
    const struct sigaction on = {.sa_handler = on_signal};
    sigaction(SIGINT, &on, NULL), sigaction(SIGTERM, &on, NULL);
}

static void feed(struct bn_process *p, const char *input)
{
    for (size_t n = input ? strlen(input) : 0; n;) {
        ssize_t k = write(p->to, input, n);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) break;
        input += k, n -= (size_t)k;
    }
    close(p->to);
    p->to = -1;
}

/* True when the child has to go. */
static bool over(const struct bn_child_spec *s, struct bn_child_result *r, double start)
{
    if (r->process.overflow || (s->time_limit_s && bn_clock_s() - start > s->time_limit_s)) r->timed_out = true;
    if (bn_child_interrupt) r->interrupted = true;
    return r->timed_out || r->interrupted;
}

/* Reads both pipes until they end, the limit passes or an interrupt comes. */
static void collect(const struct bn_child_spec *s, struct bn_child_result *r, double start)
{
    double last_tick = start, killed = 0;
    while (bn_process_pump(&r->process, 500)) {
        double t = bn_clock_s();
        if (over(s, r, start) && !killed) bn_process_kill(&r->process), killed = t;
        if (killed && t - killed > 5) break; /* a grandchild in a session of its own holds the pipe */
        if (s->tick && t - last_tick >= 1) s->tick(s->self), last_tick = t;
    }
}

/* Waits for the end; a child that closed its output but stays is held to the same limit. */
static int reap(const struct bn_child_spec *s, struct bn_child_result *r, double start)
{
    struct rusage usage = {0};
    int state = 0;
    for (int quick = 0;; quick++) {
        pid_t done = wait4(r->process.pid, &state, WNOHANG, &usage);
        if (done == r->process.pid || (done < 0 && errno != EINTR)) break;
        if (over(s, r, start)) bn_process_kill(&r->process);
        nanosleep(&(struct timespec){0, quick < 50 ? 200000 : 20000000}, NULL);
    }
    r->peak_rss_bytes = usage.ru_maxrss * 1024L;
    return state;
}

enum bn_status bn_child_run(const struct bn_child_spec *spec, struct bn_child_result *r, struct bn_error *err)
{
    *r = (struct bn_child_result){0};
    double start = bn_clock_s();
    enum bn_status status = bn_process_start(&r->process, &spec->process, err);
    if (status) return status;
    feed(&r->process, spec->input);
    collect(spec, r, start);
    int state = reap(spec, r, start);
    r->seconds = bn_clock_s() - start;
    if (WIFSIGNALED(state))
        r->signal = WTERMSIG(state);
    else
        r->exit_code = WEXITSTATUS(state);
    return BN_OK;
}

const char *bn_child_last_line(const struct bn_child_result *r, char *line, size_t cap)
{
    const char *tail = r->process.error_tail, *end = tail + strlen(tail);
    while (end > tail && end[-1] == '\n') end--;
    const char *begin = end;
    while (begin > tail && begin[-1] != '\n') begin--;
    snprintf(line, cap, "%.*s", (int)(end - begin), begin);
    return line[0] ? line : NULL;
}

void bn_child_release(struct bn_child_result *r) { bn_process_release(&r->process); }
