/* scheduler.c - one thread owns the batch: admits texts, runs steps, hands tokens out, and ends what nobody waits for.
 *
 * One prompt is computed at a time, in chunks beside the texts that are being written, so the next one can still be
 * chosen when it begins: it comes from the request with the fewest texts in the batch, the oldest of those, and shares
 * what the prompts before it have computed. */
#include "engine/serve/room.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* ---- the end of texts and requests, with the mutex held ---- */
static void leave_batch(struct choice *c, bool keep)
{
    struct bn_server *s = c->request->server;
    s->members[c->sequence] = NULL;
    s->n_active--;
    s->kv_active -= bn_batch_kv_need(s->batch, c->prompt->n + (size_t)c->generate.max_new_tokens);
    c->request->n_active--;
    if (keep)
        keep_sequence(c);
    else
        bn_batch_remove(s->batch, c->sequence);
    c->sequence = -1;
}

static void finish_request(struct request *r)
{
    r->done_ns = now_ns();
    request_unlink(r);
    http_resume(r);
    if (!r->detached) return;
    r->next = r->server->dead;
    r->server->dead = r;
}

static void end_choice(struct choice *c, bool keep)
{
    struct request *r = c->request;
    if (c->state == CHOICE_WAITS)
        r->n_waiting--;
    else
        leave_batch(c, keep);
    c->state = CHOICE_DONE;
    if (++r->n_done < r->n_choices) return;
    histogram_add(&r->server->metrics.e2e, (double)(now_ns() - r->submitted_ns) / 1e9);
    finish_request(r);
}

static void end_request(struct request *r)
{
    for (int i = 0; i < r->n_choices; i++) {
        struct choice *c = &r->choices[i];
        if (c->state == CHOICE_DONE) continue;
        if (c->state != CHOICE_WAITS) leave_batch(c, false);
        c->state = CHOICE_DONE, c->end = BN_END_INTERRUPTED;
        r->n_done++;
    }
    r->n_waiting = 0;
    finish_request(r);
}

static void free_dead(struct bn_server *s)
{
    for (struct request *r = s->dead, *next; r; r = next) {
        next = r->next;
        request_free(r);
    }
    s->dead = NULL;
}

static void fail_request(struct request *r, const struct bn_error *err)
{
    problem_set(&r->problem, 500, NULL, NULL, "%s", err->text);
    end_request(r);
}

/* ---- clients that left ---- */
static bool has_left(const struct request *r)
{
    struct pollfd at = {.fd = r->fd, .events = POLLRDHUP};
    return r->detached || r->gone || (poll(&at, 1, 0) == 1 && at.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL));
}

static void end_those_that_left(struct bn_server *s)
{
    for (struct request *r = s->first, *next; r; r = next) {
        next = r->next;
        if (s->ending) problem_set(&r->problem, 503, "shutting_down", NULL, "The server is shutting down.");
        if (!s->ending && !has_left(r)) continue;
        r->gone = !s->ending;
        s->metrics.cancelled += r->gone;
        end_request(r);
    }
}

/* ---- beginning ---- */
/* A prompt that takes steps of its own. */
static bool is_reading(const struct bn_server *s)
{
    for (int i = 0; i < s->options.n_parallel + s->options.n_kept; i++) {
        const struct choice *c = s->members[i];
        if (!c || c->state != CHOICE_READS) continue;
        size_t done = (size_t)bn_batch_position(s->batch, c->sequence);
        if (!done || c->prompt->n - done > 1 || choice_scores_prompt(c)) return true;
    }
    return false;
}

static struct choice *next_choice(const struct bn_server *s)
{
    struct request *best = NULL;
    for (struct request *r = s->first; r; r = r->next)
        if (r->n_waiting && (!best || r->n_active < best->n_active)) best = r;
    for (int i = 0; best && i < best->n_choices; i++)
        if (best->choices[i].state == CHOICE_WAITS) return &best->choices[i];
    return NULL;
}

static bool begin(struct bn_server *s, struct choice *c)
{
    struct bn_error err;
    struct request *r = c->request;
    uint64_t need = bn_batch_kv_need(s->batch, c->prompt->n + (size_t)c->generate.max_new_tokens);
    if (s->kv_active + need > s->options.kv_bytes && s->n_active) return false; /* waits for memory */
    if (choice_begin(c, &err) != BN_OK) {
        fail_request(r, &err);
        return true;
    }
    s->members[c->sequence] = c;
    s->n_active++, r->n_active++, r->n_waiting--;
    s->kv_active += need;
    s->metrics.cached += c->n_cached;
    c->latest_ns = r->submitted_ns;
    keep_touch(s, c->prompt);
    keep_within_limit(s);
    return true;
}

static void admit(struct bn_server *s)
{
    struct choice *c;
    while (s->n_active < s->options.n_parallel && !is_reading(s) && (c = next_choice(s)))
        if (!begin(s, c)) return;
}

/* Gives the batch the tokens that were chosen, but of texts whose reader is behind; returns how much there is to do. */
static int put_tokens(struct bn_server *s)
{
    int work = 0;
    for (int i = 0; i < s->options.n_parallel + s->options.n_kept; i++) {
        struct choice *c = s->members[i];
        struct bn_error err;
        if (!c) continue;
        if (c->state == CHOICE_WRITES && c->has_next && !choice_is_full(c)) {
            c->has_next = false;
            if (bn_batch_put(s->batch, c->sequence, c->next, &err) != BN_OK) {
                fail_request(c->request, &err);
                continue;
            }
            work++;
        }
        work += c->state == CHOICE_READS;
    }
    return work;
}

/* ---- steps ---- */
static void tell(struct request *r)
{
    bool news = !r->params.stream ? r->n_done == r->n_choices : false;
    for (int i = 0; !news && r->params.stream && i < r->n_choices; i++) news = choice_has_news(&r->choices[i]);
    if (news) http_resume(r);
}

static void deliver(struct bn_server *s, struct choice *c)
{
    struct bn_error err;
    int64_t now = now_ns();
    struct metrics *m = &s->metrics;
    bool first = c->state == CHOICE_READS;
    size_t before = c->text.n;
    if (choice_take(c, bn_batch_logits(s->batch, c->sequence), &err) != BN_OK) {
        fail_request(c->request, &err);
        return;
    }
    m->generated += c->n_ids > 0;
    histogram_add(first ? &m->ttft : &m->itl, (double)(now - c->latest_ns) / 1e9);
    c->latest_ns = now;
    if (first && !c->request->first_ns) c->request->first_ns = now;
    if (before == c->text_sent && c->text.n > before) c->unsent_ns = now;
    struct request *r = c->request;
    if (c->end) end_choice(c, true);
    if (r->linked) tell(r);
}

/* The text at fault takes its request with it; where none is at fault, all do. */
static void fail(struct bn_server *s, const struct bn_error *err)
{
    int at = bn_batch_failed(s->batch);
    for (int i = 0; i < s->options.n_parallel + s->options.n_kept; i++)
        if (s->members[i] && (at < 0 || i == at)) fail_request(s->members[i]->request, err);
}

/* False: it failed, and those who could not go on have ended. The others are as before it. */
static bool compute(struct bn_server *s, int *n)
{
    struct bn_error err;
    pthread_mutex_unlock(&s->mutex);
    enum bn_status status = bn_batch_step(s->batch, n, &err);
    for (int i = 0; status == BN_OK && i < *n; i++) {
        int sequence = bn_batch_ready(s->batch, i);
        choice_choose(s->members[sequence], bn_batch_logits(s->batch, sequence));
    }
    pthread_mutex_lock(&s->mutex);
    s->metrics.steps++;
    if (status != BN_OK) fail(s, &err);
    return status == BN_OK;
}

static void step(struct bn_server *s)
{
    int n;
    while (!compute(s, &n))
        if (!s->n_active) return;
    histogram_add(&s->metrics.batch, n);
    for (int i = 0; i < n; i++) {
        struct choice *c = s->members[bn_batch_ready(s->batch, i)];
        if (c) deliver(s, c); /* another choice of its request may have ended it */
    }
}

/* Nothing to compute: until a request comes, or a reader has caught up, or it is time to look who left. */
static void wait_for_work(struct bn_server *s)
{
    struct timespec until;
    if (!s->first) {
        pthread_cond_wait(&s->wake, &s->mutex);
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += 20000000;
    if (until.tv_nsec >= 1000000000) until.tv_nsec -= 1000000000, until.tv_sec++;
    pthread_cond_timedwait(&s->wake, &s->mutex, &until);
    for (struct request *r = s->first; r; r = r->next) tell(r); /* text that has become old */
}

static void *run(void *self)
{
    struct bn_server *s = self;
    pthread_mutex_lock(&s->mutex);
    while (!s->ending || s->first) {
        free_dead(s);
        end_those_that_left(s);
        admit(s);
        if (put_tokens(s))
            step(s);
        else if (!s->ending)
            wait_for_work(s);
    }
    free_dead(s);
    pthread_mutex_unlock(&s->mutex);
    return NULL;
}

/* ---- opening ---- */
static enum bn_status open_batch(struct bn_server *s, struct bn_error *err)
{
    const struct bn_server_options *o = &s->options;
    int n = o->n_parallel + o->n_kept;
    const struct bn_crew_options crew = {.n_threads = o->n_threads, .n_batch = n + o->n_chunk + 1};
    const struct bn_batch_options batch = {
        .n_sequences = n, .n_ctx = s->n_ctx, .n_chunk = o->n_chunk, .kv_type = o->kv_type, .kv_prune = o->prune};
    enum bn_status status = bn_crew_open(&s->crew, s->model, &crew, err);
    if (status == BN_OK) status = bn_batch_open(&s->batch, s->crew, &batch, err);
    if (status != BN_OK) return status;
    s->members = calloc((size_t)n, sizeof *s->members);
    return s->members ? keep_open(s, err) : bn_fail_memory(err, "the batch", (size_t)n * sizeof *s->members);
}

enum bn_status scheduler_open(struct bn_server *s, struct bn_error *err)
{
    enum bn_status status = open_batch(s, err);
    if (status != BN_OK) return status;
    if (bn_batch_kv_need(s->batch, 1) > s->options.kv_bytes)
        return bn_fail(err, BN_ERR_USAGE, "%llu MB for keys and values are not enough for one text; give %llu or more.",
                       (unsigned long long)s->options.kv_bytes >> 20,
                       (unsigned long long)(bn_batch_kv_need(s->batch, 1) >> 20) + 1);
    int code = pthread_create(&s->thread, NULL, run, s);
    if (code) return bn_fail(err, BN_ERR_IO, "The scheduler's thread does not start: %s.", strerror(code));
    s->has_thread = true;
    return BN_OK;
}

void scheduler_stop(struct bn_server *s)
{
    if (!s->has_thread) return;
    pthread_mutex_lock(&s->mutex);
    s->closing = s->ending = true;
    pthread_cond_signal(&s->wake);
    pthread_mutex_unlock(&s->mutex);
    pthread_join(s->thread, NULL);
    s->has_thread = false;
}

void scheduler_close(struct bn_server *s)
{
    keep_close(s);
    bn_batch_close(s->batch);
    bn_crew_close(s->crew);
    free(s->members);
    s->batch = NULL, s->crew = NULL, s->members = NULL;
}
