/* test_self_test_log.c - the log of a self-test: finished runs come back, a torn line is cut, and a log that cannot be
 * read is not one that ends there. */
#include "harness/gate/self_test_log.h"
#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

Test(self_test_log, finished_runs_come_back_without_the_torn_line)
{
    char path[] = "/tmp/test-self-test-log-XXXXXX";
    struct bn_self_test_log log;
    struct bn_paired_result result = {.verdict = BN_GATE_REGRESSION, .seconds = 2.5, .n_workloads = 1};
    struct bn_error err = {0};
    result.first[0].d[result.first[0].n++] = 0.25;
    close(mkstemp(path));
    cr_assert_eq(bn_self_test_log_open(&log, path, "this", &err), BN_OK, "%s", err.text);
    cr_expect_eq(bn_self_test_log_put(&log, "aa", &result, &err), BN_OK);
    fputs("{\"stage\": \"aa\", \"ver", log.file);
    bn_self_test_log_close(&log);
    cr_assert_eq(bn_self_test_log_open(&log, path, "this", &err), BN_OK, "%s", err.text);
    cr_assert(bn_self_test_log_take(&log, "aa", &result));
    cr_expect(result.verdict == BN_GATE_REGRESSION && result.seconds == 2.5 && result.first[0].d[0] == 0.25);
    cr_expect_not(bn_self_test_log_take(&log, "aa", &result));
    bn_self_test_log_close(&log);
    cr_expect_eq(bn_self_test_log_open(&log, path, "another", &err), BN_ERR_USAGE);
    cr_expect_eq(unlink(path), 0);
}

/* The first page of a process is mapped nowhere: the file opens, and reading it fails. */
Test(self_test_log, what_cannot_be_read_is_not_cut)
{
    struct bn_self_test_log log;
    struct bn_error err = {0};
    cr_expect_eq(bn_self_test_log_open(&log, "/proc/self/mem", "this", &err), BN_ERR_IO);
    cr_expect_not_null(strstr(err.text, "Could not read /proc/self/mem: "), "%s", err.text);
}
