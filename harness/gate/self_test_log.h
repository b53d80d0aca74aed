/* self_test_log.h - finished runs of a self-test in a file, one JSON line each, so that an hour-long test may be
 * interrupted. */
#ifndef BN_GATE_SELF_TEST_LOG_H
#define BN_GATE_SELF_TEST_LOG_H
#include "harness/gate/paired.h"
#include <jansson.h>
#include <stdio.h>

struct bn_self_test_log {
    const char *path;
    FILE *file;   /* NULL: nothing is kept */
    json_t *runs; /* what an earlier call left */
    size_t next;
};
/* path NULL: no file. `identity` says what is tested; a file about something else keeps its bytes and is refused
 * (BN_ERR_USAGE), and so is one that is not regular or that this command reads. A torn last line is cut off. */
enum bn_status bn_self_test_log_open(struct bn_self_test_log *log, const char *path, const char *identity,
                                     struct bn_error *err);
/* Reads the next finished run of stage `what` into verdict, first and again of *result; false if there is none. */
bool bn_self_test_log_take(struct bn_self_test_log *log, const char *what, struct bn_paired_result *result);
enum bn_status bn_self_test_log_put(struct bn_self_test_log *log, const char *what,
                                    const struct bn_paired_result *result, struct bn_error *err);
void bn_self_test_log_close(struct bn_self_test_log *log);
#endif
