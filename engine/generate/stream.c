/* stream.c - the queue between generation and one consumer: a buffer that grows on one side and is swapped for the
 * consumer's when a piece is complete, or old enough. */
#include "engine/core/status.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DEFAULT_QUEUE = 16 };

struct buffer {
    char *bytes; /* [n] */
    size_t n, cap;
};

struct bn_stream {
    struct bn_stream_options options;
    pthread_mutex_t mutex;
    pthread_cond_t filled, taken;  /* what the consumer waits for, and the producer */
    struct buffer waiting, handed; /* the producer's, and what the consumer has */
    size_t n_waiting, n_handed;    /* tokens in each */
    struct timespec due;           /* when the text that waits is old enough */
    bool started, ended, left;     /* something was taken; the producer is done; the consumer is gone */
    struct bn_stream_counts counts;
};

static void now(struct timespec *t) { clock_gettime(CLOCK_MONOTONIC, t); }

/* ---- opening ---- */
enum bn_status bn_stream_open(struct bn_stream **stream, const struct bn_stream_options *options, struct bn_error *err)
{
    struct bn_stream *s = calloc(1, sizeof *s);
    pthread_condattr_t attributes;
    if (!s) return bn_fail_memory(err, "the stream", sizeof *s);
    s->options = *options;
    if (s->options.every_n_tokens < 1) s->options.every_n_tokens = 1;
    if (s->options.max_queue < 1) s->options.max_queue = DEFAULT_QUEUE;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&s->mutex, NULL);
    pthread_cond_init(&s->filled, &attributes);
    pthread_cond_init(&s->taken, &attributes);
    pthread_condattr_destroy(&attributes);
    *stream = s;
    return BN_OK;
}

void bn_stream_close(struct bn_stream *s)
{
    if (!s) return;
    pthread_cond_destroy(&s->filled);
    pthread_cond_destroy(&s->taken);
    pthread_mutex_destroy(&s->mutex);
    free(s->waiting.bytes);
    free(s->handed.bytes);
    free(s);
}

/* ---- the producer ---- */
static bool is_full(const struct bn_stream *s)
{
    size_t most = (size_t)s->options.every_n_tokens * (size_t)s->options.max_queue;
    return s->waiting.n && s->n_waiting >= most && !s->left;
}

/* A piece is complete; the first token's text is one of its own. */
static bool is_complete(const struct bn_stream *s)
{
    return s->waiting.n && (!s->started || s->ended || s->n_waiting >= (size_t)s->options.every_n_tokens);
}

static void wait_for_room(struct bn_stream *s)
{
    struct timespec begin, end;
    if (!is_full(s)) return;
    now(&begin);
    while (is_full(s)) pthread_cond_wait(&s->taken, &s->mutex);
    now(&end);
    s->counts.blocked_ms += (double)(end.tv_sec - begin.tv_sec) * 1e3 + (double)(end.tv_nsec - begin.tv_nsec) / 1e6;
}

static enum bn_status append(struct buffer *b, struct bn_text text, struct bn_error *err)
{
    if (b->n + text.n > b->cap) {
        size_t cap = 2 * (b->n + text.n);
        char *more = realloc(b->bytes, cap);
        if (!more) return bn_fail_memory(err, "text that waits for its consumer", cap);
        b->bytes = more, b->cap = cap;
    }
    if (text.n) memcpy(b->bytes + b->n, text.bytes, text.n);
    b->n += text.n;
    return BN_OK;
}

static void set_due(struct bn_stream *s)
{
    long ns;
    now(&s->due);
    ns = s->due.tv_nsec + s->options.timeout_ms % 1000 * 1000000L;
    s->due.tv_sec += s->options.timeout_ms / 1000 + ns / 1000000000;
    s->due.tv_nsec = ns % 1000000000;
}

enum bn_status bn_stream_put(struct bn_stream *s, struct bn_text text, size_t n_tokens, struct bn_error *err)
{
    pthread_mutex_lock(&s->mutex);
    wait_for_room(s);
    bool first = !s->waiting.n && text.n;
    enum bn_status status = s->left ? BN_OK : append(&s->waiting, text, err);
    s->n_waiting += n_tokens, s->counts.tokens += n_tokens;
    if (first && s->options.timeout_ms) set_due(s);
    if (is_complete(s) || (first && s->options.timeout_ms)) pthread_cond_signal(&s->filled);
    pthread_mutex_unlock(&s->mutex);
    return status;
}

void bn_stream_end(struct bn_stream *s)
{
    pthread_mutex_lock(&s->mutex);
    s->ended = true;
    pthread_cond_signal(&s->filled);
    pthread_mutex_unlock(&s->mutex);
}

bool bn_stream_has_left(struct bn_stream *s)
{
    pthread_mutex_lock(&s->mutex);
    bool left = s->left;
    pthread_mutex_unlock(&s->mutex);
    return left;
}

struct bn_stream_counts bn_stream_counts(struct bn_stream *s)
{
    pthread_mutex_lock(&s->mutex);
    struct bn_stream_counts counts = s->counts;
    pthread_mutex_unlock(&s->mutex);
    return counts;
}

/* ---- the consumer ---- */
static bool is_old(const struct bn_stream *s)
{
    struct timespec t;
    if (!s->waiting.n || !s->options.timeout_ms) return false;
    now(&t);
    return t.tv_sec > s->due.tv_sec || (t.tv_sec == s->due.tv_sec && t.tv_nsec >= s->due.tv_nsec);
}

static void wait_for_text(struct bn_stream *s)
{
    while (!is_complete(s) && !s->ended && !s->left && !is_old(s)) {
        if (s->waiting.n && s->options.timeout_ms)
            pthread_cond_timedwait(&s->filled, &s->mutex, &s->due);
        else
            pthread_cond_wait(&s->filled, &s->mutex);
    }
}

/* All that waits: a slow consumer gets several pieces as one. */
static void swap(struct bn_stream *s)
{
    struct buffer empty = s->handed;
    empty.n = 0;
    s->handed = s->waiting, s->waiting = empty;
    s->n_handed = s->n_waiting, s->n_waiting = 0;
    s->started = s->started || s->handed.n;
    s->counts.pieces += s->handed.n > 0;
    pthread_cond_signal(&s->taken);
}

/* A consumer that left did not get what it was handed last. */
static void acknowledge(struct bn_stream *s)
{
    if (!s->left) s->counts.delivered += s->n_handed;
    s->n_handed = 0;
}

bool bn_stream_take(struct bn_stream *s, struct bn_text *text)
{
    pthread_mutex_lock(&s->mutex);
    acknowledge(s);
    wait_for_text(s);
    if (!s->left) swap(s);
    bool more = s->handed.n && !s->left;
    if (!more) acknowledge(s); /* tokens without text */
    *text = (struct bn_text){more ? s->handed.bytes : "", more ? s->handed.n : 0};
    pthread_mutex_unlock(&s->mutex);
    return more;
}

void bn_stream_leave(struct bn_stream *s)
{
    pthread_mutex_lock(&s->mutex);
    s->left = true;
    pthread_cond_signal(&s->taken);
    pthread_cond_signal(&s->filled);
    pthread_mutex_unlock(&s->mutex);
}
