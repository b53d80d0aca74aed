/* text.c - building, measuring and changing marked strings. */
#include "engine/jinja/text.h"
#include "engine/model/utf8.h"

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

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

struct bn_jinja_text bn_jinja_recase(struct bn_jinja_job *job, struct bn_jinja_text t, enum bn_jinja_case how)
{
    char *out = bn_jinja_alloc(job, t.n + 1, 1);
    for (size_t i = 0; i < t.n; i++) {
        if (t.bytes[i] & 0x80)
            bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "it changes the case of a text with letters other than a to z.");
        bool upper = how == BN_JINJA_UPPER || (how == BN_JINJA_CAPITAL && i == 0) ||
                     (how == BN_JINJA_TITLE && (i == 0 || !is_letter(t.bytes[i - 1])));
        char c = t.bytes[i];
        out[i] = is_letter(c) ? (char)(upper ? c & ~0x20 : c | 0x20) : c;
    }
    return (struct bn_jinja_text){out, t.marks, t.n};
}
