/* choice.c - one text: begins when the batch has a place for it, takes tokens, ends. The scheduler's thread runs it. */
#include "engine/serve/room.h"
#include <stdlib.h>
#include <string.h>

void choice_release(struct choice *c)
{
    bn_writer_release(&c->writer);
    buffer_release(&c->text);
    buffer_release(&c->spelled);
    scores_release(&c->scores);
    free(c->ids);
    c->ids = NULL;
}

/* ---- the prompt ---- */
static void score_prompt(void *self, size_t pos, const float *logits)
{
    struct choice *c = self;
    const struct prompt *p = c->prompt;
    if (pos + 1 < c->scores.n) return; /* again, after a step that failed */
    if (pos + 1 < p->n && !scores_add(&c->scores, logits, c->request->server->info->n_vocab, p->ids[pos + 1]))
        c->failed = true;
}

/* What a text with the same beginning has scored already is not scored again. */
static size_t first_to_score(struct choice *c)
{
    size_t n;
    const struct scores *known = keep_scores(c, &n);
    if (known && n > 1 && scores_copy(&c->scores, known, n)) return n - 1;
    c->failed = !scores_add(&c->scores, NULL, 0, c->prompt->ids[0]);
    return 0;
}

enum bn_status choice_begin(struct choice *c, struct bn_error *err)
{
    struct bn_server *s = c->request->server;
    const struct prompt *p = c->prompt;
    bool scored = choice_scores_prompt(c);
    enum bn_status status = bn_writer_init(&c->writer, s->model, &c->generate, p->ids, p->n, err);
    if (status != BN_OK) return status;
    struct bn_batch_scores scores = {.each = scored ? score_prompt : NULL, .self = c};
    if (scored) scores.first = first_to_score(c);
    status = bn_batch_add_scored(s->batch, p->ids, p->n, scored ? &scores : NULL, &c->sequence, err);
    if (status != BN_OK) return status;
    c->state = CHOICE_READS;
    c->n_cached = (size_t)bn_batch_position(s->batch, c->sequence);
    return BN_OK;
}

/* ---- tokens ---- */
static bool add_id(struct choice *c, int32_t id)
{
    if (c->n_ids == c->ids_cap) {
        size_t cap = 2 * c->ids_cap + 16;
        int32_t *more = realloc(c->ids, cap * sizeof *more);
        if (!more) return false;
        c->ids = more, c->ids_cap = cap;
    }
    c->ids[c->n_ids++] = id;
    return true;
}

static bool note(struct choice *c, const float *logits, int32_t id)
{
    const struct bn_server *s = c->request->server;
    if (!add_id(c, id)) return false;
    if (!c->request->params.logprobs) return true;
    struct bn_text piece = bn_token_bytes(s->model, id, false);
    return scores_add(&c->scores, logits, s->info->n_vocab, id) && buffer_add(&c->spelled, piece.bytes, piece.n);
}

void choice_choose(struct choice *c, const float *logits)
{
    if (c->generate.max_new_tokens) c->next = bn_sampler_next(c->writer.sampler, logits);
}

enum bn_status choice_take(struct choice *c, const float *logits, struct bn_error *err)
{
    struct bn_text text;
    enum bn_status status = BN_OK;
    c->state = CHOICE_WRITES;
    if (!c->generate.max_new_tokens)
        c->writer.end = BN_END_LENGTH;
    else if (!note(c, logits, c->next))
        c->failed = true;
    else
        status = bn_writer_put(&c->writer, c->next, err), c->has_next = true;
    if (status == BN_OK) status = bn_writer_take(&c->writer, &text, err);
    if (status == BN_OK && !buffer_add(&c->text, text.bytes, text.n)) c->failed = true;
    if (status == BN_OK && c->failed) status = bn_fail_memory(err, "the answer", c->text.n);
    c->end = c->writer.end;
    c->stop = c->end == BN_END_STOP ? c->writer.tail.stop : NULL;
    return status;
}

const char *choice_finish_reason(const struct choice *c)
{
    switch (c->end) {
    case BN_END_NONE:
        return NULL;
    case BN_END_EOS:
    case BN_END_STOP:
        return "stop";
    case BN_END_LENGTH:
    case BN_END_CONTEXT:
        return "length";
    default:
        return "error";
    }
}

/* ---- its reader ---- */
bool choice_scores_prompt(const struct choice *c) { return c->request->params.echo && c->request->params.logprobs; }

static size_t n_unsent(const struct choice *c) { return c->n_ids - c->ids_sent; }

/* An event holds a number of tokens, but the first one's text goes at once, and none waits for too long. */
bool choice_has_news(const struct choice *c)
{
    const struct bn_stream_options *o = &c->request->server->options.stream;
    if (c->state < CHOICE_WRITES || c->ended) return false;
    if (c->state == CHOICE_DONE) return true;
    bool something = c->text.n > c->text_sent || (c->request->params.logprobs && c->scores.n > c->scores_sent);
    if (!something) return false;
    if (!c->begun || n_unsent(c) >= (size_t)(o->every_n_tokens > 0 ? o->every_n_tokens : 1)) return true;
    return o->timeout_ms && now_ns() - c->unsent_ns >= o->timeout_ms * INT64_C(1000000);
}

bool choice_is_full(const struct choice *c)
{
    const struct bn_stream_options *o = &c->request->server->options.stream;
    size_t every = (size_t)(o->every_n_tokens > 0 ? o->every_n_tokens : 1), events = (size_t)o->max_queue;
    return c->request->params.stream && n_unsent(c) >= every * events &&
           choice_has_news(c); /* tokens without text do not wait */
}
