/* process.c - fork, pipes and JSON lines. */
#include "harness/worker/process.h"
#include "harness/worker/answer.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER_LIMIT_MS = 120000, EXIT_LIMIT_MS = 10000 };

static enum bn_status fail(struct bn_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
static enum bn_status fail(struct bn_error *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    return err->status = BN_ERR_IO;
}

static bool is_program(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

enum bn_status bn_worker_find(const char *build, char *path, size_t cap, struct bn_error *err)
{
    static const char *const places[] = {"", "/bitnet-worker", "/bin/bitnet-worker", "/build/bin/bitnet-worker"};
    for (int i = 0; i < 4; i++) {
        int n = snprintf(path, cap, "%s%s", build, places[i]);
        if (n > 0 && (size_t)n < cap && is_program(path)) return BN_OK;
    }
    return fail(err, "Could not find bitnet-worker in %s, in its bin/ or in its build/bin/; build it with `make all`.",
                build);
}

static _Noreturn void become(const char *const *argv, const cpu_set_t *cpus, const int in[2], const int out[2],
                             int errors)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* no orphans when the gate is killed */
    if (cpus) sched_setaffinity(0, sizeof *cpus, cpus);
    dup2(in[0], 0);
    dup2(out[1], 1);
    dup2(errors, 2);
    execvp(argv[0], (char *const *)argv);
    dprintf(2, "%s could not be started: %s.", argv[0], strerror(errno));
    _exit(127);
}

static enum bn_status start(struct bn_worker *worker, const char *const *argv, const cpu_set_t *cpus,
                            struct bn_error *err)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1};
    worker->errors = memfd_create("worker-errors", MFD_CLOEXEC);
    if (worker->errors < 0 || pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || (worker->pid = fork()) < 0) {
        int pipes[] = {in[0], in[1], out[0], out[1], worker->errors};
        for (int i = 0; i < 5; i++)
            if (pipes[i] >= 0) close(pipes[i]);
        worker->pid = 0;
        return fail(err, "The %s worker could not be started: %s.", worker->name, strerror(errno));
    }
    if (worker->pid == 0) become(argv, cpus, in, out, worker->errors);
    close(in[0]);
    close(out[1]);
    worker->to = in[1];
    worker->from = out[0];
    return BN_OK;
}

static enum bn_status gone(struct bn_worker *worker, const char *what, struct bn_error *err)
{
    char tail[300] = "";
    off_t size = lseek(worker->errors, 0, SEEK_END),
          from = size > (off_t)sizeof tail - 1 ? size - (off_t)sizeof tail + 1 : 0;
    ssize_t n = pread(worker->errors, tail, sizeof tail - 1, from);
    tail[n > 0 ? n : 0] = 0;
    tail[strcspn(tail, "\n")] = 0;
    return fail(err, "The %s worker %s%s%s", worker->name, what, tail[0] ? ": " : ".", tail);
}

/* The pipe is closed: how the process ended, where it does so within a second. */
static enum bn_status ended(struct bn_worker *worker, struct bn_error *err)
{
    char what[96] = "ended before it answered";
    int status = 0;
    pid_t pid = 0;
    for (int ms = 0; ms < 1000 && !(pid = waitpid(worker->pid, &status, WNOHANG)); ms++)
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    if (pid > 0 && WIFSIGNALED(status))
        snprintf(what, sizeof what, "ended by signal %d (%s) before it answered", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else if (pid > 0)
        snprintf(what, sizeof what, "ended with exit code %d before it answered", WEXITSTATUS(status));
    return gone(worker, what, err);
}

/* One line from the worker into worker->buffer, terminated; *next is where the following one begins. */
static enum bn_status read_line(struct bn_worker *worker, size_t *next, struct bn_error *err)
{
    for (;;) {
        char *end = memchr(worker->buffer, '\n', worker->n_buffered);
        if (end) {
            *end = 0;
            *next = (size_t)(end - worker->buffer) + 1;
            return BN_OK;
        }
        if (worker->n_buffered == sizeof worker->buffer) return gone(worker, "wrote a line that never ends", err);
        struct pollfd wait = {worker->from, POLLIN, 0};
        int ready = poll(&wait, 1, ANSWER_LIMIT_MS);
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) return gone(worker, "gave no answer for 120 s", err);
        ssize_t n = read(worker->from, worker->buffer + worker->n_buffered, sizeof worker->buffer - worker->n_buffered);
        if (n <= 0) return ended(worker, err);
        worker->n_buffered += (size_t)n;
    }
}

static enum bn_status read_object(struct bn_worker *worker, json_t **object, struct bn_error *err)
{
    size_t next = 0;
    json_error_t why;
    enum bn_status status = read_line(worker, &next, err);
    if (status) return status;
    *object = json_loads(worker->buffer, 0, &why);
    if (!*object) status = fail(err, "The %s worker wrote \"%.60s\", which is not JSON.", worker->name, worker->buffer);
    memmove(worker->buffer, worker->buffer + next, worker->n_buffered -= next);
    return status;
}

enum bn_status bn_worker_open(struct bn_worker *worker, const char *name, const char *const *argv,
                              const cpu_set_t *cpus, json_t **hello, struct bn_error *err)
{
    memset(worker, 0, sizeof *worker);
    worker->name = name;
    enum bn_status status = start(worker, argv, cpus, err);
    json_t *object = NULL;
    if (!status) status = read_object(worker, &object, err);
    if (!status && json_integer_value(json_object_get(object, "protocol")) != BN_SERVE_PROTOCOL)
        status = fail(err, "The %s worker does not speak protocol %d of the gate; build it from a newer commit.", name,
                      BN_SERVE_PROTOCOL);
    if (!status && hello) *hello = json_incref(object);
    json_decref(object);
    if (status) bn_worker_close(worker);
    return status;
}

static enum bn_status send(struct bn_worker *worker, const char *command, int times, struct bn_error *err)
{
    char lines[BN_WORKER_BURST * 64];
    size_t n = 0;
    for (int i = 0; i < times && n < sizeof lines; i++)
        n += (size_t)snprintf(lines + n, sizeof lines - n, "%s\n", command);
    if (n < sizeof lines && write(worker->to, lines, n) == (ssize_t)n) return BN_OK;
    return gone(worker, "is gone", err);
}

static enum bn_status receive(struct bn_worker *worker, const char *command, json_t **reply, struct bn_error *err)
{
    enum bn_status status = read_object(worker, reply, err);
    if (status) return status;
    const char *error = json_string_value(json_object_get(*reply, "error"));
    if (!error) return BN_OK;
    status = fail(err, "The %s worker cannot do \"%s\": %s", worker->name, command, error);
    json_decref(*reply);
    *reply = NULL;
    return status;
}

enum bn_status bn_worker_ask(struct bn_worker *worker, const char *command, json_t **reply, struct bn_error *err)
{
    enum bn_status status = send(worker, command, 1, err);
    return status ? status : receive(worker, command, reply, err);
}

enum bn_status bn_worker_time(struct bn_worker *worker, const char *command, int times, double *ns,
                              struct bn_error *err)
{
    enum bn_status status = send(worker, command, times, err);
    for (int i = 0; i < times && !status; i++) {
        json_t *reply;
        status = receive(worker, command, &reply, err);
        if (status) return status;
        ns[i] = json_number_value(json_object_get(reply, "ns"));
        json_decref(reply);
        if (!(ns[i] > 0)) status = fail(err, "The %s worker gave no time for \"%s\".", worker->name, command);
    }
    return status;
}

void bn_worker_close(struct bn_worker *worker)
{
    if (worker->pid <= 0) return;
    close(worker->to);
    int waited_ms = 0;
    for (; waitpid(worker->pid, NULL, WNOHANG) == 0 && waited_ms < EXIT_LIMIT_MS; waited_ms++)
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    if (waited_ms == EXIT_LIMIT_MS) {
        kill(worker->pid, SIGKILL);
        waitpid(worker->pid, NULL, 0);
    }
    close(worker->from);
    close(worker->errors);
    worker->pid = 0;
}
