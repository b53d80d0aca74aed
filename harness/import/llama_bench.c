/* llama_bench.c - reads what llama-bench writes: an array of tests (-o json), one a line (-o jsonl), or the rows of its
 * table (-o sql). Fields by name, so that columns that came and went between versions do no harm. Only JSON keeps the
 * single repetitions. */
#include "harness/import/import.h"
#include "harness/error.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bn_import_document bn_import_llama_bench;
bn_import_recognise bn_import_llama_bench_is;

static bool is_test(const json_t *test)
{
    return json_object_get(test, "build_commit") && json_object_get(test, "n_gen") && json_object_get(test, "avg_ns");
}

bool bn_import_llama_bench_is(const json_t *d) { return is_test(json_is_array(d) ? json_array_get(d, 0) : d); }

static uint32_t whole(const json_t *test, const char *name)
{
    json_int_t x = json_integer_value(json_object_get(test, name));
    return x > 0 && x <= UINT32_MAX ? (uint32_t)x : 0;
}

/* true and 1 are the same; so are "f16" and "f16" */
static void value_text(const json_t *value, char *text, size_t cap)
{
    if (json_is_string(value))
        snprintf(text, cap, "%s", json_string_value(value));
    else if (json_is_real(value))
        snprintf(text, cap, "%g", json_real_value(value));
    else
        snprintf(text, cap, "%lld", json_is_true(value) ? 1LL : (long long)json_integer_value(value));
}

/* The settings that every version has had and that change the speed, sorted by name. */
enum { N_OPTIONS = 7, VALUE = 64 };
static const char *const option_names[N_OPTIONS] = {"cpu_mask", "flash_attn", "n_batch", "n_gpu_layers",
                                                    "n_ubatch", "type_k",     "type_v"};

static size_t read_options(const json_t *test, struct bn_store_option rows[N_OPTIONS], char values[N_OPTIONS][VALUE],
                           char *text, size_t cap)
{
    size_t n = 0, used = 0;
    text[0] = 0;
    for (int i = 0; i < N_OPTIONS; i++) {
        const json_t *value = json_object_get(test, option_names[i]);
        if (!value) continue;
        value_text(value, values[n], VALUE);
        if (used < cap)
            used += (size_t)snprintf(text + used, cap - used, "%s%s=%s", n ? " " : "", option_names[i], values[n]);
        rows[n] = (struct bn_store_option){.name = option_names[i], .value = values[n]};
        n++;
    }
    return n;
}

static enum bn_status origin(struct bn_import *import, const json_t *test, int64_t *build_id, struct bn_error *err)
{
    char label[128], number[32];
    const char *cpu = bn_import_text(test, "cpu_info"), *gpu = bn_import_text(test, "gpu_info"),
               *commit = bn_import_text(test, "build_commit");
    int64_t machine_id;
    const struct bn_field machine[] = {{"cpu_model", cpu[0] ? cpu : NULL, "llama-bench did not say", true},
                                       {"gpu", gpu[0] ? gpu : NULL, "llama-bench named none", true}};
    snprintf(number, sizeof number, "%u", whole(test, "build_number"));
    const struct bn_field build[] = {
        {"engine", "llama-bench", NULL, true}, {"commit", commit, NULL, true}, {"build_number", number, NULL, true}};
    snprintf(label, sizeof label, "llama-bench %s", commit);
    enum bn_status status = bn_store_fingerprint(import->store, "machine", cpu[0] ? cpu : "unknown CPU", NULL, machine,
                                                 2, &machine_id, err);
    if (!status) status = bn_store_fingerprint(import->store, "build", label, NULL, build, 3, build_id, err);
    const char *when = bn_import_text(test, "test_time");
    return status
               ? status
               : bn_store_run_origin(import->store, import->run_id, machine_id, *build_id, when[0] ? when : NULL, err);
}

/* Repetitions; the average alone where only that was kept. Returns how many, 0 without memory or times. */
static size_t read_samples(const json_t *test, struct bn_sample **samples, const char *phase, int64_t tokens)
{
    const json_t *all = json_object_get(test, "samples_ns");
    size_t n = json_array_size(all);
    *samples = calloc(n + 1, sizeof **samples);
    for (size_t i = 0; *samples && i < n; i++)
        (*samples)[i] =
            (struct bn_sample){phase, (int64_t)i, 0, (int64_t)json_number_value(json_array_get(all, i)), tokens};
    if (*samples && !n && bn_import_number(test, "avg_ns") > 0)
        (*samples)[n++] = (struct bn_sample){phase, 0, 0, (int64_t)bn_import_number(test, "avg_ns"), tokens};
    return *samples ? n : 0;
}

static enum bn_status store_point(struct bn_import *import, const json_t *test, const struct bn_store_config *config,
                                  int64_t build_id, struct bn_error *err)
{
    const char *phase = config->prefill && config->decode ? "benchmark" : config->prefill ? "prefill" : "decode";
    struct bn_sample *samples;
    int64_t point_id;
    bool average = !json_array_size(json_object_get(test, "samples_ns"));
    struct bn_point_result r = {.state = "finished",
                                .reason = average ? "llama-bench kept the average of the repetitions alone." : NULL,
                                .build_id = build_id,
                                .started_at = bn_import_text(test, "test_time"),
                                .seconds = NAN};
    r.n_samples = read_samples(test, &samples, phase, (int64_t)config->prefill + config->decode), r.samples = samples;
    enum bn_status status =
        r.n_samples ? BN_OK : bn_harness_fail(err, BN_ERR_FORMAT, "A test of this llama-bench file has no times.");
    if (!status) status = bn_store_point_add(import->store, import->run_id, config, &point_id, err);
    if (!status) status = bn_store_point_end(import->store, point_id, &r, NULL, err);
    import->n_rows += r.n_samples;
    free(samples);
    return status;
}

static enum bn_status store_test(struct bn_import *import, const json_t *test, struct bn_error *err)
{
    struct bn_store_option rows[N_OPTIONS];
    char values[N_OPTIONS][VALUE], options[512], workload[96], depth[32] = "", prompt[32] = "", gen[32] = "";
    int64_t model_id = 0, build_id = 0;
    if (!is_test(test))
        return bn_harness_fail(err, BN_ERR_FORMAT,
                               "This is not what llama-bench writes: a test has no build_commit, n_gen or avg_ns.");
    struct bn_store_config c = {.engine = "llama-bench",
                                .workload = workload,
                                .kernel = "own",
                                .options = options,
                                .fill = whole(test, "n_depth"),
                                .prefill = whole(test, "n_prompt"),
                                .decode = whole(test, "n_gen"),
                                .threads = whole(test, "n_threads"),
                                .option_rows = rows};
    c.n_option_rows = read_options(test, rows, values, options, sizeof options);
    if (c.prefill) snprintf(prompt, sizeof prompt, "pp%u", c.prefill);
    if (c.decode) snprintf(gen, sizeof gen, "%stg%u", c.prefill ? "+" : "", c.decode);
    if (c.fill) snprintf(depth, sizeof depth, "@d%u", c.fill);
    if (!c.prefill && !c.decode)
        return bn_harness_fail(err, BN_ERR_FORMAT, "A test of this llama-bench file measures no tokens.");
    snprintf(workload, sizeof workload, "%s%s%s", prompt, gen, depth);
    enum bn_status status = bn_import_model(import, bn_import_text(test, "model_filename"), &model_id, err);
    if (!status) status = origin(import, test, &build_id, err);
    c.model_id = model_id;
    return status ? status : store_point(import, test, &c, build_id, err);
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
