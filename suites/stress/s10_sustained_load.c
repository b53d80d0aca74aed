/* s10_sustained_load.c - decodes without pause, five minutes (five seconds with --quick): neither the time of a token
 * nor the resident memory may grow. value = percent that the median token of the last quarter takes longer than that of
 * the first (a clock that falls with heat counts; context shifts are part of both). */
#include "suites/stress/opened.h"
#include "suites/stress/sustained.h"
#include <math.h>
#include <stdio.h>

/* Five minutes must stay within a tenth; five seconds on a shared machine moved by 9 % with nothing wrong. */
static const double threshold_percent = 10, quick_percent = 25, most_growth_mib = 2, least_cpu_share = 0.95;
enum { LEAST_STEPS = 64, QUICK_ROUNDS = 3 }; /* of the quick form the best round counts: neighbours only slow down */

void bn_sustained_judge(struct bn_stress_result *result, const struct bn_steps *steps, bool quick)
{
    double first = bn_steps_quantile(steps, 0, steps->n / 4, 0.5);
    double last = bn_steps_quantile(steps, steps->n - steps->n / 4, steps->n, 0.5);
    double growth = steps->rss_end_mib - steps->rss_begin_mib;
    bn_stress_judge(result, 100 * (last / first - 1), quick ? quick_percent : threshold_percent, "%");
    snprintf(result->reason, sizeof result->reason,
             "%zu tokens: median %.3f ms at first, %.3f at last; resident memory %+.1f MiB%s", steps->n, first, last,
             growth, growth > most_growth_mib ? ", which is a leak" : "");
    if (steps->n < LEAST_STEPS)
        bn_stress_skip(result, "%zu tokens in this time; the test needs %d", steps->n, LEAST_STEPS);
    else if (growth > most_growth_mib)
        result->verdict = BN_FAIL;
    else if (result->verdict == BN_FAIL && steps->cpu_share < least_cpu_share)
        bn_stress_skip(result, "other processes had these CPUs for %.0f %% of the time", 100 * (1 - steps->cpu_share));
}

struct load {
    const struct bn_stress_options *options;
    struct bn_stress_result *result;
};

static enum bn_status decode(void *self, const struct bn_model *model, struct bn_error *err)
{
    struct load *load = self;
    struct bn_decoding decoding;
    struct bn_steps steps;
    struct bn_session_options options = bn_stress_session(load->options, 512);
    options.warmup = true;
    if (options.n_ctx > bn_model_info(model)->n_ctx_train) options.n_ctx = bn_model_info(model)->n_ctx_train;
    enum bn_status status = bn_decoding_open(&decoding, model, &options, err);
    if (status != BN_OK) return status;
    for (int i = 0; i < (load->options->quick ? QUICK_ROUNDS : 1) && status == BN_OK; i++) {
        status = bn_steps_time(&steps, bn_decoding_step, &decoding, 100000000, load->options->quick ? 5 : 300,
                               bn_session_n_threads(decoding.session), err);
        if (status != BN_OK) break;
        bn_sustained_judge(load->result, &steps, load->options->quick);
        bn_steps_release(&steps);
        if (load->result->verdict == BN_PASS) break;
    }
    bn_decoding_close(&decoding);
    return status;
}

static enum bn_status run(struct bn_stress_result *result, const struct bn_stress_options *options,
                          struct bn_error *err)
{
    struct load load = {options, result};
    return bn_stress_open(options, options->model_path, decode, &load, err);
}

const struct bn_stress_test bn_s10_sustained_load = {"s10_sustained_load",
                                                     "minutes of decoding slow nothing down and leak nothing", run, 2};
