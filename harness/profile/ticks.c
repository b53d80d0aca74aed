/* ticks.c - chooses and calibrates the clock. */
#include "harness/profile/ticks.h"
#include "harness/stats/sample.h"
#if defined(__x86_64__)
#include <cpuid.h>
#endif

bool bn_ticks_counter;

/* Why the counter cannot be a clock, or NULL. x86: CPUID 0x80000007, EDX bit 8, promises one rate in every state of
 * power (Intel SDM 3, 18.17.1). AArch64: the generic timer has one rate by its architecture. */
static const char *no_counter(void)
{
#if defined(__x86_64__)
    unsigned a, b, c, d;
    return __get_cpuid(0x80000007, &a, &b, &c, &d) && d & 1u << 8
               ? NULL
               : "the time-stamp counter of this CPU changes its rate";
#elif defined(__aarch64__)
    return NULL;
#else
    return "this architecture has no counter that programs may read";
#endif
}

void bn_ticks_pair(uint64_t *tick, int64_t *ns)
{
    int64_t least = INT64_MAX;
    for (int i = 0; i < 16; i++) {
        int64_t before = bn_clock_ns();
        uint64_t now = bn_ticks_now();
        int64_t after = bn_clock_ns();
        if (after - before >= least) continue;
        least = after - before, *tick = now, *ns = before + (after - before) / 2;
    }
}

static double measure(void)
{
    uint64_t t0, t1;
    int64_t n0, n1;
    bn_ticks_pair(&t0, &n0);
    while (bn_clock_ns() - n0 < 20000000) {
    }
    bn_ticks_pair(&t1, &n1);
    return (double)(n1 - n0) / (double)(t1 - t0);
}

void bn_ticks_calibrate(struct bn_ticks *ticks)
{
    double rates[3];
    const char *why = no_counter();
    bn_ticks_counter = !why;
    *ticks = (struct bn_ticks){.source = "clock_gettime", .why = why ? why : "", .ns_per_tick = 1};
    if (why) return;
#if defined(__x86_64__)
    ticks->source = "rdtsc";
#else
    ticks->source = "cntvct_el0";
#endif
    for (int i = 0; i < 3; i++) rates[i] = measure();
    ticks->ns_per_tick = bn_sample_median(rates, 3);
}

void bn_ticks_start(struct bn_ticks *ticks) { bn_ticks_pair(&ticks->start_tick, &ticks->start_ns); }

double bn_ticks_drift(const struct bn_ticks *ticks, uint64_t tick, int64_t ns)
{
    return (double)(tick - ticks->start_tick) * ticks->ns_per_tick / (double)(ns - ticks->start_ns) - 1;
}
