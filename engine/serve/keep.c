/* keep.c - the prefix cache: sequences of finished texts rest in the batch, which shares equal beginnings by reference.
 * Their number and the memory of all are limited; those that were not used for longest go first. */
#include "engine/serve/room.h"
#include <stdlib.h>
#include <string.h>

enum { LEAST_KEPT = 16 }; /* tokens: the batch shares no less */

struct kept {
    int sequence; /* -1: none */
    int32_t *ids; /* [n] computed */
    size_t n;
    struct scores scores; /* of its prompt, or none */
    uint64_t used;        /* number of the latest use */
};

enum bn_status keep_open(struct bn_server *s, struct bn_error *err)
{
    s->kept = calloc((size_t)s->options.n_kept + 1, sizeof *s->kept);
    if (!s->kept) return bn_fail_memory(err, "the prefix cache", (size_t)s->options.n_kept * sizeof *s->kept);
    for (int i = 0; i < s->options.n_kept; i++) s->kept[i].sequence = -1;
    return BN_OK;
}

static void drop(struct bn_server *s, struct kept *k)
{
    if (k->sequence >= 0) bn_batch_remove(s->batch, k->sequence);
    free(k->ids);
    scores_release(&k->scores);
    *k = (struct kept){.sequence = -1};
}

void keep_close(struct bn_server *s)
{
    for (int i = 0; s->kept && i < s->options.n_kept; i++) drop(s, &s->kept[i]);
    free(s->kept);
    s->kept = NULL;
}

static size_t common(const int32_t *a, size_t n_a, const int32_t *b, size_t n_b)
{
    size_t i = 0;
    while (i < n_a && i < n_b && a[i] == b[i]) i++;
    return i;
}

/* A free place: an empty one, that of a text which this one continues, or of the one longest unused. */
static struct kept *find_place(struct bn_server *s, const int32_t *ids, size_t n)
{
    struct kept *oldest = s->kept;
    for (int i = 0; i < s->options.n_kept; i++) {
        struct kept *k = &s->kept[i];
        if (k->sequence < 0 || (!k->scores.n && common(k->ids, k->n, ids, n) == k->n)) return k;
        if (k->used < oldest->used) oldest = k;
    }
    return oldest;
}

static bool copy_ids(struct kept *k, const struct choice *c, size_t n)
{
    size_t n_prompt = c->prompt->n < n ? c->prompt->n : n;
    k->ids = malloc((n + 1) * sizeof *k->ids);
    if (!k->ids) return false;
    memcpy(k->ids, c->prompt->ids, n_prompt * sizeof *k->ids);
    if (n > n_prompt) memcpy(k->ids + n_prompt, c->ids, (n - n_prompt) * sizeof *k->ids);
    k->n = n;
    return true;
}

void keep_sequence(struct choice *c)
{
    struct bn_server *s = c->request->server;
    struct kept fresh = {.sequence = c->sequence, .used = ++s->n_uses, .scores = {.n_top = c->scores.n_top}};
    size_t n = (size_t)bn_batch_position(s->batch, c->sequence);
    bool keep = s->options.n_kept && n >= LEAST_KEPT && copy_ids(&fresh, c, n);
    if (keep && choice_scores_prompt(c)) scores_copy(&fresh.scores, &c->scores, c->prompt->n);
    if (!keep) {
        bn_batch_remove(s->batch, c->sequence);
        return;
    }
    struct kept *place = find_place(s, fresh.ids, n);
    drop(s, place);
    *place = fresh;
}

void keep_within_limit(struct bn_server *s)
{
    for (;;) {
        uint64_t bytes = s->kv_active;
        struct kept *oldest = NULL;
        for (int i = 0; i < s->options.n_kept; i++) {
            struct kept *k = &s->kept[i];
            if (k->sequence < 0) continue;
            bytes += bn_batch_kv_need(s->batch, k->n);
            if (!oldest || k->used < oldest->used) oldest = k;
        }
        s->kv_bytes = bytes;
        if (!oldest || bytes <= s->options.kv_bytes) return;
        drop(s, oldest);
    }
}

void keep_touch(struct bn_server *s, const struct prompt *p)
{
    struct kept *best = NULL;
    size_t longest = LEAST_KEPT - 1;
    for (int i = 0; i < s->options.n_kept; i++) {
        struct kept *k = &s->kept[i];
        size_t n = k->sequence < 0 ? 0 : common(k->ids, k->n, p->ids, p->n);
        if (n > longest) best = k, longest = n;
    }
    if (best) best->used = ++s->n_uses;
}

static void compare(const struct choice *c, const struct scores *scores, const int32_t *ids, size_t n, size_t *longest,
                    const struct scores **best)
{
    if (scores->n_top != c->scores.n_top || scores->n < n) return;
    size_t k = common(ids, n, c->prompt->ids, c->prompt->n);
    if (k > *longest) *best = scores, *longest = k;
}

const struct scores *keep_scores(const struct choice *c, size_t *n)
{
    const struct bn_server *s = c->request->server;
    const struct scores *best = NULL;
    *n = LEAST_KEPT;
    for (int i = 0; i < s->options.n_kept; i++) {
        const struct kept *k = &s->kept[i];
        if (k->sequence >= 0 && k->scores.n) compare(c, &k->scores, k->ids, k->scores.n, n, &best);
    }
    for (int i = 0; i < s->options.n_parallel + s->options.n_kept; i++) {
        const struct choice *other = s->members[i];
        if (other && other != c && other->state == CHOICE_WRITES && choice_scores_prompt(other))
            compare(c, &other->scores, other->prompt->ids, other->prompt->n, n, &best);
    }
    return best;
}
