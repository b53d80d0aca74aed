/* prompt.c - the forms that a prompt may have: text, ids, lists of either. */
#include "engine/serve/prompt.h"
#include <stdlib.h>
#include <string.h>

bool prompt_problem(struct problem *p, const char *param, const struct bn_error *err)
{
    bool memory = err->status == BN_ERR_MEMORY, ours = memory || err->status == BN_ERR_IO;
    const char *code = memory ? "out_of_memory" : err->status == BN_ERR_CONTEXT ? "context_length_exceeded" : NULL;
    return problem_set(p, ours ? 500 : 400, code, ours ? NULL : param, "%s", err->text);
}

/* ---- text and ids ---- */
bool prompt_tokenize(int32_t **ids, size_t *n, const char *text, size_t n_bytes, int flags,
                     const struct bn_model *model, struct problem *problem)
{
    struct bn_error err;
    size_t cap = n_bytes + 8; /* a token has at least one byte, but for BOS, EOS and a space in front */
    *ids = malloc(cap * sizeof **ids);
    if (!*ids) return problem_memory(problem);
    enum bn_status status = bn_tokenize(model, text, n_bytes, flags, *ids, cap, n, &err);
    if (status == BN_OK && *n <= cap) return true;
    free(*ids);
    *ids = NULL;
    return status == BN_OK ? problem_memory(problem) : prompt_problem(problem, "prompt", &err);
}

bool prompt_ids(int32_t **ids, size_t *n, const json_t *list, const char *name, const struct bn_model *model,
                struct problem *problem)
{
    int last = bn_model_info(model)->n_vocab - 1;
    *n = json_array_size(list);
    *ids = malloc((*n + 1) * sizeof **ids);
    if (!*ids) return problem_memory(problem);
    for (size_t i = 0; i < *n; i++) {
        const json_t *item = json_array_get(list, i);
        json_int_t id = json_is_integer(item) ? json_integer_value(item) : -1;
        if (id >= 0 && id <= last) {
            (*ids)[i] = (int32_t)id;
            continue;
        }
        free(*ids);
        *ids = NULL;
        return problem_set(problem, 400, "invalid_value", name,
                           "Item %zu of \"%s\" is no token id; the vocabulary has ids 0 to %d.", i, name, last);
    }
    return true;
}

struct spelling {
    char *text;
    size_t n, cap;
};

static bool append(struct spelling *s, struct bn_text text)
{
    if (s->n + text.n > s->cap) {
        size_t cap = 2 * (s->n + text.n);
        char *more = realloc(s->text, cap);
        if (!more) return false;
        s->text = more, s->cap = cap;
    }
    if (text.n) memcpy(s->text + s->n, text.bytes, text.n);
    s->n += text.n;
    return true;
}

bool prompt_spell(char **text, size_t *n_bytes, const int32_t *ids, size_t n, const struct bn_model *model,
                  struct problem *problem)
{
    struct bn_error err;
    struct bn_text_stream *stream;
    struct spelling s = {.text = malloc(64), .cap = 64};
    if (!s.text) return problem_memory(problem);
    if (bn_text_stream_open(&stream, model, true, &err) != BN_OK) return free(s.text), problem_memory(problem);
    bool ok = true;
    for (size_t i = 0; i < n && ok; i++) {
        bool special = !bn_token_bytes(model, ids[i], false).n;
        if (special) ok = append(&s, bn_text_stream_end(stream));
        if (ok) ok = append(&s, special ? bn_token_bytes(model, ids[i], true) : bn_text_stream_put(stream, ids[i]));
    }
    if (ok) ok = append(&s, bn_text_stream_end(stream));
    bn_text_stream_close(stream);
    if (!ok) return free(s.text), problem_memory(problem);
    *text = s.text, *n_bytes = s.n;
    return true;
}

/* ---- prompts ---- */
static struct prompt *add(struct prompts *p, struct problem *problem)
{
    if (p->n == MOST_PROMPTS) {
        problem_set(problem, 400, "invalid_value", "prompt",
                    "A request may have %d prompts; send the others in another one.", MOST_PROMPTS);
        return NULL;
    }
    if (p->n == p->cap) {
        size_t cap = 2 * p->cap + 1;
        struct prompt *more = realloc(p->items, cap * sizeof *more);
        if (!more) return problem_memory(problem), NULL;
        p->items = more, p->cap = cap;
    }
    p->items[p->n] = (struct prompt){0};
    return &p->items[p->n++];
}

static bool add_text(struct prompts *p, const json_t *value, const struct bn_model *model, bool add_special,
                     struct problem *problem)
{
    struct prompt *prompt = add(p, problem);
    int flags = BN_TOKENIZE_SPECIAL | (add_special ? BN_TOKENIZE_BOS | BN_TOKENIZE_EOS : 0);
    if (!prompt) return false;
    prompt->n_bytes = json_string_length(value);
    prompt->text = malloc(prompt->n_bytes + 1);
    if (!prompt->text) return problem_memory(problem);
    memcpy(prompt->text, json_string_value(value), prompt->n_bytes + 1);
    if (!prompt_tokenize(&prompt->ids, &prompt->n, prompt->text, prompt->n_bytes, flags, model, problem)) return false;
    if (prompt->n) return true;
    return problem_set(problem, 400, "invalid_value", "prompt",
                       "A prompt is empty and the model has no token that begins a text; send some text.");
}

static bool add_ids(struct prompts *p, const json_t *list, const struct bn_model *model, struct problem *problem)
{
    struct prompt *prompt = add(p, problem);
    if (!prompt || !prompt_ids(&prompt->ids, &prompt->n, list, "prompt", model, problem)) return false;
    if (!prompt->n)
        return problem_set(problem, 400, "invalid_value", "prompt", "A prompt has no token ids; send at least one.");
    return prompt_spell(&prompt->text, &prompt->n_bytes, prompt->ids, prompt->n, model, problem);
}

/* Ids and strings in turn: only the first string may bring a BOS. */
static bool add_mixed(struct prompts *p, const json_t *list, const struct bn_model *model, bool add_special,
                      struct problem *problem)
{
    struct prompt *prompt = add(p, problem);
    bool ok = prompt;
    for (size_t i = 0; ok && i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        int32_t *ids = NULL;
        size_t n = 0;
        json_t *single = json_is_string(item) ? NULL : json_pack("[O]", (json_t *)(uintptr_t)item);
        int flags = BN_TOKENIZE_SPECIAL | (i ? BN_TOKENIZE_NO_PREFIX : add_special ? BN_TOKENIZE_BOS : 0);
        ok = single
                 ? prompt_ids(&ids, &n, single, "prompt", model, problem)
                 : prompt_tokenize(&ids, &n, json_string_value(item), json_string_length(item), flags, model, problem);
        int32_t *more = ok ? realloc(prompt->ids, (prompt->n + n + 1) * sizeof *more) : NULL;
        if (ok && !more) ok = problem_memory(problem);
        if (more) prompt->ids = more;
        if (ok && n) memcpy(more + prompt->n, ids, n * sizeof *ids);
        if (ok) prompt->n += n;
        free(ids);
        json_decref(single);
    }
    return ok && prompt_spell(&prompt->text, &prompt->n_bytes, prompt->ids, prompt->n, model, problem);
}

static bool only(const json_t *list, json_type type)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_typeof(json_array_get(list, i)) != type) return false;
    return json_array_size(list) > 0;
}

static bool has(const json_t *list, json_type type)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_typeof(json_array_get(list, i)) == type) return true;
    return false;
}

static bool add_one(struct prompts *p, const json_t *value, const struct bn_model *model, bool add_special, bool mixed,
                    struct problem *problem)
{
    if (json_is_string(value)) return add_text(p, value, model, add_special, problem);
    if (only(value, JSON_INTEGER)) return add_ids(p, value, model, problem);
    if (mixed && has(value, JSON_INTEGER) && !has(value, JSON_ARRAY))
        return add_mixed(p, value, model, add_special, problem);
    return problem_set(
        problem, 400, "invalid_type", "prompt",
        "Field \"prompt\" must be a string, a list of strings, a list of token ids, or a list of such lists.");
}

bool prompts_read(struct prompts *p, const struct fields *f, const struct bn_model *model, bool add_special, bool mixed)
{
    const json_t *value = field(f, "prompt");
    if (!value) return problem_set(f->problem, 400, "missing_field", "prompt", "Field \"prompt\" is missing.");
    bool several = json_is_array(value) && json_array_size(value) &&
                   (has(value, JSON_ARRAY) || !has(value, JSON_INTEGER)); /* of strings, or of lists */
    if (!several) return add_one(p, value, model, add_special, mixed, f->problem);
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!add_one(p, json_array_get(value, i), model, add_special, mixed, f->problem)) return false;
    return true;
}

void prompts_release(struct prompts *p)
{
    for (size_t i = 0; i < p->n; i++) free(p->items[i].text), free(p->items[i].ids);
    free(p->items);
    *p = (struct prompts){0};
}
