/* scores.c - ln p of tokens and of the best ones beside them. */
#include "engine/serve/scores.h"
#include "engine/bitnet.h"
#include <stdlib.h>
#include <string.h>

static bool make_room(struct scores *s, size_t n)
{
    if (s->n + n <= s->cap) return true;
    size_t cap = 2 * s->cap + n + 16;
    struct score *items = realloc(s->items, cap * sizeof *items);
    if (items) s->items = items;
    struct ranked *top = s->n_top ? realloc(s->top, cap * (size_t)s->n_top * sizeof *top) : NULL;
    if (top) s->top = top;
    if (!items || (s->n_top && !top)) return false;
    s->cap = cap;
    return true;
}

/* The best n logits, the lowest id first among equals. */
static void rank(struct ranked *top, int n, const float *logits, int n_vocab, struct bn_log_norm norm)
{
    int have = 0;
    for (int32_t id = 0; id < n_vocab; id++) {
        if (have == n && !(logits[id] > logits[top[n - 1].id])) continue;
        int at = have < n ? have++ : n - 1;
        for (; at && logits[id] > logits[top[at - 1].id]; at--) top[at] = top[at - 1];
        top[at].id = id;
    }
    for (int i = 0; i < have; i++) top[i].ln = bn_logits_ln(logits, top[i].id, norm);
    for (int i = have; i < n; i++) top[i].id = -1;
}

bool scores_add(struct scores *s, const float *logits, int n_vocab, int32_t id)
{
    if (!make_room(s, 1)) return false;
    struct score *score = &s->items[s->n];
    *score = (struct score){.id = id, .known = logits};
    if (logits) {
        struct bn_log_norm norm = bn_logits_norm(logits, n_vocab);
        score->ln = bn_logits_ln(logits, id, norm);
        if (s->n_top) rank(s->top + s->n * (size_t)s->n_top, s->n_top, logits, n_vocab, norm);
    }
    s->n++;
    return true;
}

bool scores_copy(struct scores *s, const struct scores *from, size_t n)
{
    size_t k = (size_t)s->n_top;
    if (!make_room(s, n)) return false;
    memcpy(s->items + s->n, from->items, n * sizeof *s->items);
    if (k) memcpy(s->top + s->n * k, from->top, n * k * sizeof *s->top);
    s->n += n;
    return true;
}

void scores_release(struct scores *s)
{
    free(s->items);
    free(s->top);
    *s = (struct scores){.n_top = s->n_top};
}
