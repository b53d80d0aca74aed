/* segment.h - what attention bodies share: softmax of the scores of a segment, and prefetching.
 * Decode sees every key and value once, at about the rate at which memory can deliver them. */
#include "engine/kernels/lanes/lanes.h"

enum {
    NEAR = 1 << 10,
    FAR = 32 << 10
}; /* distance in bytes at which lines are prefetched into L1 and L2 (Zen 4, engine/performance.md) */

/* Prefetches what follows the line at p: a block's keys are followed by its values, then the next head's keys. */
BN_INLINE void ask(const void *p)
{
    __builtin_prefetch((const char *)p + NEAR, 0, 3);
    __builtin_prefetch((const char *)p + FAR, 0, 2);
}

/* score[0..n) to exp(score - max); *sum their sum; returns max. */
BN_INLINE float softmax(float *score, int n, float *sum)
{
    v16 most = v16_set(-INFINITY), total = v16_set(0.0f);
    int i = 0;
    for (; i + 16 <= n; i += 16) most = v16_max(v16_load(score + i), most);
    if (i < n) most = v16_max(v16_keep(v16_load(score + i), n - i, v16_set(-INFINITY)), most);
    float max = v16_largest(most);
    for (i = 0; i < n; i += 16) {
        v16 e = v16_keep(v16_exp(v16_sub(v16_load(score + i), v16_set(max))), n - i, v16_set(0.0f));
        v16_store(score + i, e);
        total = v16_add(total, e);
    }
    *sum = v16_sum(total);
    return max;
}
