/* verify.h - whether texts depend on their neighbours: each text of a load test against the same request alone. */
#ifndef BN_LOAD_VERIFY_H
#define BN_LOAD_VERIFY_H
#include "harness/load/loop.h"

struct bn_load_verdict {
    size_t n, n_different;
    char first[320]; /* the first difference in words; "" */
};
/* Asks for every complete text of a client that read to the end again, one at a time, and adds to *verdict. */
enum bn_status bn_load_verify(struct bn_load_verdict *verdict, const struct bn_load_run *run,
                              const struct bn_load_plan *plan, const struct bn_target *target,
                              const volatile sig_atomic_t *stop, struct bn_error *err);
#endif
