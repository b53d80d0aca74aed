/* completion.c - OpenAI's events of POST /v1/completions. */
#include "harness/load/completion.h"
#include "harness/load/http.h"
#include "engine/bitnet.h"
#include <stdio.h>
#include <string.h>

static bool wrong(struct bn_completion *c, const char *what, const char *data, size_t n)
{
    char seen[80];
    bn_http_quote(seen, sizeof seen, data, n);
    snprintf(c->problem, sizeof c->problem, "%s: %s", what, seen);
    return false;
}

const char *bn_completion_error(const json_t *root)
{
    const json_t *error = json_object_get(root, "error");
    const char *text = json_string_value(json_is_object(error) ? json_object_get(error, "message") : error);
    return text ? text : error && !json_is_null(error) ? "an error without a message" : NULL;
}

/* A count of `usage`; -1: absent. False: it is there and no count. */
static bool count(const json_t *usage, const char *name, int64_t *value)
{
    const json_t *number = json_object_get(usage, name);
    *value = -1;
    if (!number) return true;
    if (!json_is_integer(number) || json_integer_value(number) < 0 || json_integer_value(number) > INT32_MAX)
        return false;
    *value = json_integer_value(number);
    return true;
}

static bool read_choice(struct bn_completion *c, const json_t *choices)
{
    const json_t *choice = json_array_get(choices, 0), *text = json_object_get(choice, "text");
    if (!choice) return true; /* the event of the usage has none */
    if (json_array_size(choices) > 1 || !json_is_string(text)) return false;
    c->text = json_string_value(text), c->n_text = json_string_length(text);
    return true;
}

bool bn_completion_read(struct bn_completion *c, const char *data, size_t n)
{
    json_error_t error;
    *c = (struct bn_completion){.text = "", .prompt_tokens = -1, .tokens = -1};
    if (n == 6 && !memcmp(data, "[DONE]", 6)) return c->done = true;
    c->root = json_loadb(data, n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error); /* a token can be a NUL */
    if (!json_is_object(c->root)) return wrong(c, "An event is no JSON object", data, n);
    const char *message = bn_completion_error(c->root);
    if (message) {
        snprintf(c->problem, sizeof c->problem, "%.190s", BN_PRINTABLE(message));
        return c->failed = true;
    }
    const json_t *choices = json_object_get(c->root, "choices"), *usage = json_object_get(c->root, "usage");
    if (!json_is_array(choices)) return wrong(c, "An event has no list of choices", data, n);
    if (!read_choice(c, choices)) return wrong(c, "An event has no choice with a text", data, n);
    if (usage && !json_is_null(usage) && !json_is_object(usage))
        return wrong(c, "The usage of an event is no object", data, n);
    if (!count(usage, "prompt_tokens", &c->prompt_tokens) || !count(usage, "completion_tokens", &c->tokens))
        return wrong(c, "The usage of an event has no counts", data, n);
    return true;
}

void bn_completion_release(struct bn_completion *c)
{
    json_decref(c->root);
    c->root = NULL;
}
