/* stack_source.h - the two ways to sample a thread, and what each keeps of it. */
#ifndef BN_PROFILE_STACK_SOURCE_H
#define BN_PROFILE_STACK_SOURCE_H
#include "harness/profile/stacks.h"
#include <time.h>

struct bn_stack_source {
    struct bn_room room; /* of struct bn_stack_sample, by their time */
    uint64_t n_lost;
    bool attached;
    const bool *on;
    int fd; /* perf: of the event, and its ring */
    void *ring;
    timer_t timer;                   /* signal: ... */
    uintptr_t stack_low, stack_high; /* ... and the addresses of the thread's stack */
};
struct bn_stack_way {
    bool (*works)(int hz, char *why, size_t cap);                           /* on this machine; else says why not */
    void (*attach)(struct bn_stack_source *source, int hz, const bool *on); /* the calling thread */
    void (*drain)(struct bn_stack_source *source);  /* moves what the kernel has into the room, makes room */
    void (*detach)(struct bn_stack_source *source); /* from any thread; twice does nothing */
};
extern const struct bn_stack_way bn_stacks_perf, bn_stacks_signal;
#endif
