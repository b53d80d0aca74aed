/* measure.c - the numbers of one row: pairs of processes, of items and of windows. */
#include "harness/effects/side.h"
#include "harness/stats/multiple.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Processes of the same round are pairs; both lists are in order of rounds. */
static void measure_speed(struct bn_effect_speed *speed, const struct bn_effect_side *base,
                          const struct bn_effect_side *head, int phase, double *d)
{
    size_t n = 0;
    for (size_t i = 0, j = 0; i < base->n_cells[phase] && j < head->n_cells[phase];) {
        const struct bn_effect_cell *b = &base->cells[phase][i], *h = &head->cells[phase][j];
        if (b->round == h->round) d[n++] = log(b->ns / h->ns);
        i += b->round <= h->round, j += h->round <= b->round;
    }
    struct bn_mean_difference m = bn_mean_difference(d, n);
    *speed = (struct bn_effect_speed){exp(m.value), exp(m.low), exp(m.high), m.p, n, 0};
}

/* Items of both sides: right answers of questions, log-likelihoods of windows. */
static void measure_items(struct bn_effect *row, const struct bn_effect_side *base, const struct bn_effect_side *head,
                          double *d)
{
    size_t n = 0;
    double tokens = head->tokens_per_window;
    for (size_t i = 0, j = 0; i < base->n_items && j < head->n_items;) {
        const struct bn_effect_item *b = &base->items[i], *h = &head->items[j];
        int order = strcmp(b->key, h->key);
        i += order <= 0, j += order >= 0;
        if (order) continue;
        if (b->right < 0 || h->right < 0) {
            d[n++] = (b->ll - h->ll) / tokens;
            continue;
        }
        row->accuracy.n++;
        row->accuracy.only_base += b->right > h->right;
        row->accuracy.only_head += h->right > b->right;
    }
    row->perplexity = bn_mean_difference(d, tokens > 0 ? n : 0);
}

static void measure_accuracy(struct bn_effect *row)
{
    size_t n = row->accuracy.n, lost = row->accuracy.only_base, won = row->accuracy.only_head;
    struct bn_interval interval = bn_paired_shares(lost, won, n);
    row->accuracy.value = n ? ((double)won - (double)lost) / (double)n : (double)NAN;
    row->accuracy.low = interval.low, row->accuracy.high = interval.high;
    row->accuracy.p = n ? bn_mcnemar((int)lost, (int)won) : 1;
}

bool bn_effect_measure(struct bn_effect *row, const struct bn_effect_side *base, const struct bn_effect_side *head)
{
    size_t most = base->n_items + 1;
    for (int p = 0; p < BN_EFFECT_PHASES; p++) most += base->n_cells[p];
    double *d = malloc(most * sizeof *d);
    if (!d) return false;
    for (int p = 0; p < BN_EFFECT_PHASES; p++) measure_speed(&row->speed[p], base, head, p, d);
    measure_items(row, base, head, d);
    measure_accuracy(row);
    row->memory = head->memory / base->memory;
    row->sequence = head->sequence / base->sequence;
    row->other_output = base->hash[0] && head->hash[0] && strcmp(base->hash, head->hash);
    row->kl = row->exact && !row->other_output && head->hash[0] ? 0 : head->kl - (isnan(base->kl) ? 0 : base->kl);
    free(d);
    return true;
}
