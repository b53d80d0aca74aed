/* cores.c - how many physical cores this process may use: by its affinity, and by its CFS quota. */
#include "engine/core/threads.h"
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

/* A CPU counts when it is the first of its core's siblings that this process may use. */
static bool first_sibling(int cpu, const cpu_set_t *allowed)
{
    char path[96], text[64];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
    FILE *f = fopen(path, "re");
    if (!f) return true;
    bool got = fgets(text, sizeof text, f);
    fclose(f);
    if (!got) return true;
    char *at = text;
    for (;;) { /* "0,4" or "0-1" */
        long sibling = strtol(at, &at, 10), last = sibling;
        if (*at == '-') last = strtol(at + 1, &at, 10);
        for (; sibling <= last; sibling++)
            if (sibling < cpu && CPU_ISSET(sibling, allowed)) return false;
        if (*at != ',') return true;
        at++;
    }
}

int bn_cores_list(int *cpus, int cap)
{
    cpu_set_t allowed;
    int cores = 0;
    if (sched_getaffinity(0, sizeof allowed, &allowed)) return 0;
    for (int cpu = 0; cpu < CPU_SETSIZE && cores < cap; cpu++)
        if (CPU_ISSET(cpu, &allowed) && first_sibling(cpu, &allowed)) cpus[cores++] = cpu;
    return cores;
}

int bn_cores_available(void)
{
    int cpus[CPU_SETSIZE], cores = bn_cores_list(cpus, CPU_SETSIZE);
    int quota = bn_cpu_quota("/proc/self/cgroup", "/sys/fs/cgroup");
    if (quota && quota < cores) cores = quota; /* more threads would be stopped in the middle of a pass */
    return cores ? cores : 1;
}
