/* cpu_quota.c - the CFS quota of the control groups that this process is in, as containers and systemd set it. */
#include "engine/core/threads.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Two numbers of a file, "max" and a missing file are none. */
static bool read_numbers(const char *path, int n, double *numbers)
{
    FILE *f = fopen(path, "re");
    bool got = f && fscanf(f, "%lf", &numbers[0]) == 1 && (n < 2 || fscanf(f, "%lf", &numbers[1]) == 1);
    if (f) fclose(f);
    return got;
}

/* CPUs that one group allows, 0: as many as there are. */
static double quota_of(const char *folder, bool v2)
{
    char path[PATH_MAX + 32];
    double n[2] = {0, 0};
    snprintf(path, sizeof path, "%s/%s", folder, v2 ? "cpu.max" : "cpu.cfs_quota_us");
    if (!read_numbers(path, v2 ? 2 : 1, n)) return 0;
    snprintf(path, sizeof path, "%s/cpu.cfs_period_us", folder);
    if (!v2 && !read_numbers(path, 1, &n[1])) return 0;
    return n[0] > 0 && n[1] > 0 ? n[0] / n[1] : 0;
}

/* The least of a group and those above it, up to the mount point. */
static double least_of(const char *mount, const char *group, bool v2)
{
    char folder[PATH_MAX];
    size_t n = strlen(mount);
    double least = 0;
    if (snprintf(folder, sizeof folder, "%s%s", mount, group) >= (int)sizeof folder) return 0;
    for (;;) {
        double quota = quota_of(folder, v2);
        if (quota > 0 && (least <= 0 || quota < least)) least = quota;
        char *slash = strrchr(folder, '/');
        if (!slash || (size_t)(slash - folder) < n || strlen(folder) <= n) return least;
        *slash = 0;
    }
}

/* Is "cpu" among the controllers of "4:cpu,cpuacct:/group"? */
static bool has_cpu(const char *controllers, const char *end)
{
    while (controllers < end) {
        size_t n = strcspn(controllers, ",:");
        if (n == 3 && !memcmp(controllers, "cpu", 3)) return true;
        controllers += n + 1;
    }
    return false;
}

int bn_cpu_quota(const char *proc_cgroup, const char *root)
{
    char line[PATH_MAX], mount[PATH_MAX];
    double least = 0;
    FILE *f = fopen(proc_cgroup, "re");
    while (f && fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = 0;
        char *controllers = strchr(line, ':'), *group = controllers ? strchr(controllers + 1, ':') : NULL;
        bool v2 = group && group == controllers + 1;
        if (!group || (!v2 && !has_cpu(controllers + 1, group))) continue;
        snprintf(mount, sizeof mount, "%s%s", root, v2 ? "" : "/cpu");
        double quota = least_of(mount, group + 1, v2);
        if (quota > 0 && (least <= 0 || quota < least)) least = quota;
    }
    if (f) fclose(f);
    if (least <= 0) return 0;
    return least < 1 ? 1 : least < 1024 ? (int)least : 1024;
}
