/* lookup.c - prompt lookup (exact speculative decoding without a draft model): the next tokens are guessed from what
 * followed the same last words before. A wrong guess costs the difference between a pass of several tokens and one of a
 * single token, so the length of a draft follows the luck of the last ones, and after drafts that did not pay drafting
 * pauses, longer each time. */
#include "engine/core/status.h"
#include <stdlib.h>
#include <string.h>

enum { LONGEST_MATCH = 3, FIRST_DRAFT = 2, FIRST_PAUSE = 3, LONGEST_PAUSE = 127 };

struct bn_lookup {
    int32_t *ids; /* [n] the text so far */
    size_t n, cap;
    int most, length; /* tokens of a draft: at most, and next time */
    int pause, wait;  /* calls without a draft: after the last failure, and still to come */
};

enum bn_status bn_lookup_open(struct bn_lookup **lookup, int most, struct bn_error *err)
{
    if (most < 1 || most > BN_MAX_DRAFT)
        return bn_fail(err, BN_ERR_USAGE, "A draft must have 1 to %d tokens, not %d.", BN_MAX_DRAFT, most);
    struct bn_lookup *l = calloc(1, sizeof *l);
    if (!l) return bn_fail_memory(err, "prompt lookup", sizeof *l);
    l->most = most;
    l->length = most < FIRST_DRAFT ? most : FIRST_DRAFT;
    *lookup = l;
    return BN_OK;
}

void bn_lookup_close(struct bn_lookup *l)
{
    if (l) free(l->ids);
    free(l);
}

enum bn_status bn_lookup_add(struct bn_lookup *l, const int32_t *ids, size_t n, struct bn_error *err)
{
    if (n == 0) return BN_OK; /* perhaps no memory yet */
    if (l->n + n > l->cap) {
        size_t cap = (l->n + n) * 2 + 1024;
        int32_t *more = realloc(l->ids, cap * sizeof *more);
        if (!more) return bn_fail_memory(err, "prompt lookup", cap * sizeof *more);
        l->ids = more, l->cap = cap;
    }
    memcpy(l->ids + l->n, ids, n * sizeof *ids);
    l->n += n;
    return BN_OK;
}

/* How many of the last tokens before `end` are those at the end of the text, up to LONGEST_MATCH. */
static size_t match(const struct bn_lookup *l, size_t end)
{
    size_t k = 0;
    while (k < LONGEST_MATCH && k < end && l->ids[end - 1 - k] == l->ids[l->n - 1 - k]) k++;
    return k;
}

/* Index of what followed the longest match of more than `best` tokens, the latest of equals; n: nothing matches. */
static size_t find(const struct bn_lookup *l, size_t best)
{
    size_t at = l->n;
    for (size_t end = l->n; --end > 0 && best < LONGEST_MATCH;) {
        size_t k = match(l, end);
        if (k > best) best = k, at = end;
    }
    return at;
}

size_t bn_lookup_draft(struct bn_lookup *l, int32_t *draft, size_t cap)
{
    size_t want = (size_t)l->length < cap ? (size_t)l->length : cap;
    if (!want || l->n < 2 || (l->wait && l->wait--)) return 0;
    size_t at = find(l, l->pause ? 1 : 0), n = 0; /* a single token matches too easily for bad times */
    if (at == l->n) return 0;
    /* past the end of the text the draft goes on with itself: a loop of any period is followed */
    for (; n < want; n++) draft[n] = at + n < l->n ? l->ids[at + n] : draft[at + n - l->n];
    return n;
}

/* What a pass with a draft of n tokens costs on one thread, in passes of one token; more threads pay less
 * (engine/performance.md). */
static double cost(size_t n) { return 1 + 0.45 * (double)n; }

void bn_lookup_learn(struct bn_lookup *l, size_t n_draft, size_t n_accepted)
{
    if (!n_draft) return;
    if ((double)(1 + n_accepted) >= cost(n_draft)) {
        if (n_accepted == n_draft) l->length = 2 * l->length < l->most ? 2 * l->length : l->most;
        l->pause = 0;
    } else {
        l->length = l->most < FIRST_DRAFT ? l->most : FIRST_DRAFT;
        l->wait = l->pause = 2 * l->pause + FIRST_PAUSE < LONGEST_PAUSE ? 2 * l->pause + FIRST_PAUSE : LONGEST_PAUSE;
    }
}
