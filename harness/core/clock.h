/* clock.h - the one clock of the harness: monotonic, from an unspecified start. */
#ifndef BN_HARNESS_CLOCK_H
#define BN_HARNESS_CLOCK_H
#include <stdint.h>
#include <time.h>

static inline int64_t bn_clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}
static inline double bn_clock_s(void) { return 1e-9 * (double)bn_clock_ns(); }
#endif
