/* draw.h - which documents a seed draws: those that Python's random draws, as lm-evaluation-harness calls it. */
#ifndef SUITES_EVAL_DRAW_H
#define SUITES_EVAL_DRAW_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* random.Random(seed) of CPython 3. */
struct bn_draw {
    uint32_t state[624];
    int at;
};
void bn_draw_seed(struct bn_draw *draw, uint64_t seed);
/* drawn[k] = draw.sample(range(n), k), k <= n. False: memory is short. */
bool bn_draw_sample(struct bn_draw *draw, size_t n, size_t k, size_t *drawn);
#endif
