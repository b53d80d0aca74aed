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

/* One merge on its way into the table. */
struct reading {
    char *text; /* the bytes of the left part, then those of the right: `room`, or memory of its own */
    char room[512];
    long left, right;
    uint64_t left_hash, right_hash;
    struct bn_bpe_slot merge;
};

/* "left right" is split at the first space after its first byte. False: it is none, or memory is out. */
static bool read_text(const struct bn_bpe *bpe, const struct bn_string *text, struct reading *r)
{
    const char *space = text->n > 1 ? memchr(text->bytes + 1, ' ', text->n - 1) : NULL;
    size_t n_left = space ? (size_t)(space - text->bytes) : 0;
    r->text = text->n > sizeof r->room ? malloc(text->n) : r->room;
    r->left = r->right = -1;
    if (!space || !r->text) return false;
    r->left = bn_gpt2_alphabet_decode(text->bytes, n_left, r->text);
    if (r->left <= 0) return false;
    r->right = bn_gpt2_alphabet_decode(space + 1, text->n - n_left - 1, r->text + r->left);
    if (r->right <= 0) return false;
    bn_vocab_prefetch(bpe->index, r->left_hash = bn_vocab_hash(r->text, (size_t)r->left));
    bn_vocab_prefetch(bpe->index, r->right_hash = bn_vocab_hash(r->text + r->left, (size_t)r->right));
    return true;
}

static void find_parts(const struct bn_bpe *bpe, uint32_t rank, struct reading *r)
{
    r->merge = (struct bn_bpe_slot){-1, -1, rank};
    r->merge.left = bn_vocab_find_hashed(bpe->index, r->left_hash, r->text, (size_t)r->left);
    r->merge.right = bn_vocab_find_hashed(bpe->index, r->right_hash, r->text + r->left, (size_t)r->right);
    __builtin_prefetch(&bpe->slots[place(r->merge.left, r->merge.right) & bpe->mask], 1);
    if (r->text != r->room) free(r->text);
}

static enum bn_status no_merge(const struct bn_vocab *vocab, size_t rank, struct bn_error *err)
{
    const struct bn_string *text = &vocab->merges[rank];
    return bn_fail(err, BN_ERR_FORMAT,
                   "Merge %zu of the vocabulary, \"%.*s\", is not two texts with a space between; the file is damaged.",
                   rank, (int)(text->n < 60 ? text->n : 60), text->bytes);
}

/* Goes through the merges in groups, so that the waits for memory of one group overlap (280,147 merges: 2.5
 * times faster). */
static enum bn_status fill_table(struct bn_bpe *bpe, const struct bn_vocab *vocab, struct bn_error *err)
{
    enum { GROUP = 32 };
    struct reading group[GROUP];
    for (size_t at = 0; at < vocab->n_merges; at += GROUP) {
        size_t n = vocab->n_merges - at < GROUP ? vocab->n_merges - at : GROUP;
        for (size_t i = 0; i < n; i++)
            if (!read_text(bpe, &vocab->merges[at + i], &group[i])) {
                bool memory = !group[i].text;
                for (size_t k = 0; k <= i; k++)
                    if (group[k].text != group[k].room) free(group[k].text);
                return memory ? bn_fail_memory(err, "a merge", vocab->merges[at + i].n) : no_merge(vocab, at + i, err);
            }
        for (size_t i = 0; i < n; i++) find_parts(bpe, (uint32_t)(at + i), &group[i]);
        for (size_t i = 0; i < n; i++)
            if (group[i].merge.left >= 0 && group[i].merge.right >= 0) insert(bpe, &group[i].merge);
    }
    return BN_OK;
}

/* Tokens of several bytes come about by merging alone (or are taken whole). A vocabulary of bytes and a few more tokens
 * may do without; one in which most tokens could never be made has lost its merges. */
static bool needs_merges(const struct bn_vocab_index *index)
{
    int32_t several = 0, single = 0;
    for (int32_t id = 0; id < index->n_tokens; id++) {
        if (index->types[id] != BN_TOKEN_NORMAL) continue;
        if (index->start[id + 1] - index->start[id] > 1)
            several++;
        else
            single++;
    }
    return several > single;
}

static enum bn_status read_merges(struct bn_bpe *bpe, const struct bn_vocab *vocab, struct bn_error *err)
{
    size_t n_slots = 16;
    if (!vocab->n_merges && needs_merges(bpe->index))
        return bn_fail(err, BN_ERR_FORMAT,
                       "The vocabulary has tokens of several bytes but no merges; the file is incomplete: convert the "
                       "model again.");
    if (vocab->n_merges > INT32_MAX)
        return bn_fail(err, BN_ERR_FORMAT, "The vocabulary has %zu merges: the file is damaged.", vocab->n_merges);
    while (n_slots < vocab->n_merges + vocab->n_merges / 2) n_slots *= 2;
    bpe->slots = malloc(n_slots * sizeof *bpe->slots);
    if (!bpe->slots) return bn_fail_memory(err, "the merges", n_slots * sizeof *bpe->slots);
    memset(bpe->slots, 0xFF, n_slots * sizeof *bpe->slots);
    bpe->mask = (uint32_t)n_slots - 1;
    return fill_table(bpe, vocab, err);
}

enum bn_status bn_bpe_init(struct bn_bpe *bpe, const struct bn_vocab_index *index, const struct bn_vocab *vocab,
                           const char *pretokenizer, struct bn_error *err)
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

/* ---- encoding ---- */

struct encoding {
    const struct bn_bpe *bpe;
    bool take_whole;
    struct bn_merge merge;
    struct bn_id_list *out;
};

static bool merge_rule(const void *self, const char *text, const struct bn_symbol *left, const struct bn_symbol *right,
                       uint32_t *rank, int32_t *id)
{
    const struct bn_bpe *bpe = self;
    const struct bn_bpe_slot *slot = find(bpe, left->id, right->id);
    if (!slot) return false;
    *rank = slot->rank;
    *id = bn_vocab_find(bpe->index, text + left->start, left->n + right->n);
    return *id >= 0; /* a merge whose result is no token does not apply */
}

static enum bn_status no_byte(uint8_t byte, struct bn_error *err)
{
    return bn_fail(err, BN_ERR_UNSUPPORTED, "The vocabulary has no token for the byte 0x%02X of the text.", byte);
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
    struct encoding e = {.bpe = bpe, .take_whole = bn_pretokenizer_ignores_merges(bpe->pretokenizer), .out = out};
    enum bn_status status = bn_pretokenizer_split(bpe->pretokenizer, text, n, encode_pretoken, &e, err);
    bn_merge_release(&e.merge);
    return status;
}
