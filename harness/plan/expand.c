/* expand.c - the configs that a plan describes. Kernel, threads and every option are factors; a row picks one value of
 * each. Modes: cartesian = all rows; one_at_a_time = the first values, and each other value alone; leave_one_out = the
 * last values, and each factor alone set back to its first; pairwise = a small set of rows in which every pair of
 * values meets. `baseline` adds the first values to leave_one_out. */
#include "harness/plan/plan.h"
#include "harness/core/error.h"
#include "harness/plan/rows.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CONFIGS = 100000 };
enum { KERNEL, THREADS, FIRST_OPTION };

static uint32_t at_least_one(uint32_t n) { return n ? n : 1; }

static bool engine_takes_model(const struct bn_plan_model *m, const char *engine)
{
    for (uint32_t i = 0; i < m->n_engines; i++)
        if (!strcmp(m->engines[i], engine)) return true;
    return !m->n_engines;
}

struct expansion {
    const struct bn_plan *plan;
    const struct bn_rows *rows;
    struct bn_point_list *list;
};

static void put(struct expansion *x, const struct bn_config *base, const uint32_t *row)
{
    const struct bn_plan *p = x->plan;
    struct bn_config *c = &x->list->configs[x->list->n_configs];
    const char **values = x->list->values + (size_t)x->list->n_configs++ * p->n_options;
    *c = *base;
    c->kernel = p->n_kernels ? p->kernels[row[KERNEL]] : "auto";
    c->threads = p->n_threads ? p->threads[row[THREADS]] : 1;
    for (uint32_t i = 0; i < p->n_options; i++) values[i] = p->options[i].values[row[FIRST_OPTION + i]];
    c->values = values;
    c->reasons = x->list->reasons + (values - x->list->values);
}

/* An external engine knows threads, not our kernels and options: one config per thread count. */
static void put_external(struct expansion *x, const struct bn_config *base)
{
    for (uint32_t t = 0; t < at_least_one(x->plan->n_threads); t++) {
        struct bn_config *c = &x->list->configs[x->list->n_configs++];
        *c = *base;
        c->kernel = "own";
        c->threads = x->plan->n_threads ? x->plan->threads[t] : 1;
        c->values = NULL;
    }
}

static void put_engine(struct expansion *x, const char *engine)
{
    const struct bn_plan *p = x->plan;
    for (uint32_t m = 0; m < p->n_models; m++) {
        if (!engine_takes_model(&p->models[m], engine)) continue;
        for (uint32_t w = 0; w < p->n_workloads; w++) {
            struct bn_config base = {.engine = engine, .model = &p->models[m], .workload = &p->workloads[w]};
            if (strcmp(engine, "bitnet")) {
                put_external(x, &base);
                continue;
            }
            for (uint32_t r = 0; r < x->rows->n; r++) put(x, &base, x->rows->at + (size_t)r * x->rows->n_factors);
        }
    }
}

static uint64_t most_configs(const struct bn_plan *p, const struct bn_rows *rows)
{
    uint64_t each = rows->n > at_least_one(p->n_threads) ? rows->n : at_least_one(p->n_threads);
    return each * p->n_models * p->n_workloads * at_least_one(p->n_engines);
}

static enum bn_status make_rows(const struct bn_plan *p, struct bn_rows *rows, struct bn_error *err)
{
    uint32_t sizes[BN_ROWS_MAX_FACTORS] = {at_least_one(p->n_kernels), at_least_one(p->n_threads)};
    if (p->n_options > BN_ROWS_MAX_FACTORS - FIRST_OPTION)
        return bn_harness_fail(err, BN_ERR_FORMAT, "%s: more than %d options in one plan.", p->path,
                               BN_ROWS_MAX_FACTORS - FIRST_OPTION);
    for (uint32_t i = 0; i < p->n_options; i++) sizes[FIRST_OPTION + i] = p->options[i].n_values;
    if (bn_rows_init(rows, p->mode, sizes, FIRST_OPTION + p->n_options, MAX_CONFIGS, p->baseline))
        return bn_harness_fail(err, BN_ERR_FORMAT,
                               "%s expands to more than %d configurations; use mode pairwise or one_at_a_time.",
                               p->path, MAX_CONFIGS);
    return BN_OK;
}

enum bn_status bn_plan_expand(const struct bn_plan *plan, struct bn_point_list *list, struct bn_error *err)
{
    struct bn_error local;
    struct bn_rows rows = {0};
    *list = (struct bn_point_list){0};
    if (make_rows(plan, &rows, err ? err : &local)) return (err ? err : &local)->status;
    uint64_t n = most_configs(plan, &rows);
    enum bn_status status = BN_OK;
    if (n > MAX_CONFIGS) {
        status = bn_harness_fail(err, BN_ERR_FORMAT, "%s expands to %llu configurations; the limit is %d.", plan->path,
                                 (unsigned long long)n, MAX_CONFIGS);
    } else {
        list->configs = calloc(n + 1, sizeof *list->configs);
        list->n_values = n * plan->n_options;
        list->values = calloc(list->n_values + 1, sizeof *list->values);
        list->reasons = calloc(list->n_values + 1, sizeof *list->reasons);
        if (!list->configs || !list->values || !list->reasons)
            status = bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory expanding %s.", plan->path);
    }
    struct expansion x = {plan, &rows, list};
    list->n_alike =
        plan->n_engines < 2 && !strcmp(plan->n_engines ? plan->engines[0] : "bitnet", "bitnet") ? rows.n : 0;
    for (uint32_t e = 0; !status && e < at_least_one(plan->n_engines); e++)
        put_engine(&x, plan->n_engines ? plan->engines[e] : "bitnet");
    bn_rows_release(&rows);
    if (!status) status = bn_plan_complete(plan, list, bn_option_find, err);
    if (!status) status = bn_plan_exclude(plan, list, bn_option_find, err);
    if (!status) status = bn_plan_order(plan, list, err);
    if (status) bn_point_list_release(list);
    return status;
}

void bn_point_list_release(struct bn_point_list *list)
{
    free(list->configs);
    for (size_t i = 0; list->reasons && i < list->n_values; i++) free((char *)list->reasons[i]);
    free(list->values);
    free(list->reasons);
    free(list->order);
    free(list->rounds);
    *list = (struct bn_point_list){0};
}

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* The reason's first word is the option that excluded this one. Returns 1, or 0 without memory. */
static uint32_t put_option(char **part, const char *name, const char *value, const char *reason)
{
    int n = reason ? asprintf(part, "%s=%s(%.*s)", name, value, (int)strcspn(reason, "="), reason)
                   : asprintf(part, "%s=%s", name, value);
    return n > 0;
}

int bn_config_options_text(const struct bn_plan *plan, const struct bn_config *config, char *text, size_t cap)
{
    char *parts[BN_ROWS_MAX_FACTORS];
    uint32_t n = 0;
    for (uint32_t i = 0; config->values && i < plan->n_options; i++)
        if (bn_config_says(plan, config, i))
            n += put_option(&parts[n], plan->options[i].name, config->values[i], config->reasons[i]);
    qsort(parts, n, sizeof *parts, by_text);
    size_t used = 0;
    if (cap) text[0] = 0;
    for (uint32_t i = 0; i < n; i++) {
        int k = snprintf(used < cap ? text + used : NULL, used < cap ? cap - used : 0, "%s%s", i ? " " : "", parts[i]);
        used += k > 0 ? (size_t)k : 0;
        free(parts[i]);
    }
    return (int)used;
}
