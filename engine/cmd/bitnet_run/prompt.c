/* prompt.c - the prompt of bitnet-run: from text, a file, token ids, a chat turn, or synthetic for timing. */
#include "engine/cmd/bitnet_run/run.h"
#include "engine/files.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROMPT_LIMIT = 64 << 20 };

/* A prompt whose content does not matter: BOS, then ids spread over the vocabulary. */
static void make_up(struct prompt *p, const struct bn_model *model, int n)
{
    int vocab = bn_model_info(model)->n_vocab, bos = bn_token_bos(model);
    p->ids = must(malloc((size_t)n * sizeof *p->ids));
    p->n = (size_t)n;
    for (int i = 0; i < n; i++) p->ids[i] = (int32_t)((unsigned)(i + 1) * 2654435761u % (unsigned)vocab);
    if (bos >= 0) p->ids[0] = bos;
}

static void take_ids(struct prompt *p, const struct bn_model *model, const char *list)
{
    int last = bn_model_info(model)->n_vocab - 1;
    p->ids = must(malloc((strlen(list) / 2 + 1) * sizeof *p->ids));
    for (const char *at = list;; at++) {
        char *end;
        long id = strtol(at, &end, 10);
        if (end == at || (*end && *end != ',') || id < 0 || id > last)
            bn_cmd_fail(&run_cmd, 2, "--prompt_ids must be token ids from 0 to %d separated by commas, not \"%s\".",
                        last, at);
        p->ids[p->n++] = (int32_t)id;
        if (!*end) return;
        at = end;
    }
}

static void tokenize(struct prompt *p, const struct bn_model *model, int flags)
{
    struct bn_error err;
    need(bn_tokenize(model, p->text, p->n_bytes, flags, NULL, 0, &p->n, &err), &err);
    p->ids = must(malloc((p->n + 1) * sizeof *p->ids));
    need(bn_tokenize(model, p->text, p->n_bytes, flags, p->ids, p->n, &p->n, &err), &err);
    if (!p->n)
        bn_cmd_fail(&run_cmd, 2,
                    "The prompt is empty and the model has no beginning-of-sequence token; provide some text.");
}

/* The user's turn, after the system message if there is one; special tokens in either are plain text. */
static void tokenize_chat(struct prompt *p, const struct bn_model *model, const char *system)
{
    struct bn_error err;
    struct bn_message messages[2] = {{"system", system}, {"user", p->text, p->n_bytes}};
    size_t skip = system ? 0 : 1;
    need(bn_chat_tokenize(model, messages + skip, 2 - skip, NULL, 0, &p->n, &err), &err);
    p->ids = must(malloc((p->n + 1) * sizeof *p->ids));
    need(bn_chat_tokenize(model, messages + skip, 2 - skip, p->ids, p->n, &p->n, &err), &err);
}

void prompt_make(struct prompt *p, const struct bn_model *model, const struct run_options *o)
{
    struct bn_error err;
    *p = (struct prompt){0};
    if (o->prompt_tokens > 0) {
        make_up(p, model, o->prompt_tokens);
        return;
    }
    if (o->prompt_ids) {
        take_ids(p, model, o->prompt_ids);
        return;
    }
    if (o->prompt_file)
        need(bn_input_read(&p->text, &p->n_bytes, o->prompt_file, PROMPT_LIMIT, &err), &err);
    else
        p->text = must(strdup(o->prompt)), p->n_bytes = strlen(o->prompt);
    if (o->chat && !o->quiet) fprintf(stderr, "chat template: %s\n", BN_PRINTABLE(bn_chat_name(model)));
    if (o->chat)
        tokenize_chat(p, model, o->system);
    else
        tokenize(p, model, BN_TOKENIZE_BOS | BN_TOKENIZE_EOS | (o->special ? BN_TOKENIZE_SPECIAL : 0));
}

void prompt_release(struct prompt *p)
{
    free(p->text);
    free(p->ids);
}
