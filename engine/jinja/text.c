/* text.c - building, measuring and changing marked strings. */
#include "engine/jinja/text.h"
#include "engine/model/utf8.h"
#include <utf8proc.h>

static void grow(struct bn_jinja_builder *b, size_t n)
{
    if (n <= b->cap) return;
    size_t cap = n < 64 ? 128 : 2 * n;
    char *bytes = bn_jinja_alloc(b->job, cap, 1);
    if (b->n) memcpy(bytes, b->bytes, b->n);
    if (b->marks) b->marks = memcpy(bn_jinja_alloc(b->job, cap, 1), b->marks, b->n);
    b->bytes = bytes, b->cap = cap;
}

void bn_jinja_put(struct bn_jinja_builder *b, struct bn_jinja_text text)
{
    if (!text.n) return;
    bn_jinja_step(b->job, text.n / 64 + 1);
    grow(b, b->n + text.n);
    if (text.marks && !b->marks) b->marks = bn_jinja_alloc(b->job, b->cap, 1);
    memcpy(b->bytes + b->n, text.bytes, text.n);
    if (text.marks)
        memcpy(b->marks + b->n, text.marks, text.n);
    else if (b->marks)
        memset(b->marks + b->n, 0, text.n);
    b->n += text.n;
}

void bn_jinja_put_plain(struct bn_jinja_builder *b, const char *text)
{
    bn_jinja_put(b, (struct bn_jinja_text){text, NULL, strlen(text)});
}

struct bn_jinja_text bn_jinja_built(const struct bn_jinja_builder *b)
{
    return (struct bn_jinja_text){b->bytes ? b->bytes : "", b->marks, b->n};
}

size_t bn_jinja_character(struct bn_jinja_text t, size_t at)
{
    size_t n = bn_utf8_length(t.bytes + at, t.n - at);
    return n ? n : 1;
}

size_t bn_jinja_characters(struct bn_jinja_text t)
{
    size_t n = 0;
    for (size_t at = 0; at < t.n; at += bn_jinja_character(t, at)) n++;
    return n;
}

size_t bn_jinja_offset(struct bn_jinja_text t, size_t index)
{
    size_t at = 0;
    for (; index && at < t.n; index--) at += bn_jinja_character(t, at);
    return at;
}

bool bn_jinja_is_space(struct bn_jinja_text t, size_t at)
{
    unsigned c;
    if (!bn_utf8_decode(t.bytes + at, t.n - at, &c)) return false;
    return (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

size_t bn_jinja_find(struct bn_jinja_text t, struct bn_jinja_text what, size_t from)
{
    if (from > t.n) return SIZE_MAX;
    if (!what.n) return from;
    const char *at = memmem(t.bytes + from, t.n - from, what.bytes, what.n);
    return at ? (size_t)(at - t.bytes) : SIZE_MAX;
}

static bool strips(struct bn_jinja_text t, size_t at, const struct bn_jinja_text *set)
{
    if (!set) return bn_jinja_is_space(t, at);
    struct bn_jinja_text character = bn_jinja_part(t, at, at + bn_jinja_character(t, at));
    for (size_t i = 0; i < set->n; i += bn_jinja_character(*set, i))
        if (bn_jinja_same(character, bn_jinja_part(*set, i, i + bn_jinja_character(*set, i)))) return true;
    return false;
}

/* Where the last character of t begins. */
static size_t last_character(struct bn_jinja_text t)
{
    for (size_t back = t.n < 4 ? t.n : 4; back > 1; back--)
        if (bn_utf8_length(t.bytes + t.n - back, back) == back) return t.n - back;
    return t.n - 1;
}

struct bn_jinja_text bn_jinja_strip(struct bn_jinja_text t, const struct bn_jinja_text *set, bool left, bool right)
{
    while (left && t.n && strips(t, 0, set)) t = bn_jinja_part(t, bn_jinja_character(t, 0), t.n);
    while (right && t.n && strips(t, last_character(t), set)) t = bn_jinja_part(t, 0, last_character(t));
    return t;
}

struct bn_jinja_text bn_jinja_replace(struct bn_jinja_job *job, struct bn_jinja_text t, struct bn_jinja_text from,
                                      struct bn_jinja_text to, size_t most)
{
    struct bn_jinja_builder b = {.job = job};
    size_t at = 0;
    for (size_t done = 0; done < most; done++) {
        size_t found = bn_jinja_find(t, from, at);
        if (found == SIZE_MAX) break;
        size_t skip = from.n || at == t.n ? from.n : bn_jinja_character(t, at);
        bn_jinja_put(&b, bn_jinja_part(t, at, found));
        bn_jinja_put(&b, to);
        if (!from.n) bn_jinja_put(&b, bn_jinja_part(t, at, at + skip)); /* "" is found before every character */
        if (!from.n && !skip) break;
        at = found + skip;
    }
    bn_jinja_put(&b, bn_jinja_part(t, at, t.n));
    return bn_jinja_built(&b);
}

/* Letters whose other case is several letters or depends on what is around them (Unicode's SpecialCasing.txt). */
static bool is_special(unsigned c)
{
    static const unsigned ranges[][2] = {{0xDF, 0xDF},     {0x130, 0x130},   {0x149, 0x149},   {0x1F0, 0x1F0},
                                         {0x390, 0x390},   {0x3A3, 0x3A3},   {0x3B0, 0x3B0},   {0x587, 0x587},
                                         {0x1E96, 0x1E9A}, {0x1F50, 0x1FFC}, {0xFB00, 0xFB17}, {0, 0}};
    for (size_t i = 0; ranges[i][0]; i++)
        if (c >= ranges[i][0] && c <= ranges[i][1]) return true;
    return false;
}

static bool is_cased(unsigned c)
{
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);
    return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LL || category == UTF8PROC_CATEGORY_LT;
}

static unsigned other_case(unsigned c, enum bn_jinja_case how, bool first, bool after_letter)
{
    if (how == BN_JINJA_UPPER) return (unsigned)utf8proc_toupper((utf8proc_int32_t)c);
    if ((how == BN_JINJA_CAPITAL && first) || (how == BN_JINJA_TITLE && !after_letter))
        return (unsigned)utf8proc_totitle((utf8proc_int32_t)c);
    return (unsigned)utf8proc_tolower((utf8proc_int32_t)c);
}

/* One character at `at` of t, recased; the result carries its mark. */
static void put_recased(struct bn_jinja_builder *b, struct bn_jinja_text t, size_t at, size_t n, unsigned c)
{
    utf8proc_uint8_t *bytes = bn_jinja_alloc(b->job, 4, 1), *marks = bn_jinja_alloc(b->job, 4, 1);
    size_t m = (size_t)utf8proc_encode_char((utf8proc_int32_t)c, bytes);
    if (t.marks) memset(marks, t.marks[at + n - 1], m);
    bn_jinja_put(b, (struct bn_jinja_text){(char *)bytes, t.marks ? marks : NULL, m});
}

struct bn_jinja_text bn_jinja_recase(struct bn_jinja_job *job, struct bn_jinja_text t, enum bn_jinja_case how)
{
    struct bn_jinja_builder b = {.job = job};
    bool after_letter = false;
    for (size_t at = 0, n; at < t.n; at += n) {
        unsigned c = 0, other;
        n = bn_jinja_character(t, at);
        if (!bn_utf8_decode(t.bytes + at, t.n - at, &c)) { /* a byte that is no character */
            bn_jinja_put(&b, bn_jinja_part(t, at, at + n));
            continue;
        }
        if (is_special(c))
            bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "it changes the case of \"%.*s\", which has no single other letter.",
                          (int)n, t.bytes + at);
        other = other_case(c, how, at == 0, after_letter);
        after_letter = is_cased(c);
        if (other == c)
            bn_jinja_put(&b, bn_jinja_part(t, at, at + n));
        else
            put_recased(&b, t, at, n, other);
    }
    return bn_jinja_built(&b);
}
