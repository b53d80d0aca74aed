/* side.h - one configuration of a run as the table of effects sees it. */
#ifndef BN_EFFECTS_SIDE_H
#define BN_EFFECTS_SIDE_H
#include "harness/effects/effects.h"

struct bn_effect_cell { /* one process */
    int64_t round;
    double ns; /* per token: median over its repetitions */
};
struct bn_effect_item {
    char *key; /* task and item */
    double ll; /* of a text's window */
    int right; /* 0, 1; -1: no question */
};
struct bn_effect_side {
    int64_t config_id, model_id;
    char *model, *workload, *kernel, *options;
    int threads;
    struct bn_option_choice *choices; /* [n_choices] that are not at their default */
    size_t n_choices;
    struct bn_effect_cell *cells[BN_EFFECT_PHASES];
    size_t n_cells[BN_EFFECT_PHASES];
    double memory, sequence, kl;  /* medians in bytes; NAN */
    char hash[32], reason[256];   /* reason: of a point that was not measured; "" */
    struct bn_effect_item *items; /* [n_items], by key */
    size_t n_items;
    double tokens_per_window; /* predictions of known tokens in a window of a text */
};
struct bn_effect_sides {
    struct bn_effect_side *at;
    size_t n;
    bool ablation; /* the plan leaves one out */
};
enum bn_status bn_effect_sides_read(struct bn_effect_sides *sides, struct bn_store *store, int64_t run_id,
                                    struct bn_error *err);
void bn_effect_sides_release(struct bn_effect_sides *sides);
/* Fills the numbers of a row; no verdict. */
bool bn_effect_measure(struct bn_effect *row, const struct bn_effect_side *base, const struct bn_effect_side *head);
#endif
