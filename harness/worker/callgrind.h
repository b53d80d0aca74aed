/* callgrind.h - what worker processes under callgrind have in common: the simulated caches, the dumps, and why they
 * failed. */
#ifndef BN_WORKER_CALLGRIND_H
#define BN_WORKER_CALLGRIND_H
#include "harness/machine/cpus.h"
#include "harness/worker/child.h"

enum { BN_CALLGRIND_REASON = 300 };
/* The command that runs `words` (ends with NULL) and `last` (or NULL) under callgrind, which dumps into `folder`. It
 * counts instructions where the worker switches instrumentation on; with `caches` it also simulates them, and collects
 * where the worker says so. */
enum { BN_CALLGRIND_WORDS = 64 };
struct bn_callgrind_call {
    char *argv[BN_CALLGRIND_WORDS];
    char out[4200], geometry[3][64];
};
void bn_callgrind_call(struct bn_callgrind_call *call, const char *folder, const struct bn_topology *caches,
                       char *const *words, const char *last);
/* What callgrind wrote for one phase: adds the events of every dump whose trigger is `phase` (NULL: of every dump).
 * Returns the number of such dumps. */
struct bn_callgrind_sums {
    double instructions, reads, writes, code_l1_misses, read_l1_misses, write_l1_misses, code_ll_misses, read_ll_misses,
        write_ll_misses;
};
int bn_callgrind_read(const char *folder, const char *phase, struct bn_callgrind_sums *sums);
void bn_callgrind_remove(const char *folder); /* with its dumps */
/* Why a worker failed under valgrind: an instruction that valgrind does not know, the last words of its own, a signal.
 */
void bn_callgrind_failure(const struct bn_child_result *result, char *reason, size_t cap);
/* "--D1=32768,8,64": callgrind wants a power of two of sets; the nearest smaller geometry that has it. "" for an
 * unknown cache. */
void bn_callgrind_geometry(const char *name, const struct bn_cache *cache, char *text, size_t cap);
#endif
