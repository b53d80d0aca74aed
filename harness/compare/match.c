/* match.c - which config of one side meets which of the other. */
#include "harness/compare/compare.h"
#include "harness/error.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The value of a factor in a config; NULL when it has none. Option texts are "name=value name=value". */
static const char *factor_value(const struct bn_compare_config *c, const char *factor, char *text, size_t cap)
{
    if (!strcmp(factor, "kernel")) return c->kernel;
    if (!strcmp(factor, "engine")) return c->engine;
    if (!strcmp(factor, "model")) return c->model;
    if (!strcmp(factor, "threads")) return snprintf(text, cap, "%d", c->threads), text;
    size_t n = strlen(factor);
    for (const char *p = c->options; *p; p += strcspn(p, " "), p += strspn(p, " "))
        if (!strncmp(p, factor, n) && p[n] == '=')
            return snprintf(text, cap, "%.*s", (int)strcspn(p + n + 1, " "), p + n + 1), text;
    return NULL;
}

/* Option text without one of the options. */
static void options_without(const struct bn_compare_config *c, const char *factor, char *text, size_t cap)
{
    size_t n = strlen(factor), used = 0;
    text[0] = 0;
    for (const char *p = c->options; *p && used < cap; p += strcspn(p, " "), p += strspn(p, " "))
        if (strncmp(p, factor, n) || p[n] != '=')
            used += (size_t)snprintf(text + used, cap - used, "%.*s ", (int)strcspn(p, " "), p);
}

/* Equal in everything but `factor` ("" for none) and the model. */
static bool alike(const struct bn_compare_config *a, const struct bn_compare_config *b, const char *factor)
{
    char left[BN_COMPARE_NAME], right[BN_COMPARE_NAME];
    options_without(a, factor, left, sizeof left), options_without(b, factor, right, sizeof right);
    bool engine = !strcmp(factor, "engine"); /* an external engine has its own kernels and options */
    return !strcmp(a->workload, b->workload) && a->fill == b->fill && a->prefill == b->prefill &&
           a->decode == b->decode && (engine || (!strcmp(a->engine, b->engine) && !strcmp(left, right))) &&
           (engine || !strcmp(factor, "kernel") || !strcmp(a->kernel, b->kernel)) &&
           (!strcmp(factor, "threads") || a->threads == b->threads);
}

static struct bn_compare_side side_of(const struct bn_compare_run *run, const struct bn_compare_config *config,
                                      const char *phase)
{
    struct bn_compare_side s = {.config = config, .hash = ""};
    for (size_t i = 0; i < run->n_cells; i++) {
        const struct bn_compare_cell *cell = &run->cells[i];
        if (cell->config_id != config->config_id || strcmp(cell->phase, phase)) continue;
        if (!s.n++) s.cells = cell, s.hash = cell->hash;
        s.n_samples += cell->n_samples;
    }
    return s;
}

static enum bn_status add_lines(struct bn_comparison *c, const struct bn_compare_run *head_run,
                                const struct bn_compare_config *base, const struct bn_compare_config *head, bool paired,
                                struct bn_error *err)
{
    static const char *const phases[] = {"prefill", "decode", "benchmark"};
    for (int i = 0; i < 3; i++) {
        struct bn_compare_line line = {
            .base = side_of(&c->base, base, phases[i]), .head = side_of(head_run, head, phases[i]), .paired = paired};
        if (!line.base.n || !line.head.n) continue;
        struct bn_compare_line *more = realloc(c->lines, (c->n_lines + 1) * sizeof *more);
        if (!more) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory comparing runs.");
        line.other_output = line.base.hash[0] && line.head.hash[0] && strcmp(line.base.hash, line.head.hash);
        c->lines = more;
        c->lines[c->n_lines++] = line;
    }
    return BN_OK;
}

/* The config of `run` that head meets: of the same model, or under `across` of another one. */
static const struct bn_compare_config *partner(const struct bn_compare_run *run, const struct bn_compare_config *head,
                                               bool across)
{
    const struct bn_compare_config *other = NULL;
    for (size_t i = 0; i < run->n_configs; i++) {
        if (!alike(&run->configs[i], head, "")) continue;
        if (!strcmp(run->configs[i].model_hash, head->model_hash)) return &run->configs[i];
        if (!other) other = &run->configs[i];
    }
    return across ? other : NULL;
}

enum bn_status bn_compare_runs(struct bn_comparison *c, bool across, struct bn_error *err)
{
    size_t missing = 0;
    enum bn_status status = BN_OK;
    for (size_t i = 0; !status && i < c->head.n_configs; i++) {
        const struct bn_compare_config *head = &c->head.configs[i], *base = partner(&c->base, head, across);
        if (base)
            status = add_lines(c, &c->head, base, head, false, err);
        else if (!missing++)
            snprintf(c->unmatched, sizeof c->unmatched, "%s, %s", head->workload, head->series);
    }
    if (missing > 1) {
        size_t n = strlen(c->unmatched);
        snprintf(c->unmatched + n, sizeof c->unmatched - n, " and %zu more", missing - 1);
    }
    return status;
}

enum bn_status bn_compare_factor(struct bn_comparison *c, const char *factor, const char *value, struct bn_error *err)
{
    char text[BN_COMPARE_NAME];
    enum bn_status status = BN_OK;
    for (size_t i = 0; !status && i < c->base.n_configs; i++) {
        const struct bn_compare_config *base = &c->base.configs[i];
        const char *own = factor_value(base, factor, text, sizeof text);
        if (!own || strcmp(own, value)) continue;
        for (size_t j = 0; !status && j < c->base.n_configs; j++) {
            const struct bn_compare_config *head = &c->base.configs[j];
            bool same_model = !strcmp(base->model_hash, head->model_hash);
            if (i == j || same_model == !strcmp(factor, "model") || !alike(base, head, factor)) continue;
            status = add_lines(c, &c->base, base, head, true, err);
        }
    }
    return status;
}

void bn_comparison_release(struct bn_comparison *c)
{
    bn_compare_run_release(&c->base);
    bn_compare_run_release(&c->head);
    free(c->lines);
    *c = (struct bn_comparison){0};
}
