/* chat_vectors.h - for tests: walks through data/chat/vectors.json, what Jinja 2 renders (see make_vectors.py there).
 * What is read lives until the test process ends (kept.h). */
#ifndef BN_TESTS_CHAT_VECTORS_H
#define BN_TESTS_CHAT_VECTORS_H
#include "engine/bitnet.h"
#include "engine/core/json.h"
#include "engine/tests/kept.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

struct chat_text {
    char *bytes;
    size_t n;
};
struct chat_case {
    struct chat_text source; /* of the template */
    struct chat_text text;   /* expected; bytes NULL: an error */
    char name[80];
    struct bn_message messages[8];
    size_t n_messages;
};

static inline struct chat_text chat_file(const char *name)
{
    char path[600];
    snprintf(path, sizeof path, "engine/tests/data/chat/%s", name);
    FILE *f = fopen(path, "re");
    cr_assert(f && !fseek(f, 0, SEEK_END), "%s", path);
    struct chat_text t = {.n = (size_t)ftell(f)};
    t.bytes = kept(t.n + 1);
    rewind(f);
    cr_assert_eq(fread(t.bytes, 1, t.n, f), t.n, "%s", path);
    fclose(f);
    return t;
}

static inline struct chat_text chat_string(struct bn_json *j)
{
    struct bn_json_text text;
    cr_assert(bn_json_string(j, &text));
    struct chat_text t = {kept(text.n + 1), 0};
    t.n = bn_json_unescape(t.bytes, text);
    return t;
}

static inline size_t chat_messages(struct bn_json j, struct bn_message *messages)
{
    struct bn_json_text key;
    size_t n = 0;
    for (bn_json_array(&j); bn_json_element(&j); n++)
        for (bn_json_object(&j); bn_json_key(&j, &key);) {
            struct chat_text text = chat_string(&j);
            *(bn_json_is(key, "role") ? &messages[n].role : &messages[n].content) = text.bytes;
        }
    return n;
}

static inline void chat_conversation(struct chat_case *c, struct bn_json conversations, struct chat_text name)
{
    struct bn_json_text key;
    for (bn_json_object(&conversations); bn_json_key(&conversations, &key); bn_json_skip(&conversations))
        if (bn_json_is(key, name.bytes)) c->n_messages = chat_messages(conversations, c->messages);
}

/* Calls `check` with every case of the templates, or of the snippets; returns how many. */
static inline size_t chat_each(bool snippets, void (*check)(const struct chat_case *c))
{
    struct chat_text file = chat_file("vectors.json");
    struct bn_json j, conversations;
    struct bn_json_text key;
    size_t n = 0;
    bn_json_init(&j, file.bytes, file.n);
    cr_assert(bn_json_object(&j) && bn_json_key(&j, &key));
    conversations = j;
    bn_json_skip(&j), bn_json_key(&j, &key);
    for (bn_json_array(&j); bn_json_element(&j);) {
        struct chat_case c = {0};
        bool snippet = false;
        for (bn_json_object(&j); bn_json_key(&j, &key);) {
            struct chat_text value = chat_string(&j);
            char path[200];
            if (bn_json_is(key, "source")) c.source = value, snippet = true, snprintf(c.name, 60, "%s", value.bytes);
            if (bn_json_is(key, "template")) {
                snprintf(path, sizeof path, "templates/%s", value.bytes);
                c.source = chat_file(path), snprintf(c.name, 60, "%s", value.bytes);
            }
            if (bn_json_is(key, "conversation")) {
                chat_conversation(&c, conversations, value);
                snprintf(c.name + strlen(c.name), 20, " %s", value.bytes);
            }
            if (bn_json_is(key, "text")) c.text = value;
        }
        if (snippet == snippets) check(&c), n++;
    }
    cr_assert(!j.error, "%s", j.error);
    return n;
}
#endif
