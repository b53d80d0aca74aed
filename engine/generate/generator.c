/* generator.c - the generation loop, one pass a call: compute what is due, then choose the next token. */
#include "engine/core/status.h"
#include "engine/generate/writer.h"
#include <stdlib.h>
#include <string.h>

struct bn_generator {
    struct bn_generator_options options;
    const struct bn_model *model;
    struct bn_session *session;
    struct bn_writer writer;
    struct bn_lookup *lookup; /* NULL: one token a pass */
    int top;                  /* > 0: the best so many logits are enough */
    int32_t *prompt;          /* [n_prompt], freed when it is computed */
    size_t n_prompt;
    bool due;                      /* something must be computed before the next choice */
    int32_t last;                  /* handed out, not yet computed; when prompt is NULL */
    int32_t ids[BN_MAX_DRAFT + 1]; /* of this call: accepted drafts, then the choice */
    size_t n_ids, n_accepted;
    enum bn_end end;
    struct bn_generator_counts counts;
};

const char *bn_end_name(enum bn_end end)
{
    static const char *const names[] = {"none", "length", "stop", "end_of_text", "context", "interrupted", "error"};
    return (unsigned)end < sizeof names / sizeof *names ? names[end] : "unknown";
}

/* ---- opening ---- */

static bool is_greedy(const struct bn_sampler_options *s)
{
    return !s || (s->temperature <= 0 && !bn_sampler_adjusts(s));
}

/* Drafts are checked against the greedy choice, and screening knows the best few logits alone. */
static enum bn_status check(struct bn_generator *g, size_t n, struct bn_error *err)
{
    const struct bn_generator_options *o = &g->options;
    const struct bn_sampler_options *s = o->sampling;
    int k = s && s->temperature > 0 ? s->top_k : 1;
    if (n < 1 || n < (size_t)bn_session_position(g->session))
        return bn_fail(err, BN_ERR_USAGE, "The prompt must have at least the %d tokens of the session, not %zu.",
                       bn_session_position(g->session) + !bn_session_position(g->session), n);
    if (o->prompt_lookup && !is_greedy(s))
        return bn_fail(err, BN_ERR_USAGE, "Option prompt_lookup needs %s.", bn_option_find("prompt_lookup")->needs);
    if (o->head_screening && (k < 1 || k > BN_MAX_TOP || bn_sampler_adjusts(s)))
        return bn_fail(err, BN_ERR_USAGE, "Option head_screening needs %s.", bn_option_find("head_screening")->needs);
    if (o->head_screening && o->prompt_lookup)
        return bn_fail(err, BN_ERR_USAGE, "Option head_screening excludes option prompt_lookup; switch one off.");
    g->top = o->head_screening ? k : 0;
    return BN_OK;
}

static enum bn_status open_parts(struct bn_generator *g, const int32_t *ids, size_t n, struct bn_error *err)
{
    const struct bn_generator_options *o = &g->options;
    enum bn_status status = bn_writer_init(&g->writer, g->model, o, ids, n, err);
    if (!status && o->prompt_lookup) status = bn_lookup_open(&g->lookup, o->prompt_lookup, err);
    if (!status && g->lookup) status = bn_lookup_add(g->lookup, ids, n, err);
    if (status) return status;
    g->prompt = malloc(n * sizeof *ids);
    if (!g->prompt) return bn_fail_memory(err, "the prompt", n * sizeof *ids);
    memcpy(g->prompt, ids, n * sizeof *ids);
    g->n_prompt = n;
    return BN_OK;
}

enum bn_status bn_generator_open(struct bn_generator **generator, struct bn_session *session, const int32_t *ids,
                                 size_t n, const struct bn_generator_options *options, struct bn_error *err)
{
    static const struct bn_generator_options greedy = {.max_new_tokens = -1};
    struct bn_generator *g = calloc(1, sizeof *g);
    *generator = NULL;
    if (!g) return bn_fail_memory(err, "the generator", sizeof *g);
    g->options = options ? *options : greedy;
    g->session = session;
    g->model = bn_session_model(session);
    g->due = true;
    enum bn_status status = check(g, n, err);
    if (!status) status = open_parts(g, ids, n, err);
    if (status)
        bn_generator_close(g);
    else
        *generator = g;
    return status;
}

void bn_generator_close(struct bn_generator *g)
{
    if (!g) return;
    bn_writer_release(&g->writer);
    bn_lookup_close(g->lookup);
    free(g->prompt);
    free(g);
}

/* ---- computing ---- */

static enum bn_status make_room(struct bn_generator *g, struct bn_error *err)
{
    int used = bn_session_position(g->session), half = used / 2;
    if (used < bn_session_n_ctx(g->session) || !g->options.context_shift) return BN_OK;
    int sinks = g->options.context_sinks < half ? g->options.context_sinks : half;
    return bn_session_shift(g->session, sinks, (used - sinks + 1) / 2, err);
}

/* New tokens that may still come after one more. */
static size_t room_for_drafts(const struct bn_generator *g)
{
    if (g->options.max_new_tokens < 0) return BN_MAX_DRAFT;
    size_t most = (size_t)g->options.max_new_tokens, done = g->writer.n_new, room = most > done ? most - done - 1 : 0;
    return room < BN_MAX_DRAFT ? room : BN_MAX_DRAFT;
}

/* A guess of what comes next: never so long that more would be computed than is handed out, and no end of text. */
static size_t draft(struct bn_generator *g, int32_t *ids)
{
    size_t n = g->lookup ? bn_lookup_draft(g->lookup, ids, room_for_drafts(g)) : 0;
    for (size_t i = 0; i < n && !g->options.ignore_eos; i++)
        if (bn_token_is_end(g->model, ids[i])) return i;
    return n;
}

/* Appends the last token to the context, and what of a draft the model would have chosen itself. */
static enum bn_status advance(struct bn_generator *g, int32_t id, struct bn_error *err)
{
    enum bn_status status = make_room(g, err);
    size_t n = status ? 0 : draft(g, g->ids);
    g->n_accepted = 0;
    if (!status)
        status = g->top ? bn_decode_top(g->session, id, g->top, err)
                        : bn_decode_draft(g->session, id, g->ids, n, &g->n_accepted, err);
    if (status) return status;
    if (g->lookup) bn_lookup_learn(g->lookup, n, g->n_accepted);
    g->counts.passes++, g->counts.drafted += n, g->counts.accepted += g->n_accepted;
    return BN_OK;
}

/* One last token after others is a decode step like all that follow. */
static enum bn_status compute_prompt(struct bn_generator *g, int *n_tokens, struct bn_error *err)
{
    size_t held = (size_t)bn_session_position(g->session), rest = g->n_prompt - held;
    enum bn_status status = BN_OK;
    if (rest == 1 && held)
        status = advance(g, g->prompt[held], err);
    else if (rest)
        status = bn_prefill(g->session, g->prompt + held, rest, err);
    *n_tokens = (int)(rest + g->n_accepted);
    free(g->prompt);
    g->prompt = NULL;
    return status;
}

enum bn_status bn_generator_compute(struct bn_generator *g, int *n_tokens, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    int n = 0;
    if (g->due && !g->end) {
        if (g->prompt)
            status = compute_prompt(g, &n, err);
        else
            status = advance(g, g->last, err), n = 1 + (int)g->n_accepted;
        g->due = false;
        if (status) g->end = BN_END_ERROR;
    }
    if (n_tokens) *n_tokens = n;
    return status;
}

/* ---- handing out ---- */

static enum bn_status hand_out(struct bn_generator *g, int32_t id, struct bn_error *err)
{
    enum bn_status status = g->lookup ? bn_lookup_add(g->lookup, &id, 1, err) : BN_OK;
    g->ids[g->n_ids++] = id;
    if (!status) status = bn_writer_put(&g->writer, id, err);
    g->end = g->writer.end;
    return status;
}

static enum bn_status choose(struct bn_generator *g, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    g->n_ids = 0;
    for (size_t i = 0; i < g->n_accepted && !g->end && !status; i++) {
        bn_sampler_accept(g->writer.sampler, g->ids[i]);
        status = hand_out(g, g->ids[i], err);
    }
    g->n_accepted = 0;
    if (status || g->end) return status;
    g->last = bn_sampler_next(g->writer.sampler, bn_logits(g->session));
    g->due = true;
    status = hand_out(g, g->last, err);
    if (!g->end && !g->options.context_shift && bn_session_position(g->session) >= bn_session_n_ctx(g->session))
        g->end = BN_END_CONTEXT;
    return status;
}

enum bn_status bn_generator_next(struct bn_generator *g, struct bn_generated *out, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    *out = (struct bn_generated){.text = {"", 0}};
    if (g->end) {
        out->end = g->end;
        return BN_OK;
    }
    g->n_ids = 0;
    if (g->options.max_new_tokens == 0)
        g->end = BN_END_LENGTH;
    else if (g->due && g->options.interrupted && g->options.interrupted(g->options.self))
        g->end = BN_END_INTERRUPTED;
    else
        status = bn_generator_compute(g, NULL, err);
    if (!status && !g->end) status = choose(g, err);
    if (!status) {
        g->writer.end = g->end;
        status = bn_writer_take(&g->writer, &out->text, err);
        g->end = g->writer.end;
    }
    if (status) g->end = BN_END_ERROR;
    out->ids = g->ids, out->n = g->n_ids, out->end = g->end;
    return status;
}

struct bn_generator_counts bn_generator_counts(const struct bn_generator *g) { return g->counts; }
