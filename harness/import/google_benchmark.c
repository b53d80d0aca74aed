/* google_benchmark.c - reads --benchmark_format=json of Google Benchmark: every repetition is one sample of a point
 * named by run_name. Aggregates (mean, median, ...) are views of the samples and left out, unless the file has nothing
 * else. Source: docs/user_guide.md, src/json_reporter.cc of google/benchmark. */
#include "harness/core/error.h"
#include "harness/import/import.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

bn_import_document bn_import_google_benchmark;
bn_import_recognise bn_import_google_benchmark_is;

bool bn_import_google_benchmark_is(const json_t *d)
{
    return json_is_object(json_object_get(d, "context")) && json_is_array(json_object_get(d, "benchmarks"));
}

/* 0: a unit that Google Benchmark does not have. */
static double unit_ns(const json_t *b)
{
    static const struct {
        const char *name;
        double ns;
    } units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"", 1}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (!strcmp(units[i].name, bn_import_text(b, "time_unit"))) return units[i].ns;
    return 0;
}

/* The curve of a complexity (BigO) and how well it fits (RMS): of a family of benchmarks, and no times. */
static bool is_fit(const json_t *b) { return json_object_get(b, "big_o") || json_object_get(b, "rms"); }

/* "mean" of an aggregate row, "" of a repetition. Versions before run_type tell an aggregate by the end of its name. */
static const char *aggregate_of(const json_t *b)
{
    static const char *const old[] = {"_mean", "_median", "_stddev", "_cv"};
    const char *name = bn_import_text(b, "name");
    if (!strcmp(bn_import_text(b, "run_type"), "aggregate")) return bn_import_text(b, "aggregate_name");
    for (size_t i = 0; !json_object_get(b, "run_type") && i < 4; i++) {
        size_t n = strlen(name), m = strlen(old[i]);
        if (n > m && !strcmp(name + n - m, old[i])) return old[i] + 1;
    }
    return "";
}

/* run_name; before that field: the name without the end that says which aggregate it is. Freed by the caller. */
static char *name_of(const json_t *b)
{
    const char *run = bn_import_text(b, "run_name"), *name = bn_import_text(b, "name"), *end = aggregate_of(b);
    return run[0] ? strdup(run) : strndup(name, strlen(name) - (end[0] ? strlen(end) + 1 : 0));
}

/* Repetitions are given as a quotient: total time and its iterations keep the digits of a nanosecond benchmark. */
static enum bn_status sample_of(const json_t *b, bool aggregate, int64_t rep, struct bn_sample *s, struct bn_error *err)
{
    double iterations = aggregate ? 1000 : bn_import_number(b, "iterations");
    *s = (struct bn_sample){"benchmark", rep, 0, 0, (int64_t)iterations};
    if (!(iterations >= 1 && iterations <= 9e15))
        return bn_harness_fail(err, BN_ERR_FORMAT, "The benchmark has a repetition without iterations.");
    if (!unit_ns(b))
        return bn_harness_fail(err, BN_ERR_FORMAT,
                               "The time_unit of the benchmark must be ns, us, ms or s, not \"%.40s\".",
                               bn_import_text(b, "time_unit"));
    return bn_import_ns(json_object_get(b, "real_time"), unit_ns(b) * iterations, "real_time of the benchmark", &s->ns,
                        err);
}

/* A row that carries no time: "failed" or "skipped" and why; NULL otherwise. */
static const char *without_time(const json_t *b, const char **why)
{
    const char *error = bn_import_text(b, "error_message"), *skip = bn_import_text(b, "skip_message");
    bool failed = json_is_true(json_object_get(b, "error_occurred")),
         skipped = json_is_true(json_object_get(b, "skipped"));
    *why = error[0]  ? error
           : skip[0] ? skip
           : failed  ? "The benchmark reported an error and no message."
                     : "The benchmark was skipped without a message.";
    return failed ? "failed" : skipped ? "skipped" : NULL;
}

static bool is_median(const json_t *b) { return !strcmp(aggregate_of(b), "median"); }

/* The repetitions of a group; without any its median, or its mean. */
static json_t *rows_with_times(const json_t *group, const char **kept)
{
    size_t i;
    json_t *b, *rows = json_array(), *best = NULL;
    json_array_foreach(group, i, b)
    {
        if (!aggregate_of(b)[0])
            json_array_append(rows, b);
        else if (is_median(b) || (!best && !strcmp(aggregate_of(b), "mean")))
            best = b;
    }
    *kept = NULL;
    if (!json_array_size(rows) && best) {
        json_array_append(rows, best);
        *kept = is_median(best) ? "The file has the median of the repetitions alone."
                                : "The file has the mean of the repetitions alone.";
    }
    return rows;
}

static void read_rows(json_t *rows, struct bn_point_result *r, struct bn_sample *samples, struct bn_error *why)
{
    size_t i;
    json_t *b;
    json_array_foreach(rows, i, b)
    {
        const char *reason, *state = without_time(b, &reason);
        if (state)
            r->state = state, r->reason = reason;
        else if (!sample_of(b, r->reason != NULL, (int64_t)i, &samples[r->n_samples], why))
            r->n_samples++;
        else
            r->state = "failed", r->reason = why->text;
        if (strcmp(r->state, "finished")) break;
    }
    if (!json_array_size(rows)) r->state = "failed", r->reason = "The file has no time for this benchmark.";
    if (strcmp(r->state, "finished")) r->n_samples = 0;
}

static enum bn_status store_point(struct bn_import *import, const json_t *group, int64_t build_id, struct bn_error *err)
{
    struct bn_error why = {0};
    int64_t point_id;
    struct bn_import_options options = {0};
    const json_t *first = json_array_get(group, 0);
    struct bn_point_result r = {.state = "finished", .build_id = build_id, .seconds = NAN};
    json_t *rows = rows_with_times(group, &r.reason);
    struct bn_sample *samples = calloc(json_array_size(rows) + 1, sizeof *samples);
    char *name = name_of(first);
    json_int_t threads = json_integer_value(json_object_get(first, "threads"));
    bn_import_option(&options, "label", json_object_get(first, "label"));
    enum bn_status status = bn_import_options_close(&options, err);
    if (!status && (!samples || !name)) status = bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory importing.");
    if (!status) read_rows(rows, &r, samples, &why), r.samples = samples;
    struct bn_store_config config = {.engine = "google-benchmark",
                                     .workload = name,
                                     .kernel = "own",
                                     .options = options.text,
                                     .option_rows = options.at,
                                     .n_option_rows = options.n,
                                     .threads = threads ? (uint32_t)threads : 1};
    if (!status) status = bn_store_point_add(import->store, import->run_id, &config, &point_id, err);
    if (!status) status = bn_store_point_end(import->store, point_id, &r, NULL, err);
    import->n_rows += r.n_samples ? r.n_samples : r.state[0] == 's' || r.state[0] == 'f';
    bn_import_options_release(&options);
    json_decref(rows);
    free(samples), free(name);
    return status;
}

/* What the context says about the machine; everything else in it (also what AddCustomContext put there) is the build's.
 */
static bool of_machine(const char *key)
{
    static const char *const keys[] = {
        "date",   "host_name", "num_cpus",   "mhz_per_cpu",         "cpu_scaling_enabled",
        "caches", "load_avg",  "executable", "json_schema_version", "aslr_enabled"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strcmp(key, keys[i])) return true;
    return false;
}

static enum bn_status machine(struct bn_import *import, const json_t *context, int64_t *id, struct bn_error *err)
{
    const char *host = bn_import_text(context, "host_name"), *silent = "the file does not say";
    char *cpus = json_dumps(json_object_get(context, "num_cpus"), JSON_ENCODE_ANY),
         *mhz = json_dumps(json_object_get(context, "mhz_per_cpu"), JSON_ENCODE_ANY);
    const struct bn_field fields[] = {{"host", host[0] ? host : NULL, silent, true},
                                      {"cpus_usable", cpus, silent, true},
                                      {"mhz", mhz, silent, false}};
    enum bn_status status =
        bn_store_fingerprint(import->store, "machine", host[0] ? host : "unknown machine", NULL, fields, 3, id, err);
    free(cpus), free(mhz);
    return status;
}

static enum bn_status build(struct bn_import *import, json_t *context, int64_t *id, struct bn_error *err)
{
    const char *key, *program = bn_import_text(context, "executable");
    json_t *value;
    struct bn_import_options extra = {0};
    json_object_foreach(context, key, value) if (!of_machine(key)) bn_import_option(&extra, key, value);
    enum bn_status status = bn_import_options_close(&extra, err);
    struct bn_field *fields = status ? NULL : calloc(extra.n + 2, sizeof *fields);
    if (!status && !fields) status = bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory importing.");
    if (!status) {
        fields[0] = (struct bn_field){"engine", "google-benchmark", NULL, true};
        fields[1] = (struct bn_field){"program", program[0] ? program : NULL, "the file does not say", true};
        for (size_t i = 0; i < extra.n; i++)
            fields[i + 2] = (struct bn_field){extra.at[i].name, extra.at[i].value, NULL, true};
        status = bn_store_fingerprint(import->store, "build", program[0] ? bn_import_base(program) : "unknown program",
                                      NULL, fields, extra.n + 2, id, err);
    }
    free(fields);
    bn_import_options_release(&extra);
    return status;
}

static enum bn_status check_row(const json_t *b, struct bn_error *err)
{
    const json_t *threads = json_object_get(b, "threads");
    if (!bn_import_text(b, "name")[0])
        return bn_harness_fail(err, BN_ERR_FORMAT, "A benchmark of this file has no name.");
    if (!threads ||
        (json_is_integer(threads) && json_integer_value(threads) >= 1 && json_integer_value(threads) <= 65536))
        return BN_OK;
    return bn_harness_fail(err, BN_ERR_FORMAT,
                           "threads of the benchmark %.200s must be a whole number from 1 to 65536.",
                           bn_import_text(b, "name"));
}

static enum bn_status check_rows(const json_t *benchmarks, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (size_t i = 0; !status && i < json_array_size(benchmarks); i++)
        status = check_row(json_array_get(benchmarks, i), err);
    return status;
}

/* Rows by name, threads and label, in the order of the file (jansson keeps the order of insertion). */
static json_t *group(const json_t *benchmarks)
{
    size_t i;
    json_t *b, *groups = json_object();
    json_array_foreach(benchmarks, i, b)
    {
        if (is_fit(b)) continue;
        char *name = name_of(b);
        json_t *key = json_pack("[s O? s]", name && name[0] ? name : NULL, json_object_get(b, "threads"),
                                bn_import_text(b, "label"));
        char *text = key ? json_dumps(key, JSON_COMPACT) : NULL;
        if (text && !json_object_get(groups, text)) json_object_set_new(groups, text, json_array());
        if (text) json_array_append(json_object_get(groups, text), b);
        json_decref(key);
        free(text), free(name);
    }
    return groups;
}

enum bn_status bn_import_google_benchmark(struct bn_import *import, json_t *document, struct bn_error *err)
{
    const char *name;
    json_t *rows, *context = json_object_get(document, "context");
    int64_t build_id = 0, machine_id = 0;
    if (!bn_import_google_benchmark_is(document))
        return bn_harness_fail(err, BN_ERR_FORMAT,
                               "This is not what Google Benchmark writes: it has no context or no benchmarks.");
    enum bn_status status = check_rows(json_object_get(document, "benchmarks"), err);
    if (!status) status = machine(import, context, &machine_id, err);
    if (!status) status = build(import, context, &build_id, err);
    if (!status) status = bn_import_run(import, machine_id, build_id, bn_import_text(context, "date"), false, err);
    json_t *groups = group(json_object_get(document, "benchmarks"));
    json_object_foreach(groups, name, rows)
    {
        if (!status) status = store_point(import, rows, build_id, err);
    }
    json_decref(groups);
    return status;
}
