/* tail.c - the stop strings of generated text. Only bytes that are not yet handed out are kept and searched. */
#include "engine/generate/tail.h"
#include "engine/core/status.h"
#include "engine/model/utf8.h"
#include <stdlib.h>
#include <string.h>

enum bn_status bn_tail_init(struct bn_tail *t, const char *const *stops, size_t n_stops, struct bn_error *err)
{
    *t = (struct bn_tail){.stops = stops, .n_stops = n_stops};
    for (size_t i = 0; i < n_stops; i++)
        if (!*stops[i]) return bn_fail(err, BN_ERR_USAGE, "A stop string must not be empty.");
    return BN_OK;
}

void bn_tail_release(struct bn_tail *t)
{
    free(t->bytes);
    *t = (struct bn_tail){0};
}

/* Forgets what was handed out and makes room for n bytes more. */
static enum bn_status make_room(struct bn_tail *t, size_t n, struct bn_error *err)
{
    if (t->n_out) memmove(t->bytes, t->bytes + t->n_out, t->n -= t->n_out);
    t->n_out = 0;
    if (t->n + n <= t->cap) return BN_OK;
    size_t cap = 2 * (t->n + n) + 64;
    char *more = realloc(t->bytes, cap);
    if (!more) return bn_fail_memory(err, "generated text", cap);
    t->bytes = more, t->cap = cap;
    return BN_OK;
}

/* Where the first stop string begins, t->n: none. A new one ends after `old`, the bytes searched before. */
static size_t find_stop(struct bn_tail *t, size_t old)
{
    size_t first = t->n;
    for (size_t i = 0; i < t->n_stops; i++) {
        size_t length = strlen(t->stops[i]), from = old < length ? 0 : old - length + 1;
        const char *at = memmem(t->bytes + from, t->n - from, t->stops[i], length);
        if (at && (size_t)(at - t->bytes) < first) first = (size_t)(at - t->bytes), t->stop = t->stops[i];
    }
    return first;
}

enum bn_status bn_tail_put(struct bn_tail *t, struct bn_text text, bool *stopped, struct bn_error *err)
{
    enum bn_status status = make_room(t, text.n, err);
    *stopped = false;
    if (status || !text.n) return status;
    size_t old = t->n;
    memcpy(t->bytes + old, text.bytes, text.n);
    t->n += text.n;
    size_t stop = find_stop(t, old);
    if (stop == t->n) return BN_OK;
    *stopped = true;
    t->n = stop - bn_utf8_unfinished(t->bytes, stop); /* a stop string may begin inside a character */
    return BN_OK;
}

/* Bytes at the end that may still become a stop string. */
static size_t held_back(const struct bn_tail *t)
{
    size_t most = 0;
    for (size_t i = 0; i < t->n_stops; i++) {
        size_t length = strlen(t->stops[i]) - 1;
        for (size_t k = length < t->n ? length : t->n; k > most; k--)
            if (!memcmp(t->bytes + t->n - k, t->stops[i], k)) most = k;
    }
    return most;
}

struct bn_text bn_tail_take(struct bn_tail *t, bool all)
{
    if (t->n_out) memmove(t->bytes, t->bytes + t->n_out, t->n -= t->n_out);
    t->n_out = t->n;
    if (!all && t->n) {
        t->n_out -= held_back(t);
        t->n_out -= bn_utf8_unfinished(t->bytes, t->n_out);
    }
    return (struct bn_text){t->bytes ? t->bytes : "", t->n_out};
}
