/* search.c - the candidates, and successive halving among them by speed. */
#include "harness/core/error.h"
#include "harness/optimize/optimize.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROUNDS = 2, LAST_ROUNDS = 8, MOST_ROUNDS = 24, FEW = 6, FULL_TO_SMALL = 6 /* of the times of runs */ };

/* Not what a file or another option would have to be given for, nor what acts on nothing that a run does. */
static bool is_candidate(const struct bn_optimize *o, const struct bn_option *option, const char *value)
{
    return !option->takes_file && !bn_option_whole(option) && (!option->here || option->here(value)) &&
           (bn_option_exact(option, value) || o->accuracy_budget > 0) &&
           bn_option_acts_on(option, BN_TASK_SESSION | BN_TASK_GENERATE);
}

void bn_optimize_take(struct bn_optimize *o, const struct bn_model_info *model)
{
    size_t n;
    const struct bn_option *const *all = bn_options(&n);
    for (size_t i = 0; i < n; i++)
        for (const char *const *v = all[i]->values + 1; *v && o->n < BN_OPTIMIZE_MOST; v++) {
            if (!is_candidate(o, all[i], *v)) continue;
            struct bn_candidate *c = &o->at[o->n++];
            *c = (struct bn_candidate){.option = all[i], .value = *v, .alive = !bn_option_idle(all[i], *v, model)};
            if (!c->alive)
                snprintf(c->evidence, sizeof c->evidence,
                         "%s=%s: not chosen: it does nothing to this model that %s does not", c->option->name, *v,
                         c->option->values[0]);
        }
}

static size_t n_alive(const struct bn_optimize *o)
{
    size_t n = 0;
    for (size_t i = 0; i < o->n; i++) n += o->at[i].alive;
    return n;
}

int bn_optimize_rounds(const struct bn_optimize *o, double share, size_t n, int least)
{
    double rounds = o->budget_s * share / (o->seconds * (double)n);
    return rounds < least ? least : rounds > MOST_ROUNDS ? MOST_ROUNDS : (int)rounds;
}

const struct bn_effect *bn_optimize_row(const struct bn_effects *e, const struct bn_candidate *c)
{
    char choice[256];
    snprintf(choice, sizeof choice, "%s=%s", c->option->name, c->value);
    for (size_t i = 0; i < e->n; i++)
        if (!strcmp(e->rows[i].choice, choice)) return &e->rows[i];
    return NULL;
}

/* ---- rungs ---- */
static bool broken(const struct bn_effect *r)
{
    return !r || r->verdict == BN_EFFECT_UNMEASURED || r->verdict == BN_EFFECT_BROKEN;
}

static void put_speed(const struct bn_effect_speed *s, const char *name, char *text, size_t cap)
{
    size_t used = strlen(text);
    bool wide = !(s->high < s->low * 100);
    int n = snprintf(text + used, cap - used, "%s %.3f", name, s->ratio);
    used += (size_t)n < cap - used ? (size_t)n : cap - used - 1;
    if (wide)
        snprintf(text + used, cap - used, " [unknown: too few rounds for this noise]");
    else
        snprintf(text + used, cap - used, " [%.3f, %.3f]", s->low, s->high);
}

const char *bn_optimize_speed(const struct bn_effect *r, char *text, size_t cap)
{
    text[0] = 0;
    put_speed(&r->speed[BN_EFFECT_DECODE], "decode", text, cap);
    put_speed(&r->speed[BN_EFFECT_PREFILL], ", prefill", text, cap);
    size_t used = strlen(text);
    snprintf(text + used, cap - used, " of the default's speed in %zu rounds", r->speed[BN_EFFECT_DECODE].n);
    return text;
}

/* What the rung says of one; what was not measured, computes other output or is slower is out. */
static void take_row(struct bn_candidate *c, const struct bn_effect *r)
{
    char name[96], speed[256];
    snprintf(name, sizeof name, "%.60s=%.30s", c->option->name, c->value);
    c->chosen = false;
    if (broken(r)) {
        c->alive = false;
        snprintf(c->evidence, sizeof c->evidence, "%s: not chosen: %.250s", name,
                 r ? r->reason : "it was not measured");
        return;
    }
    const struct bn_effect_speed *d = &r->speed[BN_EFFECT_DECODE], *p = &r->speed[BN_EFFECT_PREFILL];
    bool slower = d->verdict < 0 || p->verdict < 0;
    c->gain = (log(d->ratio) + log(p->ratio)) / 2;
    c->alive = !slower;
    c->chosen = !slower && (d->verdict > 0 || p->verdict > 0) && c->gain > 0;
    snprintf(c->evidence, sizeof c->evidence, "%s: %s: %s", name, bn_optimize_speed(r, speed, sizeof speed),
             slower      ? "not chosen: slower"
             : c->chosen ? "faster"
                         : "not chosen: no gain shown");
}

static int by_gain(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* Keeps what is certainly faster, since options add up, and the better part of the others: a disturbed default moves
 * all of them, but not their order. */
static void thin_out(struct bn_optimize *o)
{
    double gains[BN_OPTIMIZE_MOST];
    size_t n = 0;
    for (size_t i = 0; i < o->n; i++)
        if (o->at[i].alive) gains[n++] = o->at[i].gain;
    qsort(gains, n, sizeof *gains, by_gain);
    size_t places = (n + 1) * 2 / 5;
    double least = n ? gains[places - (places > 0)] : 0;
    for (size_t i = 0; i < o->n; i++) {
        struct bn_candidate *c = &o->at[i];
        if (!c->alive || c->chosen) continue;
        c->alive = places && c->gain >= least;
        places -= c->alive;
    }
}

static enum bn_status climb(struct bn_optimize *o, struct bn_error *err)
{
    static const double shares[] = {0.25, 0.15};
    enum bn_status status = BN_OK;
    bool last = false;
    size_t before = 0;
    for (int k = 0; !status && !o->interrupted && !last && n_alive(o); k++) {
        char step[24], what[64];
        struct bn_effects effects;
        size_t n = n_alive(o);
        last = n <= FEW || n == before;
        before = n;
        int rounds = bn_optimize_rounds(o, k < 2 ? shares[k] : 0.1, n + 1 + n / 6, last ? LAST_ROUNDS : FIRST_ROUNDS);
        snprintf(step, sizeof step, "rung%d", k + 1);
        snprintf(what, sizeof what, "%zu value%s, %d rounds", n, n == 1 ? "" : "s", rounds);
        bn_optimize_plan(o, step, "one_at_a_time", rounds, false, BN_PART_ALIVE, NULL);
        status = bn_optimize_measure(o, what, &effects, err);
        if (status || o->interrupted) return status;
        for (size_t i = 0; i < o->n; i++)
            if (o->at[i].alive) take_row(&o->at[i], bn_optimize_row(&effects, &o->at[i]));
        bn_effects_release(&effects);
        if (!last) thin_out(o);
    }
    return status;
}

/* One short run of the defaults: how long runs may be for the budget, and whether it pays for the search at all. */
static enum bn_status probe(struct bn_optimize *o, struct bn_error *err)
{
    struct bn_effects effects;
    o->small = true, o->seconds = o->budget_s;
    bn_optimize_plan(o, "probe", "one_at_a_time", 1, false, BN_PART_NONE, NULL);
    enum bn_status status = bn_optimize_measure(o, "one run of the defaults", &effects, err);
    if (status || o->interrupted) return status;
    bn_effects_release(&effects);
    double least =
        o->seconds * ((double)(n_alive(o) + 1) * FIRST_ROUNDS * 1.4 + (FEW + 1) * LAST_ROUNDS + 4 * LAST_ROUNDS);
    o->small = least * FULL_TO_SMALL > o->budget_s;
    if (!o->small) o->seconds *= FULL_TO_SMALL;
    if (least > o->budget_s)
        fprintf(stderr, "note: the shortest search takes about %.0f s, more than the budget of %.0f s\n", least,
                o->budget_s);
    return BN_OK;
}

enum bn_status bn_optimize_search(struct bn_optimize *o, struct bn_error *err)
{
    o->plan = malloc(BN_OPTIMIZE_TEXT);
    if (!o->plan) return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate a plan.");
    enum bn_status status = probe(o, err);
    if (!status && !o->interrupted) status = climb(o, err);
    if (!status && !o->interrupted) status = bn_optimize_ask(o, err);
    if (!status && !o->interrupted) status = bn_optimize_verify(o, err);
    free(o->plan);
    return status;
}
