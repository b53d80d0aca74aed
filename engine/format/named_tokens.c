/* named_tokens.c - the special tokens that chat templates know by name: bos_token, eos_token, unk_token, pad_token. */
#include "engine/format/source.h"
#include <string.h>

const char *const bn_named_tokens[BN_NAMED_TOKENS] = {"bos_token", "eos_token", "unk_token", "pad_token"};

int32_t bn_named_id(const struct bn_vocab *v, enum bn_named_token token)
{
    const int32_t ids[] = {v->bos, v->eos, v->unk, v->pad};
    return ids[token];
}

struct bn_string bn_named_text(const struct bn_vocab *v, enum bn_named_token token)
{
    int32_t id = bn_named_id(v, token);
    if (v->named[token].bytes || id < 0 || id >= v->n_tokens) return v->named[token];
    return v->tokens[id];
}

bool bn_string_equal(struct bn_string a, struct bn_string b)
{
    return a.n == b.n && !a.bytes == !b.bytes && (!a.n || !memcmp(a.bytes, b.bytes, a.n));
}
