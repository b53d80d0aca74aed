/* profiler.h - parts of bitnet-profiler: one file for each format of output. */
#ifndef BN_CMD_PROFILER_H
#define BN_CMD_PROFILER_H
#include "harness/profile/profile.h"
#include <stdio.h>

enum profiler_needs { /* what a format shows, as bits: what nobody sees is not measured */
                      NEEDS_COUNTERS = 1,
                      NEEDS_SAMPLES = 2,
                      NEEDS_MACHINE = 4
};
struct profiler_view {
    const struct bn_profile *profile;
    const char *title;
    bool samples; /* sampled call stacks instead of spans */
    bool icicle;
};
struct profiler_format {
    const char *name;
    unsigned needs;
    bool shows_samples;                                         /* takes --source samples */
    bool (*write)(const struct profiler_view *view, FILE *out); /* false without memory; errors of `out` stay in it */
};
extern const struct profiler_format profiler_formats[]; /* ends with a name of NULL */

/* All stacks of the view with their values: nanoseconds, mean over the threads, or samples. */
void profiler_stacks(const struct profiler_view *view, void (*take)(void *self, const char *stack, double value),
                     void *self);
/* A JSON string, quoted. */
void profiler_put_text(FILE *out, const char *text);
#endif
