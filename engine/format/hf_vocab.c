/* hf_vocab.c - finds the tokenizer file of a Hugging Face model directory. */
#include "engine/format/hf.h"
#include <stdio.h>
#include <string.h>

enum { ROWS_LIMIT = 1 << 16 }; /* rows without a token: more are a mistake, and would take memory */

/* tokenizer.model comes in two forms under one name: a sentencepiece protobuf, or tiktoken's lines "base64
 * rank". */
static enum bn_status read_model_file(struct bn_hf *hf, const struct bn_map *map, struct bn_error *err)
{
    bool tiktoken = memchr(map->bytes, '\n', map->n < 64 ? map->n : 64) && map->bytes[0] != '\n' &&
                    memchr(map->bytes, ' ', map->n < 64 ? map->n : 64);
    char path[4096];
    snprintf(path, sizeof path, "%s/tokenizer.model", hf->path);
    return tiktoken ? bn_tiktoken_vocab(hf->source, map, path, err)
                    : bn_sentencepiece_vocab(hf->source, map, path, err);
}

/* Rows of the embedding without a token get a name, as GGUF's converters do it. */
static enum bn_status fill_up(struct bn_hf *hf, struct bn_error *err)
{
    struct bn_vocab *v = &hf->source->vocab;
    int n = hf->source->config.n_vocab;
    char name[32];
    if (v->n_tokens > n)
        return bn_fail(err, BN_ERR_FORMAT,
                       "%s: its tokenizer has %d tokens and its embedding %d rows; they belong to different models.",
                       hf->path, v->n_tokens, n);
    if (n > 2 * v->n_tokens + ROWS_LIMIT)
        return bn_fail(err, BN_ERR_FORMAT,
                       "%s: its tokenizer has %d tokens and config.json a vocab_size of %d; they belong to different "
                       "models.",
                       hf->path, v->n_tokens, n);
    struct bn_string *tokens = bn_source_alloc(hf->source, (size_t)n, sizeof *tokens, err);
    uint8_t *types = bn_source_alloc(hf->source, (size_t)n, 1, err);
    uint8_t *flags = bn_source_alloc(hf->source, (size_t)n, 1, err);
    float *scores = v->scores ? bn_source_alloc(hf->source, (size_t)n, sizeof *scores, err) : NULL;
    if (!tokens || !types || !flags || (v->scores && !scores)) return BN_ERR_MEMORY;
    if (v->flags) memcpy(flags, v->flags, (size_t)v->n_tokens);
    for (int i = 0; i < n; i++) {
        bool there = i < v->n_tokens && v->tokens[i].bytes;
        snprintf(name, sizeof name, "[PAD%d]", i);
        if (there)
            tokens[i] = v->tokens[i];
        else if ((tokens[i].bytes = bn_source_string(hf->source, name, strlen(name), err)))
            tokens[i].n = strlen(name);
        else
            return BN_ERR_MEMORY;
        types[i] = there ? v->types[i] : BN_TOKEN_UNUSED;
        if (scores) scores[i] = there ? v->scores[i] : -1e9f;
    }
    v->tokens = tokens, v->types = types, v->flags = flags, v->scores = scores, v->n_tokens = n;
    return BN_OK;
}

enum bn_status bn_hf_vocab(struct bn_hf *hf, struct bn_error *err)
{
    struct bn_vocab *v = &hf->source->vocab;
    struct bn_map map;
    int32_t bos = v->bos, eos = v->eos, pad = v->pad; /* of config.json: they win over the tokenizer's own */
    enum bn_status status;
    bool from_model = bn_hf_map(hf, &map, "tokenizer.model", NULL) == BN_OK;
    if (from_model)
        status = read_model_file(hf, &map, err);
    else if (bn_hf_map(hf, &map, "tokenizer.json", NULL) == BN_OK)
        status = bn_hf_tokenizer_json(hf, &map, err);
    else
        return BN_OK; /* none: ids can still be computed with */
    if (status) return status;
    if (bos >= 0) v->bos = bos;
    if (eos >= 0) v->eos = eos;
    if (pad >= 0) v->pad = pad;
    status = fill_up(hf, err);
    return status ? status : bn_hf_tokens(hf, from_model, err);
}
