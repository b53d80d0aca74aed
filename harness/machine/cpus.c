/* cpus.c - reads the topology once through hwloc. */
#include "harness/machine/cpus.h"
#include <hwloc.h>

static struct bn_cache cache(hwloc_topology_t t, hwloc_obj_type_t type)
{
    hwloc_obj_t o = hwloc_get_obj_by_type(t, type, 0);
    if (!o) return (struct bn_cache){0};
    int ways = o->attr->cache.associativity;
    return (struct bn_cache){o->attr->cache.size, ways > 0 ? (uint32_t)ways : 0, o->attr->cache.linesize};
}

/* The k-th hardware thread of every core, for k = 0, 1, ...: threads spread over cores before they share one. */
static void list_cpus(hwloc_topology_t t, struct bn_topology *out)
{
    int n_cores = hwloc_get_nbobjs_by_type(t, HWLOC_OBJ_CORE);
    for (unsigned k = 0, found = 1; found; k++) {
        found = 0;
        for (int i = 0; i < n_cores; i++) {
            hwloc_obj_t core = hwloc_get_obj_by_type(t, HWLOC_OBJ_CORE, (unsigned)i);
            hwloc_obj_t pu = hwloc_get_obj_inside_cpuset_by_type(t, core->cpuset, HWLOC_OBJ_PU, k);
            if (!pu || out->n_cpus == sizeof out->cpus / sizeof *out->cpus) continue;
            out->cpus[out->n_cpus++] = (int)pu->os_index;
            found = 1;
        }
    }
}

int bn_topology_read(struct bn_topology *out)
{
    hwloc_topology_t t;
    *out = (struct bn_topology){0};
    if (hwloc_topology_init(&t)) return -1;
    hwloc_topology_set_type_filter(t, HWLOC_OBJ_L1ICACHE, HWLOC_TYPE_FILTER_KEEP_ALL);
    hwloc_bitmap_t allowed = hwloc_bitmap_alloc();
    int bad = hwloc_topology_load(t);
    if (!bad && !hwloc_get_cpubind(t, allowed, HWLOC_CPUBIND_PROCESS)) hwloc_topology_restrict(t, allowed, 0);
    if (!bad) {
        list_cpus(t, out);
        out->n_cores = (uint32_t)hwloc_get_nbobjs_by_type(t, HWLOC_OBJ_CORE);
        out->n_packages = (uint32_t)hwloc_get_nbobjs_by_type(t, HWLOC_OBJ_PACKAGE);
        out->n_numa_nodes = (uint32_t)hwloc_get_nbobjs_by_type(t, HWLOC_OBJ_NUMANODE);
        out->l1i = cache(t, HWLOC_OBJ_L1ICACHE), out->l1d = cache(t, HWLOC_OBJ_L1CACHE);
        out->l2 = cache(t, HWLOC_OBJ_L2CACHE), out->l3 = cache(t, HWLOC_OBJ_L3CACHE);
    }
    hwloc_bitmap_free(allowed);
    hwloc_topology_destroy(t);
    return bad || !out->n_cpus ? -1 : 0;
}

cpu_set_t bn_topology_set(const struct bn_topology *topology, uint32_t n)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    for (uint32_t i = 0; i < n && i < topology->n_cpus; i++) CPU_SET(topology->cpus[i], &set);
    return set;
}
