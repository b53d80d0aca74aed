/* stacks.h - samples of call stacks of the recorded run, user code alone: kernels and libc included.
 *
 * By the kernel's CPU clock (perf_event, software, so it needs no PMU), else by a timer signal per thread whose handler
 * follows frame pointers itself. Both see code that keeps frame pointers, as this project's build does; in a library
 * that does not, callers between it and our code may be missing. */
#ifndef BN_PROFILE_STACKS_H
#define BN_PROFILE_STACKS_H
#include "harness/profile/room.h"
#include <stdint.h>

enum bn_stacks_method { BN_STACKS_AUTO, BN_STACKS_PERF, BN_STACKS_SIGNAL };
enum { BN_STACK_DEPTH = 96 };
struct bn_stack_sample {
    int64_t ns; /* CLOCK_MONOTONIC */
    uint64_t n;
    uint64_t ip[]; /* [n] innermost first: the instruction, then return addresses */
};
struct bn_stack_source;
struct bn_stack_count {
    char *stack; /* "decode;down;main;...;gemv [gemv_i2_i8_avx2.c]" */
    uint64_t n;
};
struct bn_stacks {
    enum bn_stacks_method method; /* that is used */
    char said[256];               /* which, and why not the better one */
    int n_threads, hz;
    struct bn_stack_source *sources; /* [n_threads] */
    bool on;
    int n_unsampled;               /* threads that could not be */
    uint64_t n_samples, n_lost;    /* of the recorded run; that found no room */
    struct bn_stack_count *counts; /* sorted by stack */
    size_t n_counts;
};
enum bn_status bn_stacks_open(struct bn_stacks *stacks, enum bn_stacks_method method, int hz, int n_threads,
                              struct bn_error *err);
void bn_stacks_close(struct bn_stacks *stacks);
void bn_stacks_attach(void *stacks, int thread); /* on that thread, once */
void bn_stacks_start(struct bn_stacks *stacks);
void bn_stacks_drain(void *stacks); /* the calling thread, while the others rest */
void bn_stacks_stop(struct bn_stacks *stacks);
int64_t bn_stacks_faults(const struct bn_stacks *stacks,
                         int thread); /* page faults that keeping its samples has cost */
/* The i-th sample of a thread in the order of time; NULL: there are no more. Begin with *at = 0. */
const struct bn_stack_sample *bn_stacks_next(const struct bn_stacks *stacks, int thread, size_t *at);

struct bn_profile;
/* Names the samples of the recorded run and counts equal ones, below the phase and operation in which they fell. `name`
 * says what is at an address inside an instruction, NULL: memory is short. */
enum bn_status bn_stacks_name(struct bn_stacks *stacks, const struct bn_profile *profile,
                              const char *(*name)(void *self, uint64_t address), void *self, struct bn_error *err);
#endif
