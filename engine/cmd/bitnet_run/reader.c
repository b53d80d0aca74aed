/* reader.c - hands generated text to the reader of standard output: at once, or through a queue to a thread that writes
 * (--yield_every_n_tokens, --max_queue_size, --timeout_ms). With --json the text is kept for the report. */
#include "engine/cmd/bitnet_run/run.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void keep(struct reader *r, struct bn_text text)
{
    if (r->n_bytes + text.n > r->cap) {
        r->cap = 2 * (r->n_bytes + text.n);
        r->text = must(realloc(r->text, r->cap));
    }
    if (text.n) memcpy(r->text + r->n_bytes, text.bytes, text.n);
    r->n_bytes += text.n;
}

static bool deliver(struct reader *r, struct bn_text text)
{
    if (!r->keeps) return !text.n || (fwrite(text.bytes, 1, text.n, stdout) == text.n && !fflush(stdout));
    keep(r, text);
    return true;
}

/* ---- the thread that empties the queue ---- */
static void *serve(void *arg)
{
    struct reader *r = arg;
    struct bn_text text;
    while (bn_stream_take(r->stream, &text))
        if (!deliver(r, text)) {
            r->failed = errno != EPIPE;
            bn_stream_leave(r->stream);
        }
    r->last_byte_ms = now_ms();
    return NULL;
}

static void start_thread(struct reader *r)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old); /* signals end the generation, on the main thread */
    int rc = pthread_create(&r->thread, NULL, serve, r);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (rc) bn_cmd_fail(&run_cmd, 1, "Could not start the thread that writes: %s.", strerror(rc));
}

void reader_open(struct reader *r, const struct bn_stream_options *o, bool keeps)
{
    struct bn_error err;
    r->keeps = keeps;
    if (o->every_n_tokens <= 1 && !o->max_queue && !o->timeout_ms) return;
    need(bn_stream_open(&r->stream, o, &err), &err);
    start_thread(r);
}

void reader_put(struct reader *r, struct bn_text text, size_t n_tokens)
{
    struct bn_error err;
    if (r->stream)
        need(bn_stream_put(r->stream, text, n_tokens, &err), &err);
    else if (!deliver(r, text))
        exit(bn_cmd_finish(run_cmd.name, 1));
}

bool reader_has_left(struct reader *r)
{
    struct pollfd out = {.fd = STDOUT_FILENO};
    if (!r->stream) return false;
    if (!r->keeps && poll(&out, 1, 0) == 1 && out.revents & POLLERR) bn_stream_leave(r->stream);
    return bn_stream_has_left(r->stream);
}

/* Afterwards everything is written, or the reader is gone. */
void reader_end(struct reader *r)
{
    if (!r->stream) return;
    double start = now_ms();
    bn_stream_end(r->stream);
    pthread_join(r->thread, NULL);
    r->tail_ms = r->last_byte_ms > start ? r->last_byte_ms - start : 0;
    r->counts = bn_stream_counts(r->stream);
    if (r->failed) exit(bn_cmd_finish(run_cmd.name, 1));
    bn_stream_close(r->stream);
    r->stream = NULL;
}

void reader_release(struct reader *r) { free(r->text); }
