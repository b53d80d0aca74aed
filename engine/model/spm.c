/* spm.c - encodes stretch by stretch; characters without a token become bytes. */
#include "engine/model/spm.h"
#include "engine/core/status.h"
#include "engine/model/merge.h"
#include "engine/model/utf8.h"
#include <stdlib.h>
#include <string.h>

/* Maps a score to a rank with the same order, reversed: the bits of a float compare like integers once the
 * negative ones are turned round. */
static uint32_t rank_of(float score)
{
    uint32_t bits;
    score += 0.0f; /* -0 and +0 are one score */
    memcpy(&bits, &score, sizeof bits);
    return bits & 0x80000000u ? bits : ~(bits | 0x80000000u);
}

static bool has_inner_space(const struct bn_vocab_index *index, int32_t id)
{
    size_t n;
    const char *bytes = bn_vocab_bytes(index, id, &n);
    for (size_t i = 1; i < n; i++)
        if (bytes[i] == ' ' && bytes[i - 1] != ' ') return true;
    return false;
}

enum bn_status bn_spm_init(struct bn_spm *spm, const struct bn_vocab_index *index, const struct bn_vocab *vocab,
                           struct bn_error *err)
{
    *spm = (struct bn_spm){.index = index, .unk = vocab->unk, .cuts_at_spaces = true};
    spm->ranks = malloc((size_t)index->n_tokens * sizeof *spm->ranks);
    if (!spm->ranks) return bn_fail_memory(err, "the scores", (size_t)index->n_tokens * sizeof *spm->ranks);
    for (int32_t id = 0; id < index->n_tokens; id++) {
        bool ordinary = index->types[id] == BN_TOKEN_NORMAL || index->types[id] == BN_TOKEN_UNUSED;
        spm->ranks[id] = rank_of(vocab->scores ? vocab->scores[id] : 0);
        if (ordinary && has_inner_space(index, id)) spm->cuts_at_spaces = false;
    }
    return BN_OK;
}

void bn_spm_release(struct bn_spm *spm)
{
    free(spm->ranks);
    *spm = (struct bn_spm){0};
}

/* ---- encoding ---- */

static bool merge_rule(const void *self, const char *text, const struct bn_symbol *left, const struct bn_symbol *right,
                       uint32_t *rank, int32_t *id)
{
    const struct bn_spm *spm = self;
    *id = bn_vocab_find(spm->index, text + left->start, left->n + right->n);
    if (*id < 0) return false;
    *rank = spm->ranks[*id];
    return true;
}

static enum bn_status add_bytes(const struct bn_spm *spm, const char *text, size_t n, struct bn_id_list *out,
                                struct bn_error *err)
{
    for (size_t i = 0; i < n; i++) {
        int32_t id = spm->index->byte_id[(uint8_t)text[i]];
        if (id < 0) id = spm->unk;
        if (id < 0)
            return bn_fail(err, BN_ERR_UNSUPPORTED, "The vocabulary has no token for the byte 0x%02X of the text.",
                           (uint8_t)text[i]);
        bn_id_list_add(out, id);
    }
    return BN_OK;
}

static enum bn_status encode_stretch(const struct bn_spm *spm, struct bn_merge *merge, const char *text, size_t n,
                                     struct bn_id_list *out, struct bn_error *err)
{
    if (!bn_merge_reserve(merge, n)) return bn_fail_memory(err, "the text's symbols", n * 52);
    for (size_t i = 0, length; i < n; i += length) {
        length = bn_utf8_length(text + i, n - i);
        if (!length) length = 1; /* an invalid byte is a stretch of its own */
        bn_merge_add(merge, i, length, bn_vocab_find(spm->index, text + i, length));
    }
    bn_merge_run(merge, text, merge_rule, spm);
    enum bn_status status = BN_OK;
    for (int32_t i = 0; i >= 0 && status == BN_OK; i = merge->symbols[i].next) {
        const struct bn_symbol *symbol = &merge->symbols[i];
        if (symbol->id >= 0)
            bn_id_list_add(out, symbol->id);
        else
            status = add_bytes(spm, text + symbol->start, symbol->n, out, err);
    }
    return status;
}

/* Where the stretch that begins at `at` ends: before the next space that follows another character. */
static size_t stretch_end(const struct bn_spm *spm, const char *text, size_t n, size_t at)
{
    if (!spm->cuts_at_spaces) return n;
    for (size_t i = at + 1; i < n; i++)
        if (text[i] == ' ' && text[i - 1] != ' ') return i;
    return n;
}

static enum bn_status encode(const struct bn_spm *spm, const char *text, size_t n, struct bn_id_list *out,
                             struct bn_error *err)
{
    struct bn_merge merge = {0};
    enum bn_status status = BN_OK;
    for (size_t at = 0, end; at < n && status == BN_OK; at = end) {
        end = stretch_end(spm, text, n, at);
        status = encode_stretch(spm, &merge, text + at, end - at, out, err);
    }
    bn_merge_release(&merge);
    return status;
}

enum bn_status bn_spm_encode(const struct bn_spm *spm, const char *text, size_t n, bool space_first,
                             struct bn_id_list *out, struct bn_error *err)
{
    if (!space_first) return encode(spm, text, n, out, err);
    char *spaced = malloc(n + 1);
    if (!spaced) return bn_fail_memory(err, "the text", n + 1);
    spaced[0] = ' ';
    memcpy(spaced + 1, text, n);
    enum bn_status status = encode(spm, spaced, n + 1, out, err);
    free(spaced);
    return status;
}
