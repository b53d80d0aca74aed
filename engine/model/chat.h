/* chat.h - which chat form a model was trained with, and messages written in it (FORMATS.md 1.4, 1.5).
 *
 * Jinja is not interpreted. A template in the file is recognised by what it contains, in this order:
 *   "BITNETAssistant"                        the placeholder of the published 2B4T GGUF, wrong for the model:
 * as if there were none
 *   "<|start_header_id|>"                    llama-3
 *   "<|im_start|>"                           chatml
 *   "<|assistant|>", no "<|end|>"            falcon3
 *   "<|eot_id|>" and "capitalize"            2b4t
 * Otherwise, or without a template, by architecture and control tokens: bitnet-b1.58 and bitnet-25 are 2b4t;
 * a vocabulary with
 * <|eot_id|> is 2b4t for "bitnet" and llama-3 for others; one with <|assistant|> is falcon3; anything else is
 * plain: a base model such as 1bitLLM's, which continues the contents joined by newlines. */
#ifndef BN_MODEL_CHAT_H
#define BN_MODEL_CHAT_H
#include "engine/format/source.h"
#include "engine/model/span.h"

struct bn_chat_family {
    const char *name;
    bool bos, trims, capital;          /* BOS text first; contents trimmed; "User" instead of "user" */
    const char *open, *middle, *close; /* open role middle content close, for every message */
};
struct bn_chat_choice {
    const struct bn_chat_family *family;
    const char *reason;    /* one sentence */
    bool template_ignored; /* the file has a template, and it was not recognised or is known to be wrong */
};

struct bn_chat_choice bn_chat_choose(const char *architecture, const struct bn_vocab *vocab);

/* bn_chat_render for a model of this architecture and vocabulary. Tokenize the result with BN_TOKENIZE_BOS |
 * BN_TOKENIZE_SPECIAL. `contents` [n], unless NULL, gets where each message's content lies in it. */
size_t bn_chat_render_for(const char *architecture, const struct bn_vocab *vocab, const struct bn_message *messages,
                          size_t n, char *out, size_t cap, struct bn_span *contents);
#endif
