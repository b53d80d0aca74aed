/* simulated.h - counts a point's work in a simulator: the same worker and request under callgrind, with this machine's
 * caches. */
#ifndef BN_SWEEP_SIMULATED_H
#define BN_SWEEP_SIMULATED_H
#include "harness/sweep/execute.h"

/* One counter for each phase of the point and each simulated event, source "callgrind": instructions, L1 and last-level
 * reads, writes and misses. Where the simulator cannot do what the point did (another kernel variant, several threads,
 * no valgrind), the value is missing with the reason. *counters is malloc'ed, their reasons with them. */
enum bn_status bn_callgrind_count(const struct bn_execution *execution, const char *kernels_used,
                                  struct bn_counter **counters, size_t *n, struct bn_error *err);
#endif
