/* answer.c - answers and events of streams: OpenAI's completions and chat, and llama.cpp's completion. */
#include "engine/serve/answer.h"
#include "engine/serve/json_text.h"
#include <string.h>

struct part part_next(const struct choice *c)
{
    bool logprobs = c->request->params.logprobs;
    return (struct part){.text = c->text_sent,
                         .text_end = c->text.n,
                         .scores = c->scores_sent,
                         .scores_end = logprobs ? c->scores.n : c->scores_sent,
                         .first = !c->begun,
                         .last = c->state == CHOICE_DONE};
}

static json_t *text_of(const struct choice *c, const struct part *p)
{
    return json_text(c->text.bytes ? c->text.bytes + p->text : "", p->text_end - p->text);
}

static json_t *reason_of(const struct choice *c, const struct part *p)
{
    const char *reason = p->last ? choice_finish_reason(c) : NULL;
    return reason ? json_string(reason) : json_null();
}

/* ---- OpenAI's ---- */
/* The role comes with the first text: an event without text would look like a first token. */
static json_t *part_of_chat(struct choice *c, const struct part *p)
{
    const struct params *params = &c->request->params;
    json_t *said = json_object(), *logprobs = json_null();
    if (p->first) json_object_set_new(said, "role", json_string("assistant"));
    if (p->first || p->text_end > p->text) json_object_set_new(said, "content", text_of(c, p));
    if (params->logprobs) logprobs = json_pack("{so sn}", "content", logprobs_list(c, p, "top_logprobs"), "refusal");
    return json_pack("{si so so so}", "index", c->index, params->stream ? "delta" : "message", said, "logprobs",
                     logprobs, "finish_reason", reason_of(c, p));
}

json_t *answer_part(struct choice *c, const struct part *p)
{
    if (c->request->dialect == DIALECT_CHAT) return part_of_chat(c, p);
    json_t *logprobs = c->request->params.logprobs ? logprobs_completions(c, p) : json_null();
    return json_pack("{si so so so}", "index", c->index, "text", text_of(c, p), "logprobs", logprobs, "finish_reason",
                     reason_of(c, p));
}

static json_t *usage_json(const struct request *r)
{
    struct usage u = request_usage(r);
    return json_pack("{sI sI sI s{sI}}", "prompt_tokens", (json_int_t)u.prompt, "completion_tokens",
                     (json_int_t)u.completion, "total_tokens", (json_int_t)(u.prompt + u.completion),
                     "prompt_tokens_details", "cached_tokens", (json_int_t)u.cached);
}

json_t *answer_event(struct request *r, json_t *choices, bool usage)
{
    bool chat = r->dialect == DIALECT_CHAT, stream = r->params.stream;
    char id[64];
    snprintf(id, sizeof id, "%s-%s", chat ? "chatcmpl" : "cmpl", r->id);
    json_t *event = json_pack("{ss ss sI so so}", "id", id, "object",
                              !chat    ? "text_completion"
                              : stream ? "chat.completion.chunk"
                                       : "chat.completion",
                              "created", (json_int_t)r->created, "model",
                              json_text(r->server->name, strlen(r->server->name)), "choices", choices);
    if (usage || !stream)
        json_object_set_new(event, "usage", usage_json(r));
    else if (r->params.include_usage)
        json_object_set_new(event, "usage", json_null());
    return event;
}

/* ---- llama.cpp's ---- */
static json_t *timings(const struct choice *c)
{
    const struct request *r = c->request;
    size_t n_prompt = c->prompt->n - c->n_cached, n = c->n_ids;
    double prompt_ms = r->first_ns ? (double)(r->first_ns - r->submitted_ns) / 1e6 : 0,
           ms = r->first_ns ? (double)(c->latest_ns - r->first_ns) / 1e6 : 0;
    return json_pack("{sI sI sf sf sI sf sf}", "cache_n", (json_int_t)c->n_cached, "prompt_n", (json_int_t)n_prompt,
                     "prompt_ms", prompt_ms, "prompt_per_second",
                     prompt_ms > 0 ? (double)n_prompt / prompt_ms * 1e3 : 0.0, "predicted_n", (json_int_t)n,
                     "predicted_ms", ms, "predicted_per_second", ms > 0 && n > 1 ? (double)(n - 1) / ms * 1e3 : 0.0);
}

static json_t *ids_json(const int32_t *ids, size_t from, size_t to)
{
    json_t *list = json_array();
    for (size_t i = from; i < to; i++) json_array_append_new(list, json_integer(ids[i]));
    return list;
}

static json_t *settings(const struct choice *c)
{
    const struct bn_sampler_options *s = &c->sampling;
    return json_pack("{si sI sf si sf sf sf sf sf}", "n_predict", c->generate.max_new_tokens, "seed",
                     (json_int_t)s->seed, "temperature", (double)s->temperature, "top_k", s->top_k, "top_p",
                     (double)s->top_p, "min_p", (double)s->min_p, "repeat_penalty", (double)s->repetition_penalty,
                     "presence_penalty", (double)s->presence_penalty, "frequency_penalty",
                     (double)s->frequency_penalty);
}

json_t *answer_llama(struct choice *c, const struct part *p)
{
    struct request *r = c->request;
    const char *type = c->end == BN_END_EOS ? "eos" : c->end == BN_END_STOP ? "word" : c->end ? "limit" : "none";
    json_t *answer = json_pack("{si so so sb sI sI}", "index", c->index, "content", text_of(c, p), "tokens",
                               ids_json(c->ids, r->params.stream ? c->ids_sent : 0, c->n_ids), "stop", (int)p->last,
                               "tokens_predicted", (json_int_t)c->n_ids, "tokens_evaluated", (json_int_t)c->prompt->n);
    if (r->params.logprobs)
        json_object_set_new(answer, "completion_probabilities", logprobs_list(c, p, "top_logprobs"));
    if (!p->last) return answer;
    json_object_update_new(
        answer, json_pack("{so so ss ss sI sb so so}", "model", json_text(r->server->name, strlen(r->server->name)),
                          "prompt", json_text(c->prompt->text, c->prompt->n_bytes), "stop_type", type, "stopping_word",
                          c->stop ? c->stop : "", "tokens_cached", (json_int_t)(c->prompt->n + c->n_ids), "truncated",
                          0, "generation_settings", settings(c), "timings", timings(c)));
    return answer;
}

/* ---- whole answers ---- */
json_t *answer_json(struct request *r)
{
    json_t *list = json_array();
    for (int i = 0; i < r->n_choices; i++) {
        struct part part = part_next(&r->choices[i]);
        json_array_append_new(list, r->dialect == DIALECT_LLAMA ? answer_llama(&r->choices[i], &part)
                                                                : answer_part(&r->choices[i], &part));
    }
    if (r->dialect != DIALECT_LLAMA) return answer_event(r, list, true);
    if (r->n_choices > 1) return list;
    json_t *only = json_incref(json_array_get(list, 0));
    json_decref(list);
    return only;
}
