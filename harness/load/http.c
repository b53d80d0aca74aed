/* http.c - status line, header, and the body by length, by chunks or until the end. */
#include "harness/load/http.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void bn_http_init(struct bn_http *h, bool (*body)(void *self, const char *bytes, size_t n), void *self)
{
    memset(h, 0, offsetof(struct bn_http, line));
    h->body = body, h->self = self;
}

void bn_http_quote(char *to, size_t cap, const char *bytes, size_t n)
{
    enum { SHOWN = 60 };
    size_t at = 0, i = 0;
    if (cap < 8) return;
    to[at++] = '"';
    for (; i < n && i < SHOWN && at + 6 < cap; i++)
        to[at++] = (unsigned char)bytes[i] < 32 || (unsigned char)bytes[i] > 126 ? '.' : bytes[i];
    snprintf(to + at, cap - at, "\"%s", i < n ? "..." : "");
}

static bool __attribute__((format(printf, 2, 3))) wrong(struct bn_http *h, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(h->problem, sizeof h->problem, format, args);
    va_end(args);
    return false;
}

static bool wrong_line(struct bn_http *h, const char *what)
{
    char seen[80];
    bn_http_quote(seen, sizeof seen, h->line, h->n_line);
    return wrong(h, "%s: %s", what, seen);
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool take_status(struct bn_http *h)
{
    const char *l = h->line;
    if (h->n_line < 12 || strncmp(l, "HTTP/1.", 7) || !is_digit(l[7]) || l[8] != ' ' || !is_digit(l[9]) ||
        !is_digit(l[10]) || !is_digit(l[11]) || (h->n_line > 12 && l[12] != ' '))
        return wrong_line(h, "The answer does not begin as HTTP/1.x");
    h->status = 100 * (l[9] - '0') + 10 * (l[10] - '0') + l[11] - '0';
    if (h->status < 100 || h->status > 599) return wrong_line(h, "The status is none of HTTP");
    h->state = BN_HTTP_HEADER;
    return true;
}

/* The digits at `text` in base 10 or 16, and nothing but `end` after them. */
static bool read_number(const char *text, int base, const char *ends, uint64_t *value)
{
    char *end;
    if (!(base == 16 ? strspn(text, "0123456789abcdefABCDEF") : strspn(text, "0123456789"))) return false;
    *value = strtoull(text, &end, base);
    return *value <= INT64_MAX && (!*end || strchr(ends, *end));
}

/* What the value of a header is called `name` for; NULL: another header. */
static const char *value_of(const char *line, const char *name)
{
    size_t n = strlen(name);
    if (strncasecmp(line, name, n) || line[n] != ':') return NULL;
    return line + n + 1 + strspn(line + n + 1, " \t");
}

static bool take_header(struct bn_http *h)
{
    const char *value, *colon = strchr(h->line, ':');
    uint64_t number;
    if (!colon || colon == h->line || strcspn(h->line, " \t") < (size_t)(colon - h->line))
        return wrong_line(h, "A line of the header has no name and colon");
    for (char *end = h->line + h->n_line; end > colon + 1 && (end[-1] == ' ' || end[-1] == '\t');) *--end = 0;
    if ((value = value_of(h->line, "Content-Length"))) {
        if (!read_number(value, 10, "", &number) || (h->sized && number != h->remaining))
            return wrong_line(h, "The length of the answer is no number");
        h->sized = true, h->remaining = number;
    } else if ((value = value_of(h->line, "Transfer-Encoding"))) {
        if (strcasecmp(value, "chunked") || h->chunked) return wrong_line(h, "The transfer encoding is not chunked");
        h->chunked = true;
    } else if ((value = value_of(h->line, "Content-Encoding"))) {
        if (strcasecmp(value, "identity")) return wrong_line(h, "The body is encoded");
    } else if ((value = value_of(h->line, "Content-Type"))) {
        snprintf(h->type, sizeof h->type, "%.*s", (int)strcspn(value, "; "), value);
    } else if ((value = value_of(h->line, "Retry-After")) && read_number(value, 10, "", &number)) {
        h->retry_after_s = (double)number;
    }
    return true;
}

static bool end_header(struct bn_http *h)
{
    if (h->status < 200) { /* an interim answer: the real one follows */
        h->status = 0, h->state = BN_HTTP_STATUS;
        return !h->chunked && !h->sized ? true : wrong(h, "An interim answer (status below 200) has a body.");
    }
    if (h->chunked && h->sized) return wrong(h, "The answer has a length and chunks too.");
    h->state = h->chunked ? BN_HTTP_CHUNK_SIZE : h->sized ? BN_HTTP_LENGTH : BN_HTTP_UNTIL_CLOSE;
    if (h->status == 204 || h->status == 304 || (h->sized && !h->remaining)) h->over = true;
    return true;
}

static bool take_chunk_size(struct bn_http *h)
{
    if (!read_number(h->line, 16, " \t;", &h->remaining)) return wrong_line(h, "A chunk has no size");
    h->state = h->remaining ? BN_HTTP_CHUNK : BN_HTTP_TRAILER;
    return true;
}

static bool take_line(struct bn_http *h)
{
    switch (h->state) {
    case BN_HTTP_STATUS:
        return take_status(h);
    case BN_HTTP_HEADER:
        return h->n_line ? take_header(h) : end_header(h);
    case BN_HTTP_CHUNK_SIZE:
        return take_chunk_size(h);
    case BN_HTTP_CHUNK_END:
        h->state = BN_HTTP_CHUNK_SIZE;
        return h->n_line ? wrong_line(h, "A chunk is longer than its size") : true;
    default: /* the trailer */
        h->over = !h->n_line;
        return true;
    }
}

/* Bytes up to the end of the line; 0: something is wrong. */
static size_t feed_line(struct bn_http *h, const char *bytes, size_t n)
{
    const char *end = memchr(bytes, '\n', n);
    size_t k = end ? (size_t)(end - bytes) + 1 : n;
    if (h->n_line + k >= sizeof h->line) return wrong_line(h, "A line is longer than 8 KiB"), 0;
    memcpy(h->line + h->n_line, bytes, k);
    h->n_line += k;
    bool body = h->state == BN_HTTP_CHUNK_SIZE || h->state == BN_HTTP_CHUNK_END;
    if (!body && (h->n_head += k) > BN_HTTP_HEAD_MOST) return wrong(h, "The header is longer than 64 KiB."), 0;
    if (!end) return k;
    if (h->n_line < 2 || h->line[h->n_line - 2] != '\r') return wrong_line(h, "A line does not end with CR LF"), 0;
    h->n_line -= 2;
    h->line[h->n_line] = 0;
    if (strlen(h->line) != h->n_line) return wrong_line(h, "A line has a NUL byte"), 0;
    bool ok = take_line(h);
    h->n_line = 0;
    return ok ? k : 0;
}

/* Bytes of the body; 0: the reader wants no more. */
static size_t feed_body(struct bn_http *h, const char *bytes, size_t n)
{
    size_t k = h->state != BN_HTTP_UNTIL_CLOSE && n > h->remaining ? (size_t)h->remaining : n;
    if (!h->body(h->self, bytes, k)) return 0;
    if (h->state == BN_HTTP_UNTIL_CLOSE || (h->remaining -= k)) return k;
    if (h->state == BN_HTTP_LENGTH) h->over = true;
    if (h->state == BN_HTTP_CHUNK) h->state = BN_HTTP_CHUNK_END;
    return k;
}

bool bn_http_feed(struct bn_http *h, const char *bytes, size_t n)
{
    for (size_t k; n; bytes += k, n -= k) {
        if (h->over) return wrong(h, "Bytes follow the end of the answer.");
        bool body = h->state == BN_HTTP_LENGTH || h->state == BN_HTTP_UNTIL_CLOSE || h->state == BN_HTTP_CHUNK;
        k = body ? feed_body(h, bytes, n) : feed_line(h, bytes, n);
        if (!k) return false;
    }
    return true;
}

bool bn_http_closed(struct bn_http *h)
{
    if (h->state == BN_HTTP_UNTIL_CLOSE) h->over = true;
    return h->over;
}
