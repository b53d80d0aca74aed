/* s08_kv_prune_recall.c - facts told 100 to 1,500 tokens before the question are recalled from a pruned or 4-bit cache
 * as from a whole one. Judges the cache that the options choose, or where they choose none, q4_0; value = how many
 * points of accuracy the cache loses, less twice the standard error of the paired difference. */
#include "suites/stress/opened.h"
#include "suites/stress/paired_items.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Measured: q4_0 loses 0 points (b1.58 and its twin), a window of a quarter 71, of which the errors leave 61. */
static const double threshold_points = 3;
static const double guessing = 0.25; /* four choices */

static bool prunes(const struct bn_session_options *s)
{
    return s->kv_prune.policy && strcmp(s->kv_prune.policy, "off");
}

static enum bn_status recall(struct bn_eval_result *result, const struct bn_stress_options *options,
                             struct bn_session_options session, struct bn_error *err)
{
    struct bn_stress_options with = *options;
    with.session = session;
    return bn_stress_evaluate(result, &with, options->model_path, "microworld_recall", options->quick ? 50 : 0, err);
}

static enum bn_status judge(struct bn_stress_result *result, const struct bn_eval_result *whole,
                            const struct bn_eval_result *tested, const char *name)
{
    struct bn_paired p = bn_paired_accuracy(whole->items, tested->items, whole->n_items);
    double n = (double)p.n, least = n * guessing + 1.96 * sqrt(n * guessing * (1 - guessing));
    if ((double)p.right <= least)
        return bn_stress_skip(result,
                              "with a whole cache the model answers %zu of %zu items; more than guessing takes %.0f",
                              p.right, p.n, floor(least) + 1);
    bn_stress_judge(result, 100 * (p.loss - 2 * p.error), threshold_points, "points");
    result->error = 100 * p.error;
    snprintf(result->reason, sizeof result->reason,
             "recall %.1f %% with a whole f32 cache, %.1f %% with %s (%zu items)", 100. * (double)p.right / (double)p.n,
             100. * ((double)p.right / (double)p.n - p.loss), name, p.n);
    return BN_OK;
}

static enum bn_status head_of(void *self, const struct bn_model *model, struct bn_error *err)
{
    (void)err;
    *(int *)self = bn_model_info(model)->head_dim;
    return BN_OK;
}

static enum bn_status run(struct bn_stress_result *result, const struct bn_stress_options *options,
                          struct bn_error *err)
{
    struct bn_eval_result whole, tested;
    struct bn_session_options session = options->session, plain = session;
    char name[64];
    if (bn_stress_lacks(result, options, "microworld/microworld_recall.jsonl")) return BN_OK;
    plain.kv_prune = (struct bn_kv_prune_options){0}, plain.kv_type = "f32";
    if (!prunes(&session) && (!session.kv_type || !strcmp(session.kv_type, "auto"))) {
        int head = 0;
        enum bn_status opened = bn_stress_open(options, options->model_path, head_of, &head, err);
        if (opened != BN_OK) return opened;
        if (head % 32) return bn_stress_skip(result, "heads of %d cannot have a q4_0 cache; set --kv_prune", head);
        session.kv_type = "q4_0";
    }
    if (prunes(&session))
        snprintf(name, sizeof name, "kv_prune %s", session.kv_prune.policy);
    else
        snprintf(name, sizeof name, "%s", session.kv_type);
    enum bn_status status = recall(&whole, options, plain, err);
    if (status != BN_OK) return status;
    status = recall(&tested, options, session, err);
    if (status == BN_OK) {
        status = judge(result, &whole, &tested, name);
        bn_eval_release(&tested);
    }
    bn_eval_release(&whole);
    return status;
}

const struct bn_stress_test bn_s08_kv_prune_recall = {
    "s08_kv_prune_recall", "facts far back are recalled from a pruned or 4-bit cache as from a whole one", run, 8};
