/* merge.c - a list of symbols and a binary heap of the pairs that may be joined. */
#include "engine/model/merge.h"
#include <stdlib.h>

bool bn_merge_reserve(struct bn_merge *merge, size_t n)
{
    merge->n_symbols = merge->n_heap = 0;
    if (n <= merge->symbols_cap) return true;
    bn_merge_release(merge);
    /* n symbols queue n - 1 pairs at first, and each of at most n - 1 joins takes one away and queues two. */
    merge->symbols = malloc(n * sizeof *merge->symbols);
    merge->heap = malloc(2 * n * sizeof *merge->heap);
    if (!merge->symbols || !merge->heap) return bn_merge_release(merge), false;
    merge->symbols_cap = n, merge->heap_cap = 2 * n;
    return true;
}

void bn_merge_add(struct bn_merge *merge, size_t start, size_t n, int32_t id)
{
    int32_t i = (int32_t)merge->n_symbols++;
    merge->symbols[i] = (struct bn_symbol){(uint32_t)start, (uint32_t)n, id, i - 1, -1};
    if (i) merge->symbols[i - 1].next = i;
}

static void push(struct bn_merge *merge, struct bn_merge_pair pair)
{
    struct bn_merge_pair *heap = merge->heap;
    size_t i = merge->n_heap++;
    for (; i && pair.key < heap[(i - 1) / 2].key; i = (i - 1) / 2) heap[i] = heap[(i - 1) / 2];
    heap[i] = pair;
}

static struct bn_merge_pair pop(struct bn_merge *merge)
{
    struct bn_merge_pair *heap = merge->heap, top = heap[0], last = heap[--merge->n_heap];
    size_t i = 0, child;
    while ((child = 2 * i + 1) < merge->n_heap) {
        if (child + 1 < merge->n_heap && heap[child + 1].key < heap[child].key) child++;
        if (last.key <= heap[child].key) break;
        heap[i] = heap[child], i = child;
    }
    heap[i] = last;
    return top;
}

static void offer(struct bn_merge *merge, const char *text, bn_merge_rule *rule, const void *self, int32_t at)
{
    if (at < 0 || merge->symbols[at].next < 0) return;
    const struct bn_symbol *left = &merge->symbols[at], *right = &merge->symbols[left->next];
    uint32_t rank;
    int32_t id;
    if (!rule(self, text, left, right, &rank, &id)) return;
    push(merge, (struct bn_merge_pair){(uint64_t)rank << 32 | (uint32_t)at, left->n + right->n, id});
}

static void join(struct bn_symbol *symbols, struct bn_symbol *left, int32_t at, int32_t id)
{
    struct bn_symbol *right = &symbols[left->next];
    left->n += right->n, left->id = id, left->next = right->next;
    if (left->next >= 0) symbols[left->next].prev = at;
    right->n = 0;
}

void bn_merge_run(struct bn_merge *merge, const char *text, bn_merge_rule *rule, const void *self)
{
    for (size_t i = 0; i < merge->n_symbols; i++) offer(merge, text, rule, self, (int32_t)i);
    while (merge->n_heap) {
        struct bn_merge_pair pair = pop(merge);
        int32_t at = (int32_t)(uint32_t)pair.key;
        struct bn_symbol *left = &merge->symbols[at];
        /* Symbols only grow, so the pair is unchanged exactly when both are alive and have their old total
         * length. */
        if (!left->n || left->next < 0 || left->n + merge->symbols[left->next].n != pair.n) continue;
        join(merge->symbols, left, at, pair.id);
        offer(merge, text, rule, self, left->prev);
        offer(merge, text, rule, self, at);
    }
}

void bn_merge_release(struct bn_merge *merge)
{
    free(merge->symbols);
    free(merge->heap);
    *merge = (struct bn_merge){0};
}
