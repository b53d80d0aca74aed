/* found.c - names, verdicts and the list of what was found. */
#include "harness/gate/found.h"
#include <stdarg.h>
#include <stdio.h>

static const struct {
    const char *name;
    enum bn_gate_verdict verdict;
} kinds[] = {
#define FOUND(id, name, verdict) {name, BN_GATE_##verdict},
#include "harness/gate/found.list"
#undef FOUND
};

const char *bn_found_name(enum bn_found_kind kind) { return kinds[kind].name; }
enum bn_gate_verdict bn_found_verdict(enum bn_found_kind kind) { return kinds[kind].verdict; }

void bn_found_add(struct bn_found_list *list, enum bn_found_kind kind, bool allowed, const char *workload,
                  const char *format, ...)
{
    if (list->n++ >= BN_FOUND_MOST) return;
    struct bn_found *f = &list->at[list->n - 1];
    va_list args;
    f->kind = kind, f->allowed = allowed;
    snprintf(f->workload, sizeof f->workload, "%s", workload);
    va_start(args, format);
    vsnprintf(f->text, sizeof f->text, format, args);
    va_end(args);
}

static int gravity(enum bn_found_kind kind)
{
    static const int of[] = {[BN_GATE_PASS] = 0,       [BN_GATE_IMPROVEMENT] = 1,    [BN_GATE_INCONCLUSIVE] = 2,
                             [BN_GATE_REGRESSION] = 3, [BN_GATE_OUTPUT_CHANGED] = 4, [BN_GATE_FAILED] = 5};
    return of[kinds[kind].verdict];
}

const struct bn_found *bn_found_gravest(const struct bn_found_list *list)
{
    const struct bn_found *gravest = NULL;
    for (int i = 0; i < list->n && i < BN_FOUND_MOST; i++) {
        const struct bn_found *f = &list->at[i];
        if (!f->allowed && (!gravest || gravity(f->kind) > gravity(gravest->kind))) gravest = f;
    }
    return gravest;
}

enum bn_found_kind bn_found_of_fate(const struct bn_dialogue_fate *fate)
{
    static const enum bn_found_kind of[] = {
        [BN_DIALOGUE_GOES_ON] = BN_FOUND_RUN,    [BN_DIALOGUE_SIGNAL] = BN_FOUND_CRASH,
        [BN_DIALOGUE_EXIT] = BN_FOUND_EXIT,      [BN_DIALOGUE_SILENT] = BN_FOUND_SILENCE,
        [BN_DIALOGUE_HANGS] = BN_FOUND_HANG,     [BN_DIALOGUE_REFUSED] = BN_FOUND_REFUSAL,
        [BN_DIALOGUE_GARBAGE] = BN_FOUND_GARBAGE};
    return of[fate->end];
}
