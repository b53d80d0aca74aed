/* stacks.c - chooses how to sample, and keeps the samples of all threads. */
#include "harness/profile/stacks.h"
#include "harness/core/error.h"
#include "harness/profile/stack_source.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_MIB = 512 };

enum bn_status bn_stacks_open(struct bn_stacks *s, enum bn_stacks_method method, int hz, int n_threads,
                              struct bn_error *err)
{
    char why[128] = "";
    *s = (struct bn_stacks){.method = method, .hz = hz, .n_threads = n_threads};
    if (method != BN_STACKS_SIGNAL && bn_stacks_perf.works(hz, why, sizeof why))
        s->method = BN_STACKS_PERF;
    else if (method == BN_STACKS_PERF)
        return bn_harness_fail(err, BN_ERR_UNSUPPORTED, "The kernel does not sample here: %s; use --sample_by signal.",
                               why);
    else
        s->method = BN_STACKS_SIGNAL;
    if (s->method == BN_STACKS_PERF)
        snprintf(s->said, sizeof s->said, "perf_event, software CPU clock, %d Hz of each thread's CPU time, user mode",
                 hz);
    else
        snprintf(s->said, sizeof s->said, "timer signal, %d Hz of wall time, frame pointers%s%s", hz,
                 why[0] ? "; the kernel does not sample here: " : "", why);
    s->sources = calloc((size_t)n_threads, sizeof *s->sources);
    if (!s->sources)
        return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate memory to sample %d threads.", n_threads);
    enum bn_status status = BN_OK;
    for (int i = 0; i < n_threads && !status; i++) {
        s->sources[i].fd = -1;
        status = bn_room_open(&s->sources[i].room, (size_t)ROOM_MIB << 20, err);
    }
    return status;
}

static const struct bn_stack_way *way(const struct bn_stacks *s)
{
    return s->method == BN_STACKS_PERF ? &bn_stacks_perf : &bn_stacks_signal;
}

void bn_stacks_close(struct bn_stacks *s)
{
    for (int i = 0; s->sources && i < s->n_threads; i++) {
        way(s)->detach(&s->sources[i]);
        bn_room_close(&s->sources[i].room);
    }
    free(s->sources);
    for (size_t i = 0; i < s->n_counts; i++) free(s->counts[i].stack);
    free(s->counts);
    *s = (struct bn_stacks){0};
}

void bn_stacks_attach(void *stacks, int thread)
{
    struct bn_stacks *s = stacks;
    way(s)->attach(&s->sources[thread], s->hz, &s->on);
    if (!s->sources[thread].attached) __atomic_add_fetch(&s->n_unsampled, 1, __ATOMIC_RELAXED);
}

/* What the kernel sampled while the model was opened is dropped. */
void bn_stacks_start(struct bn_stacks *s)
{
    for (int i = 0; s->sources && s->method == BN_STACKS_PERF && i < s->n_threads; i++) {
        way(s)->drain(&s->sources[i]);
        s->sources[i].room.used = s->sources[i].n_lost = 0;
    }
    __atomic_store_n(&s->on, s->sources != NULL, __ATOMIC_RELEASE);
}

void bn_stacks_drain(void *stacks)
{
    struct bn_stacks *s = stacks;
    for (int i = 0; s->sources && i < s->n_threads; i++) way(s)->drain(&s->sources[i]);
}

void bn_stacks_stop(struct bn_stacks *s)
{
    __atomic_store_n(&s->on, false, __ATOMIC_RELEASE);
    bn_stacks_drain(s);
    for (int i = 0; s->sources && i < s->n_threads; i++) {
        way(s)->detach(&s->sources[i]);
        s->n_lost += s->sources[i].n_lost;
    }
}

int64_t bn_stacks_faults(const struct bn_stacks *s, int thread) { return s->sources[thread].room.n_faults; }

const struct bn_stack_sample *bn_stacks_next(const struct bn_stacks *s, int thread, size_t *at)
{
    const struct bn_room *room = &s->sources[thread].room;
    if (*at >= room->used) return NULL;
    const struct bn_stack_sample *sample = (const void *)(room->at + *at);
    *at += sizeof *sample + sample->n * sizeof *sample->ip;
    return sample;
}
