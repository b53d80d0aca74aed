/* accuracy.c - what options that are not EXACT cost in right answers. */
#include "harness/optimize/optimize.h"
#include <stdio.h>
#include <string.h>

bool bn_optimize_affords(const struct bn_optimize *o, const struct bn_effect *r)
{
    return r->accuracy.n && r->accuracy.low >= -o->accuracy_budget;
}

const char *bn_optimize_points(const struct bn_effect *r, char *text, size_t cap)
{
    if (r->accuracy.n)
        snprintf(text, cap, "%+.2f [%.2f, %.2f] points of %zu questions", 100 * r->accuracy.value,
                 100 * r->accuracy.low, 100 * r->accuracy.high, r->accuracy.n);
    else
        snprintf(text, cap, "its questions were not answered: %.120s", r->reason);
    return text;
}

static void take_answers(struct bn_optimize *o, const struct bn_effects *e)
{
    for (size_t i = 0; i < o->n; i++) {
        struct bn_candidate *c = &o->at[i];
        char points[256];
        if (!c->chosen || bn_option_exact(c->option, c->value)) continue;
        const struct bn_effect *r = bn_optimize_row(e, c);
        size_t used = strlen(c->evidence);
        c->chosen = r && bn_optimize_affords(o, r);
        snprintf(c->evidence + used, sizeof c->evidence - used, ", accuracy %s: %s",
                 r ? bn_optimize_points(r, points, sizeof points) : "not measured",
                 c->chosen ? "within the budget" : "not chosen: its loss is not certainly within the budget");
    }
}

enum bn_status bn_optimize_ask(struct bn_optimize *o, struct bn_error *err)
{
    struct bn_effects effects;
    double seconds = o->seconds;
    bool any = false;
    for (size_t i = 0; i < o->n; i++) any |= o->at[i].chosen && !bn_option_exact(o->at[i].option, o->at[i].value);
    if (!any) return BN_OK;
    bn_optimize_plan(o, "accuracy", "one_at_a_time", 1, false, BN_PART_INEXACT, o->tasks);
    enum bn_status status = bn_optimize_measure(o, "accuracy of what is faster but not EXACT", &effects, err);
    o->seconds = seconds; /* of runs without questions */
    if (status || o->interrupted) return status;
    take_answers(o, &effects);
    bn_effects_release(&effects);
    return BN_OK;
}
