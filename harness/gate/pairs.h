/* pairs.h - pairs of fresh worker processes as a source for the paired tier.
 *
 * One pair: the median of four draws of places, where both builds can be linked anew; else one. One draw: base and head
 * start, each from a program file and an environment of its own (variant.h), on the same CPUs
 * (drawn anew for each pair; who starts first is drawn too),
 * each does every workload untimed, then blocks of base head head base or head base base head (drawn) for
 * each workload. A turn is a burst: one run to warm the caches that the other process evicted, then up to five
 * timed ones, as many as fit 5 ms (long workloads: one run, timed). d = log of the ratio of the two tenth
 * percentiles. A third process of the base build does a fixed piece of work before and after on the same CPU:
 * where the two differ by more than a quarter (best of four each), something else was using the machine, and the pair
 * is thrown away and measured again, at most twice. That rule looks at the canary alone, so it cannot favour a side. */
#ifndef BN_GATE_PAIRS_H
#define BN_GATE_PAIRS_H
#include "harness/gate/paired.h"
#include "harness/gate/tails.h"
#include "harness/gate/variant.h"
#include "harness/worker/dialogue.h"
#include "harness/stats/random.h"

enum { BN_ARGS_MOST = 16, BN_CANARY_MOST = 4096 };
struct bn_gate_workload {
    char name[48];    /* "decode 16 after 64" */
    char command[48]; /* answer.h: "decode 16 64" */
};
struct bn_pairs {
    const char *const *argv[2]; /* base, head: program and arguments, end with NULL */
    struct bn_watch files[3];   /* programs of base and head, and the model: must not change */
    const struct bn_gate_workload *workloads;
    int n_workloads, n_threads;
    struct bn_dialogue_fate fate; /* of the worker that failed */
    double limit_s;               /* longest wait for an answer; 0: 20 times what the workload took, at least 10 s */
    const char *relink[2];        /* scripts that link them anew (variant.h); NULL for both: each process gets a copy */
    uint64_t layout[2];           /* seed of every link; 0: drawn for each pair */
    double pair_s;                /* time that the blocks of a pair should take; decides their number, at least 3 */
    /* from here on: state */
    struct bn_random random;
    struct bn_dialogue canary;
    char folder[BN_VARIANT_PATH];      /* of program files */
    cpu_set_t home;                    /* CPUs this process may use */
    double seconds[BN_GATE_WORKLOADS]; /* that one command of the workload took, its context included */
    int n_blocks, n_disturbed, n_pairs, n_canary, n_burst[BN_GATE_WORKLOADS];
    double canary_ns[BN_CANARY_MOST];
    struct bn_tails tails; /* of all pairs */
};
enum bn_status bn_pairs_open(struct bn_pairs *pairs, uint64_t seed,
                             struct bn_error *err); /* the caller fills the first part */
void bn_pairs_close(struct bn_pairs *pairs);
/* What follows this word among base's arguments; "": nothing. */
const char *bn_pairs_word(const struct bn_pairs *pairs, const char *option);
struct bn_pair_source bn_pairs_source(struct bn_pairs *pairs);
/* The program and arguments of base (side 0) or head (1); threads 0: as many as asked for. */
struct bn_pairs_call {
    const char *argv[BN_ARGS_MOST + 3];
    char threads[16];
};
void bn_pairs_call(const struct bn_pairs *pairs, int side, int threads, struct bn_pairs_call *call);
/* A worker of base or head, for the other tiers. hello may be NULL. */
enum bn_status bn_pairs_worker(struct bn_pairs *pairs, int side, int threads, struct bn_dialogue *worker,
                               json_t **hello, struct bn_error *err);
/* The next answers are about workload w, which takes that many times longer than when it is timed: limits their time.
 */
void bn_pairs_expect(struct bn_pairs *pairs, int w, double times);
/* Does the worker that said this know a command? Those of older builds say nothing, and know few (answer.h). */
bool bn_gate_knows(const json_t *hello, const char *command);
/* Fails if one of the files has changed since the start. */
enum bn_status bn_pairs_check(struct bn_pairs *pairs, struct bn_error *err);
double bn_pairs_canary_spread(const struct bn_pairs *pairs); /* MAD over median of the canary; NaN without any */
#endif
