/* s09_cold_start_jitter.c - time to the first token with the file out of the page cache (where the system permits),
 * with the file in it, and after a warm-up; and how much the time of a token varies after it. value = 95th percentile /
 * median of the time between tokens, on one thread, in the best of three rounds: others' disturbance only adds. */
#include "suites/stress/jitter.h"
#include "suites/stress/opened.h"
#include "suites/stress/steps.h"
#include "suites/fail.h"
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

/* Measured on a shared machine: 1.3 to 1.7. */
static const double threshold_ratio = 3, least_cpu_share = 0.95;
enum { ROUNDS = 3, TOKENS = 200 };

struct bn_jitter bn_jitter_of(const struct bn_steps *steps)
{
    double median = bn_steps_quantile(steps, 0, steps->n, 0.5);
    return (struct bn_jitter){bn_steps_quantile(steps, 0, steps->n, 0.95) / median, median,
                              bn_steps_quantile(steps, 0, steps->n, 1), steps->cpu_share};
}

enum bn_status bn_jitter_measure(struct bn_jitter *jitter, enum bn_status (*step)(void *self, struct bn_error *err),
                                 void *self, double seconds, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    *jitter = (struct bn_jitter){.ratio = INFINITY};
    for (int i = 0; i < ROUNDS && status == BN_OK; i++) {
        struct bn_steps steps;
        status = bn_steps_time(&steps, step, self, TOKENS, seconds / ROUNDS, 1, err);
        if (status != BN_OK) break;
        const struct bn_jitter round = bn_jitter_of(&steps);
        if (round.ratio < jitter->ratio) *jitter = round;
        bn_steps_release(&steps);
    }
    return status;
}

/* Milliseconds from opening the model to its first token; what = 0: cold, 1: file in the page cache, 2: warmed. */
struct first_token {
    const struct bn_stress_options *options;
    double start, ms;
    bool warmed;
};

static enum bn_status first_token(void *self, const struct bn_model *model, struct bn_error *err)
{
    struct first_token *f = self;
    struct bn_decoding decoding;
    struct bn_session_options options = bn_stress_session(f->options, 256);
    options.warmup = f->warmed;
    if (f->warmed) { /* all but the prompt is done before the clock starts */
        enum bn_status status = bn_session_open(&decoding.session, model, &options, err);
        if (status != BN_OK) return status;
        options.warmup = false, options.n_threads = 0, options.crew = bn_session_crew(decoding.session);
        struct bn_decoding first;
        f->start = bn_steps_now_s();
        status = bn_decoding_open(&first, model, &options, err);
        f->ms = 1e3 * (bn_steps_now_s() - f->start);
        bn_decoding_close(&first);
        bn_decoding_close(&decoding);
        return status;
    }
    enum bn_status status = bn_decoding_open(&decoding, model, &options, err);
    f->ms = 1e3 * (bn_steps_now_s() - f->start);
    bn_decoding_close(&decoding);
    return status;
}

static enum bn_status time_first(double *ms, const struct bn_stress_options *options, bool warmed, struct bn_error *err)
{
    struct first_token f = {options, bn_steps_now_s(), 0, warmed};
    enum bn_status status = bn_stress_open(options, options->model_path, first_token, &f, err);
    *ms = f.ms;
    return status;
}

/* Asks the system to forget the file's pages; it may decline, and does not say so. */
static void forget(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    close(fd);
}

struct round {
    const struct bn_stress_options *options;
    struct bn_jitter jitter;
};

static enum bn_status decode(void *self, const struct bn_model *model, struct bn_error *err)
{
    struct round *r = self;
    struct bn_decoding decoding;
    struct bn_session_options options = bn_stress_session(r->options, 1024);
    options.n_threads = 1, options.warmup = true;
    if (options.n_ctx > bn_model_info(model)->n_ctx_train) options.n_ctx = bn_model_info(model)->n_ctx_train;
    enum bn_status status = bn_decoding_open(&decoding, model, &options, err);
    if (status != BN_OK) return status;
    status = bn_jitter_measure(&r->jitter, bn_decoding_step, &decoding, r->options->quick ? 6 : 60, err);
    bn_decoding_close(&decoding);
    return status;
}

enum bn_status bn_jitter_judge(struct bn_stress_result *result, const struct bn_jitter *j, const double first_ms[3])
{
    bn_stress_judge(result, j->ratio, threshold_ratio, "p95 / median");
    snprintf(
        result->reason, sizeof result->reason,
        "first token after %.1f ms with the file asked out of the page cache, %.1f in it, %.2f warmed; then median "
        "%.3f ms, longest %.3f",
        first_ms[0], first_ms[1], first_ms[2], j->median_ms, j->longest_ms);
    if (result->verdict == BN_FAIL && j->cpu_share < least_cpu_share)
        return bn_stress_skip(result, "other processes had this CPU for %.0f %% of the time", 100 * (1 - j->cpu_share));
    return BN_OK;
}

static enum bn_status run(struct bn_stress_result *result, const struct bn_stress_options *options,
                          struct bn_error *err)
{
    struct round round = {.options = options};
    double first_ms[3] = {0};
    forget(options->model_path);
    enum bn_status status = time_first(&first_ms[0], options, false, err);
    if (status == BN_OK) status = time_first(&first_ms[1], options, false, err);
    if (status == BN_OK) status = time_first(&first_ms[2], options, true, err);
    if (status == BN_OK) status = bn_stress_open(options, options->model_path, decode, &round, err);
    return status == BN_OK ? bn_jitter_judge(result, &round.jitter, first_ms) : status;
}

const struct bn_stress_test bn_s09_cold_start_jitter = {
    "s09_cold_start_jitter", "after a warm-up every token takes about the same time", run, 2};
