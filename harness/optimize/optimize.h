/* optimize.h - which options to turn on for one model on this machine: successive halving over sweeps (harness/sweep),
 * whose runs stay in the database, so that a killed search goes on where it was. */
#ifndef BN_OPTIMIZE_H
#define BN_OPTIMIZE_H
#include "harness/effects/effects.h"
#include "harness/machine/lock.h"

enum { BN_OPTIMIZE_MOST = 256, BN_OPTIMIZE_TEXT = 65536 };
struct bn_candidate {
    const struct bn_option *option;
    const char *value;
    double gain; /* mean of the logarithms of the speed ratios of prefill and decode, in the latest rung */
    bool alive,
        chosen; /* still in the search; certainly faster in the latest rung, and within the budget of accuracy */
    char evidence[400]; /* one line: what was measured, and what became of it */
};
struct bn_optimize {
    const char *model, *db_path, *worker;
    const char *text; /* file that the runs compute; the search and its verification other parts of it */
    const char *tasks, *verify_tasks; /* questions for options that are not EXACT: "a,b"; those of the verification */
    const char *data_dir;             /* of the tasks; NULL: datasets of the checkout */
    char folder[512];                 /* of the plans */
    double budget_s, accuracy_budget; /* the latter: share of answers that an inexact option may cost; 0: EXACT only */
    int threads, attempt;             /* attempt: 1, 2, ... of searches with --force */
    enum bn_lock_policy lock_policy;
    uint64_t fingerprint;
    bool small;     /* the budget pays for the shortest runs only */
    double seconds; /* that a run takes */
    struct bn_candidate at[BN_OPTIMIZE_MOST];
    size_t n;
    char verdict[400];
    char *plan; /* [BN_OPTIMIZE_TEXT] text of the plan that is being made */
    bool interrupted;
};
/* Fills `at` with every value of the registry that needs no file or other option; those that do nothing to this model,
 * opened with the defaults, or on this CPU are not alive. */
void bn_optimize_take(struct bn_optimize *optimize, const struct bn_model_info *model);
/* Halves what is alive while it is long, asks questions of what is faster but not EXACT, and verifies what is left
 * together on work that the search has not seen. `chosen` is set only if that is faster than the defaults by a paired
 * test, each of it faster than the others alone, and its loss of accuracy within the budget. */
enum bn_status bn_optimize_search(struct bn_optimize *optimize, struct bn_error *err);
/* Runs the plan of this text, or finds the finished run of it; *effects is its table. Sets optimize->seconds. */
enum bn_status bn_optimize_measure(struct bn_optimize *optimize, const char *step, struct bn_effects *effects,
                                   struct bn_error *err);
/* The file for --config. */
enum bn_status bn_optimize_write(const struct bn_optimize *optimize, const char *path, struct bn_error *err);

/* ---- steps of the search ---- */
enum bn_optimize_part { BN_PART_NONE, BN_PART_ALIVE, BN_PART_CHOSEN, BN_PART_INEXACT }; /* the last: of the chosen */
/* Makes optimize->plan: its options are those of the part, each with its default first; `more` are further lines. */
void bn_optimize_plan(struct bn_optimize *optimize, const char *step, const char *mode, int rounds, bool unseen,
                      enum bn_optimize_part part, const char *tasks);
/* As many rounds of n runs as a share of the budget pays for. */
int bn_optimize_rounds(const struct bn_optimize *optimize, double share, size_t n, int least);
const struct bn_effect *bn_optimize_row(const struct bn_effects *effects, const struct bn_candidate *candidate);
/* "decode 1.083 [1.051, 1.117], prefill ... of the default's speed in 8 rounds" */
const char *bn_optimize_speed(const struct bn_effect *row, char *text, size_t cap);
/* Asks questions of those that are chosen and not EXACT. */
enum bn_status bn_optimize_ask(struct bn_optimize *optimize, struct bn_error *err);
/* Whether the loss is certainly within the budget. */
bool bn_optimize_affords(const struct bn_optimize *optimize, const struct bn_effect *row);
/* "+0.10 [-0.15, 0.35] points of 2376 questions" */
const char *bn_optimize_points(const struct bn_effect *row, char *text, size_t cap);
enum bn_status bn_optimize_verify(struct bn_optimize *optimize, struct bn_error *err);
#endif
