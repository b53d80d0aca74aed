/* server.c - starts the server, reads its port from what it says, ends it. */
#include "harness/load/server.h"
#include "harness/worker/child.h"
#include "harness/core/clock.h"
#include "harness/core/error.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { START_S = 600 /* a large model is read first */, STOP_S = 30 };

/* The address that it says it listens on. */
static bool read_url(struct bn_load_server *s)
{
    static const char said[] = "listening on ";
    const char *at = strstr(s->process.error_tail, said), *end = at ? strchr(at, '\n') : NULL;
    if (!end) return false;
    at += strlen(said);
    snprintf(s->url, sizeof s->url, "%.*s", (int)(end - at), at);
    return true;
}

/* Reaps it; the state of its end. */
static int reap(struct bn_load_server *s)
{
    struct rusage usage = {0};
    int state = 0;
    while (wait4(s->process.pid, &state, 0, &usage) < 0 && errno == EINTR) continue;
    s->peak_rss_bytes = usage.ru_maxrss * 1024L;
    bn_process_release(&s->process);
    return state;
}

static const char *last_words(const struct bn_load_server *s)
{
    return s->process.error_tail[0] ? s->process.error_tail : "it said nothing";
}

static enum bn_status wait_until_it_listens(struct bn_load_server *s, const volatile sig_atomic_t *stop,
                                            struct bn_error *err)
{
    double until = bn_clock_s() + START_S;
    enum bn_status status = BN_OK;
    while (!status && !read_url(s)) {
        bool alive = bn_process_pump(&s->process, 200);
        if (*stop)
            status = bn_harness_fail(err, BN_ERR_IO, "Interrupted before the server listened.");
        else if (!alive)
            status = bn_harness_fail(err, BN_ERR_IO, "bitnet-serve ended before it listened: %s", last_words(s));
        else if (bn_clock_s() > until)
            status =
                bn_harness_fail(err, BN_ERR_IO, "bitnet-serve did not listen within %d s: %s", START_S, last_words(s));
    }
    if (!status) return BN_OK;
    bn_process_kill(&s->process);
    reap(s);
    return status;
}

enum bn_status bn_load_server_version(struct bn_load_version *v, struct bn_watch *program, struct bn_error *err)
{
    char *argv[] = {program->path, "--version", NULL};
    const struct bn_child_spec spec = {.process = {.argv = argv, .watch = program}, .time_limit_s = 20};
    struct bn_child_result r;
    *v = (struct bn_load_version){.version = ""};
    enum bn_status status = bn_child_run(&spec, &r, err);
    if (status) return status;
    if (sscanf(r.process.output ? r.process.output : "", "bitnet-serve %31s (%63[^,], %255[^)])", v->version, v->commit,
               v->compiler) != 3)
        status = bn_harness_fail(err, BN_ERR_IO, "%s --version does not answer as bitnet-serve.", program->path);
    bn_child_release(&r);
    return status;
}

enum bn_status bn_load_server_start(struct bn_load_server *s, struct bn_watch *program, const char *model,
                                    const char *const *options, size_t n_options, const volatile sig_atomic_t *stop,
                                    struct bn_error *err)
{
    enum { OWN = 6 };
    char **argv = calloc(OWN + n_options + 1, sizeof *argv);
    enum bn_status status = argv ? BN_OK : bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory starting a server.");
    size_t n = OWN;
    *s = (struct bn_load_server){.url = ""};
    if (argv)
        memcpy(argv, (char *[]){program->path, "--model", (char *)model, "--port", "0", "--quiet"}, OWN * sizeof *argv);
    for (size_t i = 0; !status && i < n_options; i++)
        if (asprintf(&argv[n++], "--%s", options[i]) < 0)
            status = bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory starting a server.");
    const struct bn_process_spec spec = {.argv = argv, .watch = program};
    if (!status) status = bn_process_start(&s->process, &spec, err);
    if (!status) status = wait_until_it_listens(s, stop, err);
    for (size_t i = OWN; argv && i < n; i++) free(argv[i]);
    free(argv);
    return status;
}

enum bn_status bn_load_server_stop(struct bn_load_server *s, struct bn_error *err)
{
    if (!s->process.pid) return BN_OK;
    double until = bn_clock_s() + STOP_S;
    bool killed = false;
    kill(s->process.pid, SIGTERM);
    while (bn_process_pump(&s->process, 200))
        if (!killed && bn_clock_s() > until) bn_process_kill(&s->process), killed = true;
    char words[512];
    snprintf(words, sizeof words, "%.*s", (int)sizeof words - 1, last_words(s));
    int state = reap(s);
    if (!killed && WIFEXITED(state) && !WEXITSTATUS(state)) return BN_OK;
    return bn_harness_fail(err, BN_ERR_IO, "bitnet-serve %s: %s",
                           killed               ? "did not end after SIGTERM"
                           : WIFSIGNALED(state) ? "was ended by a signal"
                                                : "failed",
                           words);
}
