/* cpus.c - reads the topology once through hwloc. */
#include "harness/machine/cpus.h"
#include "harness/core/error.h"
#include <hwloc.h>

static struct bn_cache cache(hwloc_topology_t t, hwloc_obj_type_t type)
{
    hwloc_obj_t o = hwloc_get_obj_by_type(t, type, 0);
    if (!o) return (struct bn_cache){0};
    int ways = o->attr->cache.associativity;
    return (struct bn_cache){o->attr->cache.size, ways > 0 ? (uint32_t)ways : 0, o->attr->cache.linesize};
}

/* Place of a core's kind among the kinds of cores, 0 the fastest; 0 where hwloc knows of one kind, or of none. */
static int kind_of(hwloc_topology_t t, hwloc_obj_t core)
{
    int n = hwloc_cpukinds_get_nr(t, 0), kind = n > 1 ? hwloc_cpukinds_get_by_cpuset(t, core->cpuset, 0) : -1;
    return kind < 0 ? 0 : n - 1 - kind; /* hwloc has the most efficient, the slowest, first */
}

/* The k-th hardware threads of the cores of one kind; returns how many there are. */
static uint32_t list_kind(hwloc_topology_t t, struct bn_topology *out, int kind, unsigned k)
{
    uint32_t before = out->n_cpus;
    for (int i = 0; i < hwloc_get_nbobjs_by_type(t, HWLOC_OBJ_CORE); i++) {
        hwloc_obj_t core = hwloc_get_obj_by_type(t, HWLOC_OBJ_CORE, (unsigned)i);
        hwloc_obj_t pu = hwloc_get_obj_inside_cpuset_by_type(t, core->cpuset, HWLOC_OBJ_PU, k);
        if (pu && kind_of(t, core) == kind && out->n_cpus < sizeof out->cpus / sizeof *out->cpus)
            out->cpus[out->n_cpus++] = (int)pu->os_index;
    }
    return out->n_cpus - before;
}

/* The k-th hardware thread of every core, for k = 0, 1, ...: threads spread over cores before they share one, and over
 * the cores of one kind before they take slower ones. */
static void list_cpus(hwloc_topology_t t, struct bn_topology *out)
{
    int kinds = hwloc_cpukinds_get_nr(t, 0);
    uint32_t found = 1;
    kinds = kinds > 1 ? kinds : 1;
    for (unsigned k = 0; found; k++) {
        found = 0;
        for (int kind = 0; kind < kinds; kind++) {
            uint32_t n = list_kind(t, out, kind, k);
            found += n;
            if (k > 0 || n == 0 || out->n_kinds == BN_CORE_KINDS) continue;
            out->cores_of_kind[out->n_kinds++] = n;
        }
    }
    out->n_like_cores = out->cores_of_kind[0];
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

enum bn_status bn_cpus_suffice(int n_threads, struct bn_error *err)
{
    cpu_set_t allowed;
    int n = sched_getaffinity(0, sizeof allowed, &allowed) ? CPU_SETSIZE : CPU_COUNT(&allowed);
    if (n_threads <= n) return BN_OK;
    return bn_harness_fail(err, BN_ERR_USAGE, "%d threads, but only %d CPU%s may be used here; take %d or fewer.",
                           n_threads, n, n == 1 ? "" : "s", n);
}

cpu_set_t bn_topology_set(const struct bn_topology *topology, uint32_t n)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    for (uint32_t i = 0; i < n && i < topology->n_cpus; i++) CPU_SET(topology->cpus[i], &set);
    return set;
}
