/* messages.c - the messages of a chat as a prompt: contents as strings or as lists of text parts. */
#include "engine/serve/prompt.h"
#include <stdlib.h>
#include <string.h>

struct messages {
    struct bn_message *items; /* [n] */
    char **joined;            /* [n] contents that were lists, or NULL */
    size_t n;
};

static void release(struct messages *m)
{
    for (size_t i = 0; m->joined && i < m->n; i++) free(m->joined[i]);
    free(m->joined);
    free(m->items);
}

/* [{"type": "text", "text": "..."}, ...] */
static char *join(const json_t *parts, size_t *n, struct problem *problem)
{
    char *text = calloc(1, 1);
    *n = 0;
    for (size_t i = 0; text && i < json_array_size(parts); i++) {
        const json_t *part = json_array_get(parts, i), *said = json_object_get(part, "text");
        const char *type = json_string_value(json_object_get(part, "type"));
        if (!type || strcmp(type, "text") || !json_is_string(said)) {
            free(text);
            problem_set(problem, 400, "unsupported_content", "messages",
                        "A part of a content must be {\"type\": \"text\", \"text\": ...}; this model reads text only.");
            return NULL;
        }
        char *more = realloc(text, *n + json_string_length(said) + 1);
        if (!more) free(text);
        text = more;
        if (more)
            memcpy(more + *n, json_string_value(said), json_string_length(said) + 1), *n += json_string_length(said);
    }
    if (!text) problem_memory(problem);
    return text;
}

static bool read_message(struct messages *m, size_t i, const json_t *given, struct problem *problem)
{
    const json_t *content = json_object_get(given, "content");
    struct bn_message *message = &m->items[i];
    message->role = json_string_value(json_object_get(given, "role"));
    if (!message->role || strlen(message->role) != json_string_length(json_object_get(given, "role")))
        return problem_set(problem, 400, "invalid_type", "messages", "Message %zu has no \"role\".", i);
    if (json_array_size(json_object_get(given, "tool_calls")))
        return problem_set(problem, 400, "unsupported_field", "messages",
                           "Message %zu has tool calls; this server does not know them.", i);
    message->content = json_string_value(content), message->content_bytes = json_string_length(content);
    if (json_is_array(content)) {
        m->joined[i] = join(content, &message->content_bytes, problem);
        if (!m->joined[i]) return false;
        message->content = m->joined[i];
    }
    if (json_is_null(content)) message->content = "";
    return message->content || problem_set(problem, 400, "invalid_type", "messages",
                                           "The content of message %zu must be a string or a list of parts.", i);
}

static bool read_all(struct messages *m, const struct fields *f)
{
    const json_t *list = field(f, "messages");
    if (!json_array_size(list)) return field_wrong(f, "messages", "a list of at least one message");
    size_t n = json_array_size(list);
    m->items = calloc(n, sizeof *m->items);
    m->joined = calloc(n, sizeof *m->joined);
    m->n = n;
    if (!m->items || !m->joined) return problem_memory(f->problem);
    for (size_t i = 0; i < n; i++)
        if (!read_message(m, i, json_array_get(list, i), f->problem)) return false;
    return true;
}

static bool render(char **text, size_t *n, const struct messages *m, const struct bn_model *model,
                   struct problem *problem)
{
    struct bn_error err;
    if (bn_chat_render(model, m->items, m->n, NULL, 0, n, &err) != BN_OK)
        return prompt_problem(problem, "messages", &err);
    *text = malloc(*n + 1);
    if (!*text) return problem_memory(problem);
    if (bn_chat_render(model, m->items, m->n, *text, *n + 1, n, &err) == BN_OK) return true;
    free(*text);
    *text = NULL;
    return prompt_problem(problem, "messages", &err);
}

static bool tokenize(struct prompt *prompt, const struct messages *m, const struct bn_model *model,
                     struct problem *problem)
{
    struct bn_error err;
    size_t cap = prompt->n_bytes + 8;
    prompt->ids = malloc(cap * sizeof *prompt->ids);
    if (!prompt->ids) return problem_memory(problem);
    if (bn_chat_tokenize(model, m->items, m->n, prompt->ids, cap, &prompt->n, &err) != BN_OK)
        return prompt_problem(problem, "messages", &err);
    if (prompt->n > cap) return problem_memory(problem);
    return prompt->n || problem_set(problem, 400, "invalid_value", "messages", "The messages make an empty prompt.");
}

bool prompt_render_chat(char **text, size_t *n, const struct fields *f, const struct bn_model *model)
{
    struct messages m = {0};
    bool ok = read_all(&m, f) && render(text, n, &m, model, f->problem);
    release(&m);
    return ok;
}

bool prompts_read_chat(struct prompts *p, const struct fields *f, const struct bn_model *model)
{
    struct messages m = {0};
    p->items = calloc(1, sizeof *p->items);
    if (!p->items) return problem_memory(f->problem);
    p->n = p->cap = 1;
    bool ok = read_all(&m, f) && render(&p->items->text, &p->items->n_bytes, &m, model, f->problem) &&
              tokenize(p->items, &m, model, f->problem);
    release(&m);
    return ok;
}
