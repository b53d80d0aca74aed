/* bpe.c - the table of merges, and the encoding of one pre-token after the other. */
#include "engine/model/bpe.h"
#include "engine/core/status.h"
#include "engine/model/merge.h"
#include <stdlib.h>
#include <string.h>

static uint32_t place(int32_t left, int32_t right)
{
    uint64_t h = ((uint64_t)(uint32_t)left << 32 | (uint32_t)right) * 0x9E3779B97F4A7C15u;
    return (uint32_t)(h >> 32);
}

static const struct bn_bpe_slot *find(const struct bn_bpe *bpe, int32_t left, int32_t right)
{
    for (uint32_t i = place(left, right) & bpe->mask;; i = (i + 1) & bpe->mask) {
        const struct bn_bpe_slot *slot = &bpe->slots[i];
        if (slot->left < 0) return NULL;
        if (slot->left == left && slot->right == right) return slot;
    }
}

static void insert(struct bn_bpe *bpe, const struct bn_bpe_slot *merge)
{
    uint32_t i = place(merge->left, merge->right) & bpe->mask;
    for (; bpe->slots[i].left >= 0; i = (i + 1) & bpe->mask)
        if (bpe->slots[i].left == merge->left && bpe->slots[i].right == merge->right) return;
    bpe->slots[i] = *merge;
}

/* "left right" is split at the first space after its first byte. */
static bool read_merge(const struct bn_bpe *bpe, const struct bn_string *text, uint32_t rank,
                       struct bn_bpe_slot *merge)
{
    char joined[1024];
    const char *space = text->n > 1 ? memchr(text->bytes + 1, ' ', text->n - 1) : NULL;
    if (!space || text->n > sizeof joined) return false;
    size_t n_left = (size_t)(space - text->bytes);
    long left = bn_gpt2_alphabet_decode(text->bytes, n_left, joined);
    long right = left < 0 ? -1 : bn_gpt2_alphabet_decode(space + 1, text->n - n_left - 1, joined + left);
    if (left <= 0 || right <= 0) return false;
    merge->left = bn_vocab_find(bpe->index, joined, (size_t)left);
    merge->right = bn_vocab_find(bpe->index, joined + left, (size_t)right);
    merge->id = bn_vocab_find(bpe->index, joined, (size_t)(left + right));
    merge->rank = rank;
    return merge->left >= 0 && merge->right >= 0 && merge->id >= 0;
}

static enum bn_status read_merges(struct bn_bpe *bpe, const struct bn_vocab *vocab, struct bn_error *err)
{
    size_t n_slots = 16;
    if (vocab->n_merges > INT32_MAX)
        return bn_fail(err, BN_ERR_FORMAT, "The vocabulary has %zu merges: the file is damaged.",
                       vocab->n_merges);
    while (n_slots < vocab->n_merges + vocab->n_merges / 2) n_slots *= 2;
    bpe->slots = malloc(n_slots * sizeof *bpe->slots);
    if (!bpe->slots) return bn_fail_memory(err, "the merges", n_slots * sizeof *bpe->slots);
    memset(bpe->slots, 0xFF, n_slots * sizeof *bpe->slots);
    bpe->mask = (uint32_t)n_slots - 1;
    for (size_t i = 0; i < vocab->n_merges; i++) {
        struct bn_bpe_slot merge;
        if (read_merge(bpe, &vocab->merges[i], (uint32_t)i, &merge)) insert(bpe, &merge);
    }
    return BN_OK;
}

enum bn_status bn_bpe_init(struct bn_bpe *bpe, const struct bn_vocab_index *index,
                           const struct bn_vocab *vocab, const char *pretokenizer, struct bn_error *err)
{
    *bpe = (struct bn_bpe){.index = index, .unk = vocab->unk};
    enum bn_status status = bn_pretokenizer_open(&bpe->pretokenizer, pretokenizer, err);
    if (status == BN_OK) status = read_merges(bpe, vocab, err);
    if (status != BN_OK) bn_bpe_release(bpe);
    return status;
}

void bn_bpe_release(struct bn_bpe *bpe)
{
    bn_pretokenizer_close(bpe->pretokenizer);
    free(bpe->slots);
    *bpe = (struct bn_bpe){0};
}

/* ---- encoding
 * ---------------------------------------------------------------------------------------------------- */

struct encoding {
    const struct bn_bpe *bpe;
    bool take_whole;
    struct bn_merge merge;
    struct bn_id_list *out;
};

static bool merge_rule(const void *self, const char *text, const struct bn_symbol *left,
                       const struct bn_symbol *right, uint32_t *rank, int32_t *id)
{
    (void)text;
    const struct bn_bpe_slot *slot = find(self, left->id, right->id);
    if (!slot) return false;
    *rank = slot->rank, *id = slot->id;
    return true;
}

static enum bn_status no_byte(uint8_t byte, struct bn_error *err)
{
    return bn_fail(err, BN_ERR_UNSUPPORTED, "The vocabulary has no token for the byte 0x%02X of the text.",
                   byte);
}

static enum bn_status merge_bytes(struct encoding *e, const char *text, size_t n, struct bn_error *err)
{
    const struct bn_bpe *bpe = e->bpe;
    if (!bn_merge_reserve(&e->merge, n)) return bn_fail_memory(err, "the text's symbols", n * 52);
    for (size_t i = 0; i < n; i++) {
        int32_t id = bpe->index->byte_id[(uint8_t)text[i]];
        if (id < 0) id = bpe->unk;
        if (id < 0) return no_byte((uint8_t)text[i], err);
        bn_merge_add(&e->merge, i, 1, id);
    }
    bn_merge_run(&e->merge, text, merge_rule, bpe);
    for (int32_t i = 0; i >= 0; i = e->merge.symbols[i].next) bn_id_list_add(e->out, e->merge.symbols[i].id);
    return BN_OK;
}

static enum bn_status encode_pretoken(void *self, const char *text, size_t n, struct bn_error *err)
{
    struct encoding *e = self;
    int32_t id = n == 1 ? e->bpe->index->byte_id[(uint8_t)*text] : -1;
    if (id < 0 && e->take_whole) id = bn_vocab_find(e->bpe->index, text, n);
    if (id < 0) return merge_bytes(e, text, n, err);
    bn_id_list_add(e->out, id);
    return BN_OK;
}

enum bn_status bn_bpe_encode(const struct bn_bpe *bpe, const char *text, size_t n, struct bn_id_list *out,
                             struct bn_error *err)
{
    struct encoding e = {
        .bpe = bpe, .take_whole = bn_pretokenizer_ignores_merges(bpe->pretokenizer), .out = out};
    enum bn_status status = bn_pretokenizer_split(bpe->pretokenizer, text, n, encode_pretoken, &e, err);
    bn_merge_release(&e.merge);
    return status;
}
