/* config.c - options of a file (--config) under everything that a plan measures. */
#include "harness/plan/plan.h"
#include "harness/core/error.h"
#include <stdlib.h>
#include <string.h>

static enum bn_status no_memory(const struct bn_plan *plan, struct bn_error *err)
{
    return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate the options of %s.", plan->path);
}

/* The file is for one model: every model that is there must be it. */
static enum bn_status check_models(const struct bn_plan *plan, uint64_t fingerprint, struct bn_error *err)
{
    const struct bn_model_options cheap = {
        .fingerprint = fingerprint, .ternary_layout = "i2", .weights_in_place = true};
    enum bn_status status = BN_OK;
    for (uint32_t i = 0; !status && i < plan->n_models; i++) {
        struct bn_model *model;
        if (bn_plan_model_missing(&plan->models[i])) continue;
        status = bn_model_open(&model, plan->models[i].path, &cheap, err);
        if (!status) bn_model_close(model);
    }
    return status;
}

static struct bn_plan_option *option_of(const struct bn_plan *plan, const char *name, uint32_t *at)
{
    for (*at = 0; *at < plan->n_options; ++*at)
        if (bn_option_find(plan->options[*at].name) == bn_option_find(name)) return &plan->options[*at];
    return NULL;
}

static struct bn_plan_option *append(struct bn_plan *plan)
{
    struct bn_plan_option *more = realloc(plan->options, (plan->n_options + 1) * sizeof *more);
    if (!more) return NULL;
    plan->options = more;
    plan->options[plan->n_options] = (struct bn_plan_option){0};
    return &plan->options[plan->n_options++];
}

/* One value, in every configuration; what the plan itself lists stays. */
static enum bn_status fix(struct bn_plan *plan, const struct bn_option_choice *choice, struct bn_error *err)
{
    uint32_t at;
    struct bn_plan_option *o = option_of(plan, choice->name, &at);
    if (o && at < plan->n_listed) return BN_OK;
    if (!o) o = append(plan);
    if (!o) return no_memory(plan, err);
    if (!o->name) o->name = strdup(choice->name);
    for (; o->n_values; o->n_values--) free(o->values[o->n_values - 1]);
    free(o->values);
    o->values = calloc(1, sizeof *o->values);
    if (o->values) o->values[0] = strdup(choice->value);
    if (!o->name || !o->values || !o->values[0]) return no_memory(plan, err);
    o->n_values = 1;
    return BN_OK;
}

enum bn_status bn_plan_take_config(struct bn_plan *plan, const char *path, struct bn_error *err)
{
    struct bn_config_file config;
    struct bn_option_choice choices[BN_CONFIG_MOST];
    struct bn_settings settings = {.session.n_threads = 1};
    enum bn_status status = bn_config_read(&config, path, err);
    if (status) return status;
    size_t n = bn_config_join(&config, choices, 0, BN_TASK_SESSION | BN_TASK_GENERATE);
    status = bn_options_apply(&settings, choices, n, err);
    if (!status) status = check_models(plan, config.fingerprint, err);
    for (size_t i = 0; !status && i < n; i++) status = fix(plan, &choices[i], err);
    bn_config_release(&config);
    return status;
}
