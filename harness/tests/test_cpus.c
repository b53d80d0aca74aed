/* test_cpus.c - which CPUs workers are pinned to where cores differ: a machine of two P cores with two threads each and
 * three E cores, as hwloc's XML describes one. */
#include "harness/machine/cpus.h"
#include "harness/machine/fields.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define SETS(of)              " cpuset=\"" of "\" complete_cpuset=\"" of "\" nodeset=\"0x1\" complete_nodeset=\"0x1\" gp_index=\""
#define PU(i, set)            "<object type=\"PU\" os_index=\"" #i "\"" SETS(set) "1" #i "\"/>"
#define CORE(i, set, threads) "<object type=\"Core\" os_index=\"" #i "\"" SETS(set) "2" #i "\">" threads "</object>"
#define MACHINE(kinds)                                                                                                       \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n<topology "                      \
    "version=\"2.0\"><object type=\"Machine\" os_index=\"0\" allowed_cpuset=\"0x7f\" allowed_nodeset=\"0x1\"" SETS(          \
        "0x7f") "1\"><object type=\"NUMANode\" os_index=\"0\" local_memory=\"1000000\"" SETS("0x7f") "2\"/>" CORE(0,         \
                                                                                                                  "0x"       \
                                                                                                                  "1",       \
                                                                                                                  PU(0,      \
                                                                                                                     "0x1")) \
        CORE(1, "0x6", PU(1, "0x2") PU(2, "0x4")) CORE(2, "0x8", PU(3, "0x8"))                                               \
            CORE(3, "0x30", PU(4, "0x10") PU(5, "0x20")) CORE(4, "0x40", PU(6, "0x40")) "</object>" kinds                    \
                                                                                        "</topology>\n"

static char path[] = "/tmp/bn_cpus_XXXXXX";

static struct bn_topology topology_of(const char *xml)
{
    static struct bn_topology t;
    FILE *f = fdopen(mkstemp(path), "w");
    cr_assert(f && fputs(xml, f) >= 0 && !fclose(f));
    setenv("HWLOC_XMLFILE", path, 1);
    cr_assert_eq(bn_topology_read(&t), 0);
    return t;
}

static void forget(void) { remove(path); }

static void expect_cpus(const struct bn_topology *t, const int *expected, uint32_t n)
{
    cr_assert_eq(t->n_cpus, n);
    for (uint32_t i = 0; i < n; i++) cr_expect_eq(t->cpus[i], expected[i], "place %u: %d", i, t->cpus[i]);
}

Test(cpus, fast_cores_first, .fini = forget)
{
    struct bn_topology t = topology_of(MACHINE("<cpukind cpuset=\"0x49\" forced_efficiency=\"0\"/>"
                                               "<cpukind cpuset=\"0x36\" forced_efficiency=\"1\"/>"));
    expect_cpus(&t, (int[]){1, 4, 0, 3, 6, 2, 5}, 7);
    cr_expect_eq(t.n_cores, 5);
    cr_expect_eq(t.n_like_cores, 2);
    cr_expect(t.n_kinds == 2 && t.cores_of_kind[0] == 2 && t.cores_of_kind[1] == 3);
    struct bn_fields fields = {.n = 0};
    bn_machine_fields(&fields);
    cr_expect_str_eq(bn_fields_find(&fields, "core_kinds"), "2 fast, 3 slower");
    bn_fields_release(&fields);
}

Test(cpus, cores_that_are_alike, .fini = forget)
{
    struct bn_topology t = topology_of(MACHINE(""));
    expect_cpus(&t, (int[]){0, 1, 3, 4, 6, 2, 5}, 7);
    cr_expect(t.n_like_cores == 5 && t.n_kinds == 1);
    struct bn_fields fields = {.n = 0};
    bn_machine_fields(&fields);
    cr_expect_null(bn_fields_find(&fields, "core_kinds"));
    bn_fields_release(&fields);
}
