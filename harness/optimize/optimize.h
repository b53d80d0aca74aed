/* optimize.h - which options to turn on for one model on this machine: successive halving over sweeps (harness/sweep),
 * whose runs stay in the database, so that a killed search goes on where it was. */
#ifndef BN_OPTIMIZE_H
#define BN_OPTIMIZE_H
#include "harness/effects/effects.h"
#include "harness/machine/lock.h"

enum { BN_OPTIMIZE_MOST = 256 };
struct bn_candidate {
    const struct bn_option *option;
    const char *value;
    double
        gain; /* mean of the logarithms of the speed ratios of prefill and decode, in the latest round of the search */
    bool alive, chosen;
    char evidence[320]; /* one line: what was measured, and what became of it */
};
struct bn_optimize {
    const char *model, *db_path, *worker;
    char folder[512]; /* of the plans */
    double budget_s;
    int threads;
    enum bn_lock_policy lock_policy;
    uint64_t fingerprint;
    struct bn_candidate at[BN_OPTIMIZE_MOST];
    size_t n;
    char verdict[320];
    bool interrupted;
};
/* Fills `at` with every value of the registry that is EXACT and needs no file or other option, halves it while it is
 * long, and verifies what is left together on other work. `chosen` is set only if that is faster than the defaults by a
 * paired test. */
enum bn_status bn_optimize_search(struct bn_optimize *optimize, struct bn_error *err);
/* Runs the plan of this text, or finds the finished run of it; *effects is its table. *seconds: what a point took. */
enum bn_status bn_optimize_measure(struct bn_optimize *optimize, const char *name, const char *text,
                                   struct bn_effects *effects, double *seconds, struct bn_error *err);
/* The file for --config. */
enum bn_status bn_optimize_write(const struct bn_optimize *optimize, const char *path, struct bn_error *err);
#endif
