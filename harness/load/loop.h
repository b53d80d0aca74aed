/* loop.h - runs a plan against a target: one thread, one poll over all clients.
 *
 * Closed loop: each of N clients sends its next request when the one before is over (after a refusal or a lost
 * connection, when Retry-After or 0.1 s have passed). Open loop: requests are sent when they are due, whether or not
 * earlier ones are over, and their times count from when they were due: a generator that is late, or a server that
 * keeps it waiting, hides nothing (no coordinated omission). */
#ifndef BN_LOAD_LOOP_H
#define BN_LOAD_LOOP_H
#include "harness/load/load.h"
#include "harness/load/target.h"
#include <signal.h>

struct bn_load_run {
    struct bn_load_result **results; /* in the order of the requests, warm-up first */
    size_t n;
    int64_t begin_ns, end_ns; /* of what is counted: from the first counted request until duration_s have passed,
                                 or the last request is over */
    double wall_s, cpu_s; /* from the first request to the end of the last, and what this thread used of a CPU then */
    double generated;     /* tokens, as the server counts them; NAN: it does not (whoever asks it fills this in) */
    bool interrupted;
};
enum bn_status bn_load_run_go(struct bn_load_run *run, const struct bn_load_plan *plan, const struct bn_target *target,
                              const volatile sig_atomic_t *stop, struct bn_error *err);
/* One request alone: the same bytes as in a run. */
enum bn_status bn_load_run_one(struct bn_load_result *result, const struct bn_load_plan *plan,
                               const struct bn_target *target, const volatile sig_atomic_t *stop, struct bn_error *err);
void bn_load_run_release(struct bn_load_run *run);
#endif
