/* llama2c_tokenizer.c - the tokenizer .bin of llama2.c checkpoints as a sentencepiece vocabulary. */
#include "engine/format/little_endian.h"
#include "engine/format/owner.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* int32 longest token, then per token float score, int32 length, bytes: written from a sentencepiece model
 * with U+2581 turned into a space. The vocabulary gets the sentencepiece form back, so that nothing
 * downstream knows the difference. */
static bool next_token(struct bn_string *token, float *score, const uint8_t **at, const uint8_t *end)
{
    int32_t n;
    if (end - *at < 8) return false;
    *score = bn_load_f32(*at);
    n = (int32_t)bn_load_u32(*at + 4);
    *at += 8;
    if (n < 0 || n > end - *at) return false;
    *token = (struct bn_string){(const char *)*at, (size_t)n};
    *at += n;
    return true;
}

static struct bn_string with_sp_spaces(struct bn_source *src, struct bn_string token, struct bn_error *err)
{
    size_t n = 0;
    char *out = bn_source_alloc(src, token.n + 1, 3, err);
    if (!out) return (struct bn_string){NULL, 0};
    for (size_t i = 0; i < token.n; i++) {
        if (token.bytes[i] == ' ')
            memcpy(out + n, "\xe2\x96\x81", 3), n += 3;
        else
            out[n++] = token.bytes[i];
    }
    return (struct bn_string){out, n};
}

/* llama2.c fixes the ids 0..2 (unknown, BOS, EOS) and 3..258 (bytes). */
static uint8_t token_type(int id)
{
    return id == 0 ? BN_TOKEN_UNKNOWN : id <= 2 ? BN_TOKEN_CONTROL : id < 259 ? BN_TOKEN_BYTE : BN_TOKEN_NORMAL;
}

static enum bn_status read_tokenizer(struct bn_source *src, const char *path, struct bn_error *err)
{
    struct bn_vocab *v = &src->vocab;
    struct bn_map map;
    enum bn_status status = bn_source_map(src, &map, path, err);
    if (status) return status;
    src->file_bytes -= map.n; /* the model's size, without its tokenizer */
    int n = src->config.n_vocab;
    if ((uint64_t)n > map.n / 8)
        return bn_fail(err, BN_ERR_FORMAT, "%s: %zu bytes cannot hold the %d tokens of the model.", path, map.n, n);
    const uint8_t *at = map.bytes + 4, *end = map.bytes + map.n;
    v->tokens = bn_source_alloc(src, (size_t)n, sizeof *v->tokens, err);
    v->scores = bn_source_alloc(src, (size_t)n, sizeof *v->scores, err);
    v->types = bn_source_alloc(src, (size_t)n, 1, err);
    if (!v->tokens || !v->scores || !v->types) return BN_ERR_MEMORY;
    for (int i = 0; i < n; i++) {
        struct bn_string token;
        if (map.n < 4 || !next_token(&token, &v->scores[i], &at, end))
            return bn_fail(err, BN_ERR_FORMAT,
                           "%s: ends before token %d of the %d that the model has; it belongs to another "
                           "model or is no llama2.c tokenizer.",
                           path, i, n);
        v->types[i] = token_type(i);
        v->tokens[i] = v->types[i] == BN_TOKEN_NORMAL ? with_sp_spaces(src, token, err) : token;
        if (i == 1 || i == 2) v->tokens[i] = i == 1 ? (struct bn_string){"<s>", 3} : (struct bn_string){"</s>", 4};
        if (!v->tokens[i].bytes) return BN_ERR_MEMORY;
    }
    if (at != end)
        return bn_fail(err, BN_ERR_FORMAT,
                       "%s: holds more than the %d tokens that the model has; it belongs to another model.", path, n);
    if (!(v->ends = bn_source_alloc(src, 1, sizeof *v->ends, err))) return BN_ERR_MEMORY;
    v->ends[v->n_ends++] = v->bos; /* training texts are separated by BOS: it ends one */
    v->kind = BN_VOCAB_SPM, v->n_tokens = n;
    v->add_bos = v->add_space_prefix = true;
    return BN_OK;
}

enum bn_status bn_llama2c_tokenizer(struct bn_source *src, const char *path, const struct bn_model_options *options,
                                    struct bn_error *err)
{
    char beside[4096];
    const char *slash = strrchr(path, '/');
    src->vocab.unk = 0, src->vocab.bos = 1, src->vocab.eos = 2;
    if (options->tokenizer_path) return read_tokenizer(src, options->tokenizer_path, err);
    snprintf(beside, sizeof beside, "%.*stokenizer.bin", slash ? (int)(slash - path + 1) : 0, path);
    return access(beside, F_OK) ? BN_OK : read_tokenizer(src, beside, err);
}
