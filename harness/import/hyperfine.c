/* hyperfine.c - reads --export-json of hyperfine: each command is a benchmark, each of its times a sample; parameters
 * are options. The file names no machine and no time. Source: src/export/json.rs and src/benchmark/benchmark_result.rs
 * of sharkdp/hyperfine. */
#include "harness/core/error.h"
#include "harness/import/import.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

bn_import_document bn_import_hyperfine;
bn_import_recognise bn_import_hyperfine_is;

bool bn_import_hyperfine_is(const json_t *d)
{
    const json_t *first = json_array_get(json_object_get(d, "results"), 0);
    return json_is_string(json_object_get(first, "command")) &&
           (json_is_array(json_object_get(first, "times")) || json_is_number(json_object_get(first, "mean")));
}

/* In seconds; a file of an older version has the mean alone. */
static const struct bn_import_times times = {
    "times", "mean", {"A time of hyperfine", "A time of hyperfine"}, "hyperfine kept the mean of the runs alone.", 1e9};

static void note_failures(const json_t *result, struct bn_point_result *r, char *reason, size_t cap)
{
    size_t i;
    const json_t *code;
    json_array_foreach(json_object_get(result, "exit_codes"), i, code)
    {
        if (json_is_integer(code) && !json_integer_value(code)) continue;
        if (json_is_integer(code))
            snprintf(reason, cap, "Run %zu of the command ended with exit code %d.", i + 1,
                     (int)json_integer_value(code));
        else
            snprintf(reason, cap, "Run %zu of the command was ended by a signal.", i + 1);
        r->state = "failed", r->reason = reason, r->n_samples = 0;
        return;
    }
}

static enum bn_status store_result(struct bn_import *import, const json_t *result, struct bn_error *err)
{
    int64_t point_id;
    const char *key;
    char reason[128];
    json_t *value;
    struct bn_import_options options = {0};
    struct bn_point_result r = {.state = "finished", .seconds = NAN};
    struct bn_store_config c = {.engine = "hyperfine", .kernel = "own", .workload = bn_import_text(result, "command")};
    enum bn_status status =
        c.workload[0] ? BN_OK : bn_harness_fail(err, BN_ERR_FORMAT, "A result of hyperfine names no command.");
    json_object_foreach(json_object_get(result, "parameters"), key, value) bn_import_option(&options, key, value);
    if (!status) status = bn_import_options_close(&options, err);
    c.options = options.text, c.option_rows = options.at, c.n_option_rows = options.n;
    if (!status) status = bn_import_samples(result, &times, "benchmark", 1, &r, err);
    if (!status) note_failures(result, &r, reason, sizeof reason);
    if (!status) status = bn_store_point_add(import->store, import->run_id, &c, &point_id, err);
    if (!status) status = bn_store_point_end(import->store, point_id, &r, NULL, err);
    import->n_rows += r.n_samples;
    free((void *)r.samples);
    bn_import_options_release(&options);
    return status;
}

enum bn_status bn_import_hyperfine(struct bn_import *import, json_t *document, struct bn_error *err)
{
    size_t i;
    json_t *result;
    if (!bn_import_hyperfine_is(document))
        return bn_harness_fail(err, BN_ERR_FORMAT,
                               "This is not what hyperfine exports: it has no commands with times.");
    enum bn_status status = bn_import_run(import, 0, 0, NULL, false, err);
    json_array_foreach(json_object_get(document, "results"), i, result)
    {
        if (!status) status = store_result(import, result, err);
    }
    return status;
}
