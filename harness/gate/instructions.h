/* instructions.h - the second tier: instructions of both builds for the same work, by hardware counter where
 * the machine has one, by callgrind (region only) where asked or where the model is small enough. Threshold
 * 0.2 %, as rustc-perf and iai-callgrind. On one thread always: threads that wait for each other spin, and how long
 * is no work of the build (13.21 to 14.08 million for one and the same binary on two threads). */
#ifndef BN_GATE_INSTRUCTIONS_H
#define BN_GATE_INSTRUCTIONS_H
#include "harness/gate/pairs.h"

struct bn_instructions_result {
    const char *source; /* "perf", "callgrind", or NULL: none, see reason */
    char reason[256];
    double base[BN_GATE_WORKLOADS], head[BN_GATE_WORKLOADS];
    double worst; /* largest head/base - 1 */
    bool more;    /* worst > 0.002 */
    double seconds;
};
/* method: "auto" (perf, else callgrind for models up to 64 MB), "perf", "callgrind", "off". Fails only when a
 * worker does; a missing counter or tool is a reason. */
enum bn_status bn_instructions_run(struct bn_instructions_result *result, struct bn_pairs *pairs, const char *method,
                                   uint64_t model_bytes, struct bn_error *err);
/* Instructions of one command of the worker (answer.h): as asked by the first three, answered by the last two. */
struct bn_instructions_of {
    int side, workload;  /* what it is about */
    const char *command; /* a workload's, or "isolate OPERATION" and that */
    double count;        /* NAN: */
    char reason[256];    /* why it cannot be counted */
};
enum bn_status bn_instructions_count(struct bn_pairs *pairs, const char *source, struct bn_instructions_of *of,
                                     struct bn_error *err);
#endif
