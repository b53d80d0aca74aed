/* test_cores.c - default threads within the CFS quota: cgroup v2 and v1, quotas of groups above, none at all.
 * Default cores where they differ: the like ones. */
#include "engine/core/threads.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char root[] = "/tmp/bn_quota_XXXXXX";

static void write_file(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", root, name);
    for (char *slash = path + sizeof root; (slash = strchr(slash, '/')); slash++)
        *slash = 0, mkdir(path, 0700), *slash = '/';
    FILE *f = fopen(path, "w");
    cr_assert(f && fputs(text, f) >= 0 && !fclose(f));
}

static int quota_of(const char *membership)
{
    char proc[256];
    write_file("self", membership);
    snprintf(proc, sizeof proc, "%s/self", root);
    return bn_cpu_quota(proc, root);
}

static void make_root(void) { cr_assert(mkdtemp(root)); }

static void remove_root(void)
{
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", root);
    cr_expect_eq(system(command), 0);
}

Test(cpu_quota, version_2, .init = make_root, .fini = remove_root)
{
    cr_expect_eq(quota_of("0::/a/b\n"), 0);
    write_file("a/b/cpu.max", "max 100000\n");
    cr_expect_eq(quota_of("0::/a/b\n"), 0);
    write_file("a/b/cpu.max", "350000 100000\n");
    cr_expect_eq(quota_of("0::/a/b\n"), 3);
    write_file("a/cpu.max", "200000 100000\n"); /* of the group above */
    cr_expect_eq(quota_of("0::/a/b\n"), 2);
    write_file("cpu.max", "50000 100000\n"); /* a container sees its own group as the root */
    cr_expect_eq(quota_of("0::/\n"), 1);
}

Test(cpu_quota, version_1, .init = make_root, .fini = remove_root)
{
    const char *membership = "5:cpuset:/x\n4:cpu,cpuacct:/docker/c\n0::/y\n";
    write_file("cpu/docker/c/cpu.cfs_quota_us", "-1\n");
    write_file("cpu/docker/c/cpu.cfs_period_us", "100000\n");
    cr_expect_eq(quota_of(membership), 0);
    write_file("cpu/docker/c/cpu.cfs_quota_us", "400000\n");
    cr_expect_eq(quota_of(membership), 4);
    write_file("cpu/cpu.cfs_quota_us", "250000\n");
    write_file("cpu/cpu.cfs_period_us", "100000\n");
    cr_expect_eq(quota_of(membership), 2);
    cr_expect_eq(quota_of("5:cpuset:/docker/c\n"), 0);
    cr_expect_eq(quota_of("no line of this form\n"), 0);
}

/* Cores of `allowed` CPUs 0..n-1 in the order of bn_cores_sort, as text, with a bar behind the like ones. */
static const char *sorted(int n)
{
    static char text[128];
    int cpus[64], like;
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    for (int i = 0; i < n; i++) CPU_SET((size_t)i, &allowed);
    for (int i = 0; i < 64; i++) cpus[i] = -1;
    like = bn_cores_sort(root, &allowed, cpus, 64);
    text[0] = 0;
    for (int i = 0; i < 64 && cpus[i] >= 0; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%d", i == like ? " | " : i ? " " : "", cpus[i]);
    return text;
}

static void capacities(const int *of, int n)
{
    char name[64], text[16];
    for (int i = 0; i < n; i++) {
        snprintf(name, sizeof name, "system/cpu/cpu%d/cpu_capacity", i);
        snprintf(text, sizeof text, "%d\n", of[i]);
        write_file(name, text);
    }
}

Test(cores, alike_when_nothing_is_said, .init = make_root, .fini = remove_root)
{
    cr_expect_str_eq(sorted(4), "0 1 2 3");
}

Test(cores, big_little, .init = make_root, .fini = remove_root)
{
    capacities((int[]){446, 446, 446, 446, 1024, 1024}, 6);
    cr_expect_str_eq(sorted(6), "4 5 | 0 1 2 3");
    cr_expect_str_eq(sorted(4), "0 1 2 3"); /* bound to the small ones: these are alike */
}

Test(cores, one_prime_three_big_four_little, .init = make_root, .fini = remove_root)
{
    capacities((int[]){325, 325, 325, 325, 828, 828, 828, 1024}, 8);
    cr_expect_str_eq(sorted(8), "4 5 6 7 | 0 1 2 3"); /* 828 is within a fifth of 1024 */
    capacities((int[]){325, 325, 325, 325, 800, 800, 800, 1024}, 8);
    cr_expect_str_eq(sorted(8), "7 | 0 1 2 3 4 5 6");
}

/* P cores with two threads each, then E cores, as Linux describes them on Intel. */
Test(cores, p_and_e_cores, .init = make_root, .fini = remove_root)
{
    write_file("system/cpu/cpu0/topology/thread_siblings_list", "0-1\n");
    write_file("system/cpu/cpu1/topology/thread_siblings_list", "0-1\n");
    write_file("system/cpu/cpu2/topology/thread_siblings_list", "2,3\n");
    write_file("system/cpu/cpu3/topology/thread_siblings_list", "2,3\n");
    write_file("cpu_core/cpus", "0-3\n");
    write_file("cpu_atom/cpus", "4-5,7\n");
    cr_expect_str_eq(sorted(8), "0 2 6 | 4 5 7"); /* of 6 nothing is said */
    cr_expect_str_eq(sorted(6), "0 2 | 4 5");
}
