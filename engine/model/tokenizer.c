/* tokenizer.c - cuts special tokens out of the text and gives the rest to BPE or SPM. */
#include "engine/model/tokenizer.h"
#include "engine/core/status.h"
#include "engine/model/added_token.h"
#include "engine/model/bpe.h"
#include "engine/model/normal_form.h"
#include "engine/model/special.h"
#include "engine/model/spm.h"
#include <stdlib.h>
#include <string.h>

struct bn_tokenizer {
    enum bn_vocab_kind kind;
    struct bn_vocab_index index;
    struct bn_special special;
    struct bn_bpe bpe; /* kind BN_VOCAB_BPE */
    struct bn_spm spm; /* kind BN_VOCAB_SPM */
    int32_t bos, eos;  /* added before and after the text when asked; -1: the model has none */
    bool adds_space, unless_space, space_at_start;
    struct bn_normalizer normalizer;
    struct bn_error problem; /* why text cannot be encoded, status BN_OK: it can */
    bool *is_end;            /* [n_tokens] */
    uint8_t *flags;          /* [n_tokens], enum bn_token_flags; NULL: no token has any */
};

/* ---- opening ---- */

/* Texts of control tokens that end generation whatever the file's keys say (FORMATS.md 5.3). */
static const char *const end_texts[] = {"<|eot_id|>",    "<|im_end|>",      "<|end|>", "<end_of_turn>",
                                        "<|endoftext|>", "<|end_of_text|>", "<EOT>",   "<|eom_id|>"};

static bool is_end_text(const struct bn_vocab_index *index, int32_t id)
{
    size_t n;
    const char *text = bn_vocab_bytes(index, id, &n);
    for (size_t i = 0; i < sizeof end_texts / sizeof *end_texts; i++)
        if (n == strlen(end_texts[i]) && !memcmp(text, end_texts[i], n)) return true;
    return false;
}

static enum bn_status find_ends(struct bn_tokenizer *t, const struct bn_vocab *vocab, struct bn_error *err)
{
    const int32_t named[] = {vocab->eos, vocab->eot, vocab->eom};
    t->is_end = calloc((size_t)t->index.n_tokens, sizeof *t->is_end);
    if (!t->is_end) return bn_fail_memory(err, "the end tokens", (size_t)t->index.n_tokens);
    for (int32_t id = 0; id < t->index.n_tokens; id++)
        t->is_end[id] = t->index.types[id] == BN_TOKEN_CONTROL && is_end_text(&t->index, id);
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (named[i] >= 0 && named[i] < t->index.n_tokens) t->is_end[named[i]] = true;
    for (size_t i = 0; i < vocab->n_ends; i++)
        if (vocab->ends[i] >= 0 && vocab->ends[i] < t->index.n_tokens) t->is_end[vocab->ends[i]] = true;
    return BN_OK;
}

static enum bn_status copy_flags(struct bn_tokenizer *t, const struct bn_vocab *vocab, struct bn_error *err)
{
    size_t n = (size_t)vocab->n_tokens;
    bool any = false;
    for (size_t i = 0; vocab->flags && i < n && !any; i++) any = vocab->flags[i];
    if (!any) return BN_OK;
    if (!(t->flags = malloc(n))) return bn_fail_memory(err, "the added tokens", n);
    memcpy(t->flags, vocab->flags, n);
    return BN_OK;
}

static enum bn_status open_kind(struct bn_tokenizer *t, const struct bn_vocab *vocab, const char *pretokenizer,
                                struct bn_error *err)
{
    if (vocab->kind == BN_VOCAB_SPM) return bn_spm_init(&t->spm, &t->index, vocab, err);
    if (pretokenizer) return bn_bpe_init(&t->bpe, &t->index, vocab, pretokenizer, err);
    enum bn_status status = BN_ERR_UNSUPPORTED;
    if (vocab->pre_problem)
        bn_fail(&t->problem, status, "%s", vocab->pre_problem);
    else
        status = bn_bpe_init(&t->bpe, &t->index, vocab, vocab->pre[0] ? vocab->pre : "llama-bpe", &t->problem);
    if (status == BN_ERR_UNSUPPORTED) return BN_OK; /* token ids need no pre-tokeniser */
    if (status != BN_OK && err) *err = t->problem;
    return status;
}

enum bn_status bn_tokenizer_open(struct bn_tokenizer **tokenizer, const struct bn_vocab *vocab,
                                 const char *pretokenizer, struct bn_error *err)
{
    *tokenizer = NULL;
    struct bn_tokenizer *t = calloc(1, sizeof *t);
    if (!t) return bn_fail_memory(err, "the tokenizer", sizeof *t);
    t->kind = vocab->kind;
    t->bos = vocab->add_bos && vocab->bos < vocab->n_tokens ? vocab->bos : -1;
    t->eos = vocab->add_eos && vocab->eos < vocab->n_tokens ? vocab->eos : -1;
    t->adds_space = vocab->add_space_prefix, t->unless_space = vocab->prefix_unless_space;
    t->space_at_start = vocab->prefix_at_start;
    bn_normalizer_init(&t->normalizer, vocab->normalizer, &t->problem);
    if (vocab->problem) bn_fail(&t->problem, BN_ERR_UNSUPPORTED, "%s", vocab->problem);
    enum bn_status status = bn_vocab_index_init(&t->index, vocab, err);
    if (status == BN_OK) status = bn_special_init(&t->special, &t->index, err);
    if (status == BN_OK) status = copy_flags(t, vocab, err);
    if (status == BN_OK) status = find_ends(t, vocab, err);
    if (status == BN_OK) status = open_kind(t, vocab, pretokenizer, err);
    if (status != BN_OK)
        bn_tokenizer_close(t);
    else
        *tokenizer = t;
    return status;
}

void bn_tokenizer_close(struct bn_tokenizer *tokenizer)
{
    if (!tokenizer) return;
    bn_bpe_release(&tokenizer->bpe);
    bn_spm_release(&tokenizer->spm);
    bn_special_release(&tokenizer->special);
    bn_vocab_index_release(&tokenizer->index);
    free(tokenizer->is_end);
    free(tokenizer->flags);
    free(tokenizer);
}

/* ---- encoding ---- */

static enum bn_status encode_after_space(const struct bn_tokenizer *t, const char *text, size_t n,
                                         struct bn_id_list *out, struct bn_error *err)
{
    char *spaced = malloc(n + 1);
    if (!spaced) return bn_fail_memory(err, "the text", n + 1);
    spaced[0] = ' ';
    memcpy(spaced + 1, text, n);
    enum bn_status status = bn_bpe_encode(&t->bpe, spaced, n + 1, out, err);
    free(spaced);
    return status;
}

static enum bn_status encode_normal(const struct bn_tokenizer *t, const char *text, size_t n, bool after_special,
                                    struct bn_id_list *out, struct bn_error *err)
{
    if (n == 0) return BN_OK;
    if (n > INT32_MAX)
        return bn_fail(err, BN_ERR_USAGE, "The text has %zu bytes; give it in parts of less than 2 GB.", n);
    bool space = t->adds_space && after_special && !(t->unless_space && *text == ' ');
    if (t->kind == BN_VOCAB_SPM) return bn_spm_encode(&t->spm, text, n, space, out, err);
    if (!space) return bn_bpe_encode(&t->bpe, text, n, out, err);
    return encode_after_space(t, text, n, out, err);
}

static enum bn_status encode_plain(const struct bn_tokenizer *t, const char *text, size_t n, bool after_special,
                                   struct bn_id_list *out, struct bn_error *err)
{
    if (n == 0) return BN_OK;
    if (t->problem.status) return bn_fail(err, t->problem.status, "%s", t->problem.text);
    char *normal;
    enum bn_status status = bn_normalize(&t->normalizer, text, n, &normal, &n, err);
    if (status == BN_OK) status = encode_normal(t, normal ? normal : text, n, after_special, out, err);
    free(normal);
    return status;
}

static bool overlaps(const struct bn_special_match *match, const struct bn_span *quoted, size_t n_quoted)
{
    size_t low = 0, high = n_quoted; /* the first that ends after the match's beginning */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (quoted[middle].end > match->start)
            high = middle;
        else
            low = middle + 1;
    }
    return low < n_quoted && quoted[low].begin < match->start + match->n;
}

/* The next special token from `at` on that counts: user-defined ones everywhere, control tokens outside of quotes. */
static struct bn_special_match find_special(const struct bn_tokenizer *t, const char *text, size_t bytes, size_t from,
                                            bool control, const struct bn_span *quoted, size_t n_quoted)
{
    for (size_t at = from;; at++) {
        struct bn_special_match match = bn_special_find(&t->special, text, bytes, at, control);
        if (match.id < 0) return match;
        int flags = t->flags ? t->flags[match.id] : 0;
        bool quote = t->index.types[match.id] != BN_TOKEN_USER && overlaps(&match, quoted, n_quoted);
        bool part = flags & BN_TOKEN_SINGLE_WORD && !bn_added_token_alone(match, text, bytes);
        if (!quote && !part) return flags ? bn_added_token_widen(match, flags, text, bytes, from) : match;
        at = match.start + (quote ? 0 : match.n - 1);
    }
}

enum bn_status bn_tokenizer_encode(const struct bn_tokenizer *tokenizer, const char *text, size_t bytes, int flags,
                                   int32_t *ids, size_t cap, size_t *n, struct bn_error *err)
{
    return bn_tokenizer_encode_quoted(tokenizer, text, bytes, flags, NULL, 0, ids, cap, n, err);
}

enum bn_status bn_tokenizer_encode_quoted(const struct bn_tokenizer *tokenizer, const char *text, size_t bytes,
                                          int flags, const struct bn_span *quoted, size_t n_quoted, int32_t *ids,
                                          size_t cap, size_t *n, struct bn_error *err)
{
    const struct bn_tokenizer *t = tokenizer;
    struct bn_id_list out = {ids, cap, 0};
    bool control = flags & BN_TOKENIZE_SPECIAL, after_special = !(flags & BN_TOKENIZE_NO_PREFIX);
    enum bn_status status = BN_OK;
    for (size_t at = 0, first = 1; first || (at < bytes && status == BN_OK); first = 0) {
        struct bn_special_match match = find_special(t, text, bytes, at, control, quoted, n_quoted);
        bool has_bos = match.start == 0 && match.id == t->bos;
        if (first && (flags & BN_TOKENIZE_BOS) && t->bos >= 0 && !has_bos) bn_id_list_add(&out, t->bos);
        status = encode_plain(t, text + at, match.start - at, after_special, &out, err);
        if (match.id >= 0) bn_id_list_add(&out, match.id);
        at = match.start + match.n, after_special = !t->space_at_start;
    }
    if ((flags & BN_TOKENIZE_EOS) && t->eos >= 0) bn_id_list_add(&out, t->eos);
    *n = out.n;
    return status;
}

/* ---- decoding ---- */

struct bn_text bn_tokenizer_bytes(const struct bn_tokenizer *tokenizer, int32_t id, bool special)
{
    const struct bn_vocab_index *index = &tokenizer->index;
    struct bn_text text = {"", 0};
    if (id < 0 || id >= index->n_tokens) return text;
    bool hidden = index->types[id] == BN_TOKEN_CONTROL || index->types[id] == BN_TOKEN_UNKNOWN;
    if (!hidden || special) text.bytes = bn_vocab_bytes(index, id, &text.n);
    return text;
}

bool bn_tokenizer_is_end(const struct bn_tokenizer *tokenizer, int32_t id)
{
    return id >= 0 && id < tokenizer->index.n_tokens && tokenizer->is_end[id];
}

bool bn_tokenizer_adds_space(const struct bn_tokenizer *tokenizer) { return tokenizer->adds_space; }
