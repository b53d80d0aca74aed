/* ticks.h - the profiler's clock: the CPU's time-stamp counter where it runs at one rate on every core, calibrated
 * against CLOCK_MONOTONIC; else CLOCK_MONOTONIC itself, whose ticks are nanoseconds.
 *
 *   struct bn_ticks ticks;
 *   bn_ticks_calibrate(&ticks);                     // about 60 ms
 *   uint64_t begin = bn_ticks_now(); work(); uint64_t end = bn_ticks_now();
 *   double ns = (double)(end - begin) * ticks.ns_per_tick;
 */
#ifndef BN_PROFILE_TICKS_H
#define BN_PROFILE_TICKS_H
#include "harness/core/clock.h"
#include <stdbool.h>

struct bn_ticks {
    const char *source;  /* "rdtsc", "cntvct_el0" or "clock_gettime" */
    const char *why;     /* the counter is not used, or "" */
    double ns_per_tick;  /* measured */
    uint64_t start_tick; /* the same moment ... */
    int64_t start_ns;    /* ... on CLOCK_MONOTONIC */
};
extern bool bn_ticks_counter; /* the counter is used; calibration decides it before the first tick */

static inline uint64_t bn_ticks_now(void)
{
#if defined(__x86_64__)
    if (bn_ticks_counter) return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
    if (bn_ticks_counter) {
        uint64_t ticks;
        __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
        return ticks;
    }
#endif
    return (uint64_t)bn_clock_ns();
}

void bn_ticks_calibrate(struct bn_ticks *ticks);
/* Notes that a recording begins now. */
void bn_ticks_start(struct bn_ticks *ticks);
/* How far the counter has run from CLOCK_MONOTONIC since bn_ticks_start, as a share of the time between: 0.001 is 0.1
 * %. Both stamps must be of one moment, as bn_ticks_pair takes them. */
double bn_ticks_drift(const struct bn_ticks *ticks, uint64_t tick, int64_t ns);
/* One moment on both clocks, to some ten nanoseconds. */
void bn_ticks_pair(uint64_t *tick, int64_t *ns);
#endif
