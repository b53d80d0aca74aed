/* cpus.h - which CPUs a worker is pinned to, and the cache sizes of the first of them (hwloc). */
#ifndef BN_MACHINE_CPUS_H
#define BN_MACHINE_CPUS_H
#include "engine/bitnet.h"
#include <sched.h>

struct bn_cache {
    uint64_t bytes; /* 0: unknown */
    uint32_t ways, line_bytes;
};
enum { BN_CORE_KINDS = 8 };
struct bn_topology {
    int cpus[1024]; /* one per physical core first, fast kinds before slow ones, then the siblings; only those this
                       process may use */
    uint32_t n_cpus, n_cores, n_packages, n_numa_nodes;
    uint32_t n_like_cores;                          /* of the fastest kind: default threads */
    uint32_t n_kinds, cores_of_kind[BN_CORE_KINDS]; /* big and LITTLE, P and E: fastest first */
    struct bn_cache l1i, l1d, l2, l3;
};
/* Returns 0, or -1 if hwloc cannot read this machine. */
int bn_topology_read(struct bn_topology *topology);
/* What is measured with threads that share a CPU says nothing: BN_ERR_USAGE where there are more of them than CPUs that
 * this process may use. */
enum bn_status bn_cpus_suffice(int n_threads, struct bn_error *err);
cpu_set_t bn_topology_set(const struct bn_topology *topology, uint32_t n); /* the first n CPUs */
#endif
