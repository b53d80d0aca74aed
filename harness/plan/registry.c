/* registry.c - what a plan leaves to the registry of options (engine/options): values, options that it does not list,
 * and options that do something only beside another one. */
#include "harness/plan/plan.h"
#include "harness/core/error.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum bn_status no_memory(const struct bn_plan *plan, struct bn_error *err)
{
    return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate the options of %s.", plan->path);
}

/* ---- values and options ---- */

/* The default and what a sweep tries on this machine; what leave_one_out switches on is the first value after the
 * default. */
static enum bn_status take_values(const struct bn_plan *plan, struct bn_plan_option *o,
                                  const struct bn_option *declared, struct bn_error *err)
{
    uint32_t n = 0, most = plan->mode == BN_PLAN_LEAVE_ONE_OUT ? 2 : UINT32_MAX;
    while (declared->values[n]) n++;
    o->values = calloc(n, sizeof *o->values);
    for (uint32_t i = 0; o->values && i < n && o->n_values < most; i++) {
        if (i && declared->here && !declared->here(declared->values[i])) continue;
        o->values[o->n_values] = strdup(declared->values[i]);
        if (!o->values[o->n_values++]) return no_memory(plan, err);
    }
    return o->values ? BN_OK : no_memory(plan, err);
}

static bool listed(const struct bn_plan *plan, const char *name)
{
    for (uint32_t i = 0; i < plan->n_options; i++)
        if (bn_option_find(plan->options[i].name) == bn_option_find(name)) return true;
    return false;
}

static enum bn_status append(struct bn_plan *plan, const struct bn_option *declared, struct bn_error *err)
{
    struct bn_plan_option *more = realloc(plan->options, (plan->n_options + 1) * sizeof *more);
    if (!more) return no_memory(plan, err);
    plan->options = more;
    struct bn_plan_option *o = &plan->options[plan->n_options++];
    *o = (struct bn_plan_option){.name = strdup(declared->name)};
    return o->name ? BN_OK : no_memory(plan, err);
}

/* In the order of the registry behind those that are listed, so that a row of the plan takes part in any of them.
 * Without options of streaming, which a worker refuses: it hands no text on (engine/options/timeout_ms.md says what
 * they do). */
static enum bn_status append_all(struct bn_plan *plan, struct bn_error *err)
{
    size_t n;
    const struct bn_option *const *all = bn_options(&n);
    enum bn_status status = BN_OK;
    for (size_t i = 0; !status && i < n; i++)
        if (!all[i]->takes_file && !(all[i]->task & BN_TASK_STREAM) && !listed(plan, all[i]->name))
            status = append(plan, all[i], err);
    return status;
}

/* Of a plan over the registry, rows of the table are options of the registry, each beginning with its default. */
static enum bn_status check_option(const struct bn_plan *plan, const struct bn_plan_option *o, struct bn_error *err)
{
    const struct bn_option *declared = bn_option_find(o->name);
    if (!declared && (plan->registry || !o->n_values))
        return bn_harness_fail(err, BN_ERR_FORMAT,
                               "%s: The registry has no option \"%s\"; bitnet-options lists them, others need values.",
                               plan->path, o->name);
    if (plan->registry && o->n_values > 1 && !bn_option_is_default(declared, o->values[0]))
        return bn_harness_fail(err, BN_ERR_FORMAT,
                               "%s: The first value of option %s must be its default, %s, in a plan over the registry.",
                               plan->path, o->name, declared->values[0]);
    return BN_OK;
}

enum bn_status bn_plan_take_registry(struct bn_plan *plan, struct bn_error *err)
{
    plan->n_listed = plan->n_options;
    enum bn_status status = plan->registry ? append_all(plan, err) : BN_OK;
    for (uint32_t i = 0; !status && i < plan->n_options; i++) {
        struct bn_plan_option *o = &plan->options[i];
        status = check_option(plan, o, err);
        if (!status && !o->n_values) status = take_values(plan, o, bn_option_find(o->name), err);
    }
    return status;
}

/* ---- configs ---- */
static bool is_default(const struct bn_plan_option *o, const struct bn_option *declared, const char *value)
{
    return declared ? bn_option_is_default(declared, value) : !strcmp(value, o->values[0]);
}

/* Number of the option that option i needs, n_options: none; *value: which value of it, NULL: any but its default. */
static uint32_t needed(const struct bn_plan *plan, uint32_t i, bn_option_lookup *find, const char **value)
{
    const struct bn_option *own = find(plan->options[i].name);
    for (uint32_t j = 0; own && j < plan->n_options; j++)
        if (bn_option_needs(own, plan->options[j].name, value)) return j;
    return plan->n_options;
}

/* Option i is on, and what it needs, j, is not: alone, i switches j on; where j is left out, i goes with it. */
static enum bn_status complete_one(const struct bn_plan *plan, struct bn_config *c, uint32_t i, uint32_t j,
                                   const char *value, struct bn_error *err)
{
    const struct bn_plan_option *o = &plan->options[i], *other = &plan->options[j];
    bool alone = plan->mode == BN_PLAN_ONE_AT_A_TIME && other->n_values > 1;
    char *reason;
    if (asprintf(&reason, alone ? "%s=%s needs it" : "%s=%s leaves it without effect", alone ? o->name : other->name,
                 c->values[alone ? i : j]) < 0)
        return no_memory(plan, err);
    uint32_t changed = alone ? j : i;
    c->values[changed] = !alone ? o->values[0] : value ? value : other->values[1];
    c->reasons[changed] = reason;
    return BN_OK;
}

static enum bn_status complete(const struct bn_plan *plan, struct bn_config *c, bn_option_lookup *find,
                               struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (uint32_t i = 0; !status && i < plan->n_options; i++) {
        const struct bn_plan_option *o = &plan->options[i];
        const char *value = NULL;
        uint32_t j = needed(plan, i, find, &value);
        if (j == plan->n_options || is_default(o, find(o->name), c->values[i])) continue;
        if (value ? strcmp(c->values[j], value) != 0
                  : is_default(&plan->options[j], find(plan->options[j].name), c->values[j]))
            status = complete_one(plan, c, i, j, value, err);
    }
    return status;
}

enum bn_status bn_plan_complete(const struct bn_plan *plan, struct bn_point_list *list, bn_option_lookup *find,
                                struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (uint32_t i = 0; !status && i < list->n_configs; i++)
        if (list->configs[i].values) status = complete(plan, &list->configs[i], find, err);
    return status;
}

bool bn_config_says(const struct bn_plan *plan, const struct bn_config *c, uint32_t i)
{
    const struct bn_plan_option *o = &plan->options[i];
    return !plan->registry || c->reasons[i] || !is_default(o, bn_option_find(o->name), c->values[i]);
}

bool bn_config_inexact(const struct bn_plan *plan, const struct bn_config *c)
{
    for (uint32_t i = 0; c->values && i < plan->n_options; i++) {
        const struct bn_option *declared = bn_option_find(plan->options[i].name);
        if (declared && !bn_option_exact(declared, c->values[i])) return true;
    }
    return false;
}

static bool all_default(const struct bn_plan *plan, const struct bn_config *c)
{
    for (uint32_t i = 0; i < plan->n_options; i++)
        if (!is_default(&plan->options[i], bn_option_find(plan->options[i].name), c->values[i])) return false;
    return true;
}

/* What the others are compared with. */
static bool is_base(const struct bn_plan *plan, const struct bn_config *c)
{
    for (uint32_t i = 0; i < plan->n_options; i++)
        if (strcmp(c->values[i], plan->options[i].values[0])) return false;
    return true;
}

static bool same_options(const struct bn_plan *plan, const struct bn_config *a, const struct bn_config *b)
{
    for (uint32_t i = 0; i < plan->n_options; i++)
        if (strcmp(a->values[i], b->values[i])) return false;
    return true;
}

bool bn_plan_asks_quality(const struct bn_plan *plan, const struct bn_point_list *list, const struct bn_config *c)
{
    if (!plan->n_quality || !c->values) return false;
    if (!bn_config_inexact(plan, c) && !all_default(plan, c) && !is_base(plan, c)) return false;
    for (const struct bn_config *other = list->configs; other < c; other++)
        if (other->values && other->model == c->model && same_options(plan, other, c)) return false;
    return true;
}
