/* instructions.h - the second tier: instructions of both builds for the same work, by hardware counter where
 * the machine has one, by callgrind (region only) where asked or where the model is small enough. Threshold
 * 0.2 %, as rustc-perf and iai-callgrind. */
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
#endif
