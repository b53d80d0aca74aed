/* s05_low_entropy_mcq.c - four-way questions that the full-precision twin is confident about (it gives one choice at
 * least 0.9 of the choices' probability): the model must choose the same. value = percent of them where it does not. */
#include "suites/eval/metrics.h"
#include "suites/stress/confident.h"
#include "suites/stress/opened.h"
#include <math.h>
#include <stdio.h>

static const double least_confidence = 0.9;
enum { LEAST_ITEMS = 20 };

/* Share of the probability of all choices that `choice` has. */
static double share(const struct bn_eval_item *item, int choice)
{
    double sum = 0;
    for (int i = 0; i < item->n_choices; i++) sum += exp(item->ll[i] - item->ll[choice]);
    return 1 / sum;
}

static int best(const struct bn_eval_item *item) { return bn_argmax(item->ll, NULL, item->n_choices); }

struct bn_confident bn_confident_compare(const struct bn_eval_item *twin, const struct bn_eval_item *model, size_t n)
{
    struct bn_confident c = {0};
    for (size_t i = 0; i < n; i++) {
        int choice = best(&twin[i]);
        if (share(&twin[i], choice) < least_confidence) continue;
        c.n++;
        c.different += best(&model[i]) != choice;
        c.twin_right += choice == twin[i].gold;
        c.model_right += best(&model[i]) == twin[i].gold;
        c.margin += share(&model[i], choice) - share(&twin[i], choice);
    }
    if (c.n) c.margin /= (double)c.n;
    return c;
}

static enum bn_status judge(struct bn_stress_result *result, const struct bn_eval_result *twin,
                            const struct bn_eval_result *model)
{
    struct bn_confident c = bn_confident_compare(twin->items, model->items, twin->n_items);
    if (c.n < LEAST_ITEMS)
        return bn_stress_skip(result, "the twin is confident about %zu of %zu items; the test needs %d", c.n,
                              twin->n_items, LEAST_ITEMS);
    bn_stress_judge(result, 100. * (double)c.different / (double)c.n, BN_CONFIDENT_THRESHOLD, "% of items");
    /* Agresti and Coull 1998: two items more on either side, so that a share of 0 has an error too */
    double n = (double)c.n + 4, different = ((double)c.different + 2) / n;
    result->error = 100 * sqrt(different * (1 - different) / n);
    snprintf(result->reason, sizeof result->reason,
             "of %zu items that the twin is confident about the model chooses otherwise in %zu (right: twin %zu, model "
             "%zu); its share of the twin's choice is %+.2f",
             c.n, c.different, c.twin_right, c.model_right, c.margin);
    return BN_OK;
}

static enum bn_status run(struct bn_stress_result *result, const struct bn_stress_options *options,
                          struct bn_error *err)
{
    struct bn_eval_result twin, model;
    struct bn_stress_options plain = *options;
    if (!options->twin_path) return bn_stress_skip(result, "needs the full-precision twin; give it with --twin FILE");
    if (bn_stress_lacks(result, options, "microworld/microworld_heldout.jsonl")) return BN_OK;
    plain.model = (struct bn_model_options){0}, plain.session = (struct bn_session_options){0};
    int limit = options->quick ? 120 : 0;
    enum bn_status status = bn_stress_evaluate(&twin, &plain, options->twin_path, "microworld", limit, err);
    if (status != BN_OK) return status;
    status = bn_stress_evaluate(&model, options, options->model_path, "microworld", limit, err);
    if (status == BN_OK) {
        status = judge(result, &twin, &model);
        bn_eval_release(&model);
    }
    bn_eval_release(&twin);
    return status;
}

const struct bn_stress_test bn_s05_low_entropy_mcq = {
    "s05_low_entropy_mcq", "questions that the twin is confident about are answered as it does", run, 8};
