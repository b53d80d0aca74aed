/* tiktoken.c - Llama 3's tokenizer.model: one "base64 rank" a line. Token bytes become GPT-2's alphabet;
 * merges, which the format leaves out, are every way to put a token together from two others, in the order of
 * the tokens (as Hugging Face's converter has it); Llama 3's special tokens, which it leaves out too, are
 * added (FORMATS.md 1.4). */
#include "engine/format/owner.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOKEN_LIMIT = 1 << 22, BYTES_LIMIT = 1 << 16, MERGE_BYTES_LIMIT = 16 << 20 };

struct table { /* open addressing: token number + 1, 0 is empty */
    uint32_t *slots;
    size_t mask;
    const struct bn_string *raw;
    uint64_t *prefix, *power; /* [BYTES_LIMIT + 1]: hashes of the beginnings of one token, and powers of the base */
};

/* Hashes are polynomials modulo 2^61 - 1, so that the hash of any part of a token follows from those of its
 * beginnings, and cutting a token in all ways takes time linear in its length. */
#define MODULUS ((UINT64_C(1) << 61) - 1)
static const uint64_t base = UINT64_C(1027372926017634071);

static uint64_t multiply(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    __uint128_t product = (__uint128_t)a * b;
    uint64_t sum = (uint64_t)(product & MODULUS) + (uint64_t)(product >> 61);
#else /* CPUs of 32 bits: in halves */
    uint64_t high = a >> 32, low = a & UINT32_MAX, b_high = b >> 32, b_low = b & UINT32_MAX;
    uint64_t middle = high * b_low + low * b_high, top = high * b_high, bottom = low * b_low;
    uint64_t sum = (top << 3 & MODULUS) + (top >> 58) + (middle >> 29) + ((middle << 32) & MODULUS) +
                   (bottom & MODULUS) + (bottom >> 61);
    sum = (sum & MODULUS) + (sum >> 61);
#endif
    return sum >= MODULUS ? sum - MODULUS : sum;
}

static void hash_beginnings(const struct table *t, struct bn_string token)
{
    t->prefix[0] = 0;
    for (size_t i = 0; i < token.n; i++) {
        uint64_t h = multiply(t->prefix[i], base) + (uint8_t)token.bytes[i] + 1;
        t->prefix[i + 1] = h >= MODULUS ? h - MODULUS : h;
    }
}

/* Of bytes from .. to - 1 of the token whose beginnings were hashed. */
static uint64_t hash_of_part(const struct table *t, size_t from, size_t to)
{
    uint64_t h = t->prefix[to] + MODULUS - multiply(t->prefix[from], t->power[to - from]);
    return h >= MODULUS ? h - MODULUS : h;
}

/* Slot of the bytes: where they are, or the empty one where they would be. */
static uint32_t *find(const struct table *t, uint64_t hash, const char *bytes, size_t n)
{
    size_t i = (size_t)(hash ^ hash >> 29) & t->mask;
    while (t->slots[i] && (t->raw[t->slots[i] - 1].n != n || memcmp(t->raw[t->slots[i] - 1].bytes, bytes, n)))
        i = (i + 1) & t->mask;
    return &t->slots[i];
}

static int base64_digit(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *p = c ? strchr(digits, c) : NULL;
    return p ? (int)(p - digits) : -1;
}

/* Returns the decoded length, or 0 when it is no base64. out has room for n bytes. */
static size_t base64(char *out, const char *in, size_t n)
{
    uint32_t bits = 0;
    int held = 0;
    size_t m = 0;
    while (n && in[n - 1] == '=') n--;
    for (size_t i = 0; i < n; i++) {
        int d = base64_digit(in[i]);
        if (d < 0) return 0;
        bits = (bits << 6 | (uint32_t)d) & 0xffffff, held += 6;
        if (held >= 8) held -= 8, out[m++] = (char)(bits >> held);
    }
    return m;
}

/* GPT-2's printable character of a byte, as UTF-8: one or two bytes. */
static size_t alphabet(char *out, uint8_t b)
{
    bool itself = (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
    unsigned c = itself ? b : b < 33 ? 256u + b : b < 161 ? 256u + 33 + b - 127u : 256u + 33 + 34;
    if (c < 128) return out[0] = (char)c, 1;
    return out[0] = (char)(0xc0 | c >> 6), out[1] = (char)(0x80 | (c & 63)), 2;
}

static struct bn_string to_alphabet(struct bn_source *s, struct bn_string raw, struct bn_error *err)
{
    char *out = bn_source_alloc(s, 2 * raw.n + 1, 1, err);
    size_t n = 0;
    for (size_t i = 0; out && i < raw.n; i++) n += alphabet(out + n, (uint8_t)raw.bytes[i]);
    return (struct bn_string){out, n};
}

static size_t count_lines(const struct bn_map *map)
{
    size_t n = 0;
    for (size_t i = 0; i < map->n; i++) n += map->bytes[i] == '\n';
    return n + (map->n && map->bytes[map->n - 1] != '\n');
}

/* Fills raw[rank] for all lines; false when a line is no token or a rank is missing. */
static bool read_lines(struct bn_source *s, struct bn_string *raw, size_t n, const struct bn_map *map,
                       struct bn_error *err)
{
    const char *p = (const char *)map->bytes, *end = p + map->n;
    for (size_t i = 0; i < n; i++) {
        const char *eol = memchr(p, '\n', (size_t)(end - p)), *stop = eol ? eol : end,
                   *space = memchr(p, ' ', (size_t)(stop - p));
        uint64_t rank = 0;
        if (!space || space - p > BYTES_LIMIT || stop - space > 12 || stop - space < 2) return false;
        for (const char *d = space + 1; d < stop && *d != '\r'; d++) rank = rank * 10 + (uint64_t)(*d - '0');
        if (rank >= n || raw[rank].bytes) return false;
        char *bytes = bn_source_alloc(s, (size_t)(space - p) + 1, 1, err);
        if (!bytes || !(raw[rank].n = base64(bytes, p, (size_t)(space - p)))) return false;
        raw[rank].bytes = bytes;
        p = stop + (eol != NULL);
    }
    return true;
}

struct split {
    uint32_t left, right;
};
static int by_ranks(const void *a, const void *b)
{
    const struct split *x = a, *y = b;
    return x->left != y->left ? (x->left < y->left ? -1 : 1) : x->right < y->right ? -1 : x->right > y->right;
}

/* All pairs of tokens that make a token, in rank order. */
static size_t splits(struct split *out, const struct table *t, struct bn_string token)
{
    size_t n = 0;
    hash_beginnings(t, token);
    for (size_t k = 1; k < token.n; k++) {
        uint32_t left = *find(t, hash_of_part(t, 0, k), token.bytes, k);
        uint32_t right = left ? *find(t, hash_of_part(t, k, token.n), token.bytes + k, token.n - k) : 0;
        if (left && right) out[n++] = (struct split){left - 1, right - 1};
    }
    qsort(out, n, sizeof *out, by_ranks);
    return n;
}

static struct bn_string joined(struct bn_source *s, struct bn_string a, struct bn_string b, struct bn_error *err)
{
    char *out = bn_source_alloc(s, a.n + b.n + 1, 1, err);
    if (!out) return (struct bn_string){NULL, 0};
    memcpy(out, a.bytes, a.n);
    out[a.n] = ' ';
    memcpy(out + a.n + 1, b.bytes, b.n);
    return (struct bn_string){out, a.n + 1 + b.n};
}

/* Llama 3's merges have twice the bytes of its tokens; far more come from texts that nobody trained on, and would take
 * memory out of proportion. */
static enum bn_status make_merges(struct bn_source *s, const struct table *t, size_t n, struct split *room,
                                  struct bn_error *err)
{
    struct bn_vocab *v = &s->vocab;
    size_t total = 0, bytes = 0, most = MERGE_BYTES_LIMIT;
    for (size_t i = 0; i < n; i++) most += 64 * t->raw[i].n;
    for (size_t i = 0; i < n; i++) {
        size_t found = splits(room, t, t->raw[i]);
        total += found, bytes += found * (t->raw[i].n + sizeof(struct bn_string));
        if (bytes > most)
            return bn_fail(err, BN_ERR_UNSUPPORTED,
                           "The vocabulary has too many ways to put its tokens together for %zu tokens.", n);
    }
    if (!(v->merges = bn_source_alloc(s, total, sizeof *v->merges, err))) return BN_ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        size_t found = splits(room, t, t->raw[i]);
        for (size_t k = 0; k < found; k++) {
            struct bn_string merge = joined(s, v->tokens[room[k].left], v->tokens[room[k].right], err);
            if (!merge.bytes) return BN_ERR_MEMORY;
            v->merges[v->n_merges++] = merge;
        }
    }
    return BN_OK;
}

/* Names of the 256 specials of Llama 3: 0 begin, 1 end, 6 and 7 headers, 9 end of turn; the others are
 * reserved, counted on. */
static enum bn_status add_specials(struct bn_source *s, size_t n, struct bn_error *err)
{
    static const struct {
        int id;
        const char *name;
    } named[] = {{0, "<|begin_of_text|>"},
                 {1, "<|end_of_text|>"},
                 {6, "<|start_header_id|>"},
                 {7, "<|end_header_id|>"},
                 {9, "<|eot_id|>"}};
    struct bn_vocab *v = &s->vocab;
    int reserved = 0;
    for (int i = 0; i < 256; i++) {
        char text[48];
        const char *name = NULL;
        for (size_t k = 0; k < sizeof named / sizeof *named; k++)
            if (named[k].id == i) name = named[k].name;
        if (!name) snprintf(text, sizeof text, "<|reserved_special_token_%d|>", reserved++), name = text;
        char *copy = bn_source_string(s, name, strlen(name), err);
        if (!copy) return BN_ERR_MEMORY;
        v->tokens[n + (size_t)i] = (struct bn_string){copy, strlen(copy)};
        v->types[n + (size_t)i] = BN_TOKEN_CONTROL;
    }
    v->bos = (int32_t)n, v->eos = (int32_t)n + 1, v->eot = (int32_t)n + 9;
    return BN_OK;
}

static enum bn_status fill(struct bn_source *s, const struct table *t, size_t n, struct split *room,
                           struct bn_error *err)
{
    struct bn_vocab *v = &s->vocab;
    for (size_t i = 0; i < n; i++) {
        hash_beginnings(t, t->raw[i]);
        *find(t, t->prefix[t->raw[i].n], t->raw[i].bytes, t->raw[i].n) = (uint32_t)i + 1;
        v->types[i] = BN_TOKEN_NORMAL;
        v->tokens[i] = to_alphabet(s, t->raw[i], err);
        if (!v->tokens[i].bytes) return BN_ERR_MEMORY;
    }
    enum bn_status status = make_merges(s, t, n, room, err);
    return status ? status : add_specials(s, n, err);
}

enum bn_status bn_tiktoken_vocab(struct bn_source *s, const struct bn_map *map, const char *path, struct bn_error *err)
{
    struct bn_vocab *v = &s->vocab;
    size_t n = count_lines(map), size = 1;
    if (n == 0 || n > TOKEN_LIMIT)
        return bn_fail(err, BN_ERR_FORMAT, "%s: is no list of tokens of tiktoken's form.", path);
    while (size < 2 * n) size *= 2;
    struct bn_string *raw = bn_source_alloc(s, n, sizeof *raw, err);
    v->tokens = bn_source_alloc(s, n + 256, sizeof *v->tokens, err);
    v->types = bn_source_alloc(s, n + 256, 1, err);
    if (!raw || !v->tokens || !v->types) return BN_ERR_MEMORY;
    if (!read_lines(s, raw, n, map, err))
        return bn_fail(err, BN_ERR_FORMAT, "%s: holds a line that is no \"base64 rank\", or ranks with gaps.", path);
    struct table t = {.slots = calloc(size, sizeof *t.slots), .mask = size - 1, .raw = raw};
    struct split *room = malloc(BYTES_LIMIT * sizeof *room);
    t.prefix = malloc(2 * (BYTES_LIMIT + 1) * sizeof *t.prefix);
    bool memory = t.slots && room && t.prefix;
    t.power = t.prefix + BYTES_LIMIT + 1;
    for (size_t i = 0; memory && i <= BYTES_LIMIT; i++) t.power[i] = i ? multiply(t.power[i - 1], base) : 1;
    enum bn_status status =
        memory ? fill(s, &t, n, room, err) : bn_fail_memory(err, "the vocabulary", size * sizeof *t.slots);
    free(t.slots), free(t.prefix), free(room);
    v->kind = BN_VOCAB_BPE, v->n_tokens = (int)n + 256, v->add_bos = true;
    snprintf(v->pre, sizeof v->pre, "llama-bpe");
    return status;
}
