/* callgrind.h - counts a point's work in a simulator: the same worker and request under callgrind, with this machine's
 * caches. */
#ifndef BN_WORKER_CALLGRIND_H
#define BN_WORKER_CALLGRIND_H
#include "harness/sweep/execute.h"

enum { BN_CALLGRIND_REASON = 300 };
/* One counter for each phase of the point and each simulated event, source "callgrind": instructions, L1 and last-level
 * reads, writes and misses. Where the simulator cannot do what the point did (another kernel variant, several threads,
 * no valgrind), the value is missing with the reason. *counters is malloc'ed, their reasons with them. */
enum bn_status bn_callgrind_count(const struct bn_execution *execution, const char *kernels_used,
                                  struct bn_counter **counters, size_t *n, struct bn_error *err);
/* What callgrind wrote for one phase: adds the events of every dump whose trigger is `phase`. Returns the number of
 * such dumps. */
struct bn_callgrind_sums {
    double instructions, reads, writes, code_l1_misses, read_l1_misses, write_l1_misses, code_ll_misses, read_ll_misses,
        write_ll_misses;
};
int bn_callgrind_read(const char *folder, const char *phase, struct bn_callgrind_sums *sums);
/* Why a worker failed under valgrind: an instruction that valgrind does not know, the last words of its own, a signal.
 */
void bn_callgrind_failure(const struct bn_child_result *result, char *reason, size_t cap);
/* "--D1=32768,8,64": callgrind wants a power of two of sets; the nearest smaller geometry that has it. "" for an
 * unknown cache. */
void bn_callgrind_geometry(const char *name, const struct bn_cache *cache, char *text, size_t cap);
#endif
