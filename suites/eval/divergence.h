/* divergence.h - how far a model's predictions are from those of a reference over a text, without the engine, for
 * tests.
 */
#ifndef SUITES_EVAL_DIVERGENCE_H
#define SUITES_EVAL_DIVERGENCE_H
#include "suites/eval/provider.h"
#include "suites/suite.h"

/* Adds the predictions after each of ids[0 .. n - 1] (n within max_tokens of both) to *sum: call it for each window,
 * then bn_divergence_finish. Both providers have the same vocabulary. */
struct bn_divergence_sum {
    double kl, kl_squares, nll[2]; /* nats; nll of the next token, by the reference and the model */
    size_t n, n_nll, same_top;
};
enum bn_status bn_divergence_add(struct bn_divergence_sum *sum, const struct bn_provider *reference,
                                 const struct bn_provider *model, const int32_t *ids, size_t n, struct bn_error *err);
void bn_divergence_finish(struct bn_divergence *divergence, const struct bn_divergence_sum *sum);
#endif
