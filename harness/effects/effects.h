/* effects.h - what options do on this machine: each choice of a sweep over options against the same configuration
 * without it, in one table. Speed: processes of one round are pairs. Quality: items and windows of the two
 * configurations are pairs. Every number comes from the rows of the database; harness/statistics.md says how often the
 * intervals hold. */
#ifndef BN_EFFECTS_H
#define BN_EFFECTS_H
#include "harness/stats/student.h"
#include "harness/store/store.h"

/* The rule, in numbers. */
#define BN_EFFECTS_LEAST_SPEED     0.01  /* a smaller change of speed is no change */
#define BN_EFFECTS_LEAST_MEMORY    0.05  /* likewise of memory */
#define BN_EFFECTS_SPEED_MARGIN    0.05  /* "as fast": the interval of the speed ratio stays within this */
#define BN_EFFECTS_ACCURACY_BUDGET 0.002 /* share of answers that an inexact option may cost */
#define BN_EFFECTS_LEVEL           0.05  /* of p, after Benjamini and Hochberg's correction over the table */
extern const char bn_effects_rule[];     /* the same in words */

enum bn_effect_verdict { BN_EFFECT_NEUTRAL, BN_EFFECT_KEEP, BN_EFFECT_DROP, BN_EFFECT_BROKEN, BN_EFFECT_UNMEASURED };
const char *bn_effect_verdict_name(enum bn_effect_verdict verdict);

enum { BN_EFFECT_PREFILL, BN_EFFECT_DECODE, BN_EFFECT_PHASES };
struct bn_effect_speed {
    double ratio, low, high; /* above 1: faster; NAN: not measured, ends NAN: too few rounds */
    double p_adjusted;
    size_t n;    /* rounds that both sides finished */
    int verdict; /* 1 faster, -1 slower, 0 neither is shown */
};
struct bn_effect {
    char *model, *setting; /* setting: "request auto x1": workload, kernel, threads */
    char *choice;          /* "kv_type=q8_0", or several */
    char *base;            /* "default", or "the others": what it is added to */
    char *claims;          /* ids of published claims, "" */
    int64_t model_id;
    bool exact, other_output;
    struct bn_effect_speed speed[BN_EFFECT_PHASES];
    double memory, sequence;              /* ratios of the process's peak and of the sequence's keys and values; NAN */
    double kl;                            /* nats, against the reference of the plan; NAN */
    struct bn_mean_difference perplexity; /* log ratio, over windows; n 0: not measured */
    struct {
        double value, low, high, p; /* difference of the shares of right answers; p: McNemar's */
        size_t only_base, only_head, n;
    } accuracy;
    enum bn_effect_verdict verdict;
    char reason[256];
};
struct bn_effects {
    int64_t run_id;
    char machine[192], plan[64];
    struct bn_effect *rows;
    size_t n;
};
/* The table of a run: one_at_a_time against the defaults, leave_one_out against the configuration that lacks the
 * choice. Nothing to compare is an empty table. */
enum bn_status bn_effects_read(struct bn_effects *effects, struct bn_store *store, int64_t run_id,
                               struct bn_error *err);
void bn_effects_judge(
    struct bn_effects *effects); /* corrections over the table, then every verdict; read has done it */
void bn_effects_release(struct bn_effects *effects);
/* Puts the table into the database, for readers that cannot compute it (v_option_effects). */
enum bn_status bn_effects_store(const struct bn_effects *effects, struct bn_store *store, struct bn_error *err);

enum bn_effects_form { BN_EFFECTS_TEXT, BN_EFFECTS_MARKDOWN, BN_EFFECTS_JSON };
void bn_effects_print(const struct bn_effects *effects, enum bn_effects_form form);
#endif
