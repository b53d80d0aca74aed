/* s12_degenerate_output.c - text that the model writes (temperature 0.8) after plain and after hostile prompts does not
 * run in circles more than the twin's does, and ends at its end token. value = share of runs of four tokens that the
 * text had before, mean over the texts, above the twin's where there is one, less twice its standard error: some texts
 * of small models circle and most do not, so that a few texts alone tell little. */
#include "suites/stress/opened.h"
#include "suites/stress/repetition.h"
#include "suites/stress/text.h"
#include "suites/fail.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Measured with --quick: 0.25 +- 0.14 (b1.58), 0.16 +- 0.11 (its twin), plain and hostile prompts together; 0.77 +-
 * 0.06 of a model whose final norm is 20 times too large. */
static const double most_repeated = 0.5, most_above_twin = 0.15;
enum { PLAIN = 4, TOKENS = 160, LEAST = 32, SEEDS = 4 };
static const char *const hostile[] = {
    "\xff\xfe\x01\x02 \xe2\x82", "<|endoftext|></s><|im_end|><|eot_id|>",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "0123456789 0123456789 0123456789 0123456789", "\n\n\n\n\n\n\n\n"};
enum { HOSTILE = sizeof hostile / sizeof *hostile };

struct bn_repetition bn_repetition_of(const int32_t *ids, size_t n)
{
    struct bn_repetition r = {0};
    size_t seen = 0, runs = n >= 4 ? n - 3 : 0;
    for (size_t i = 0; i < runs; i++)
        for (size_t j = 0; j < i; j++)
            if (!memcmp(ids + i, ids + j, 4 * sizeof *ids)) {
                seen++;
                break;
            }
    for (size_t i = 0; i < n; i++) { /* each token adds its share of -p log p */
        size_t same = 0;
        for (size_t j = 0; j < n; j++) same += ids[j] == ids[i];
        r.entropy -= log2((double)same / (double)n) / (double)n;
    }
    if (runs) r.repeated = (double)seen / (double)runs;
    return r;
}

struct output {
    const struct bn_stress_options *options;
    struct bn_repetition mean;
    double squares; /* of the repeated shares */
    int n;          /* texts of at least LEAST tokens */
    bool passed_end;
};

static enum bn_status generate(struct output *o, struct bn_session *session, const int32_t *ids, size_t n,
                               uint64_t seed, struct bn_error *err)
{
    const struct bn_model *model = bn_session_model(session);
    struct bn_generator *generator;
    struct bn_generated got;
    int32_t out[TOKENS + BN_MAX_DRAFT + 1];
    size_t k = 0;
    const struct bn_sampler_options sampling = {.temperature = 0.8f, .top_p = 1, .repetition_penalty = 1, .seed = seed};
    const struct bn_generator_options how = {.max_new_tokens = TOKENS, .sampling = &sampling, .ids_only = true};
    bn_session_truncate(session, 0);
    enum bn_status status = bn_generator_open(&generator, session, ids, n, &how, err);
    if (status != BN_OK) return status;
    do {
        status = bn_generator_next(generator, &got, err);
        for (size_t i = 0; i < got.n && k < TOKENS && status == BN_OK; i++) {
            o->passed_end |= k > 0 && bn_token_is_end(model, out[k - 1]);
            out[k++] = got.ids[i];
        }
    } while (status == BN_OK && got.end == BN_END_NONE);
    bn_generator_close(generator);
    if (status != BN_OK || k < LEAST) return status;
    struct bn_repetition r = bn_repetition_of(out, k);
    o->mean.repeated += r.repeated, o->mean.entropy += r.entropy, o->n++;
    o->squares += r.repeated * r.repeated;
    return BN_OK;
}

static enum bn_status after_prompt(struct output *o, struct bn_session *session, const char *prompt, size_t bytes,
                                   struct bn_error *err)
{
    int32_t ids[256];
    size_t n;
    enum bn_status status = bn_tokenize(bn_session_model(session), prompt, bytes, BN_TOKENIZE_BOS, ids, 256, &n, err);
    for (uint64_t seed = 0; seed < (o->options->quick ? 1 : SEEDS) && n && status == BN_OK; seed++)
        status = generate(o, session, ids, n < 256 ? n : 256, 12 + seed, err);
    return status;
}

static enum bn_status measure(void *self, const struct bn_model *model, struct bn_error *err)
{
    struct output *o = self;
    struct bn_session *session;
    int plain = o->options->quick ? PLAIN : 4 * PLAIN, trained = bn_model_info(model)->n_ctx_train;
    struct bn_session_options options = bn_stress_session(o->options, 256 + TOKENS);
    if (options.n_ctx > trained) options.n_ctx = trained;
    enum bn_status status = bn_session_open(&session, model, &options, err);
    if (status != BN_OK) return status;
    for (int i = 0; i < plain && status == BN_OK; i++) {
        char *text = bn_stress_text((uint64_t)(100 + i), 40);
        status = text ? after_prompt(o, session, text, strlen(text), err) : bn_suites_fail_memory(err);
        free(text);
    }
    for (int i = 0; i < HOSTILE && status == BN_OK; i++)
        status = after_prompt(o, session, hostile[i], strlen(hostile[i]), err);
    bn_session_close(session);
    if (o->n) o->mean.repeated /= o->n, o->mean.entropy /= o->n;
    return status;
}

/* Variance of the mean repeated share; 0 without two texts. */
static double variance(const struct output *o)
{
    if (o->n < 2) return 0;
    return fmax(0, o->squares / o->n - o->mean.repeated * o->mean.repeated) / (o->n - 1);
}

static enum bn_status run(struct bn_stress_result *result, const struct bn_stress_options *options,
                          struct bn_error *err)
{
    struct bn_stress_options plain = *options;
    plain.model = (struct bn_model_options){0}, plain.session = (struct bn_session_options){0};
    struct output model = {.options = options}, twin = {.options = &plain};
    char against[96] = "", within[32] = "";
    enum bn_status status = bn_stress_open(options, options->model_path, measure, &model, err);
    if (status == BN_OK && options->twin_path) status = bn_stress_open(&plain, options->twin_path, measure, &twin, err);
    if (status != BN_OK) return status;
    if (!model.n) return bn_stress_skip(result, "every text ended before %d tokens", LEAST);
    double error = model.n > 1 ? sqrt(variance(&model) + variance(&twin)) : NAN;
    double repeated = model.mean.repeated - (twin.n ? twin.mean.repeated : 0);
    bn_stress_judge(result, repeated - (model.n > 1 ? 2 * error : 0), twin.n ? most_above_twin : most_repeated,
                    "of runs of four");
    result->error = error;
    if (model.passed_end) result->verdict = BN_FAIL;
    if (model.n > 1) snprintf(within, sizeof within, "; standard error %.3f", error);
    if (twin.n) snprintf(against, sizeof against, " (twin: %.3f, %.2f)", twin.mean.repeated, twin.mean.entropy);
    snprintf(result->reason, sizeof result->reason,
             "%d texts repeat %.3f of their runs of four tokens, %.2f bits a token%s%s%s", model.n, model.mean.repeated,
             model.mean.entropy, against, within, model.passed_end ? "; one went on after its end token" : "");
    return BN_OK;
}

const struct bn_stress_test bn_s12_degenerate_output = {
    "s12_degenerate_output", "what the model writes does not run in circles, whatever the prompt", run, 6};
