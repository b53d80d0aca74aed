/* folded.c - folded stacks, "decode;layer 03;qkv 12345": nanoseconds, mean over the threads, or samples. */
#include "harness/cmd/bitnet_profiler/profiler.h"
#include <jansson.h>
#include <math.h>

bool profiler_write_folded(const struct profiler_view *view, FILE *out);

void profiler_stacks(const struct profiler_view *view, void (*take)(void *self, const char *stack, double value),
                     void *self)
{
    const struct bn_stacks *s = &view->profile->stacks;
    if (!view->samples) bn_profile_fold(view->profile, take, self);
    for (size_t i = 0; view->samples && i < s->n_counts; i++) take(self, s->counts[i].stack, (double)s->counts[i].n);
}

void profiler_put_text(FILE *out, const char *text)
{
    json_t *string = json_string(text);
    if (!string || json_dumpf(string, out, JSON_ENCODE_ANY)) fputs("\"?\"", out);
    json_decref(string);
}

static void put(void *out, const char *stack, double value) { fprintf(out, "%s %.0f\n", stack, round(value)); }

bool profiler_write_folded(const struct profiler_view *view, FILE *out)
{
    profiler_stacks(view, put, out);
    return true;
}
