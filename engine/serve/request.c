/* request.c - a request from its first byte to the queue. */
#include "engine/serve/room.h"
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { MOST_SCORES = 1 << 22 }; /* tokens of prompts times alternatives, of a request with echo */

struct request *request_new(struct bn_server *s, struct MHD_Connection *connection)
{
    struct request *r = calloc(1, sizeof *r);
    uint64_t number = 0;
    if (!r) return NULL;
    if (getrandom(&number, sizeof number, 0) != sizeof number) number = (uint64_t)now_ns();
    snprintf(r->id, sizeof r->id, "%016llx", (unsigned long long)number);
    r->server = s, r->connection = connection, r->begun_ns = now_ns(), r->created = time(NULL);
    return r;
}

void request_free(struct request *r)
{
    for (int i = 0; i < r->n_choices; i++) choice_release(&r->choices[i]);
    free(r->choices);
    prompts_release(&r->prompts);
    params_release(&r->params);
    json_decref(r->json);
    buffer_release(&r->body);
    buffer_release(&r->out);
    if (r->response) MHD_destroy_response(r->response);
    free(r);
}

bool request_parse(struct request *r)
{
    json_error_t error;
    if (!r->body.n)
        r->json = json_object();
    else
        r->json = json_loadb(r->body.bytes, r->body.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    buffer_release(&r->body);
    if (!r->json)
        return problem_set(&r->problem, 400, "invalid_json", NULL,
                           "The body is not valid JSON: %s (line %d, column %d).", error.text, error.line,
                           error.column);
    return json_is_object(r->json) ||
           problem_set(&r->problem, 400, "invalid_json", NULL, "The body must be a JSON object.");
}

/* ---- choices ---- */
/* How many tokens to generate; -1: the request does not fit. */
static int fit(struct request *r, const struct prompt *prompt)
{
    const struct bn_server *s = r->server;
    int most = r->params.generate.max_new_tokens;
    size_t n_ctx = (size_t)s->n_ctx, n = prompt->n + (most > 0 ? (size_t)most - 1 : 0); /* the last is not computed */
    if (prompt->n > n_ctx || n > n_ctx) {
        problem_set(
            &r->problem, 400, "context_length_exceeded", most > 0 && prompt->n <= n_ctx ? "max_tokens" : "prompt",
            "The prompt has %zu tokens and %d new ones are asked for, but the context holds %d; send less or ask for "
            "less.",
            prompt->n, most < 0 ? 1 : most, s->n_ctx);
        return -1;
    }
    if (most < 0) most = s->n_ctx - (int)prompt->n + 1, n = n_ctx;
    if (bn_batch_kv_need(s->batch, n) <= s->options.kv_bytes) return most;
    problem_set(&r->problem, 400, "context_length_exceeded", "max_tokens",
                "%zu tokens need %llu MB for keys and values, but the server has %llu MB; send less or ask for less.",
                n, (unsigned long long)bn_batch_kv_need(s->batch, n) >> 20,
                (unsigned long long)s->options.kv_bytes >> 20);
    return -1;
}

static bool set_choice(struct request *r, struct choice *c, int index)
{
    const struct params *p = &r->params;
    *c = (struct choice){.request = r, .index = index, .prompt = &r->prompts.items[index / p->n], .sequence = -1};
    c->generate = p->generate, c->sampling = p->sampling;
    c->generate.max_new_tokens = fit(r, c->prompt);
    if (c->generate.max_new_tokens < 0) return false;
    c->generate.sampling = &c->sampling;
    c->sampling.seed += (uint64_t)(index % p->n);
    if (c->sampling.repetition_penalty == 1) c->sampling.repetition_window = 0;
    if (c->sampling.repetition_window > r->server->n_ctx) c->sampling.repetition_window = r->server->n_ctx;
    c->scores.n_top = p->n_top;
    if (!p->echo) return true;
    bool ok = buffer_add(&c->text, c->prompt->text, c->prompt->n_bytes);
    if (ok && p->logprobs) ok = buffer_add(&c->spelled, c->prompt->text, c->prompt->n_bytes);
    return ok || problem_memory(&r->problem);
}

static bool make_choices(struct request *r)
{
    const struct params *p = &r->params;
    size_t n = r->prompts.n * (size_t)p->n, scores = 0;
    if (n > MOST_PROMPTS)
        return problem_set(&r->problem, 400, "invalid_value", "n", "A request may ask for %d texts, not %zu.",
                           MOST_PROMPTS, n);
    for (size_t i = 0; i < r->prompts.n; i++) scores += r->prompts.items[i].n * (size_t)(1 + p->n_top) * (size_t)p->n;
    if (p->echo && p->logprobs && scores > MOST_SCORES)
        return problem_set(&r->problem, 400, "invalid_value", "logprobs",
                           "%zu log-probabilities are asked for, the most are %d; send fewer prompts in a request.",
                           scores, MOST_SCORES);
    r->choices = calloc(n, sizeof *r->choices);
    if (!r->choices) return problem_memory(&r->problem);
    r->n_choices = r->n_waiting = (int)n;
    for (int i = 0; i < r->n_choices; i++)
        if (!set_choice(r, &r->choices[i], i)) return false;
    return true;
}

/* ---- the queue ---- */
static bool enqueue(struct request *r)
{
    struct bn_server *s = r->server;
    if (s->closing) return problem_set(&r->problem, 503, "shutting_down", NULL, "The server is shutting down.");
    if (s->n_requests >= s->options.n_waiting + s->options.n_parallel) {
        s->metrics.rejected++;
        return problem_set(&r->problem, 429, "queue_full", NULL,
                           "%d requests wait or are at work, and no more may; try again.", s->n_requests);
    }
    for (size_t i = 0; i < r->prompts.n; i++) s->metrics.prompt += r->prompts.items[i].n * (size_t)r->params.n;
    r->previous = s->last;
    *(s->last ? &s->last->next : &s->first) = r;
    s->last = r;
    s->n_requests++;
    r->submitted = r->linked = true;
    r->submitted_ns = now_ns();
    r->suspended = true;
    MHD_suspend_connection(r->connection);
    pthread_cond_signal(&s->wake);
    return true;
}

bool request_submit(struct request *r)
{
    if (!make_choices(r)) return false;
    pthread_mutex_lock(&r->server->mutex);
    bool ok = enqueue(r);
    pthread_mutex_unlock(&r->server->mutex);
    return ok;
}

void request_unlink(struct request *r)
{
    struct bn_server *s = r->server;
    if (!r->linked) return;
    *(r->previous ? &r->previous->next : &s->first) = r->next;
    *(r->next ? &r->next->previous : &s->last) = r->previous;
    r->next = r->previous = NULL;
    r->linked = false;
    s->n_requests--;
}

struct usage request_usage(const struct request *r)
{
    struct usage u = {0};
    for (size_t i = 0; i < r->prompts.n; i++) u.prompt += r->prompts.items[i].n;
    for (int i = 0; i < r->n_choices; i++) u.completion += r->choices[i].n_ids, u.cached += r->choices[i].n_cached;
    return u;
}
