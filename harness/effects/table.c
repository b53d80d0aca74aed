/* table.c - which configurations of a run are compared, and how a row is named. */
#include "harness/effects/side.h"
#include "harness/core/error.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool same_setting(const struct bn_effect_side *a, const struct bn_effect_side *b)
{
    return a->model_id == b->model_id && !strcmp(a->workload, b->workload) && !strcmp(a->kernel, b->kernel) &&
           a->threads == b->threads;
}

static const char *value_of(const struct bn_effect_side *s, const char *name)
{
    for (size_t i = 0; i < s->n_choices; i++)
        if (!strcmp(s->choices[i].name, name)) return s->choices[i].value;
    return NULL;
}

/* Of the same setting the configuration with the fewest (sign -1) or most (1) options away from their defaults: the
 * first of them, for what is left out may make room for what it excludes. */
static const struct bn_effect_side *extreme(const struct bn_effect_sides *sides, const struct bn_effect_side *like,
                                            int sign)
{
    const struct bn_effect_side *found = NULL;
    for (size_t i = 0; i < sides->n; i++) {
        const struct bn_effect_side *s = &sides->at[i];
        if (!same_setting(s, like)) continue;
        if (!found || (sign > 0 ? s->n_choices > found->n_choices : s->n_choices < found->n_choices)) found = s;
    }
    return found;
}

/* ---- what head adds to base ---- */
static bool adds(const struct bn_effect_side *base, const struct bn_option_choice *choice)
{
    const char *other = value_of(base, choice->name);
    return !other || strcmp(other, choice->value);
}

/* What the plan fixes for all (options of --config) is no difference. */
static bool has_all(const struct bn_effect_side *head, const struct bn_effect_side *base)
{
    for (size_t i = 0; i < base->n_choices; i++)
        if (adds(head, &base->choices[i])) return false;
    return true;
}

/* "kv_budget=0.25 kv_prune=window"; "" if nothing. NULL without memory. */
static char *name_choice(const struct bn_effect_side *base, const struct bn_effect_side *head)
{
    size_t cap = 1;
    for (size_t i = 0; i < head->n_choices; i++)
        cap += strlen(head->choices[i].name) + strlen(head->choices[i].value) + 2;
    char *text = calloc(1, cap);
    for (size_t i = 0, n = 0; text && i < head->n_choices; i++)
        if (adds(base, &head->choices[i]))
            n += (size_t)snprintf(text + n, cap - n, "%s%s=%s", n ? " " : "", head->choices[i].name,
                                  head->choices[i].value);
    return text;
}

/* Claims of all options that head adds. NULL without memory. */
static char *name_claims(const struct bn_effect_side *base, const struct bn_effect_side *head)
{
    size_t cap = 1, n = 0;
    char *text = calloc(1, cap);
    for (size_t i = 0; text && i < head->n_choices; i++) {
        const struct bn_option *o = bn_option_find(head->choices[i].name);
        if (!adds(base, &head->choices[i]) || !o || !o->hypothesis || strstr(text, o->hypothesis)) continue;
        cap += strlen(o->hypothesis) + 1;
        char *more = realloc(text, cap);
        if (!more) return free(text), NULL;
        text = more;
        n += (size_t)snprintf(text + n, cap - n, "%s%s", n ? " " : "", o->hypothesis);
    }
    return text;
}

/* "default", what all share, or that and what base has in the place of what it lacks. NULL without memory. */
static char *name_base(const struct bn_effect_side *base, const struct bn_effect_side *head, const char *others)
{
    char *instead = name_choice(head, base), *text = NULL;
    if (instead &&
        asprintf(&text, instead[0] ? "%s, with %s instead" : "%s", base->n_choices ? others : "default", instead) < 0)
        text = NULL;
    free(instead);
    return text;
}

static bool adds_exact(const struct bn_effect_side *base, const struct bn_effect_side *head)
{
    for (size_t i = 0; i < head->n_choices; i++) {
        const struct bn_option *o = bn_option_find(head->choices[i].name);
        if (adds(base, &head->choices[i]) && (!o || !bn_option_exact(o, head->choices[i].value))) return false;
    }
    return true;
}

static enum bn_status no_memory(struct bn_error *err)
{
    return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory for the table of options.");
}

/* A side that nothing was measured of gives its reason. */
static const char *unmeasured(const struct bn_effect_side *base, const struct bn_effect_side *head)
{
    const struct bn_effect_side *sides[] = {head, base};
    for (int i = 0; i < 2; i++)
        if (!sides[i]->hash[0]) return sides[i]->reason[0] ? sides[i]->reason : "It has not been measured yet.";
    return "";
}

static enum bn_status add_row(struct bn_effects *effects, const struct bn_effect_side *base,
                              const struct bn_effect_side *head, const char *others, struct bn_error *err)
{
    struct bn_effect *more = realloc(effects->rows, (effects->n + 1) * sizeof *more);
    if (!more) return no_memory(err);
    effects->rows = more;
    struct bn_effect *row = &effects->rows[effects->n++];
    *row = (struct bn_effect){.model = strdup(head->model),
                              .choice = name_choice(base, head),
                              .base = name_base(base, head, others),
                              .claims = name_claims(base, head),
                              .model_id = head->model_id,
                              .exact = adds_exact(base, head) && adds_exact(head, base)};
    if (asprintf(&row->setting, "%s %s x%d", head->workload, head->kernel, head->threads) < 0) row->setting = NULL;
    if (!row->model || !row->choice || !row->base || !row->claims || !row->setting) return no_memory(err);
    const char *why = unmeasured(base, head);
    snprintf(row->reason, sizeof row->reason, "%s", why);
    row->verdict = why[0] ? BN_EFFECT_UNMEASURED : BN_EFFECT_NEUTRAL;
    if (!row->choice[0])
        return free(row->model), free(row->choice), free(row->base), free(row->claims), free(row->setting),
               effects->n--, BN_OK;
    return bn_effect_measure(row, base, head) ? BN_OK : no_memory(err);
}

/* One at a time: each configuration against the defaults. Leave one out: all switched on against each that lacks
 * something. */
static enum bn_status add_rows(struct bn_effects *effects, const struct bn_effect_sides *sides, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (size_t i = 0; !status && i < sides->n; i++) {
        const struct bn_effect_side *s = &sides->at[i], *least = extreme(sides, s, -1), *most = extreme(sides, s, 1);
        if (sides->ablation && s != most)
            status = add_row(effects, s, most, "the others", err);
        else if (!sides->ablation && s != least && has_all(s, least))
            status = add_row(effects, least, s, least->options, err);
    }
    return status;
}

static enum bn_status read_head(struct bn_effects *effects, struct bn_store *store, struct bn_error *err)
{
    struct bn_query *q;
    enum bn_status status =
        bn_query_open(&q, store, err, "SELECT machine, plan FROM v_runs WHERE run_id = ?", "i", effects->run_id);
    if (status) return status;
    if (bn_query_next(q)) {
        bn_printable(effects->machine, sizeof effects->machine, bn_query_text(q, 0));
        bn_printable(effects->plan, sizeof effects->plan, bn_query_text(q, 1));
    }
    return bn_query_end(q, BN_OK, err);
}

enum bn_status bn_effects_read(struct bn_effects *effects, struct bn_store *store, int64_t run_id, struct bn_error *err)
{
    struct bn_effect_sides sides;
    *effects = (struct bn_effects){.run_id = run_id};
    enum bn_status status = read_head(effects, store, err);
    if (status) return status;
    status = bn_effect_sides_read(&sides, store, run_id, err);
    if (!status) status = add_rows(effects, &sides, err);
    bn_effect_sides_release(&sides);
    if (status) return bn_effects_release(effects), status;
    bn_effects_judge(effects);
    return BN_OK;
}

void bn_effects_release(struct bn_effects *effects)
{
    for (size_t i = 0; i < effects->n; i++) {
        struct bn_effect *r = &effects->rows[i];
        free(r->model), free(r->setting), free(r->choice), free(r->base), free(r->claims);
    }
    free(effects->rows);
    *effects = (struct bn_effects){0};
}
