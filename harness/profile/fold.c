/* fold.c - a profile as folded stacks: phase, layer, operation; waits and the time between operations are boxes too. */
#include "harness/profile/profile.h"
#include "harness/profile/split.h"
#include <stdio.h>

struct folding {
    const struct bn_profile *profile;
    void (*take)(void *self, const char *stack, double ns);
    void *self;
};

static void give(const struct folding *f, const char *stack, double ns_of_all)
{
    if (ns_of_all > 0) f->take(f->self, stack, ns_of_all / f->profile->n_threads);
}

static void fold_op(const struct folding *f, const char *layer, int slot, double ns)
{
    char stack[128];
    struct bn_split part;
    enum bn_op op = (enum bn_op)(slot % BN_OP_COUNT);
    if (slot >= BN_OP_COUNT) {
        snprintf(stack, sizeof stack, "%s;wait (%s)", layer, bn_op_name(op));
        give(f, stack, ns);
        return;
    }
    snprintf(stack, sizeof stack, "%s;%s", layer, bn_op_name(op));
    if (!bn_split_part(op, 0, &part)) give(f, stack, ns);
    for (int i = 0; bn_split_part(op, i, &part); i++) {
        snprintf(stack, sizeof stack, "%s;%s;%s (declared)", layer, bn_op_name(op), part.part);
        give(f, stack, ns * part.share);
    }
}

static void fold_layer(const struct folding *f, int phase, int layer)
{
    char name[64], stack[128];
    if (layer < 0)
        snprintf(name, sizeof name, "%s;outside layers", bn_profile_phase_name(phase));
    else
        snprintf(name, sizeof name, "%s;layer %02d", bn_profile_phase_name(phase), layer);
    for (int op = 0; op < BN_OP_COUNT; op++) {
        fold_op(f, name, op, (double)bn_profile_sum(f->profile, -1, phase, layer, op).self_ns);
        fold_op(f, name, BN_SLOT_WAIT + op,
                (double)bn_profile_sum(f->profile, -1, phase, layer, BN_SLOT_WAIT + op).self_ns);
    }
    snprintf(stack, sizeof stack, "%s;between operations", name);
    give(f, stack, (double)bn_profile_sum(f->profile, -1, phase, layer, BN_SLOT_REST).self_ns);
}

static double of_all(const struct bn_profile *p, int64_t (*of)(const struct bn_slots *, int), int i)
{
    int64_t ns = 0;
    for (int t = 0; t < p->n_threads; t++) ns += of(&p->slots[t], i);
    return (double)ns;
}
static int64_t between_layers(const struct bn_slots *s, int phase) { return s->between_layers_ns[phase]; }
static int64_t between_stages(const struct bn_slots *s, int none) { return (void)none, s->between_stages_ns; }

/* Outside passes the calling thread works and the others idle. */
static void fold_stage(const struct folding *f, int stage)
{
    char stack[64];
    const struct bn_profile *p = f->profile;
    bool passes = stage == BN_STAGE_PREFILL || stage == BN_STAGE_DECODE;
    int64_t idle = 0;
    snprintf(stack, sizeof stack, "%s%s", bn_stage_name((enum bn_stage)stage), passes ? ";outside passes" : "");
    give(f, stack, (double)p->slots[0].stage_ns[stage]);
    for (int t = 1; t < p->n_threads; t++) idle += p->slots[t].stage_ns[stage];
    snprintf(stack, sizeof stack, "%s;idle threads", bn_stage_name((enum bn_stage)stage));
    give(f, stack, (double)idle);
}

void bn_profile_fold(const struct bn_profile *p, void (*take)(void *self, const char *stack, double ns), void *self)
{
    const struct folding f = {p, take, self};
    char stack[64];
    for (int stage = 0; stage <= BN_STAGE_OPEN; stage++) fold_stage(&f, stage);
    for (int phase = 0; phase < BN_PHASES; phase++) {
        if (phase < BN_PHASE_VERIFY) fold_stage(&f, phase == BN_PHASE_PREFILL ? BN_STAGE_PREFILL : BN_STAGE_DECODE);
        for (int layer = 0; layer < p->info->n_layers; layer++) fold_layer(&f, phase, layer);
        fold_layer(&f, phase, -1);
        snprintf(stack, sizeof stack, "%s;between layers", bn_profile_phase_name(phase));
        give(&f, stack, of_all(p, between_layers, phase));
    }
    for (int stage = BN_STAGE_CHOOSE; stage < BN_STAGE_COUNT; stage++) fold_stage(&f, stage);
    give(&f, "between stages", of_all(p, between_stages, 0));
}
