/* s03_activation_overflow.c - int8 activations that given scales cut off (|x / scale| > 127.5), by layer, over plain
 * English and over tokens drawn from the whole vocabulary, whose activations are larger. Scales found for each token
 * (the default) must cut off nothing; --activation_scales and --scale_factor may cut off a little. value = the largest
 * share of a layer, in percent. */
#include "suites/stress/opened.h"
#include "suites/stress/text.h"
#include "suites/fail.h"
#include <stdio.h>
#include <stdlib.h>

/* The share from which the profiler flags a layer too. Calibrated scales cut off 0.1 % (absmax) to 1 % (percentile). */
static const double threshold_percent = 5;

struct overflow {
    const struct bn_stress_options *options;
    double percent;
    int layer;
    const char *input;
    uint64_t quantized;
};

static enum bn_status count(struct overflow *o, const struct bn_model *model, const int32_t *ids, int n,
                            const char *input, struct bn_error *err)
{
    struct bn_session *session;
    const struct bn_session_options options = bn_stress_session(o->options, n);
    enum bn_status status = bn_session_open(&session, model, &options, err);
    if (status != BN_OK) return status;
    status = bn_prefill(session, ids, (size_t)n, err);
    for (int i = 0; i < bn_model_info(model)->n_layers && status == BN_OK; i++) {
        struct bn_clamped c = bn_crew_clamped(bn_session_crew(session), i);
        double percent = c.quantized ? 100. * (double)c.clamped / (double)c.quantized : 0;
        o->quantized += c.quantized;
        if (percent > o->percent || !o->input) o->percent = percent, o->layer = i, o->input = input;
    }
    bn_session_close(session);
    return status;
}

static enum bn_status measure(void *self, const struct bn_model *model, struct bn_error *err)
{
    struct overflow *o = self;
    int trained = bn_model_info(model)->n_ctx_train, n = o->options->quick ? 128 : 512;
    int32_t *ids = NULL;
    if (n > trained) n = trained;
    enum bn_status status = bn_stress_ids(&ids, model, 3, true, (size_t)n, err);
    if (status == BN_OK) status = count(o, model, ids, n, "plain English", err);
    for (int i = 1; i < n && status == BN_OK; i++) ids[i] = (int32_t)((int64_t)i * bn_model_info(model)->n_vocab / n);
    if (status == BN_OK) status = count(o, model, ids, n, "tokens of the whole vocabulary", err);
    free(ids);
    return status;
}

static enum bn_status run(struct bn_stress_result *result, const struct bn_stress_options *options,
                          struct bn_error *err)
{
    struct overflow o = {.options = options};
    enum bn_status status = bn_stress_open(options, options->model_path, measure, &o, err);
    if (status != BN_OK) return status;
    if (!o.quantized) return bn_stress_skip(result, "the model has no int8 activations");
    bool given = options->model.activation_scales || options->model.scale_factor > 0;
    bn_stress_judge(result, o.percent, given ? threshold_percent : 0, "% of a layer");
    snprintf(result->reason, sizeof result->reason,
             o.percent > 0 ? "%s scales cut off %.2f %% of layer %d's activations (%s)" : "%s scales cut off nothing",
             given ? "the given" : "each token's", o.percent, o.layer, o.input);
    return BN_OK;
}

const struct bn_stress_test bn_s03_activation_overflow = {
    "s03_activation_overflow", "scales of activations cut off few values, those of each token none", run, 6};
