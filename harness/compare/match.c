/* match.c - pairs configs of one side with those of the other. */
#include "harness/compare/compare.h"
#include "harness/core/error.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether a config has this value of a factor: of kernel, engine, model, threads or an option. */
static bool has_value(const struct bn_compare_config *c, const char *factor, const char *value)
{
    char text[32];
    size_t n;
    if (!strcmp(factor, "kernel")) return !strcmp(c->kernel, value);
    if (!strcmp(factor, "engine")) return !strcmp(c->engine, value);
    if (!strcmp(factor, "model")) return !strcmp(c->model, value);
    snprintf(text, sizeof text, "%d", c->threads);
    if (!strcmp(factor, "threads")) return !strcmp(text, value);
    const char *own = bn_compare_option(c, factor, &n);
    return own && strlen(value) == n && !memcmp(own, value, n);
}

/* Equal in everything but `factor` ("" for none) and the model; common: options count where both have them. */
static bool alike(const struct bn_compare_config *a, const struct bn_compare_config *b, const char *factor, bool common)
{
    bool engine = !strcmp(factor, "engine"); /* an external engine has its own kernels and options */
    return !strcmp(a->workload, b->workload) && a->fill == b->fill && a->prefill == b->prefill &&
           a->decode == b->decode &&
           (engine || (!strcmp(a->engine, b->engine) && bn_compare_options_agree(a, b, factor, common))) &&
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

static enum bn_status add_line(struct bn_comparison *c, const struct bn_compare_run *head_run,
                               const struct bn_compare_config *base, const struct bn_compare_config *head,
                               const char *phase, bool paired, bool *added, struct bn_error *err)
{
    struct bn_compare_line line = {
        .base = side_of(&c->base, base, phase), .head = side_of(head_run, head, phase), .paired = paired};
    *added = line.base.n && line.head.n;
    if (!*added) return BN_OK;
    struct bn_compare_line *more = realloc(c->lines, (c->n_lines + 1) * sizeof *more);
    if (!more) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory comparing runs.");
    line.other_output = line.base.hash[0] && line.head.hash[0] && strcmp(line.base.hash, line.head.hash);
    c->lines = more;
    c->lines[c->n_lines++] = line;
    return BN_OK;
}

static enum bn_status add_lines(struct bn_comparison *c, const struct bn_compare_run *head_run,
                                const struct bn_compare_config *base, const struct bn_compare_config *head, bool paired,
                                struct bn_error *err)
{
    bool added;
    enum bn_status status = BN_OK;
    for (int i = 0; !status && i < BN_SAMPLE_PHASES; i++)
        status = add_line(c, head_run, base, head, bn_sample_phases[i], paired, &added, err);
    return status;
}

static bool same_model(const struct bn_compare_config *a, const struct bn_compare_config *b)
{
    return !strcmp(a->model_hash, b->model_hash);
}

/* The config of `run` that head meets: of the same model, or under `across` of another one. */
static const struct bn_compare_config *partner(const struct bn_compare_run *run, const struct bn_compare_config *head,
                                               bool across)
{
    const struct bn_compare_config *other = NULL;
    for (size_t i = 0; i < run->n_configs; i++) {
        if (!alike(&run->configs[i], head, "", false)) continue;
        if (same_model(&run->configs[i], head)) return &run->configs[i];
        if (!other) other = &run->configs[i];
    }
    return across ? other : NULL;
}

/* The one config of another program that agrees with head in the options that both have. Our own options are always
 * complete: a missing one has its default, which may differ on the other side. */
static const struct bn_compare_config *partner_of_another_version(const struct bn_compare_run *run,
                                                                  const struct bn_compare_config *head)
{
    const struct bn_compare_config *found = NULL;
    for (size_t i = 0; i < run->n_configs && strcmp(head->engine, "bitnet"); i++) {
        if (!alike(&run->configs[i], head, "", true) || !same_model(&run->configs[i], head)) continue;
        if (found) return NULL; /* ambiguous: the fields do not say which */
        found = &run->configs[i];
    }
    return found;
}

/* Tokens of the phase, and what is in the context before them. */
static void work_of(const struct bn_compare_config *c, bool decode, int *tokens, int *context)
{
    *tokens = decode ? c->decode : c->prefill;
    *context = c->fill + (decode ? c->prefill : 0);
}

/* Two engines on the same model, phase by phase: the same number of tokens and threads. */
static enum bn_status meet_engines(struct bn_comparison *c, const struct bn_compare_config *base,
                                   const struct bn_compare_config *head, bool *met, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    static const enum bn_sample_phase phases[] = {BN_SAMPLE_prefill, BN_SAMPLE_decode};
    for (int i = 0; !status && i < 2; i++) {
        int tokens[2], context[2];
        char before[2][16];
        bool added = false;
        work_of(base, i == 1, &tokens[0], &context[0]), work_of(head, i == 1, &tokens[1], &context[1]);
        if (tokens[0] == tokens[1] && tokens[0])
            status = add_line(c, &c->head, base, head, bn_sample_phases[phases[i]], false, &added, err);
        if (status || !added) continue;
        *met = true;
        snprintf(before[0], sizeof before[0], "%d", context[0]),
            snprintf(before[1], sizeof before[1], "%d", context[1]);
        if (context[0] != context[1])
            status = bn_compare_differ(c, "context", i ? "tokens before decode" : "tokens before prefill", before[0],
                                       before[1], err);
        if (!status) status = bn_compare_differ(c, "engine", "engine", base->engine, head->engine, err);
        if (!status && !same_model(base, head))
            status = bn_compare_differ(c, "model", "content_hash", base->model_hash, head->model_hash, err);
    }
    return status;
}

static enum bn_status meet_other_engines(struct bn_comparison *c, const struct bn_compare_config *head, bool *met,
                                         struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (size_t i = 0; !status && i < c->base.n_configs; i++) {
        const struct bn_compare_config *base = &c->base.configs[i];
        bool model = same_model(base, head) || (base->model_file[0] && !strcmp(base->model_file, head->model_file));
        if (model && base->threads == head->threads && strcmp(base->engine, head->engine))
            status = meet_engines(c, base, head, met, err);
    }
    return status;
}

static enum bn_status meet(struct bn_comparison *c, const struct bn_compare_config *head, bool across, bool *met,
                           struct bn_error *err)
{
    const struct bn_compare_config *base = partner(&c->base, head, across);
    enum bn_status status = BN_OK;
    *met = base != NULL;
    if (!base && (base = partner_of_another_version(&c->base, head)))
        *met = true, status = bn_compare_options_differ(c, base, head, err);
    if (!status && base) status = add_lines(c, &c->head, base, head, false, err);
    return status || *met || !across ? status : meet_other_engines(c, head, met, err);
}

enum bn_status bn_compare_runs(struct bn_comparison *c, bool across, struct bn_error *err)
{
    size_t missing = 0;
    enum bn_status status = BN_OK;
    for (size_t i = 0; !status && i < c->head.n_configs; i++) {
        const struct bn_compare_config *head = &c->head.configs[i];
        bool met;
        status = meet(c, head, across, &met, err);
        if (!status && !met && !missing++)
            snprintf(c->unmatched, sizeof c->unmatched, "%s, %s", BN_PRINTABLE(head->workload),
                     BN_PRINTABLE(head->series));
    }
    if (missing > 1) {
        size_t n = strlen(c->unmatched);
        snprintf(c->unmatched + n, sizeof c->unmatched - n, " and %zu more", missing - 1);
    }
    return status;
}

enum bn_status bn_compare_factor(struct bn_comparison *c, const char *factor, const char *value, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (size_t i = 0; !status && i < c->base.n_configs; i++) {
        const struct bn_compare_config *base = &c->base.configs[i];
        if (!has_value(base, factor, value)) continue;
        for (size_t j = 0; !status && j < c->base.n_configs; j++) {
            const struct bn_compare_config *head = &c->base.configs[j];
            if (i == j || same_model(base, head) == !strcmp(factor, "model") || !alike(base, head, factor, false))
                continue;
            status = add_lines(c, &c->base, base, head, true, err);
        }
    }
    return status;
}

void bn_comparison_release(struct bn_comparison *c)
{
    bn_compare_run_release(&c->base);
    bn_compare_run_release(&c->head);
    for (size_t i = 0; i < c->n_differences; i++)
        free(c->differences[i].name), free(c->differences[i].base), free(c->differences[i].head);
    free(c->differences);
    free(c->lines);
    *c = (struct bn_comparison){0};
}
