/* prompt.c - gives messages to a template as transformers does, and keeps track of what the messages said. */
#include "engine/core/status.h"
#include "engine/jinja/jinja.h"
#include "engine/model/chat/chat.h"
#include <stdlib.h>
#include <string.h>

struct input {
    const struct bn_vocab *vocab;
    const struct bn_message *messages;
    size_t n;
    const uint8_t *marks; /* enough ones for the longest content */
};

static size_t content_bytes(const struct bn_message *message)
{
    return message->content_bytes ? message->content_bytes : strlen(message->content);
}

static struct bn_jv plain(const char *text) { return bn_jv_string((struct bn_jinja_text){text, NULL, strlen(text)}); }

static struct bn_jv make_messages(struct bn_jinja_job *job, const struct input *input)
{
    struct bn_jv_list *list = bn_jv_list_new(job);
    for (size_t i = 0; i < input->n; i++) {
        const struct bn_message *m = &input->messages[i];
        struct bn_jv_dict *message = bn_jv_dict_new(job);
        struct bn_jinja_text content = {m->content, input->marks, content_bytes(m)};
        bn_jv_put(job, message, BN_JINJA_TEXT("role"), plain(m->role));
        bn_jv_put(job, message, BN_JINJA_TEXT("content"), bn_jv_string(content));
        bn_jv_append(job, list, bn_jv_of_dict(message));
    }
    return bn_jv_of_list(list);
}

/* The texts of special tokens: as tokenizer_config.json names them, else those of the ids. */
static void put_tokens(struct bn_jinja_job *job, struct bn_jv_dict *globals, const struct bn_vocab *v)
{
    for (int i = 0; i < BN_NAMED_TOKENS; i++) {
        struct bn_string text = bn_named_text(v, i);
        struct bn_jinja_text name = {bn_named_tokens[i], NULL, strlen(bn_named_tokens[i])};
        if (text.bytes) bn_jv_put(job, globals, name, bn_jv_string((struct bn_jinja_text){text.bytes, NULL, text.n}));
    }
}

static void fill(void *self, struct bn_jinja_job *job, struct bn_jv_dict *globals)
{
    const struct input *input = self;
    bn_jv_put(job, globals, BN_JINJA_TEXT("messages"), make_messages(job, input));
    bn_jv_put(job, globals, BN_JINJA_TEXT("add_generation_prompt"), bn_jv_bool(true));
    bn_jv_put(job, globals, BN_JINJA_TEXT("tools"), (struct bn_jv){.type = BN_JV_NONE});
    bn_jv_put(job, globals, BN_JINJA_TEXT("documents"), (struct bn_jv){.type = BN_JV_NONE});
    put_tokens(job, globals, input->vocab);
}

/* A role becomes part of special tokens (<|user|>), so it must not be able to spell others. */
static enum bn_status check_role(const char *role, struct bn_error *err)
{
    size_t n = strspn(role, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
    if (n && n <= 64 && !role[n]) return BN_OK;
    return bn_fail(err, BN_ERR_USAGE, "The role of a message must be 1 to 64 letters, digits, _ or -, not \"%.64s\".",
                   role);
}

/* Stretches of marked bytes. */
static enum bn_status find_contents(struct bn_chat_prompt *prompt, const struct bn_jinja_result *result,
                                    struct bn_error *err)
{
    size_t n = 0;
    for (size_t i = 0; i < result->n; i++) n += result->marks[i] && !(i && result->marks[i - 1]);
    prompt->contents = malloc((n + 1) * sizeof *prompt->contents);
    if (!prompt->contents) return bn_fail_memory(err, "the chat", n * sizeof *prompt->contents);
    for (size_t i = 0; i < result->n; i++) {
        if (!result->marks[i]) continue;
        if (!i || !result->marks[i - 1]) prompt->contents[prompt->n_contents++].begin = i;
        prompt->contents[prompt->n_contents - 1].end = i + 1;
    }
    return BN_OK;
}

enum bn_status bn_chat_prompt_open(struct bn_chat_prompt *prompt, const struct bn_chat *chat,
                                   const struct bn_vocab *vocab, const struct bn_message *messages, size_t n,
                                   struct bn_error *err)
{
    struct bn_jinja_result result;
    enum bn_status status = bn_chat_check(chat, vocab, err);
    size_t longest = 0, total = 0;
    *prompt = (struct bn_chat_prompt){0};
    for (size_t i = 0; i < n && status == BN_OK; i++) {
        size_t bytes = content_bytes(&messages[i]);
        longest = bytes > longest ? bytes : longest, total += bytes + 64;
        status = check_role(messages[i].role, err);
    }
    if (status != BN_OK) return status;
    uint8_t *marks = malloc(longest + 1);
    if (!marks) return bn_fail_memory(err, "the chat", longest + 1);
    memset(marks, 1, longest + 1);
    struct input input = {vocab, messages, n, marks};
    const struct bn_jinja_source source = {chat->source.bytes, chat->source.n, "chat template", BN_JINJA_CHAT};
    status = bn_jinja_render(&result, &source, total, fill, &input, err);
    free(marks);
    if (status != BN_OK) return status;
    status = find_contents(prompt, &result, err);
    if (status == BN_OK) prompt->bytes = result.bytes, prompt->n = result.n, result.bytes = NULL;
    bn_jinja_release(&result);
    return status;
}

void bn_chat_prompt_close(struct bn_chat_prompt *prompt)
{
    free(prompt->bytes);
    free(prompt->contents);
    *prompt = (struct bn_chat_prompt){0};
}
