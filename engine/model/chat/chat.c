/* chat.c - which template a model is used with. */
#include "engine/model/chat/chat.h"
#include "engine/core/status.h"
#include "engine/files.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEMPLATE_LIMIT = 1 << 20 };

static bool has_token(const struct bn_vocab *vocab, const char *text)
{
    size_t n = strlen(text);
    for (int32_t id = 0; id < vocab->n_tokens; id++) {
        bool control = !vocab->types || vocab->types[id] == BN_TOKEN_CONTROL || vocab->types[id] == BN_TOKEN_USER;
        if (control && vocab->tokens[id].n == n && !memcmp(vocab->tokens[id].bytes, text, n)) return true;
    }
    return false;
}

static const char *form_of(const char *architecture, const struct bn_vocab *vocab)
{
    if (!strcmp(architecture, "bitnet-b1.58") || !strcmp(architecture, "bitnet-25")) return "2b4t";
    if (has_token(vocab, "<|eot_id|>")) return !strcmp(architecture, "bitnet") ? "2b4t" : "llama-3";
    if (has_token(vocab, "<|im_start|>")) return "chatml";
    return has_token(vocab, "<|assistant|>") ? "falcon3" : "plain";
}

static void use_form(struct bn_chat *chat, const char *name)
{
    const struct bn_chat_form *form = bn_chat_form_find(name);
    *chat = (struct bn_chat){.source = {form->text, strlen(form->text)}, .name = form->name};
}

static bool use_named(struct bn_chat *chat, const struct bn_vocab *vocab, const char *name)
{
    for (size_t i = 0; i < vocab->n_templates; i++)
        if (vocab->templates[i].name.n == strlen(name) &&
            !memcmp(vocab->templates[i].name.bytes, name, vocab->templates[i].name.n)) {
            *chat = (struct bn_chat){.source = vocab->templates[i].text, .name = name};
            return true;
        }
    return false;
}

/* ", a, b": the model's own names. */
static size_t list_named(const struct bn_vocab *vocab, char *names, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < vocab->n_templates && n < cap - 80; i++)
        n += (size_t)snprintf(names + n, cap - n, ", %.*s",
                              (int)(vocab->templates[i].name.n < 40 ? vocab->templates[i].name.n : 40),
                              vocab->templates[i].name.bytes);
    return n;
}

static enum bn_status unknown(const struct bn_vocab *vocab, const char *choice, struct bn_error *err)
{
    char names[300];
    size_t n = list_named(vocab, names, sizeof names);
    for (const struct bn_chat_form *form = bn_chat_forms; form->name && n < sizeof names - 20; form++)
        n += (size_t)snprintf(names + n, sizeof names - n, ", %s", form->name);
    return bn_fail(err, BN_ERR_USAGE, "Unknown chat template \"%.100s\"; give a file, or one of %s.", choice,
                   names + 2);
}

enum bn_status bn_chat_check(const struct bn_chat *chat, const struct bn_vocab *vocab, struct bn_error *err)
{
    char names[300] = ", ";
    if (chat->source.bytes) return BN_OK;
    list_named(vocab, names, sizeof names);
    return bn_fail(err, BN_ERR_USAGE,
                   "The model has several chat templates and none of them is its default; choose one with "
                   "--chat_template: %s.",
                   names + 2);
}

static enum bn_status use_file(struct bn_chat *chat, const struct bn_vocab *vocab, const char *path,
                               struct bn_error *err)
{
    size_t n;
    if (access(path, F_OK) && errno == ENOENT) return unknown(vocab, path, err);
    enum bn_status status = bn_input_read(&chat->file, &n, path, TEMPLATE_LIMIT, err);
    if (status == BN_OK) chat->source = (struct bn_string){chat->file, n}, chat->name = path;
    return status;
}

enum bn_status bn_chat_open(struct bn_chat *chat, const char *architecture, const struct bn_vocab *vocab,
                            const char *choice, struct bn_error *err)
{
    static const char placeholder[] = "BITNETAssistant"; /* in the template of the published 2B4T GGUF */
    struct bn_string own = vocab->chat_template;
    *chat = (struct bn_chat){0};
    if (choice) {
        if (use_named(chat, vocab, choice)) return BN_OK;
        if (bn_chat_form_find(choice)) return use_form(chat, choice), BN_OK;
        return use_file(chat, vocab, choice, err);
    }
    if (own.n && !memmem(own.bytes, own.n, placeholder, sizeof placeholder - 1))
        *chat = (struct bn_chat){.source = own, .name = "the model's own"};
    else if (!own.n && vocab->n_templates)
        chat->name = "none of several"; /* bn_chat_check asks for a choice */
    else
        use_form(chat, form_of(architecture, vocab));
    return BN_OK;
}

void bn_chat_close(struct bn_chat *chat)
{
    free(chat->file);
    *chat = (struct bn_chat){0};
}
