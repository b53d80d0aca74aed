/* readiness.c - the readiness score: what stress tests and tasks say together (README.md, "Readiness"). */
#include "suites/stress/readiness.h"
#include "suites/stress/opened.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double z = 1.959963984540054; /* 95 % of a normal distribution, two-sided */

static double within(double x) { return x < 0 ? 0 : x > 1 ? 1 : x; }

struct bn_readiness_part bn_readiness_of_stress(const struct bn_stress_result *r, double weight)
{
    struct bn_readiness_part part = {.name = r->name, .weight = weight, .verdict = r->verdict, .high = 1};
    double half = isfinite(r->error) ? z * r->error : 0;
    if (r->verdict == BN_SKIP) return part;
    part.share = r->verdict == BN_PASS;
    part.low = r->verdict == BN_PASS && r->value + half <= r->threshold;
    /* a test may fail for another reason than its figure: that is certain */
    part.high = r->verdict == BN_PASS || (r->value > r->threshold && r->value - half <= r->threshold);
    return part;
}

struct bn_readiness_part bn_readiness_of_task(const char *name, const struct bn_paired *p, double guessing,
                                              double weight)
{
    struct bn_readiness_part part = {.name = name, .weight = weight, .verdict = BN_SKIP, .high = 1};
    double n = (double)p->n, twin = p->n ? (double)p->right / n : 0, above = twin - guessing;
    if (!p->n || above <= z * sqrt(guessing * (1 - guessing) / n)) {
        snprintf(part.reason, sizeof part.reason, "the twin answers %.1f %% of %zu items, guessing %.1f %%", 100 * twin,
                 p->n, 100 * guessing);
        return part;
    }
    /* Bonett and Price 2012: an item more on either side, so that no difference has an interval too */
    double lost = (double)(p->lost + 1) / (n + 2), won = (double)(p->won + 1) / (n + 2);
    double half = z * sqrt((lost + won - (lost - won) * (lost - won)) / (n + 2));
    part.verdict = BN_PASS;
    part.share = within(1 - p->loss / above);
    part.low = within(1 - (lost - won + half) / above), part.high = within(1 - (lost - won - half) / above);
    if (part.low > part.share) part.low = part.share;
    if (part.high < part.share) part.high = part.share;
    snprintf(part.reason, sizeof part.reason, "the twin answers %.1f %% of %zu items, the model %.1f %%; guessing %.1f",
             100 * twin, p->n, 100 * (twin - p->loss), 100 * guessing);
    return part;
}

void bn_readiness_sum(struct bn_readiness *r)
{
    double all = 0;
    r->value = r->low = r->high = r->skipped = 0, r->n_failed = 0;
    for (size_t i = 0; i < r->n_parts; i++) {
        const struct bn_readiness_part *p = &r->parts[i];
        all += p->weight;
        r->value += p->weight * p->share, r->low += p->weight * p->low, r->high += p->weight * p->high;
        if (p->verdict == BN_SKIP) r->skipped += p->weight;
        r->n_failed += p->verdict == BN_FAIL;
    }
    double *const sums[] = {&r->value, &r->low, &r->high, &r->skipped};
    for (size_t i = 0; i < 4; i++) *sums[i] = all > 0 ? 100 * *sums[i] / all : NAN;
}

/* The tasks of the score: their data are part of the repository. */
static const struct {
    const char *name, *file;
    double weight;
    int quick; /* items of the short form */
} tasks[] = {{"microworld", "microworld/microworld_heldout.jsonl", 10, 120},
             {"microworld_recall", "microworld/microworld_recall.jsonl", 10, 50}};

static double guessing(const struct bn_eval_item *items, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += 1. / items[i].n_choices;
    return n ? sum / (double)n : 0;
}

static enum bn_status compare(struct bn_readiness_part *part, size_t i, const struct bn_stress_options *options,
                              struct bn_error *err)
{
    struct bn_eval_result twin, model;
    struct bn_stress_options plain = *options;
    int limit = options->quick ? tasks[i].quick : 0;
    plain.model = (struct bn_model_options){0}, plain.session = (struct bn_session_options){0};
    enum bn_status status = bn_stress_evaluate(&twin, &plain, options->twin_path, tasks[i].name, limit, err);
    if (status != BN_OK) return status;
    status = bn_stress_evaluate(&model, options, options->model_path, tasks[i].name, limit, err);
    if (status == BN_OK) {
        struct bn_paired paired = bn_paired_accuracy(twin.items, model.items, twin.n_items);
        *part = bn_readiness_of_task(tasks[i].name, &paired, guessing(twin.items, twin.n_items), tasks[i].weight);
        bn_eval_release(&model);
    }
    bn_eval_release(&twin);
    return status;
}

static void add_task(struct bn_readiness *r, size_t i, const struct bn_stress_options *options)
{
    struct bn_error err = {0};
    struct bn_stress_result lacks = {0};
    struct bn_readiness_part *part = &r->parts[r->n_parts++];
    *part = (struct bn_readiness_part){.name = tasks[i].name, .weight = tasks[i].weight, .verdict = BN_SKIP, .high = 1};
    if (!options->twin_path) {
        snprintf(part->reason, sizeof part->reason, "needs the full-precision twin; give it with --twin FILE");
        return;
    }
    if (bn_stress_lacks(&lacks, options, tasks[i].file)) {
        memcpy(part->reason, lacks.reason, sizeof part->reason);
        return;
    }
    if (compare(part, i, options, &err) == BN_OK) return;
    part->verdict = BN_FAIL, part->high = 0;
    snprintf(part->reason, sizeof part->reason, "The task could not run: %.200s", err.text);
}

void bn_readiness_judge(struct bn_readiness *r, const struct bn_stress_result *results, size_t n,
                        const struct bn_stress_options *options)
{
    const struct bn_stress_test *tests;
    size_t n_tests = bn_stress_tests(&tests);
    *r = (struct bn_readiness){0};
    for (size_t i = 0; i < n && i < n_tests; i++) {
        struct bn_readiness_part *part = &r->parts[r->n_parts++];
        *part = bn_readiness_of_stress(&results[i], tests[i].weight);
        memcpy(part->reason, results[i].reason, sizeof part->reason);
    }
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++) add_task(r, i, options);
    bn_readiness_sum(r);
}
