/* accuracy.h - what both builds answer: questions and a text of the reference model's data, item by item. Builds that
 * compute the same have the same log-likelihoods; where they differ the pairs decide whether head is worse (McNemar
 * over questions, Wilcoxon over windows of the text, Holm over both). */
#ifndef BN_GATE_ACCURACY_H
#define BN_GATE_ACCURACY_H
#include "harness/gate/pairs.h"

enum { BN_ACCURACY_TASKS = 2 };
enum bn_accuracy_extent { BN_ACCURACY_OFF, BN_ACCURACY_SHORT, BN_ACCURACY_FULL };
extern const char *const bn_accuracy_extents[]; /* their names, as --accuracy takes them; ends with NULL */
enum bn_accuracy_extent bn_accuracy_extent_of(const char *word);
struct bn_accuracy_task {
    char name[48];
    int n, n_changed;         /* items; of them with other log-likelihoods */
    int only_base, only_head; /* questions that one side alone answers rightly */
    double value[2];          /* base, head: share of right answers, or perplexity */
    bool questions;           /* else a text */
    double p, p_holm;         /* of "head is not worse"; 1 where nothing changed */
    bool worse;
};
struct bn_accuracy_result {
    int n_tasks; /* 0: not measured, see reason */
    struct bn_accuracy_task tasks[BN_ACCURACY_TASKS];
    char reason[256];
    double seconds;
};
/* data: the folder with microworld/ and heldout/. Missing data and builds that cannot are a reason. */
enum bn_status bn_accuracy_run(struct bn_accuracy_result *result, struct bn_pairs *pairs, const char *data,
                               enum bn_accuracy_extent extent, struct bn_error *err);
/* Compares what two workers wrote (reply.h), item by item. */
enum bn_status bn_accuracy_compare(struct bn_accuracy_result *result, const char *base, const char *head,
                                   struct bn_error *err);
/* "82.3 -> 81.8 % right of 407, 2 items differ, p 0.5" */
void bn_accuracy_text(const struct bn_accuracy_task *task, char *text, size_t cap);
#endif
