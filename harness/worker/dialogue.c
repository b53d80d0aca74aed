/* dialogue.c - lines to a worker, JSON lines from it. */
#include "harness/worker/dialogue.h"
#include "harness/core/clock.h"
#include "harness/core/error.h"
#include "harness/worker/answer.h"
#include "harness/worker/line.h"
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const double answer_limit_s = 120, exit_limit_s = 10;

static double limit_of(const struct bn_dialogue *d)
{
    return d->fate && d->fate->limit_s > 0 ? d->fate->limit_s : answer_limit_s;
}

static void tell(const struct bn_dialogue *d, enum bn_dialogue_end end)
{
    if (!d->fate) return;
    d->fate->end = end;
    snprintf(d->fate->name, sizeof d->fate->name, "%s", d->name);
    snprintf(d->fate->command, sizeof d->fate->command, "%s", d->command ? d->command : "");
    memcpy(d->fate->last_words, d->process.error_tail, sizeof d->fate->last_words);
}

/* Takes what the process still says on stderr. Its output may be ended while it is not. */
static enum bn_status gone(struct bn_dialogue *d, enum bn_dialogue_end end, const char *what, struct bn_error *err)
{
    double until = bn_clock_s() + 1;
    bool over = end != BN_DIALOGUE_HANGS && end != BN_DIALOGUE_GARBAGE;
    while (over && d->process.errors >= 0 && bn_clock_s() < until) bn_process_pump(&d->process, 100);
    tell(d, end);
    const char *tail = d->process.error_tail;
    return bn_harness_fail(err, BN_ERR_IO, "The %s worker %s%s%.*s", d->name, what, tail[0] ? ": " : ".",
                           (int)strcspn(tail, "\n"), tail);
}

/* Its output has ended: how the process ended, where it does so within a second. */
static enum bn_status ended(struct bn_dialogue *d, struct bn_error *err)
{
    char what[96] = "ended before it answered";
    enum bn_dialogue_end end = BN_DIALOGUE_SILENT;
    int status = 0;
    pid_t pid = 0;
    for (int ms = 0; ms < 1000 && !(pid = waitpid(d->process.pid, &status, WNOHANG)); ms++)
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    if (pid > 0 && WIFSIGNALED(status)) {
        end = BN_DIALOGUE_SIGNAL;
        snprintf(what, sizeof what, "ended by signal %d (%s) before it answered", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    } else if (pid > 0) {
        end = WEXITSTATUS(status) ? BN_DIALOGUE_EXIT : BN_DIALOGUE_SILENT;
        snprintf(what, sizeof what, "ended with exit code %d before it answered", WEXITSTATUS(status));
    }
    return gone(d, end, what, err);
}

/* Waits for one line. */
static enum bn_status read_object(struct bn_dialogue *d, json_t **object, struct bn_error *err)
{
    struct bn_process *p = &d->process;
    char what[64];
    size_t used = 0;
    for (double limit_s = limit_of(d), until = bn_clock_s() + limit_s;;) {
        *object = bn_line_read(p->output, p->n_output, &used);
        if (used) break;
        if (p->overflow) return gone(d, BN_DIALOGUE_GARBAGE, "wrote an endless line", err);
        if (p->from < 0) return ended(d, err);
        snprintf(what, sizeof what, "gave no answer for %g s", limit_s);
        if (bn_clock_s() > until) return gone(d, BN_DIALOGUE_HANGS, what, err);
        bn_process_pump(p, 1000);
    }
    enum bn_status status = BN_OK;
    if (!*object)
        tell(d, BN_DIALOGUE_GARBAGE),
            status = bn_harness_fail(err, BN_ERR_IO, "The %s worker wrote \"%.*s\", which is not JSON.", d->name,
                                     (int)(used < 60 ? used - 1 : 60), p->output);
    memmove(p->output, p->output + used, p->n_output -= used);
    return status;
}

enum bn_status bn_dialogue_open(struct bn_dialogue *d, const char *name, const struct bn_process_spec *spec,
                                struct bn_dialogue_fate *fate, json_t **hello, struct bn_error *err)
{
    json_t *object = NULL;
    d->name = name, d->fate = fate, d->command = NULL;
    enum bn_status status = bn_process_start(&d->process, spec, err);
    if (!status) status = read_object(d, &object, err);
    bool other = !status && json_integer_value(json_object_get(object, "protocol")) != BN_WORKER_PROTOCOL;
    if (other)
        tell(d, BN_DIALOGUE_REFUSED),
            status = bn_harness_fail(
                err, BN_ERR_IO, "The %s worker does not speak protocol %d of the gate; build it from a newer commit.",
                name, BN_WORKER_PROTOCOL);
    if (!status && hello) *hello = json_incref(object);
    json_decref(object);
    if (status) bn_dialogue_close(d);
    return status;
}

static enum bn_status send(struct bn_dialogue *d, const char *command, int times, struct bn_error *err)
{
    char lines[BN_DIALOGUE_BURST * 64];
    size_t n = 0;
    d->command = command;
    for (int i = 0; i < times && n < sizeof lines; i++)
        n += (size_t)snprintf(lines + n, sizeof lines - n, "%s\n", command);
    if (n < sizeof lines && write(d->process.to, lines, n) == (ssize_t)n) return BN_OK;
    return ended(d, err);
}

static enum bn_status receive(struct bn_dialogue *d, const char *command, json_t **reply, struct bn_error *err)
{
    enum bn_status status = read_object(d, reply, err);
    if (status) return status;
    const char *error = json_string_value(json_object_get(*reply, "error"));
    if (!error) return BN_OK;
    tell(d, BN_DIALOGUE_REFUSED);
    status = bn_harness_fail(err, BN_ERR_IO, "The %s worker cannot do \"%s\": %s", d->name, command, error);
    json_decref(*reply);
    *reply = NULL;
    return status;
}

enum bn_status bn_dialogue_ask(struct bn_dialogue *d, const char *command, json_t **reply, struct bn_error *err)
{
    enum bn_status status = send(d, command, 1, err);
    return status ? status : receive(d, command, reply, err);
}

enum bn_status bn_dialogue_time(struct bn_dialogue *d, const char *command, int times, double *ns, struct bn_error *err)
{
    enum bn_status status = send(d, command, times, err);
    for (int i = 0; i < times && !status; i++) {
        json_t *reply;
        status = receive(d, command, &reply, err);
        if (status) return status;
        ns[i] = json_number_value(json_object_get(reply, "ns"));
        json_decref(reply);
        if (!(ns[i] > 0))
            tell(d, BN_DIALOGUE_GARBAGE),
                status = bn_harness_fail(err, BN_ERR_IO, "The %s worker gave no time for \"%s\".", d->name, command);
    }
    return status;
}

void bn_dialogue_close(struct bn_dialogue *d)
{
    struct bn_process *p = &d->process;
    if (p->pid <= 0) return;
    if (p->to >= 0) close(p->to);
    p->to = -1;
    double until = bn_clock_s() + exit_limit_s;
    while (waitpid(p->pid, NULL, WNOHANG) == 0) {
        if (bn_clock_s() > until) bn_process_kill(p);
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    bn_process_release(p);
}
