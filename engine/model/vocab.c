/* vocab.c - builds the index of a vocabulary: token bytes, token types, and a hash table from bytes to id. */
#include "engine/model/vocab.h"
#include "engine/core/status.h"
#include <stdlib.h>
#include <string.h>

/* ---- the bytes that a token's text represents ---- */

/* The 68 bytes that GPT-2 does not print as themselves map, in increasing order, to U+0100, U+0101, ... */
static int byte_of_code_point(unsigned c)
{
    if ((c >= 33 && c <= 126) || (c >= 161 && c <= 172) || (c >= 174 && c <= 255)) return (int)c;
    if (c < 0x100 || c >= 0x100 + 68) return -1;
    unsigned i = c - 0x100;
    if (i < 33) return (int)i;                   /* 0..32 */
    if (i < 33 + 34) return (int)(i - 33 + 127); /* 127..160 */
    return 173;
}

long bn_gpt2_alphabet_decode(const char *text, size_t n, char *out)
{
    const uint8_t *s = (const uint8_t *)text;
    long length = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned c = s[i]; /* the alphabet ends at U+0143: characters have one byte or two */
        if (c >= 0xC2 && c <= 0xC5 && i + 1 < n && (s[i + 1] & 0xC0) == 0x80)
            c = (c & 0x1F) << 6 | (s[++i] & 0x3F);
        else if (c >= 0x80)
            return -1;
        int byte = byte_of_code_point(c);
        if (byte < 0) return -1;
        out[length++] = (char)byte;
    }
    return length;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that an SPM token "<0x0A>" represents, -1 if it has another form. */
static int byte_of_text(const struct bn_string *text)
{
    if (text->n != 6 || memcmp(text->bytes, "<0x", 3) || text->bytes[5] != '>') return -1;
    int high = hex_digit(text->bytes[3]), low = hex_digit(text->bytes[4]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static bool framed(const struct bn_string *text) /* "<|eot_id|>" */
{
    return text->n > 4 && !memcmp(text->bytes, "<|", 2) && !memcmp(text->bytes + text->n - 2, "|>", 2);
}

static uint8_t type_of(const struct bn_vocab *vocab, int32_t id)
{
    const struct bn_string *text = &vocab->tokens[id];
    if (vocab->types) return vocab->types[id] ? vocab->types[id] : BN_TOKEN_NORMAL;
    if (id == vocab->unk) return BN_TOKEN_UNKNOWN;
    if (id == vocab->bos || id == vocab->eos || id == vocab->eot || id == vocab->eom || id == vocab->pad)
        return BN_TOKEN_CONTROL;
    if (vocab->kind == BN_VOCAB_SPM) return byte_of_text(text) >= 0 ? BN_TOKEN_BYTE : BN_TOKEN_NORMAL;
    return framed(text) ? BN_TOKEN_CONTROL : BN_TOKEN_NORMAL;
}

static size_t copy_with_spaces(const struct bn_string *text, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < text->n;)
        if (text->n - i >= 3 && !memcmp(text->bytes + i, "\xE2\x96\x81", 3))
            out[n++] = ' ', i += 3;
        else
            out[n++] = text->bytes[i++];
    return n;
}

/* Writes the bytes that token `id` represents to out (room for its text) and returns how many. */
static size_t token_bytes(const struct bn_vocab *vocab, int32_t id, uint8_t type, char *out)
{
    const struct bn_string *text = &vocab->tokens[id];
    bool ordinary = type == BN_TOKEN_NORMAL || type == BN_TOKEN_UNUSED;
    if (type == BN_TOKEN_BYTE && byte_of_text(text) >= 0) return out[0] = (char)byte_of_text(text), 1;
    if (vocab->kind == BN_VOCAB_BPE && ordinary) {
        long n = bn_gpt2_alphabet_decode(text->bytes, text->n, out);
        if (n >= 0) return (size_t)n;
    }
    if (vocab->kind == BN_VOCAB_SPM && type != BN_TOKEN_CONTROL) return copy_with_spaces(text, out);
    if (text->n) memcpy(out, text->bytes, text->n);
    return text->n;
}

/* ---- bytes to id ---- */

static uint64_t mix(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    __uint128_t product = (__uint128_t)(a ^ 0x9E3779B97F4A7C15u) * (b ^ 0xD1B54A32D192ED03u);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
#else /* CPUs of 32 bits */
    uint64_t product = (a ^ 0x9E3779B97F4A7C15u) * (b ^ 0xD1B54A32D192ED03u);
    return product ^ product >> 32;
#endif
}

static uint64_t load8(const char *p)
{
    uint64_t value;
    memcpy(&value, p, 8);
    return value;
}

static uint64_t load4(const char *p)
{
    uint32_t value;
    memcpy(&value, p, 4);
    return value;
}

static uint64_t load_short(const char *p, size_t n) /* n < 8 bytes; with n they tell the whole text */
{
    if (n >= 4) return load4(p) << 32 | load4(p + n - 4);
    if (n == 0) return 0;
    return (uint64_t)(uint8_t)p[0] << 16 | (uint64_t)(uint8_t)p[n / 2] << 8 | (uint8_t)p[n - 1];
}

uint64_t bn_vocab_hash(const char *bytes, size_t n)
{
    uint64_t h = n;
    for (; n >= 8; bytes += 8, n -= 8) h = mix(h, load8(bytes));
    return mix(h, load_short(bytes, n));
}

/* The slot of the token with these bytes, or the free slot where it belongs. */
static struct bn_vocab_slot *locate(const struct bn_vocab_index *index, uint64_t hash, const char *bytes, size_t n)
{
    uint32_t tag = (uint32_t)(hash >> 32), i = (uint32_t)hash & index->mask;
    for (; index->slots[i].id >= 0; i = (i + 1) & index->mask) {
        if (index->slots[i].tag != tag) continue;
        size_t length;
        const char *token = bn_vocab_bytes(index, index->slots[i].id, &length);
        if (length == n && !memcmp(token, bytes, n)) break;
    }
    return &index->slots[i];
}

int32_t bn_vocab_find_hashed(const struct bn_vocab_index *index, uint64_t hash, const char *bytes, size_t n)
{
    return n > index->longest ? -1 : locate(index, hash, bytes, n)->id;
}

int32_t bn_vocab_find(const struct bn_vocab_index *index, const char *bytes, size_t n)
{
    return n > index->longest ? -1 : locate(index, bn_vocab_hash(bytes, n), bytes, n)->id;
}

static void insert(struct bn_vocab_index *index, int32_t id)
{
    size_t n;
    const char *bytes = bn_vocab_bytes(index, id, &n);
    if (n == 0) return;
    if (n > index->longest) index->longest = n;
    uint64_t hash = bn_vocab_hash(bytes, n);
    struct bn_vocab_slot *slot = locate(index, hash, bytes, n);
    if (slot->id < 0)
        *slot = (struct bn_vocab_slot){(uint32_t)(hash >> 32), id}; /* of two equal texts the first is used */
}

/* ---- opening ---- */

static enum bn_status allocate(struct bn_vocab_index *index, const struct bn_vocab *vocab, struct bn_error *err)
{
    size_t text_bytes = 1, n = (size_t)vocab->n_tokens, n_slots = 16;
    for (size_t i = 0; i < n; i++) text_bytes += vocab->tokens[i].n + 1;
    if (text_bytes > UINT32_MAX)
        return bn_fail(err, BN_ERR_FORMAT, "The vocabulary has %zu bytes of text, more than 4 GB: the file is damaged.",
                       text_bytes);
    while (n_slots < 2 * n) n_slots *= 2;
    index->bytes = malloc(text_bytes);
    index->start = malloc((n + 1) * sizeof *index->start);
    index->types = malloc(n);
    index->slots = malloc(n_slots * sizeof *index->slots);
    if (!index->bytes || !index->start || !index->types || !index->slots)
        return bn_fail_memory(err, "the vocabulary", text_bytes + n * 5 + n_slots * sizeof *index->slots);
    memset(index->slots, 0xFF, n_slots * sizeof *index->slots);
    index->mask = (uint32_t)n_slots - 1;
    return BN_OK;
}

static void fill(struct bn_vocab_index *index, const struct bn_vocab *vocab)
{
    memset(index->byte_id, 0xFF, sizeof index->byte_id);
    index->start[0] = 0;
    for (int32_t id = 0; id < vocab->n_tokens; id++) {
        uint8_t type = index->types[id] = type_of(vocab, id);
        char *out = index->bytes + index->start[id];
        size_t n = token_bytes(vocab, id, type, out);
        index->start[id + 1] = index->start[id] + (uint32_t)n;
        bool ordinary = type == BN_TOKEN_NORMAL || type == BN_TOKEN_UNUSED;
        if (ordinary) insert(index, id);
        bool single = type == BN_TOKEN_BYTE || (vocab->kind == BN_VOCAB_BPE && ordinary);
        if (single && n == 1 && index->byte_id[(uint8_t)*out] < 0) index->byte_id[(uint8_t)*out] = id;
    }
}

enum bn_status bn_vocab_index_init(struct bn_vocab_index *index, const struct bn_vocab *vocab, struct bn_error *err)
{
    *index = (struct bn_vocab_index){.n_tokens = vocab->n_tokens};
    if (vocab->kind == BN_VOCAB_NONE || vocab->n_tokens <= 0)
        return bn_fail(err, BN_ERR_UNSUPPORTED,
                       "The model has no vocabulary: give a tokenizer file with --tokenizer, or work with token ids.");
    enum bn_status status = allocate(index, vocab, err);
    if (status == BN_OK)
        fill(index, vocab);
    else
        bn_vocab_index_release(index);
    return status;
}

void bn_vocab_index_release(struct bn_vocab_index *index)
{
    free(index->bytes);
    free(index->start);
    free(index->types);
    free(index->slots);
    *index = (struct bn_vocab_index){0};
}
