/* verify.c - the winners together, on work and questions that the search has not seen. */
#include "harness/optimize/optimize.h"
#include <stdio.h>
#include <string.h>

enum { LEAST_ROUNDS = 8 };

/* Of each option the best value, and of options that exclude each other the better one. Returns how many are left. */
static size_t choose(struct bn_optimize *o)
{
    size_t n = 0;
    for (size_t i = 0; i < o->n; i++)
        for (size_t j = 0; j < o->n; j++) {
            struct bn_candidate *a = &o->at[i], *b = &o->at[j];
            bool rivals = i != j && a->chosen && b->chosen &&
                          (a->option == b->option || bn_option_excludes(a->option, b->option));
            if (rivals && (a->gain < b->gain || (a->gain == b->gain && i > j))) a->chosen = false;
        }
    for (size_t i = 0; i < o->n; i++) n += o->at[i].chosen;
    return n;
}

static void fall_back(struct bn_optimize *o, const char *why)
{
    for (size_t i = 0; i < o->n; i++) o->at[i].chosen = false;
    snprintf(o->verdict, sizeof o->verdict, "the defaults: %s", why);
}

static const struct bn_effect *together(const struct bn_effects *e)
{
    const struct bn_effect *all = NULL;
    for (size_t i = 0; i < e->n; i++)
        if (!strcmp(e->rows[i].base, "default")) all = &e->rows[i];
    return all;
}

enum beside { SLOWER, NO_GAIN, FASTER };
static enum beside beside(const struct bn_effect *r)
{
    const struct bn_effect_speed *s = r->speed;
    return s[0].verdict < 0 || s[1].verdict < 0 ? SLOWER : s[0].verdict > 0 || s[1].verdict > 0 ? FASTER : NO_GAIN;
}

/* The chosen one with the largest gain: what stays where each of them does as well without the others. */
static const struct bn_candidate *best(const struct bn_optimize *o)
{
    const struct bn_candidate *best = NULL;
    for (size_t i = 0; i < o->n; i++)
        if (o->at[i].chosen && (!best || o->at[i].gain > best->gain)) best = &o->at[i];
    return best;
}

static size_t drop(struct bn_optimize *o, const struct bn_effects *e, enum beside what, const struct bn_candidate *but)
{
    size_t n = 0;
    for (size_t i = 0; i < o->n; i++) {
        struct bn_candidate *c = &o->at[i];
        const struct bn_effect *r = c->chosen && c != but ? bn_optimize_row(e, c) : NULL;
        size_t used = strlen(c->evidence);
        if (!r || !strcmp(r->base, "default") || beside(r) != what) continue;
        c->chosen = false, n++;
        snprintf(c->evidence + used, sizeof c->evidence - used, "; not chosen: %s beside the others",
                 what == SLOWER ? "slower" : "no gain");
    }
    return n;
}

/* Leaves out what makes the others slower, else what adds nothing to them that the noise does not hide. Returns how
 * many. */
static size_t leave_out(struct bn_optimize *o, const struct bn_effects *e)
{
    size_t n = drop(o, e, SLOWER, NULL);
    return n ? n : drop(o, e, NO_GAIN, best(o));
}

/* Whether the winners hold; the verdict says why not. */
static void judge(struct bn_optimize *o, const struct bn_effect *all, bool exact)
{
    char points[256], speed[256];
    const struct bn_effect_speed *d = all ? &all->speed[BN_EFFECT_DECODE] : NULL,
                                 *p = all ? &all->speed[BN_EFFECT_PREFILL] : NULL;
    bool measured = all && all->verdict != BN_EFFECT_UNMEASURED && all->verdict != BN_EFFECT_BROKEN;
    if (!measured)
        fall_back(o, all ? all->reason : "what the search chose could not be measured together");
    else if (d->verdict < 0 || p->verdict < 0 || (d->verdict <= 0 && p->verdict <= 0))
        fall_back(o, "what the search chose was not certainly faster on other work");
    else if (!exact && !bn_optimize_affords(o, all))
        fall_back(o, "what the search chose loses more on other questions than the budget allows, or may");
    else
        snprintf(o->verdict, sizeof o->verdict, "together, on other work: %s%s%s: faster, verified",
                 bn_optimize_speed(all, speed, sizeof speed), exact ? "" : ", accuracy ",
                 exact ? "" : bn_optimize_points(all, points, sizeof points));
}

static bool all_exact(const struct bn_optimize *o)
{
    bool exact = true;
    for (size_t i = 0; i < o->n; i++) exact &= !o->at[i].chosen || bn_option_exact(o->at[i].option, o->at[i].value);
    return exact;
}

/* *again: something was left out, and the others are to be measured without it. */
static enum bn_status verify(struct bn_optimize *o, size_t n, int try, bool *again, struct bn_error *err)
{
    struct bn_effects effects;
    char step[24];
    bool exact = all_exact(o);
    snprintf(step, sizeof step, "verify%d", try);
    bn_optimize_plan(o, step, n > 1 ? "leave_one_out" : "one_at_a_time",
                     bn_optimize_rounds(o, 0.3, n > 1 ? n + 2 : 2, LEAST_ROUNDS), true, BN_PART_CHOSEN,
                     exact ? NULL : o->verify_tasks);
    enum bn_status status = bn_optimize_measure(o, "the winners together, on other work", &effects, err);
    if (status || o->interrupted) return status;
    *again = leave_out(o, &effects) > 0;
    if (!*again) judge(o, together(&effects), exact);
    bn_effects_release(&effects);
    return BN_OK;
}

enum bn_status bn_optimize_verify(struct bn_optimize *o, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    size_t n = choose(o);
    bool again = n > 0;
    for (int try = 1; again && !status && !o->interrupted; try++, n = choose(o))
        status = verify(o, n, try, &again, err);
    if (!n && !status && !o->interrupted) fall_back(o, "no option was certainly faster");
    return status;
}
