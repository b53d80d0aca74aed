/* stack_names.c - samples become named stacks below the operation in which they fell, and equal ones are counted. */
#include "harness/core/error.h"
#include "harness/profile/profile.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "decode;qkv", "choose", "prefill;wait (down)": layers are left out, which would part equal stacks. */
static void put_place(FILE *out, const struct bn_frames *frames, int64_t ns)
{
    char name[BN_FRAME_NAME];
    const struct bn_frame *f = &frames->at[bn_frames_find(frames, ns)], *outer = f;
    while (outer->kind > BN_FRAME_PASS) outer = &frames->at[outer->parent];
    if (outer->kind == BN_FRAME_PASS)
        fputs(bn_profile_phase_name(outer->phase), out);
    else
        fputs(bn_frame_name(outer, name), out);
    if (f->kind == BN_FRAME_WAIT || f->kind == BN_FRAME_OP) fprintf(out, ";%s", bn_frame_name(f, name));
}

struct namer {
    const char *(*name)(void *self, uint64_t address);
    void *self;
};

static char *name_sample(const struct bn_stack_sample *sample, const struct namer *namer,
                         const struct bn_frames *frames, int64_t ns)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out) return NULL;
    put_place(out, frames, ns);
    bool whole = true;
    for (size_t i = sample->n; i-- > 0 && whole;) {
        const char *name = namer->name(namer->self, sample->ip[i] - (i > 0));
        whole = name != NULL;
        if (name) fprintf(out, ";%s", name);
    }
    if (fclose(out) || !whole) return free(text), NULL;
    return text;
}

static int by_stack(const void *a, const void *b)
{
    return strcmp(((const struct bn_stack_count *)a)->stack, ((const struct bn_stack_count *)b)->stack);
}

/* Joins equal neighbours. */
static void join(struct bn_stacks *s)
{
    size_t n = 0;
    qsort(s->counts, s->n_counts, sizeof *s->counts, by_stack);
    for (size_t i = 0; i < s->n_counts; i++) {
        if (n && !strcmp(s->counts[n - 1].stack, s->counts[i].stack)) {
            s->counts[n - 1].n++;
            free(s->counts[i].stack);
        } else {
            s->counts[n++] = s->counts[i];
        }
    }
    s->n_counts = n;
}

static bool add(struct bn_stacks *s, char *stack)
{
    size_t n = s->n_counts;
    struct bn_stack_count *room = n & (n - 1) ? s->counts : realloc(s->counts, (n ? 2 * n : 1) * sizeof *s->counts);
    if (room) s->counts = room;
    if (!room || !stack) return free(stack), false;
    s->counts[s->n_counts++] = (struct bn_stack_count){stack, 1};
    return true;
}

enum bn_status bn_stacks_name(struct bn_stacks *s, const struct bn_profile *p,
                              const char *(*name)(void *self, uint64_t address), void *self, struct bn_error *err)
{
    const struct namer namer = {name, self};
    bool ok = true;
    for (int t = 0; t < s->n_threads; t++) {
        const struct bn_stack_sample *sample;
        for (size_t at = 0; ok && (sample = bn_stacks_next(s, t, &at));) {
            int64_t ns = sample->ns - p->ticks.start_ns;
            if (ns < 0 || ns >= p->wall_ns || !sample->n) continue;
            ok = add(s, name_sample(sample, &namer, &p->frames[t], ns));
            s->n_samples += ok;
        }
    }
    if (!ok) return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate memory for the sampled stacks.");
    join(s);
    return BN_OK;
}
