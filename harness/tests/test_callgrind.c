/* test_callgrind.c - what is read from callgrind's dumps, and the cache geometry it is given. */
#include "harness/worker/callgrind.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void put(const char *folder, const char *name, const char *text)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    cr_assert_not_null(f);
    fputs(text, f);
    fclose(f);
}

Test(callgrind, dumps_of_a_phase_are_added)
{
    char folder[] = "/tmp/test-callgrind-XXXXXX";
    struct bn_callgrind_sums s;
    cr_assert_not_null(mkdtemp(folder));
    put(folder, "dump.1",
        "version: 1\ndesc: Trigger: Client Request: decode\nevents: Ir Dr Dw I1mr D1mr D1mw ILmr DLmr DLmw\nfn=x\n3 4\n"
        "totals: 100 20 10 3 4 5 1 2 3\n");
    put(folder, "dump.2",
        "desc: Trigger: Client Request: decode\nevents: Dr Ir\ntotals: 7 1000\n"); /* another order, fewer events */
    put(folder, "dump.3", "desc: Trigger: Client Request: prefill\nevents: Ir\ntotals: 5\n");
    put(folder, "dump", "desc: Trigger: Program termination\nevents: Ir\ntotals: 99999\n");
    cr_expect_eq(bn_callgrind_read(folder, "decode", &s), 2);
    cr_expect(s.instructions == 1100 && s.reads == 27 && s.writes == 10 && s.code_l1_misses == 3 &&
              s.read_l1_misses == 4);
    cr_expect(s.write_l1_misses == 5 && s.code_ll_misses == 1 && s.read_ll_misses == 2 && s.write_ll_misses == 3);
    cr_expect_eq(bn_callgrind_read(folder, "prefill", &s), 1);
    cr_expect_eq(s.instructions, 5);
    cr_expect_eq(bn_callgrind_read("/tmp/there/is/no/such/folder", "prefill", &s), 0);
    static const char *const names[] = {"dump", "dump.1", "dump.2", "dump.3"};
    for (int i = 0; i < 4; i++) {
        char path[300];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    cr_expect_eq(rmdir(folder), 0);
}

/* Reading a folder as a file fails after it was opened. */
Test(callgrind, a_dump_that_cannot_be_read_is_not_left_out_of_the_sum)
{
    char folder[] = "/tmp/test-callgrind-XXXXXX", dump[300], unread[300];
    struct bn_callgrind_sums s;
    cr_assert_not_null(mkdtemp(folder));
    snprintf(dump, sizeof dump, "%s/dump.1", folder);
    snprintf(unread, sizeof unread, "%s/dump.2", folder);
    put(folder, "dump.1", "desc: Trigger: Client Request: decode\nevents: Ir\ntotals: 100\n");
    cr_expect_eq(bn_callgrind_read(folder, "decode", &s), 1);
    cr_assert_eq(mkdir(unread, 0777), 0);
    cr_expect_eq(bn_callgrind_read(folder, "decode", &s), 0);
    cr_expect_eq(s.instructions, 0);
    cr_expect(!unlink(dump) && !rmdir(unread) && !rmdir(folder));
}

/* callgrind refuses a geometry whose number of sets is no power of two. */
Test(callgrind, geometry_has_a_power_of_two_of_sets)
{
    static const struct {
        struct bn_cache cache;
        const char *want;
    } cases[] = {{{32768, 8, 64}, "--D1=32768,8,64"},
                 {{49152, 12, 64}, "--D1=49152,12,64"},       /* 64 sets */
                 {{37748736, 18, 64}, "--D1=37748736,18,64"}, /* 32768 sets */
                 {{31457280, 20, 64}, "--D1=20971520,20,64"}, /* 24576 sets become 16384 */
                 {{33554432, 0, 0}, "--D1=33554432,16,64"},   /* what a virtual machine leaves unsaid */
                 {{0, 0, 0}, ""}};
    char text[64];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bn_callgrind_geometry("D1", &cases[i].cache, text, sizeof text);
        cr_expect_str_eq(text, cases[i].want, "%s, expected %s", text, cases[i].want);
    }
}

Test(callgrind, the_reason_is_the_cause_and_no_warning)
{
    static const struct {
        struct bn_child_result result;
        const char *want;
    } cases[] = {
        {{.process.error_tail =
              "==7== Warning: set address range perms: large range\n==7== brk segment overflow\nThe model is cheese.\n",
          .exit_code = 1},
         "Under valgrind: The model is cheese."},
        {{.process.error_tail =
              "vex amd64->IR: unhandled instruction bytes: 0x62 0xF1\n==7== Illegal opcode\n==7==    at 0x1: f\n",
          .signal = 4},
         "Under valgrind: it does not know an instruction of these kernels."},
        {{.process.error_tail = "==7== Warning: noted but unhandled ioctl\n", .signal = 11},
         "Under valgrind: the worker ended by signal 11 (Segmentation fault)."},
        {{.process.error_tail = "", .exit_code = 3}, "Under valgrind: the worker ended early with exit code 3."}};
    char reason[BN_CALLGRIND_REASON];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bn_callgrind_failure(&cases[i].result, reason, sizeof reason);
        cr_expect_str_eq(reason, cases[i].want, "%s", reason);
    }
}
