/* search.c - successive halving, then the winners together on work that the search has not seen. */
#include "harness/core/error.h"
#include "harness/optimize/optimize.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROUNDS = 3, MOST_ROUNDS = 24, MOST_RUNGS = 4, FEW = 4, TEXT = 65536 };

static void take_candidates(struct bn_optimize *o)
{
    size_t n;
    const struct bn_option *const *all = bn_options(&n);
    for (size_t i = 0; i < n; i++)
        for (const char *const *v = all[i]->values + 1; *v && o->n < BN_OPTIMIZE_MOST; v++) {
            bool other = all[i]->needs && bn_option_find(all[i]->needs);
            if (bn_option_exact(all[i], *v) && !all[i]->takes_file && !other)
                o->at[o->n++] = (struct bn_candidate){.option = all[i], .value = *v, .alive = true};
        }
}

/* ---- plans ---- */
static void put_model(const struct bn_optimize *o, const char *name, const char *more, char *text)
{
    snprintf(text, TEXT, "name: %s\nmodels: [{path: \"%s\"}]\nthreads: [%d]\nrepetitions: 3\nwarmup: 1\nseed: 158\n%s",
             name, o->model, o->threads, more);
}

/* Every option with a candidate that is alive (or chosen), its default first. */
static void put_options(const struct bn_optimize *o, bool chosen, char *text)
{
    size_t used = strlen(text);
    used += (size_t)snprintf(text + used, TEXT - used, "options:\n");
    for (size_t i = 0; i < o->n && used < TEXT; i++) {
        const struct bn_candidate *c = &o->at[i];
        bool begins = true;
        if (!(chosen ? c->chosen : c->alive)) continue;
        for (size_t j = 0; j < i; j++)
            begins &= o->at[j].option != c->option || !(chosen ? o->at[j].chosen : o->at[j].alive);
        if (!begins) continue;
        used += (size_t)snprintf(text + used, TEXT - used, "  - {name: %s, values: [\"%s\"", c->option->name,
                                 c->option->values[0]);
        for (size_t j = i; j < o->n && used < TEXT; j++)
            if (o->at[j].option == c->option && (chosen ? o->at[j].chosen : o->at[j].alive))
                used += (size_t)snprintf(text + used, TEXT - used, ", \"%s\"", o->at[j].value);
        if (used < TEXT) used += (size_t)snprintf(text + used, TEXT - used, "]}\n");
    }
}

/* ---- rungs ---- */
static size_t n_alive(const struct bn_optimize *o)
{
    size_t n = 0;
    for (size_t i = 0; i < o->n; i++) n += o->at[i].alive;
    return n;
}

static const struct bn_effect *row_of(const struct bn_effects *e, const struct bn_candidate *c)
{
    char choice[256];
    snprintf(choice, sizeof choice, "%s=%s", c->option->name, c->value);
    for (size_t i = 0; i < e->n; i++)
        if (!strcmp(e->rows[i].choice, choice)) return &e->rows[i];
    return NULL;
}

static void describe(char *text, size_t cap, const char *what, const struct bn_effect *r, const char *end)
{
    const struct bn_effect_speed *d = &r->speed[BN_EFFECT_DECODE], *p = &r->speed[BN_EFFECT_PREFILL];
    snprintf(text, cap,
             "%.80s: decode %.3f [%.3f, %.3f], prefill %.3f [%.3f, %.3f] of the default's speed in %zu rounds: %s",
             what, d->ratio, d->low, d->high, p->ratio, p->low, p->high, d->n, end);
}

/* What the rung says of each; what was not measured or computes other output is out. */
static void take_rung(struct bn_optimize *o, const struct bn_effects *e)
{
    for (size_t i = 0; i < o->n; i++) {
        struct bn_candidate *c = &o->at[i];
        const struct bn_effect *r = c->alive ? row_of(e, c) : NULL;
        char name[96];
        if (!c->alive) continue;
        snprintf(name, sizeof name, "%.60s=%.30s", c->option->name, c->value);
        c->alive =
            r && r->verdict != BN_EFFECT_UNMEASURED && r->verdict != BN_EFFECT_BROKEN && r->verdict != BN_EFFECT_DROP;
        if (!c->alive) {
            snprintf(c->evidence, sizeof c->evidence, "%s: not chosen: %.180s", name,
                     r ? r->reason : "it was not measured");
            continue;
        }
        c->gain = (log(r->speed[0].ratio) + log(r->speed[1].ratio)) / 2;
        c->chosen = r->verdict == BN_EFFECT_KEEP && c->gain > 0;
        describe(c->evidence, sizeof c->evidence, name, r, c->chosen ? "faster" : "not chosen: no gain shown");
    }
}

static int by_gain(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* Keeps the better half of those alive: a disturbed default moves all of them, but not their order. */
static void halve(struct bn_optimize *o)
{
    double gains[BN_OPTIMIZE_MOST];
    size_t n = 0;
    for (size_t i = 0; i < o->n; i++)
        if (o->at[i].alive) gains[n++] = o->at[i].gain;
    qsort(gains, n, sizeof *gains, by_gain);
    double least = n ? gains[(n - 1) / 2] : 0;
    for (size_t i = 0; i < o->n; i++)
        if (o->at[i].alive && o->at[i].gain < least) o->at[i].alive = o->at[i].chosen = false;
}

/* As many rounds as a share of the budget pays for. */
static int rounds_of(const struct bn_optimize *o, double seconds, double share, size_t n)
{
    double rounds = o->budget_s * share / (seconds * (double)(n + 1));
    return rounds < FIRST_ROUNDS ? FIRST_ROUNDS : rounds > MOST_ROUNDS ? MOST_ROUNDS : (int)rounds;
}

static enum bn_status climb(struct bn_optimize *o, char *text, double *seconds, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (int k = 0; !status && !o->interrupted && k < MOST_RUNGS && n_alive(o); k++) {
        char name[64], more[256];
        struct bn_effects effects;
        int rounds = k ? rounds_of(o, *seconds, 0.2, n_alive(o)) : FIRST_ROUNDS;
        bool last = n_alive(o) <= FEW || k == MOST_RUNGS - 1;
        snprintf(name, sizeof name, "optimize-%016llx-x%d-%g-%d", (unsigned long long)o->fingerprint, o->threads,
                 o->budget_s, k);
        snprintf(more, sizeof more,
                 "mode: one_at_a_time\nworkloads: [{name: request, fill: 16, prefill: 64, decode: 32}]\nrounds: %d\n",
                 rounds);
        put_model(o, name, more, text);
        put_options(o, false, text);
        status = bn_optimize_measure(o, name, text, &effects, seconds, err);
        if (status || o->interrupted) return status;
        take_rung(o, &effects);
        bn_effects_release(&effects);
        if (last) break;
        halve(o);
    }
    return status;
}

/* ---- the winners together ---- */
/* Of each option the best value, and of options that exclude each other the better one. */
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
    for (size_t i = 0; i < o->n; i++) n += o->at[i].alive && o->at[i].chosen;
    return n;
}

static void fall_back(struct bn_optimize *o, const char *why)
{
    for (size_t i = 0; i < o->n; i++) o->at[i].chosen = false;
    snprintf(o->verdict, sizeof o->verdict, "the defaults: %s", why);
}

static enum bn_status verify(struct bn_optimize *o, size_t n, char *text, double seconds, struct bn_error *err)
{
    char name[80], more[256];
    struct bn_effects effects;
    snprintf(name, sizeof name, "optimize-%016llx-x%d-%g-verify", (unsigned long long)o->fingerprint, o->threads,
             o->budget_s);
    snprintf(more, sizeof more, "mode: %s\nworkloads: [{name: other, fill: 96, prefill: 48, decode: 64}]\nrounds: %d\n",
             n > 1 ? "leave_one_out\nbaseline: true" : "one_at_a_time", rounds_of(o, seconds, 0.3, n + 1) * 2);
    put_model(o, name, more, text);
    put_options(o, true, text);
    enum bn_status status = bn_optimize_measure(o, name, text, &effects, &seconds, err);
    if (status || o->interrupted) return status;
    const struct bn_effect *all = NULL;
    for (size_t i = 0; i < effects.n; i++)
        if (!strcmp(effects.rows[i].base, "default")) all = &effects.rows[i];
    bool better = all && all->verdict == BN_EFFECT_KEEP;
    if (better)
        describe(o->verdict, sizeof o->verdict, "together, on other work", all, "faster, verified");
    else
        fall_back(o, "what the search chose was not certainly faster on other work");
    bn_effects_release(&effects);
    return BN_OK;
}

enum bn_status bn_optimize_search(struct bn_optimize *o, struct bn_error *err)
{
    char *text = malloc(TEXT);
    double seconds = 1;
    if (!text) return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate a plan.");
    take_candidates(o);
    enum bn_status status = climb(o, text, &seconds, err);
    size_t n = status || o->interrupted ? 0 : choose(o);
    if (n)
        status = verify(o, n, text, seconds, err);
    else
        fall_back(o, "no option was certainly faster");
    free(text);
    return status;
}
