/* exclude.c - options that exclude each other: the later one is switched off, and the row says so. */
#include "harness/plan/plan.h"
#include "harness/core/error.h"
#include <stdio.h>
#include <string.h>

/* The value that means "not switched on": the declared default, or for an option nobody declares the plan's first. */
static const char *off_value(const struct bn_option *declared, const struct bn_plan_option *o)
{
    return declared ? declared->values[0] : o->values[0];
}

static bool declares(const struct bn_option *o, const char *other)
{
    for (const char *const *c = o ? o->conflicts : NULL; c && *c; c++)
        if (!strcmp(*c, other)) return true;
    return false;
}

/* An option before number i that is on and excludes it, or is excluded by it; n_options: none. */
static uint32_t excluder(const struct bn_plan *p, const struct bn_config *c, uint32_t i, bn_option_lookup *find)
{
    const struct bn_option *own = find(p->options[i].name);
    for (uint32_t j = 0; j < i; j++) {
        const struct bn_option *other = find(p->options[j].name);
        bool on = strcmp(c->values[j], off_value(other, &p->options[j])) != 0;
        if (on && (declares(own, p->options[j].name) || declares(other, p->options[i].name))) return j;
    }
    return p->n_options;
}

static enum bn_status exclude(const struct bn_plan *p, struct bn_config *c, bn_option_lookup *find,
                              struct bn_error *err)
{
    for (uint32_t i = 0; i < p->n_options; i++) {
        const char *off = off_value(find(p->options[i].name), &p->options[i]), *asked = c->values[i];
        uint32_t j = strcmp(asked, off) ? excluder(p, c, i, find) : p->n_options;
        char *reason;
        if (j == p->n_options) continue;
        if (asprintf(&reason, "%s=%s excludes the requested %s=%s", p->options[j].name, c->values[j],
                     p->options[i].name, asked) < 0)
            return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory expanding %s.", p->path);
        c->values[i] = off;
        c->reasons[i] = reason;
    }
    return BN_OK;
}

enum bn_status bn_plan_exclude(const struct bn_plan *plan, struct bn_point_list *list, bn_option_lookup *find,
                               struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (uint32_t i = 0; !status && i < list->n_configs; i++)
        if (list->configs[i].values) status = exclude(plan, &list->configs[i], find, err);
    return status;
}
