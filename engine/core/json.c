/* json.c - a strict pull reader of JSON text in memory (RFC 8259). */
#include "engine/core/json.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_LIMIT = 64, NUMBER_LIMIT = 64 };

void bn_json_init(struct bn_json *j, const void *bytes, size_t n)
{
    *j = (struct bn_json){.start = bytes, .at = bytes, .end = (const char *)bytes + n};
}

size_t bn_json_offset(const struct bn_json *j) { return (size_t)(j->at - j->start); }

static bool fail(struct bn_json *j, const char *expected)
{
    if (!j->error) j->error = expected;
    return false;
}

/* Next character after white space, 0 at the end (a zero byte is not JSON either). */
static char next(struct bn_json *j)
{
    while (j->at < j->end && (*j->at == ' ' || *j->at == '\n' || *j->at == '\t' || *j->at == '\r')) j->at++;
    return j->at < j->end && !j->error ? *j->at : 0;
}

static bool take(struct bn_json *j, char c, const char *expected)
{
    if (next(j) != c) return fail(j, expected);
    j->at++;
    return true;
}

enum bn_json_type bn_json_peek(struct bn_json *j)
{
    switch (next(j)) {
    case '{':
        return BN_JSON_OBJECT;
    case '[':
        return BN_JSON_ARRAY;
    case '"':
        return BN_JSON_STRING;
    case 't':
    case 'f':
        return BN_JSON_BOOL;
    case 'n':
        return BN_JSON_NULL;
    case 0:
        return BN_JSON_NONE;
    default:
        return BN_JSON_NUMBER;
    }
}

bool bn_json_object(struct bn_json *j)
{
    j->first = true;
    return take(j, '{', "an object");
}
bool bn_json_array(struct bn_json *j)
{
    j->first = true;
    return take(j, '[', "an array");
}

/* Skips the required comma; false at the closing character, which is consumed. */
static bool more(struct bn_json *j, char close)
{
    char c = next(j);
    bool first = j->first;
    j->first = false;
    if (c == close) {
        j->at++;
        return false;
    }
    return first ? !j->error : take(j, ',', "a comma or the closing bracket");
}

bool bn_json_element(struct bn_json *j) { return more(j, ']'); }

bool bn_json_key(struct bn_json *j, struct bn_json_text *key)
{
    return more(j, '}') && bn_json_string(j, key) && take(j, ':', "a colon");
}

static int hex4(const char *p, const char *end)
{
    int v = 0;
    if (end - p < 4) return -1;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        int d = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
        if (d < 0) return -1;
        v = v * 16 + d;
    }
    return v;
}

/* Length of the escape at p (after the backslash), 0 if invalid. */
static size_t escape_bytes(const char *p, const char *end)
{
    if (p >= end) return 0;
    if (*p == 'u') return hex4(p + 1, end) >= 0 ? 5 : 0;
    return memchr("\"\\/bfnrt", *p, 8) ? 1 : 0;
}

bool bn_json_string(struct bn_json *j, struct bn_json_text *text)
{
    if (!take(j, '"', "a string")) return false;
    const char *p = j->at;
    for (; p < j->end && *p != '"'; p++) {
        if ((unsigned char)*p < 32) return fail(j, "a string without control characters");
        if (*p == '\\') {
            size_t n = escape_bytes(p + 1, j->end);
            if (!n) return fail(j, "a valid escape");
            p += n;
        }
    }
    if (p >= j->end) return fail(j, "the end of a string");
    *text = (struct bn_json_text){j->at, (size_t)(p - j->at)};
    j->at = p + 1;
    return true;
}

static size_t digits(const char *p, const char *end)
{
    const char *q = p;
    while (q < end && *q >= '0' && *q <= '9') q++;
    return (size_t)(q - p);
}

/* Copies a number in JSON's grammar to `out`; *integral says that it has neither fraction nor exponent. */
static bool number_text(struct bn_json *j, char out[NUMBER_LIMIT], bool *integral)
{
    next(j);
    const char *p = j->at, *end = j->end;
    if (j->error) return false;
    if (p < end && *p == '-') p++;
    size_t n = digits(p, end);
    if (!n || (n > 1 && *p == '0')) return fail(j, "a value");
    p += n;
    *integral = true;
    if (p < end && *p == '.') {
        if (!(n = digits(p + 1, end))) return fail(j, "digits after the point");
        p += n + 1, *integral = false;
    }
    if (p < end && (*p | 32) == 'e') {
        const char *q = p + 1 + (p + 1 < end && (p[1] == '+' || p[1] == '-'));
        if (!(n = digits(q, end))) return fail(j, "digits of the exponent");
        p = q + n, *integral = false;
    }
    n = (size_t)(p - j->at);
    if (n >= NUMBER_LIMIT) return fail(j, "a number of fewer digits");
    memcpy(out, j->at, n);
    out[n] = 0;
    j->at = p;
    return true;
}

bool bn_json_number(struct bn_json *j, double *value)
{
    char text[NUMBER_LIMIT];
    bool integral;
    if (!number_text(j, text, &integral)) return false;
    *value = strtod(text, NULL);
    return true;
}

bool bn_json_int(struct bn_json *j, int64_t *value)
{
    char text[NUMBER_LIMIT];
    bool integral;
    if (!number_text(j, text, &integral)) return false;
    errno = 0;
    *value = strtoll(text, NULL, 10);
    return (integral && !errno) || fail(j, "a whole number");
}

static bool word(struct bn_json *j, const char *w)
{
    size_t n = strlen(w);
    next(j);
    if (j->error || (size_t)(j->end - j->at) < n || memcmp(j->at, w, n)) return fail(j, "a value");
    j->at += n;
    return true;
}

bool bn_json_bool(struct bn_json *j, bool *value)
{
    *value = next(j) == 't';
    return word(j, *value ? "true" : "false");
}

static bool skip_plain(struct bn_json *j)
{
    struct bn_json_text text;
    char number[NUMBER_LIMIT];
    bool b;
    switch (bn_json_peek(j)) {
    case BN_JSON_STRING:
        return bn_json_string(j, &text);
    case BN_JSON_BOOL:
        return bn_json_bool(j, &b);
    case BN_JSON_NULL:
        return word(j, "null");
    case BN_JSON_NUMBER:
        return number_text(j, number, &b);
    default:
        return fail(j, "a value");
    }
}

bool bn_json_skip(struct bn_json *j)
{
    char open[DEPTH_LIMIT]; /* '{' or '[' of each open level */
    int depth = 0;
    struct bn_json_text key;
    do {
        char c = next(j);
        if (c == '{' || c == '[') {
            if (depth == DEPTH_LIMIT) return fail(j, "less nesting");
            open[depth++] = c;
            j->at++;
            j->first = true;
        } else if (!skip_plain(j))
            return false;
        while (depth && !(open[depth - 1] == '{' ? bn_json_key(j, &key) : bn_json_element(j))) {
            if (j->error) return false;
            depth--;
        }
    } while (depth);
    return !j->error;
}

bool bn_json_end(struct bn_json *j)
{
    next(j);
    if (!j->error && j->at != j->end) fail(j, "the end of the text");
    return !j->error;
}

static size_t put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) return out[0] = (char)c, 1;
    if (c < 0x800) return out[0] = (char)(0xc0 | c >> 6), out[1] = (char)(0x80 | (c & 63)), 2;
    if (c < 0x10000)
        return out[0] = (char)(0xe0 | c >> 12), out[1] = (char)(0x80 | (c >> 6 & 63)), out[2] = (char)(0x80 | (c & 63)),
               3;
    out[0] = (char)(0xf0 | c >> 18), out[1] = (char)(0x80 | (c >> 12 & 63));
    out[2] = (char)(0x80 | (c >> 6 & 63)), out[3] = (char)(0x80 | (c & 63));
    return 4;
}

/* A \u escape at p (the 'u'), with its second half when it is a surrogate; returns the bytes read. */
static size_t unescape_u(const char *p, const char *end, uint32_t *c)
{
    int high = hex4(p + 1, end), low = -1;
    *c = (uint32_t)high;
    if (high < 0xd800 || high > 0xdfff) return 5;
    if (high < 0xdc00 && end - p >= 11 && p[5] == '\\' && p[6] == 'u') low = hex4(p + 7, end);
    if (low < 0xdc00 || low > 0xdfff) return *c = 0xfffd, 5;
    *c = 0x10000 + (((uint32_t)high - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
    return 11;
}

size_t bn_json_unescape(char *out, struct bn_json_text text)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *p = text.bytes, *end = p + text.n;
    size_t n = 0;
    while (p < end) {
        uint32_t c;
        if (*p != '\\')
            out[n++] = *p++;
        else if (p[1] == 'u')
            p += 1 + unescape_u(p + 1, end, &c), n += put_utf8(out + n, c);
        else
            out[n++] = to[strchr(from, p[1]) - from], p += 2;
    }
    return n;
}

bool bn_json_is(struct bn_json_text text, const char *plain)
{
    return text.n == strlen(plain) && memcmp(text.bytes, plain, text.n) == 0;
}
