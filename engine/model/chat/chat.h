/* chat.h - messages as the prompt that a model was trained with: its own chat template, rendered (engine/jinja).
 *
 * A file without a template (and the published 2B4T GGUF, whose template is a placeholder with "BITNETAssistant" in it)
 * gets one of forms.c, by architecture and control tokens (FORMATS.md 1.4, 1.5): bitnet-b1.58 and bitnet-25 are 2b4t; a
 * vocabulary with <|eot_id|> is 2b4t for "bitnet" and llama-3 for others, with <|im_start|> chatml, with <|assistant|>
 * falcon3; anything else is plain: a base model such as 1bitLLM's, which continues the contents joined by newlines. */
#ifndef BN_MODEL_CHAT_H
#define BN_MODEL_CHAT_H
#include "engine/format/source.h"
#include "engine/model/span.h"

struct bn_chat_form {
    const char *name, *text; /* text: a template */
};
extern const struct bn_chat_form bn_chat_forms[]; /* ends with a name NULL */
const struct bn_chat_form *bn_chat_form_find(const char *name);

/* The template a model is used with. */
struct bn_chat {
    struct bn_string source; /* points into the vocabulary, a form, or `file` */
    const char *name;        /* "the model's own", the name of a form, what `choice` was, or "none of several" */
    char *file;
};
/* `choice`: NULL for the model's own, a name of the model's templates or of forms.c, or a file. */
enum bn_status bn_chat_open(struct bn_chat *chat, const char *architecture, const struct bn_vocab *vocab,
                            const char *choice, struct bn_error *err);
void bn_chat_close(struct bn_chat *chat);
/* Fails, with the names to choose from, when the model has several templates and no default. */
enum bn_status bn_chat_check(const struct bn_chat *chat, const struct bn_vocab *vocab, struct bn_error *err);

/* The prompt: bytes [n] with a terminator, and the stretches of it that the contents of messages brought in. Tokenize
 * it with BN_TOKENIZE_BOS | BN_TOKENIZE_SPECIAL, the contents quoted. */
struct bn_chat_prompt {
    char *bytes;
    size_t n;
    struct bn_span *contents; /* [n_contents], ascending */
    size_t n_contents;
};
enum bn_status bn_chat_prompt_open(struct bn_chat_prompt *prompt, const struct bn_chat *chat,
                                   const struct bn_vocab *vocab, const struct bn_message *messages, size_t n,
                                   struct bn_error *err);
void bn_chat_prompt_close(struct bn_chat_prompt *prompt);
#endif
