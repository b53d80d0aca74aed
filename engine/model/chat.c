/* chat.c - the table of chat forms, their recognition, and the writing of messages. */
#include "engine/model/chat.h"
#include <ctype.h>
#include <string.h>

enum { FAMILY_2B4T, FAMILY_LLAMA3, FAMILY_FALCON3, FAMILY_CHATML, FAMILY_PLAIN };
static const struct bn_chat_family families[] = {
    [FAMILY_2B4T] = {"2b4t", true, true, true, "", ": ", "<|eot_id|>"},
    [FAMILY_LLAMA3] = {"llama-3", true, true, false, "<|start_header_id|>", "<|end_header_id|>\n\n", "<|eot_id|>"},
    [FAMILY_FALCON3] = {"falcon3", false, false, false, "<|", "|>\n", "\n"},
    [FAMILY_CHATML] = {"chatml", false, false, false, "<|im_start|>", "\n", "<|im_end|>\n"},
    [FAMILY_PLAIN] = {"plain", false, false, false, NULL, NULL, NULL},
};

/* ---- recognition ---- */

static bool is_control(const struct bn_vocab *vocab, int32_t id)
{
    return !vocab->types || vocab->types[id] == BN_TOKEN_CONTROL || vocab->types[id] == BN_TOKEN_USER;
}

static bool has_token(const struct bn_vocab *vocab, const char *text)
{
    size_t n = strlen(text);
    for (int32_t id = 0; id < vocab->n_tokens; id++)
        if (vocab->tokens[id].n == n && is_control(vocab, id) && !memcmp(vocab->tokens[id].bytes, text, n)) return true;
    return false;
}

static const struct bn_chat_family *by_template(const char *text)
{
    if (strstr(text, "BITNETAssistant")) return NULL;
    if (strstr(text, "<|start_header_id|>")) return &families[FAMILY_LLAMA3];
    if (strstr(text, "<|im_start|>")) return &families[FAMILY_CHATML];
    if (strstr(text, "<|assistant|>") && !strstr(text, "<|end|>")) return &families[FAMILY_FALCON3];
    if (strstr(text, "<|eot_id|>") && strstr(text, "capitalize")) return &families[FAMILY_2B4T];
    return NULL;
}

static struct bn_chat_choice by_model(const char *architecture, const struct bn_vocab *vocab)
{
    if (!strcmp(architecture, "bitnet-b1.58") || !strcmp(architecture, "bitnet-25"))
        return (struct bn_chat_choice){&families[FAMILY_2B4T], "The architecture is that of BitNet b1.58 2B4T.", false};
    if (has_token(vocab, "<|eot_id|>")) {
        bool bitnet = !strcmp(architecture, "bitnet");
        return (struct bn_chat_choice){&families[bitnet ? FAMILY_2B4T : FAMILY_LLAMA3],
                                       "The vocabulary has the control token <|eot_id|>.", false};
    }
    if (has_token(vocab, "<|assistant|>"))
        return (struct bn_chat_choice){&families[FAMILY_FALCON3], "The vocabulary has the control token <|assistant|>.",
                                       false};
    return (struct bn_chat_choice){&families[FAMILY_PLAIN],
                                   "Nothing in the file tells of a chat form: the text is continued as it stands.",
                                   false};
}

struct bn_chat_choice bn_chat_choose(const char *architecture, const struct bn_vocab *vocab)
{
    const char *text = vocab->chat_template;
    const struct bn_chat_family *family = text ? by_template(text) : NULL;
    if (family) return (struct bn_chat_choice){family, "The file's chat template is of this kind.", false};
    struct bn_chat_choice choice = by_model(architecture, vocab);
    choice.template_ignored = text && *text;
    return choice;
}

/* ---- writing ---- */

struct writer {
    char *out;
    size_t cap, n;
};

static void put(struct writer *w, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++, w->n++)
        if (w->n + 1 < w->cap) w->out[w->n] = text[i];
}

static void put_text(struct writer *w, const char *text) { put(w, text, strlen(text)); }

static void put_content(struct writer *w, const char *text, bool trims)
{
    size_t n = strlen(text);
    if (trims) {
        while (n && isspace((unsigned char)*text)) text++, n--;
        while (n && isspace((unsigned char)text[n - 1])) n--;
    }
    put(w, text, n);
}

static void put_head(struct writer *w, const struct bn_chat_family *family, const char *role)
{
    char first = role[0] >= 'a' && role[0] <= 'z' && family->capital ? (char)(role[0] - 'a' + 'A') : role[0];
    put_text(w, family->open);
    if (first) put(w, &first, 1), put_text(w, role + 1);
    put_text(w, family->middle);
}

static void put_all(struct writer *w, const struct bn_chat_family *family, const struct bn_message *messages, size_t n,
                    struct bn_span *contents)
{
    for (size_t i = 0; i < n; i++) {
        if (family->open)
            put_head(w, family, messages[i].role);
        else if (i)
            put_text(w, "\n");
        size_t begin = w->n;
        put_content(w, messages[i].content, family->trims);
        if (contents) contents[i] = (struct bn_span){begin, w->n};
        if (family->open) put_text(w, family->close);
    }
    if (family->open) put_head(w, family, "assistant");
}

size_t bn_chat_render_for(const char *architecture, const struct bn_vocab *vocab, const struct bn_message *messages,
                          size_t n, char *out, size_t cap, struct bn_span *contents)
{
    struct writer w = {out, cap, 0};
    const struct bn_chat_family *family = bn_chat_choose(architecture, vocab).family;
    if (family->bos && vocab->bos >= 0 && vocab->bos < vocab->n_tokens)
        put(&w, vocab->tokens[vocab->bos].bytes, vocab->tokens[vocab->bos].n);
    put_all(&w, family, messages, n, contents);
    if (cap) out[w.n < cap ? w.n : cap - 1] = '\0';
    return w.n;
}
