/* prompts.h - from questions to prompts, by the rules of lm-evaluation-harness (commit 4e7e0d47f): what is said first,
 * examples, and the model's chat template around them. */
#ifndef SUITES_EVAL_PROMPTS_H
#define SUITES_EVAL_PROMPTS_H
#include "suites/eval/items.h"

struct bn_prompting {
    const char *task; /* for sentences */
    int n_shots;      /* examples before each question */
    bool drawn;       /* they are drawn by `seed`, as lm-eval draws them; else the first ones of the item's group */
    uint64_t seed;
    const char *system;          /* said before all, NULL: nothing */
    const struct bn_model *chat; /* whose template goes around, NULL: none */
    bool multiturn;              /* an example is a turn of the user and one of the assistant; else all are in the
                                    user's only turn */
    bool partial;                /* choices are beginnings (BN_SCORE_PARTIAL): the template goes around each */
};
/* Makes the context of each item what the model gets before a choice. As text: system and the task's description, each
 * followed by a blank line where neither brings white space (the description keeps its own), examples, each with its
 * right choice after a space and a blank line, the question. As a chat the first two are the system's message.
 * BN_ERR_USAGE: a group has fewer examples than that. */
enum bn_status bn_items_prompt(struct bn_items *items, const struct bn_items *shots, const struct bn_prompting *how,
                               struct bn_error *err);
#endif
