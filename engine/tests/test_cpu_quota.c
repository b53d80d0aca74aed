/* test_cpu_quota.c - default threads within the CFS quota: cgroup v2 and v1, quotas of groups above, none at all. */
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
