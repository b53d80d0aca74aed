/* literal.c - reads quoted strings with their escapes, integers and floats. */
#include "engine/jinja/literal.h"
#include <errno.h>
#include <stdlib.h>

static size_t put_utf8(char *out, unsigned c)
{
    if (c < 0x80) return out[0] = (char)c, 1;
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i; i--, c >>= 6) out[i] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)((0xF00 >> n & 0xFF) | c);
    return n;
}

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : 99;
}

/* At most `most` digits of this base. */
static size_t read_digits(struct bn_jinja_text t, size_t at, size_t most, int base, unsigned *value)
{
    size_t n = 0;
    for (*value = 0; n < most && at + n < t.n && digit(t.bytes[at + n]) < base; n++)
        *value = *value * (unsigned)base + (unsigned)digit(t.bytes[at + n]);
    return n;
}

/* The escape at t[at], after the backslash; returns the bytes taken. */
static size_t unescape(struct bn_jinja_job *job, struct bn_jinja_text t, size_t at, struct bn_jinja_builder *b)
{
    static const char from[] = "ntr\\'\"abfv\n", *const to[] = {"\n", "\t", "\r", "\\", "'", "\"",
                                                                "\a", "\b", "\f", "\v", ""};
    char c = t.bytes[at], text[4];
    const char *plain = c ? strchr(from, c) : NULL;
    if (plain) return bn_jinja_put_plain(b, to[plain - from]), 1;
    size_t wide = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0, lead = wide != 0;
    unsigned value;
    size_t n = read_digits(t, at + lead, wide ? wide : 3, wide ? 16 : 8, &value);
    if (!wide && !n) return bn_jinja_put_plain(b, "\\"), 0; /* an unknown escape stays as it is */
    if ((wide && n < wide) || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000))
        bn_jinja_fail(job, BN_ERR_FORMAT, "a string has a broken escape \\%c.", c);
    bn_jinja_put(b, (struct bn_jinja_text){text, NULL, put_utf8(text, value)});
    return lead + n;
}

static size_t read_string(struct bn_jinja_job *job, struct bn_jinja_text t, struct bn_jv *value)
{
    struct bn_jinja_builder b = {.job = job};
    size_t at = 1, done = 1;
    for (; at < t.n && t.bytes[at] != t.bytes[0]; at++) {
        if (t.bytes[at] != '\\') continue;
        bn_jinja_put(&b, bn_jinja_part(t, done, at));
        if (++at == t.n) break;
        done = at + unescape(job, t, at, &b);
        at = done > at ? done - 1 : at;
    }
    if (at >= t.n) bn_jinja_fail(job, BN_ERR_FORMAT, "a string does not end.");
    bn_jinja_put(&b, bn_jinja_part(t, done, at));
    *value = bn_jv_string(bn_jinja_built(&b));
    return at + 1;
}

static size_t decimal(struct bn_jinja_text t, size_t at)
{
    size_t n = at;
    while (n < t.n && t.bytes[n] >= '0' && t.bytes[n] <= '9') n++;
    return n - at;
}

static size_t read_number(struct bn_jinja_job *job, struct bn_jinja_text t, struct bn_jv *value)
{
    char text[64];
    size_t n = decimal(t, 0), whole = n, more;
    if (n + 1 < t.n && t.bytes[n] == '.' && (more = decimal(t, n + 1))) n += 1 + more;
    if (n < t.n && (t.bytes[n] | 32) == 'e') {
        size_t sign = n + 1 < t.n && (t.bytes[n + 1] == '-' || t.bytes[n + 1] == '+');
        if ((more = decimal(t, n + 1 + sign))) n += 1 + sign + more;
    }
    if (n >= sizeof text) bn_jinja_fail(job, BN_ERR_FORMAT, "a number has %zu digits.", n);
    memcpy(text, t.bytes, n), text[n] = '\0';
    errno = 0;
    if (n > whole)
        *value = (struct bn_jv){.type = BN_JV_FLOAT, .number = strtod(text, NULL)};
    else
        *value = bn_jv_int(strtoll(text, NULL, 10));
    if (n == whole && errno) bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "the integer %s has more than 64 bits.", text);
    return n;
}

size_t bn_jinja_literal(struct bn_jinja_job *job, struct bn_jinja_text t, struct bn_jv *value)
{
    if (t.bytes[0] == '"' || t.bytes[0] == '\'') return read_string(job, t, value);
    return t.bytes[0] >= '0' && t.bytes[0] <= '9' ? read_number(job, t, value) : 0;
}
