/* sse.c - lines end with LF, CR LF or CR; "data" lines add up; an empty line ends the event. */
#include "harness/load/sse.h"
#include "harness/load/http.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bn_sse_init(struct bn_sse *s, bool (*event)(void *self, const char *data, size_t n), void *self)
{
    *s = (struct bn_sse){.event = event, .self = self};
}

static bool wrong(struct bn_sse *s, const char *what)
{
    char seen[80];
    bn_http_quote(seen, sizeof seen, s->line ? s->line : "", s->n_line);
    snprintf(s->problem, sizeof s->problem, "%s: %s", what, seen);
    return false;
}

/* Appends and terminates. */
static bool append(struct bn_sse *s, char **text, size_t *n, size_t *cap, const char *bytes, size_t k)
{
    if (*n + k > BN_SSE_EVENT_MOST) return wrong(s, "An event is longer than 4 MiB");
    if (*n + k + 1 > *cap) {
        size_t larger = 2 * (*n + k) + 256;
        char *more = realloc(*text, larger);
        s->no_memory = !more;
        if (!more) return wrong(s, "Out of memory reading an event");
        *text = more, *cap = larger;
    }
    memcpy(*text + *n, bytes, k);
    (*text)[ *n += k] = 0;
    return true;
}

static bool dispatch(struct bn_sse *s)
{
    if (!s->has_data) return true;
    bool more = s->event(s->self, s->data, s->n_data);
    s->has_data = false, s->n_data = 0;
    return more;
}

static bool take_data(struct bn_sse *s, const char *value, size_t n)
{
    bool ok = !s->has_data || append(s, &s->data, &s->n_data, &s->data_cap, "\n", 1);
    s->has_data = true;
    return ok && append(s, &s->data, &s->n_data, &s->data_cap, value, n);
}

static bool take_line(struct bn_sse *s)
{
    static const char *const ignored[] = {"event", "id", "retry"};
    if (!s->n_line) return dispatch(s);
    if (s->line[0] == ':') return true; /* a comment keeps the connection alive */
    const char *colon = memchr(s->line, ':', s->n_line);
    size_t name = colon ? (size_t)(colon - s->line) : s->n_line, value = colon ? name + 1 : s->n_line;
    if (value < s->n_line && s->line[value] == ' ') value++;
    if (name == 4 && !memcmp(s->line, "data", 4)) return take_data(s, s->line + value, s->n_line - value);
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        if (strlen(ignored[i]) == name && !memcmp(s->line, ignored[i], name)) return true;
    return wrong(s, "A line of the event stream has no field of the standard");
}

bool bn_sse_feed(struct bn_sse *s, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n;) {
        if (s->after_cr && bytes[i] == '\n') i++; /* the rest of CR LF */
        s->after_cr = false;
        size_t k = i;
        while (k < n && bytes[k] != '\n' && bytes[k] != '\r') k++;
        if (k > i && !append(s, &s->line, &s->n_line, &s->line_cap, bytes + i, k - i)) return false;
        if (k == n) return true;
        s->after_cr = bytes[k] == '\r';
        bool ok = take_line(s);
        s->n_line = 0;
        if (!ok) return false;
        i = k + 1;
    }
    return true;
}

void bn_sse_release(struct bn_sse *s)
{
    free(s->line);
    free(s->data);
    *s = (struct bn_sse){0};
}
