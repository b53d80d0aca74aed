/* paired_items.c - accuracy of the same items answered twice. */
#include "suites/stress/paired_items.h"
#include "suites/eval/metrics.h"
#include <math.h>

static int right(const struct bn_eval_item *item) { return bn_argmax(item->ll, NULL, item->n_choices) == item->gold; }

struct bn_paired bn_paired_accuracy(const struct bn_eval_item *first, const struct bn_eval_item *second, size_t n)
{
    struct bn_paired p = {.n = n};
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        int lost = right(&first[i]) - right(&second[i]);
        p.right += (size_t)right(&first[i]);
        p.lost += lost > 0, p.won += lost < 0;
        sum += lost, squares += lost * lost;
    }
    if (n) p.loss = sum / (double)n;
    if (n > 1) p.error = sqrt((squares / (double)n - p.loss * p.loss) / (double)(n - 1));
    return p;
}
