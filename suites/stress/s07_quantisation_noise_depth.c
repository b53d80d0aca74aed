/* s07_quantisation_noise_depth.c - how far the model's predictions are from its full-precision twin's after each layer
 * (logit lens): noise of quantisation may grow with depth, but the last layer must bring the two together again. value
 * = KL(twin || model) at the output, in nats a token. */
#include "suites/stress/opened.h"
#include <math.h>
#include <stdio.h>

/* Measured between the embedded b1.58 and its twin, trained apart on the same text: 0.31; with activations cut off at a
 * half of their size 0.79, at a tenth 5.7. */
static const double threshold_nats = 0.5;

static enum bn_status run(struct bn_stress_result *result, const struct bn_stress_options *options,
                          struct bn_error *err)
{
    char text[4096];
    struct bn_divergence out, d;
    double worst = 0;
    int worst_after = 0;
    if (!options->twin_path) return bn_stress_skip(result, "needs the full-precision twin; give it with --twin FILE");
    if (bn_stress_lacks(result, options, "heldout/stories.txt")) return BN_OK;
    snprintf(text, sizeof text, "%s/heldout/stories.txt", options->data_dir);
    const struct bn_divergence_options how = {.model_path = options->model_path,
                                              .reference_path = options->twin_path,
                                              .text_file = text,
                                              .model = options->model,
                                              .session = options->session,
                                              .limit = options->quick ? 4 : 24,
                                              .n_threads = options->n_threads};
    enum bn_status status = bn_divergence_run(&out, &how, 0, err);
    for (int layers = 1; status == BN_OK && layers < out.layers; layers++) {
        status = bn_divergence_run(&d, &how, layers, err);
        if (!(d.kl <= worst)) worst = d.kl, worst_after = layers;
        bn_stress_metric(result, "kl", (size_t)layers, d.kl, d.kl_error, d.n);
    }
    if (status != BN_OK) return status;
    bn_stress_metric(result, "kl", (size_t)out.layers, out.kl, out.kl_error, out.n);
    bn_stress_judge(result, out.kl, threshold_nats, "nats/token");
    result->error = out.kl_error;
    snprintf(result->reason, sizeof result->reason,
             "KL %.3f +- %.3f nats/token at the output, same token %.1f %%; at most %.3f inside (after layer %d of %d)",
             out.kl, out.kl_error, 100 * out.same_top, worst, worst_after, out.layers);
    return BN_OK;
}

const struct bn_stress_test bn_s07_quantisation_noise_depth = {
    "s07_quantisation_noise_depth", "predictions are near the twin's, after each layer and at the output", run, 8};
