/* narrow.c - what a command line says about a plan: where its models are on this machine, and which of its workloads to
 * measure. */
#include "harness/plan/plan.h"
#include "harness/core/error.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum bn_status bn_plan_place_model(struct bn_plan *plan, const char *text, struct bn_error *err)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || !equals[1])
        return bn_harness_fail(err, BN_ERR_USAGE, "--model takes LABEL=PATH, not \"%s\".", text);
    size_t n = (size_t)(equals - text);
    for (uint32_t i = 0; i < plan->n_models; i++) {
        struct bn_plan_model *m = &plan->models[i];
        if (!m->label || strlen(m->label) != n || memcmp(m->label, text, n)) continue;
        char *path = strdup(equals + 1);
        if (!path) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory naming a model.");
        free(m->path);
        m->path = path;
        return BN_OK;
    }
    return bn_harness_fail(err, BN_ERR_USAGE, "%s has no model with the label \"%.*s\".", plan->path, (int)n, text);
}

bool bn_plan_model_missing(const struct bn_plan_model *m) { return m->label && access(m->path, R_OK); }

static bool named(const char *name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(names[i], name)) return true;
    return false;
}

static bool has_workload(const struct bn_plan *plan, const char *name)
{
    for (uint32_t i = 0; i < plan->n_workloads; i++)
        if (!strcmp(plan->workloads[i].name, name)) return true;
    return false;
}

enum bn_status bn_plan_keep_workloads(struct bn_plan *plan, const char *const *names, size_t n, struct bn_error *err)
{
    for (size_t i = 0; i < n; i++)
        if (!has_workload(plan, names[i]))
            return bn_harness_fail(err, BN_ERR_USAGE, "%s has no workload \"%s\".", plan->path, names[i]);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < plan->n_workloads; i++) {
        if (named(plan->workloads[i].name, names, n))
            plan->workloads[kept++] = plan->workloads[i];
        else
            free(plan->workloads[i].name), free(plan->workloads[i].text);
    }
    plan->n_workloads = kept;
    return BN_OK;
}

static bool among(const char *list, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = list; p; p = strchr(p, ',') ? strchr(p, ',') + 1 : NULL)
        if (!strncmp(p, name, n) && (!p[n] || p[n] == ',')) return true;
    return false;
}

/* Named, or needed by one that is. */
static bool keeps(const struct bn_plan *plan, const char *names, const char *name)
{
    for (uint32_t i = 0; i < plan->n_options; i++) {
        const struct bn_option *o = bn_option_find(plan->options[i].name);
        if (o && bn_option_needs(o, name, NULL) && among(names, o->name)) return true;
    }
    return among(names, name);
}

enum bn_status bn_plan_keep_options(struct bn_plan *plan, const char *names, struct bn_error *err)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < plan->n_options; i++) {
        struct bn_plan_option *o = &plan->options[i];
        bool keep = keeps(plan, names, o->name);
        kept += keep;
        for (; !keep && o->n_values > 1; o->n_values--) free(o->values[o->n_values - 1]);
    }
    if (kept) return BN_OK;
    return bn_harness_fail(err, BN_ERR_USAGE, "%s has no option of \"%s\"; bitnet-options lists them.", plan->path,
                           names);
}
