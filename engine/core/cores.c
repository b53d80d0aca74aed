/* cores.c - how many physical cores this process may use: by its affinity, by its CFS quota, and where cores differ
 * (big.LITTLE, P and E cores) those that are alike: all threads of a pass wait for the slowest. */
#include "engine/core/threads.h"
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

/* The CPUs of a file such as "0-3,8" in *set; false: there is no such file. */
static bool read_list(const char *path, cpu_set_t *set)
{
    char text[1024], *at = text;
    FILE *f = fopen(path, "re");
    CPU_ZERO(set);
    if (!f) return false;
    bool got = fgets(text, sizeof text, f);
    fclose(f);
    while (got && *at >= '0' && *at <= '9') {
        long cpu = strtol(at, &at, 10), last = cpu;
        if (*at == '-') last = strtol(at + 1, &at, 10);
        for (; cpu <= last && cpu < CPU_SETSIZE; cpu++) CPU_SET((size_t)cpu, set);
        if (*at == ',') at++;
    }
    return got;
}

/* A CPU counts when it is the first of its core's siblings that this process may use. */
static bool first_sibling(const char *root, int cpu, const cpu_set_t *allowed)
{
    char path[512];
    cpu_set_t siblings;
    snprintf(path, sizeof path, "%s/system/cpu/cpu%d/topology/thread_siblings_list", root, cpu);
    if (!read_list(path, &siblings)) return true;
    for (int sibling = 0; sibling < cpu; sibling++)
        if (CPU_ISSET((size_t)sibling, &siblings) && CPU_ISSET((size_t)sibling, allowed)) return false;
    return true;
}

/* Speed beside the fastest core, 1024: what ARM systems say (cpu_capacity); of Intel's two kinds the E cores count as
 * half. Cores of which nothing is said are alike. */
static int capacity(const char *root, int cpu)
{
    char path[512];
    int said = 0;
    cpu_set_t atoms;
    snprintf(path, sizeof path, "%s/system/cpu/cpu%d/cpu_capacity", root, cpu);
    FILE *f = fopen(path, "re");
    if (f && fscanf(f, "%d", &said) != 1) said = 0;
    if (f) fclose(f);
    if (said > 0) return said;
    snprintf(path, sizeof path, "%s/cpu_atom/cpus", root);
    return read_list(path, &atoms) && CPU_ISSET((size_t)cpu, &atoms) ? 512 : 1024;
}

int bn_cores_sort(const char *root, const cpu_set_t *allowed, int *cpus, int cap)
{
    int speed[CPU_SETSIZE], fastest = 0, n = 0, like = 0;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        speed[cpu] = CPU_ISSET((size_t)cpu, allowed) && first_sibling(root, cpu, allowed) ? capacity(root, cpu) : 0;
        fastest = speed[cpu] > fastest ? speed[cpu] : fastest;
    }
    for (int alike = 1; alike >= 0; alike--)
        for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
            if (speed[cpu] && (speed[cpu] * 5 >= fastest * 4) == alike) {
                if (n < cap) cpus[n] = cpu;
                n++, like += alike;
            }
    return like;
}

/* All cores, like ones first; returns how many are in `cpus`, and in *like how many are alike. */
static int sorted(int *cpus, int cap, int *like)
{
    cpu_set_t allowed;
    int all[CPU_SETSIZE], n = 0;
    *like = 0;
    if (sched_getaffinity(0, sizeof allowed, &allowed)) return 0;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) all[cpu] = -1;
    *like = bn_cores_sort("/sys/devices", &allowed, all, CPU_SETSIZE);
    for (; n < cap && n < CPU_SETSIZE && all[n] >= 0; n++) cpus[n] = all[n];
    return n;
}

int bn_cores_list(int *cpus, int cap)
{
    int like;
    return sorted(cpus, cap, &like);
}

bool bn_cores_differ(void)
{
    int cpus[CPU_SETSIZE], like, n = sorted(cpus, CPU_SETSIZE, &like);
    return n > like;
}

int bn_cores_available(void)
{
    int cpus[CPU_SETSIZE], cores;
    sorted(cpus, CPU_SETSIZE, &cores);
    int quota = bn_cpu_quota("/proc/self/cgroup", "/sys/fs/cgroup");
    if (quota && quota < cores) cores = quota; /* more threads would be stopped in the middle of a pass */
    return cores ? cores : 1;
}
