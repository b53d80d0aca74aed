/* judge.c - the rule: which options to keep on this machine. */
#include "harness/effects/effects.h"
#include "harness/stats/multiple.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

const char bn_effects_rule[] =
    "Rule: a change of speed counts from 1 % on, at p <= 5 % (paired t test over rounds, Benjamini-Hochberg over the "
    "table), of memory (peak of the process, or keys and values of the sequence) from 5 % on. drop: slower and nowhere "
    "faster, a higher peak and certainly less than 5 % faster, or fewer right answers (McNemar, p <= 5 %). keep: "
    "faster "
    "and nowhere slower, or less memory and certainly less than 5 % slower; an option that is not EXACT also needs the "
    "95 % interval of its paired accuracy difference to stay above -0.2 points. neutral: everything else. broken: "
    "EXACT, "
    "but with other output.";

const char *bn_effect_verdict_name(enum bn_effect_verdict verdict)
{
    static const char *const names[] = {"neutral", "keep", "drop", "broken", "unmeasured"};
    return names[verdict];
}

static void say(struct bn_effect *r, enum bn_effect_verdict verdict, const char *reason)
{
    r->verdict = verdict;
    snprintf(r->reason, sizeof r->reason, "%s", reason);
}

/* A gain of an inexact option counts only within the budget of accuracy. */
static void judge_accuracy(struct bn_effect *r, const char *gain)
{
    if (r->exact || (r->accuracy.n && r->accuracy.low >= -BN_EFFECTS_ACCURACY_BUDGET)) {
        say(r, BN_EFFECT_KEEP, gain);
        return;
    }
    r->verdict = BN_EFFECT_NEUTRAL;
    if (r->accuracy.n)
        snprintf(r->reason, sizeof r->reason,
                 "%s, but %zu questions cannot show that it costs less than 0.2 points: about %.0f would", gain,
                 r->accuracy.n,
                 bn_paired_shares_needed(r->accuracy.only_base, r->accuracy.only_head, r->accuracy.n,
                                         BN_EFFECTS_ACCURACY_BUDGET));
    else
        snprintf(r->reason, sizeof r->reason, "%s, but its accuracy was not measured", gain);
}

static void judge(struct bn_effect *r)
{
    bool faster = false, slower = false, enough = false, as_fast = true, no_faster = true;
    for (int p = 0; p < BN_EFFECT_PHASES; p++) {
        const struct bn_effect_speed *s = &r->speed[p];
        faster |= s->verdict > 0, slower |= s->verdict<0, enough |= s->n> 1;
        as_fast &= !s->n || s->low >= 1 / (1 + BN_EFFECTS_SPEED_MARGIN);
        no_faster &= !s->n || s->high <= 1 + BN_EFFECTS_SPEED_MARGIN;
    }
    bool lighter = r->memory <= 1 - BN_EFFECTS_LEAST_MEMORY || r->sequence <= 1 - BN_EFFECTS_LEAST_MEMORY;
    bool heavier = r->memory >= 1 + BN_EFFECTS_LEAST_MEMORY;
    if (r->exact && r->other_output)
        say(r, BN_EFFECT_BROKEN, "it is declared EXACT and computes other output");
    else if (!r->exact && r->accuracy.value < 0 && r->accuracy.p <= BN_EFFECTS_LEVEL)
        say(r, BN_EFFECT_DROP, "fewer right answers");
    else if (!enough)
        say(r, BN_EFFECT_NEUTRAL, "two rounds or more are needed to tell");
    else if (slower && !faster)
        say(r, BN_EFFECT_DROP, "slower");
    else if (slower)
        say(r, BN_EFFECT_NEUTRAL,
            r->speed[BN_EFFECT_DECODE].verdict > 0 ? "faster decode, slower prefill" : "faster prefill, slower decode");
    else if (faster)
        judge_accuracy(r, "faster");
    else if (heavier && no_faster)
        say(r, BN_EFFECT_DROP, "more memory, not faster");
    else if (heavier)
        say(r, BN_EFFECT_NEUTRAL, "more memory, and more rounds are needed to tell its speed");
    else if (lighter && as_fast)
        judge_accuracy(r, "less memory");
    else if (lighter)
        say(r, BN_EFFECT_NEUTRAL, "less memory, but more rounds are needed to tell its speed");
    else
        say(r, BN_EFFECT_NEUTRAL, "no difference shown");
}

static int speed_verdict(const struct bn_effect_speed *s)
{
    if (s->n < 2 || s->p_adjusted > BN_EFFECTS_LEVEL) return 0;
    return s->ratio > 1 + BN_EFFECTS_LEAST_SPEED ? 1 : s->ratio < 1 / (1 + BN_EFFECTS_LEAST_SPEED) ? -1 : 0;
}

/* Over all tests of the table that could be made. */
static void adjust(struct bn_effects *e)
{
    struct bn_effect_speed **tests = malloc((e->n * BN_EFFECT_PHASES + 1) * sizeof(struct bn_effect_speed *));
    double *p = calloc(e->n * BN_EFFECT_PHASES + 1, sizeof *p);
    size_t n = 0;
    for (size_t i = 0; tests && p && i < e->n * BN_EFFECT_PHASES; i++) {
        struct bn_effect_speed *s = &e->rows[i / BN_EFFECT_PHASES].speed[i % BN_EFFECT_PHASES];
        if (s->n > 1) p[n] = s->p_adjusted, tests[n++] = s;
    }
    bool ok = tests && p && !bn_fdr_adjust(p, n, p);
    for (size_t i = 0; tests && p && i < n; i++) tests[i]->p_adjusted = ok ? p[i] : 1;
    free(tests), free(p);
}

void bn_effects_judge(struct bn_effects *e)
{
    adjust(e);
    for (size_t i = 0; i < e->n; i++) {
        for (int p = 0; p < BN_EFFECT_PHASES; p++) e->rows[i].speed[p].verdict = speed_verdict(&e->rows[i].speed[p]);
        if (e->rows[i].verdict != BN_EFFECT_UNMEASURED) judge(&e->rows[i]);
    }
}
