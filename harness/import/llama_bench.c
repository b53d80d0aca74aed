/* llama_bench.c - reads what llama-bench writes: an array of tests (-o json), one a line (-o jsonl), or the rows of its
 * table (-o sql). Fields by name: those that this file knows become build, machine, model and workload, every other one
 * an option, so that a field of a newer version tells series apart too. Only JSON keeps the single repetitions.
 * Source: tools/llama-bench/llama-bench.cpp of ggml-org/llama.cpp, examples/llama-bench of ikawrakow/ik_llama.cpp:
 * struct test::get_fields. */
#include "harness/core/error.h"
#include "harness/import/import.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bn_import_document bn_import_llama_bench;
bn_import_recognise bn_import_llama_bench_is;

static bool is_test(const json_t *test)
{
    return json_object_get(test, "build_commit") && json_object_get(test, "n_gen") &&
           (json_object_get(test, "avg_ns") || json_object_get(test, "samples_ns"));
}

bool bn_import_llama_bench_is(const json_t *d) { return is_test(json_is_array(d) ? json_array_get(d, 0) : d); }

/* What is measured, and what is stored elsewhere than among the options. */
static bool is_option(const char *name)
{
    static const char *const others[] = {"test_time", "avg_ns",       "stddev_ns",  "avg_ts",         "stddev_ts",
                                         "test",      "samples_ns",   "samples_ts", "build_commit",   "cpu_info",
                                         "gpu_info",  "build_number", "model_type", "model_filename", "model_size",
                                         "n_prompt",  "n_gen",        "n_depth",    "n_threads",      "model_n_params"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (!strcmp(name, others[i])) return false;
    return true;
}

/* A count of tokens or threads; a missing one is 0. */
static enum bn_status whole(const json_t *test, const char *name, uint32_t *x, struct bn_error *err)
{
    const json_t *value = json_object_get(test, name);
    json_int_t n = json_integer_value(value);
    *x = (uint32_t)n;
    if ((!value || json_is_null(value) || json_is_integer(value)) && n >= 0 && n <= INT32_MAX) return BN_OK;
    return bn_harness_fail(err, BN_ERR_FORMAT, "%s must be a whole number from 0 to 2147483647.", name);
}

/* A text, or a number as a text; NULL: absent or empty. */
static const char *word(const json_t *test, const char *name, char *number, size_t cap)
{
    const json_t *value = json_object_get(test, name);
    if (json_is_integer(value)) return snprintf(number, cap, "%lld", (long long)json_integer_value(value)), number;
    const char *text = json_string_value(value);
    return text && text[0] ? text : NULL;
}

static enum bn_status origin(struct bn_import *import, const json_t *test, int64_t *build_id, struct bn_error *err)
{
    char label[128], commit_number[32], number[32];
    const char *cpu = word(test, "cpu_info", NULL, 0), *gpu = word(test, "gpu_info", NULL, 0),
               *commit = word(test, "build_commit", commit_number, sizeof commit_number);
    int64_t machine_id;
    const struct bn_field machine[] = {{"cpu_model", cpu, "llama-bench did not say", true},
                                       {"gpu", gpu, "llama-bench named none", true}};
    const struct bn_field build[] = {
        {"engine", "llama-bench", NULL, true},
        {"commit", commit, "llama-bench did not say", true},
        {"build_number", word(test, "build_number", number, sizeof number), "llama-bench did not say", true}};
    snprintf(label, sizeof label, "llama-bench %.100s", commit ? commit : "of an unknown commit");
    enum bn_status status =
        bn_store_fingerprint(import->store, "machine", cpu ? cpu : "unknown CPU", NULL, machine, 2, &machine_id, err);
    if (!status) status = bn_store_fingerprint(import->store, "build", label, NULL, build, 3, build_id, err);
    return status ? status : bn_import_run(import, machine_id, *build_id, bn_import_text(test, "test_time"), true, err);
}

static enum bn_status model(struct bn_import *import, const json_t *test, int64_t *model_id, struct bn_error *err)
{
    char numbers[3][32];
    static const char *const names[] = {"model_type", "model_size", "model_n_params"};
    struct bn_field fields[3];
    for (int i = 0; i < 3; i++)
        fields[i] = (struct bn_field){names[i], word(test, names[i], numbers[i], sizeof numbers[i]),
                                      "llama-bench did not say", true};
    return bn_import_model(import, bn_import_text(test, "model_filename"), fields, 3, model_id, err);
}

/* Repetitions; the average alone where only that was kept. */
static const struct bn_import_times times = {"samples_ns",
                                             "avg_ns",
                                             {"Each of samples_ns", "avg_ns of a test"},
                                             "llama-bench kept the average of the repetitions alone.",
                                             1};

static enum bn_status store_point(struct bn_import *import, const json_t *test, const struct bn_store_config *config,
                                  int64_t build_id, struct bn_error *err)
{
    const char *phase = config->prefill && config->decode ? "benchmark" : config->prefill ? "prefill" : "decode";
    int64_t point_id;
    struct bn_point_result r = {
        .state = "finished", .build_id = build_id, .started_at = bn_import_text(test, "test_time"), .seconds = NAN};
    enum bn_status status = bn_import_samples(test, &times, phase, (int64_t)config->prefill + config->decode, &r, err);
    if (!status) status = bn_store_point_add(import->store, import->run_id, config, &point_id, err);
    if (!status) status = bn_store_point_end(import->store, point_id, &r, NULL, err);
    import->n_rows += r.n_samples;
    free((void *)r.samples);
    return status;
}

/* ik_llama.cpp's -gp times the generated tokens alone, after a prompt: "tg128@pp512". */
static bool prompt_is_context(const json_t *test, uint32_t prompt, uint32_t gen)
{
    char name[64];
    snprintf(name, sizeof name, "tg%u@pp%u", gen, prompt);
    return gen && !strcmp(bn_import_text(test, "test"), name);
}

/* The first repetition's own rate says how many tokens were timed; llama-bench prints six digits of it. */
static enum bn_status check_rate(const json_t *test, double n_tokens, struct bn_error *err)
{
    double ns = json_number_value(json_array_get(json_object_get(test, "samples_ns"), 0)),
           rate = json_number_value(json_array_get(json_object_get(test, "samples_ts"), 0)), timed = 1e-9 * ns * rate;
    if (!(timed > 0) || fabs(timed - n_tokens) <= 1e-3 * n_tokens) return BN_OK;
    return bn_harness_fail(err, BN_ERR_FORMAT,
                           "samples_ts is the speed of %.6g tokens in samples_ns, but n_prompt and n_gen say %.0f.",
                           timed, n_tokens);
}

/* "pp512", "tg128@d4096", "pp512+tg128" */
static enum bn_status workload(const json_t *test, struct bn_store_config *c, char *text, size_t cap,
                               struct bn_error *err)
{
    char prompt[32] = "", gen[32] = "", depth[32] = "";
    enum bn_status status = whole(test, "n_prompt", &c->prefill, err);
    if (!status) status = whole(test, "n_gen", &c->decode, err);
    if (!status) status = whole(test, "n_depth", &c->fill, err);
    if (!status) status = whole(test, "n_threads", &c->threads, err);
    if (!status && !c->prefill && !c->decode)
        status = bn_harness_fail(err, BN_ERR_FORMAT, "A test of this llama-bench file measures no tokens.");
    if (!status && prompt_is_context(test, c->prefill, c->decode)) c->fill += c->prefill, c->prefill = 0;
    if (!status) status = check_rate(test, (double)c->prefill + c->decode, err);
    if (c->prefill) snprintf(prompt, sizeof prompt, "pp%u", c->prefill);
    if (c->decode) snprintf(gen, sizeof gen, "%stg%u", c->prefill ? "+" : "", c->decode);
    if (c->fill) snprintf(depth, sizeof depth, "@d%u", c->fill);
    snprintf(text, cap, "%s%s%s", prompt, gen, depth);
    c->workload = text;
    return status;
}

static enum bn_status store_test(struct bn_import *import, json_t *test, struct bn_error *err)
{
    char name[96];
    const char *key;
    json_t *value;
    int64_t build_id = 0;
    struct bn_import_options options = {0};
    struct bn_store_config c = {.engine = "llama-bench", .kernel = "own"};
    if (!is_test(test))
        return bn_harness_fail(
            err, BN_ERR_FORMAT,
            "A test of llama-bench has build_commit, n_gen, and avg_ns or samples_ns; this one lacks "
            "one of them.");
    enum bn_status status = workload(test, &c, name, sizeof name, err);
    json_object_foreach(test, key, value) if (is_option(key)) bn_import_option(&options, key, value);
    if (!status) status = bn_import_options_close(&options, err);
    if (!status) status = model(import, test, &c.model_id, err);
    if (!status) status = origin(import, test, &build_id, err);
    c.options = options.text, c.option_rows = options.at, c.n_option_rows = options.n;
    if (!status) status = store_point(import, test, &c, build_id, err);
    bn_import_options_release(&options);
    return status;
}

enum bn_status bn_import_llama_bench(struct bn_import *import, json_t *document, struct bn_error *err)
{
    size_t i;
    json_t *test;
    enum bn_status status = BN_OK;
    if (!json_is_array(document)) return store_test(import, document, err);
    json_array_foreach(document, i, test)
    {
        if (!status) status = store_test(import, test, err);
    }
    return status;
}
