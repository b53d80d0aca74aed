/* normal_form.c - normalizes one unit of text after the other: an ASCII character with what follows up to the next one.
 * No ASCII character composes with what is in front of it, so the units are independent. */
#include "engine/model/normal_form.h"
#include "engine/core/status.h"
#include "engine/model/utf8.h"
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum { DECOMPOSED_MAX = 32, CLASSES = 256 }; /* no character decomposes into more than 18 */

enum { LOWER = -1, SQUEEZE = -2 };

static const struct step {
    const char *name;
    int options; /* of utf8proc; LOWER, SQUEEZE: not its work */
} table[] = {
    {"NFC", UTF8PROC_STABLE | UTF8PROC_COMPOSE},
    {"NFD", UTF8PROC_STABLE | UTF8PROC_DECOMPOSE},
    {"NFKC", UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT},
    {"NFKD", UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT},
    {"Lowercase", LOWER},
    {"Spaces", SQUEEZE},
};

static int find_step(const char *name, size_t n)
{
    for (int i = 0; i < (int)(sizeof table / sizeof *table); i++)
        if (strlen(table[i].name) == n && !memcmp(table[i].name, name, n)) return i;
    return -1;
}

enum bn_status bn_normalizer_init(struct bn_normalizer *normalizer, const char *names, struct bn_error *err)
{
    *normalizer = (struct bn_normalizer){0};
    for (size_t n; *names; names += n + (names[n] == ' ')) {
        n = strcspn(names, " ");
        int step = find_step(names, n);
        if (step < 0 || normalizer->n_steps == BN_NORMAL_STEPS)
            return bn_fail(err, BN_ERR_UNSUPPORTED,
                           "The normalizer \"%.40s\" is not supported; give token ids instead.", names);
        normalizer->lowers |= table[step].options == LOWER;
        normalizer->squeezes |= table[step].options == SQUEEZE;
        if (table[step].options != SQUEEZE) normalizer->steps[normalizer->n_steps++] = step;
    }
    return BN_OK;
}

/* ---- one unit ---- */

struct characters {
    int32_t *at;
    size_t n, cap;
};

static bool reserve(struct characters *c, size_t more)
{
    if (c->n + more <= c->cap) return true;
    size_t cap = (c->n + more) * 2;
    int32_t *at = realloc(c->at, cap * sizeof *at);
    if (!at) return false;
    c->at = at, c->cap = cap;
    return true;
}

static unsigned class_of(int32_t character) { return (unsigned)utf8proc_get_property(character)->combining_class; }

/* The marks of one base by class, equal ones in their order: a counting sort, as utf8proc's own is quadratic. */
static void sort_marks(int32_t *marks, size_t n, int32_t *room)
{
    size_t start[CLASSES + 1] = {0};
    for (size_t i = 0; i < n; i++) start[class_of(marks[i]) + 1]++;
    for (int c = 0; c < CLASSES; c++) start[c + 1] += start[c];
    for (size_t i = 0; i < n; i++) room[start[class_of(marks[i])]++] = marks[i];
    memcpy(marks, room, n * sizeof *marks);
}

static void order_marks(struct characters *c, int32_t *room)
{
    for (size_t at = 0, end; at < c->n; at = end + 1) {
        bool sorted = true;
        unsigned last = 0, next;
        for (end = at; end < c->n && (next = class_of(c->at[end])) != 0; end++) sorted &= next >= last, last = next;
        if (!sorted) sort_marks(c->at + at, end - at, room);
    }
}

/* Leaves the form in `from`, by way of `to`. */
static bool change_form(struct characters *from, struct characters *to, int options)
{
    int boundary = 0;
    to->n = 0;
    for (size_t i = 0; i < from->n; i++) {
        if (!reserve(to, DECOMPOSED_MAX)) return false;
        to->n += (size_t)utf8proc_decompose_char(from->at[i], to->at + to->n, DECOMPOSED_MAX,
                                                 (utf8proc_option_t)options, &boundary);
    }
    from->n = 0;
    if (!reserve(from, to->n)) return false;
    order_marks(to, from->at);
    to->n = (size_t)utf8proc_normalize_utf32(to->at, (utf8proc_ssize_t)to->n, (utf8proc_option_t)options);
    struct characters swap = *from;
    *from = *to, *to = swap;
    return true;
}

/* Letter by letter, whatever surrounds it; U+0130 alone becomes two. */
static bool lower(struct characters *from, struct characters *to)
{
    to->n = 0;
    for (size_t i = 0; i < from->n; i++) {
        if (!reserve(to, 2)) return false;
        to->at[to->n++] = from->at[i] == 0x130 ? 'i' : utf8proc_tolower(from->at[i]);
        if (from->at[i] == 0x130) to->at[to->n++] = 0x307;
    }
    struct characters swap = *from;
    *from = *to, *to = swap;
    return true;
}

/* ---- a text ---- */

struct work {
    const struct bn_normalizer *normalizer;
    struct characters unit, other;
    char *out;
    size_t n, cap;
};

static bool reserve_bytes(struct work *w, size_t more)
{
    if (w->n + more <= w->cap) return true;
    size_t cap = w->n + more + w->cap / 2;
    char *out = realloc(w->out, cap);
    if (!out) return false;
    w->out = out, w->cap = cap;
    return true;
}

static bool put_ascii(struct work *w, const char *text, size_t n)
{
    if (!reserve_bytes(w, n)) return false;
    for (size_t i = 0; i < n; i++)
        w->out[w->n++] = w->normalizer->lowers && text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] | 32) : text[i];
    return true;
}

/* Valid UTF-8. */
static bool put_unit(struct work *w, const char *text, size_t n)
{
    unsigned c;
    w->unit.n = 0;
    if (!reserve(&w->unit, n)) return false;
    for (size_t at = 0; at < n; at += bn_utf8_decode(text + at, n - at, &c), w->unit.at[w->unit.n++] = (int32_t)c) {
    }
    for (int i = 0; i < w->normalizer->n_steps; i++) {
        int options = table[w->normalizer->steps[i]].options;
        if (!(options != LOWER ? change_form(&w->unit, &w->other, options) : lower(&w->unit, &w->other))) return false;
    }
    if (!reserve_bytes(w, 4 * w->unit.n)) return false;
    for (size_t i = 0; i < w->unit.n; i++)
        w->n += (size_t)utf8proc_encode_char(w->unit.at[i], (utf8proc_uint8_t *)w->out + w->n);
    return true;
}

static size_t ascii(const char *text, size_t n)
{
    size_t at = 0;
    while (at < n && !(text[at] & 0x80)) at++;
    return at;
}

static bool put_text(struct work *w, const char *text, size_t n)
{
    for (size_t at = 0, end; at < n; at = end) {
        size_t plain = ascii(text + at, n - at);
        if (at + plain == n) return put_ascii(w, text + at, plain);
        if (plain > 1 && !put_ascii(w, text + at, plain - 1)) return false;
        at += plain ? plain - 1 : 0, end = at + (plain > 0);
        for (size_t length; end < n && text[end] & 0x80 && (length = bn_utf8_length(text + end, n - end));
             end += length) {
        }
        if (end > at && !put_unit(w, text + at, end - at)) return false;
        for (; end < n && text[end] & 0x80 && !bn_utf8_length(text + end, n - end); end++)
            if (!reserve_bytes(w, 1))
                return false;
            else
                w->out[w->n++] = text[end];
    }
    return true;
}

/* One space for several, none at the ends. */
static size_t squeeze(char *text, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (text[i] != ' ' || (kept && text[kept - 1] != ' ')) text[kept++] = text[i];
    return kept && text[kept - 1] == ' ' ? kept - 1 : kept;
}

enum bn_status bn_normalize(const struct bn_normalizer *normalizer, const char *text, size_t n, char **out,
                            size_t *n_out, struct bn_error *err)
{
    struct work w = {.normalizer = normalizer};
    *out = NULL;
    if (!normalizer->squeezes && (!normalizer->n_steps || (!normalizer->lowers && ascii(text, n) == n))) return BN_OK;
    bool done = reserve_bytes(&w, n) && put_text(&w, text, n);
    free(w.unit.at), free(w.other.at);
    if (!done) {
        free(w.out);
        return bn_fail_memory(err, "the text's normal form", n);
    }
    *out = w.out, *n_out = normalizer->squeezes ? squeeze(w.out, w.n) : w.n;
    return BN_OK;
}
