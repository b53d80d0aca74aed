/* google_benchmark.c - reads --benchmark_format=json of Google Benchmark: every repetition of run_type "iteration" is
 * one sample of a point named by run_name; aggregates (mean, median, ...) are left out, since they are views of the
 * samples. Source: docs/user_guide.md, src/json_reporter.cc of google/benchmark. */
#include "harness/import/import.h"
#include "harness/error.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

bn_import_document bn_import_google_benchmark;
bn_import_recognise bn_import_google_benchmark_is;

bool bn_import_google_benchmark_is(const json_t *d)
{
    return json_is_object(json_object_get(d, "context")) && json_is_array(json_object_get(d, "benchmarks"));
}

static double unit_ns(const json_t *b)
{
    const char *unit = bn_import_text(b, "time_unit");
    return !strcmp(unit, "s") ? 1e9 : !strcmp(unit, "ms") ? 1e6 : !strcmp(unit, "us") ? 1e3 : 1;
}

static bool is_repetition(const json_t *b)
{
    const char *type = bn_import_text(b, "run_type");
    return !type[0] || !strcmp(type, "iteration");
}

static const char *name_of(const json_t *b)
{
    return bn_import_text(b, "run_name")[0] ? bn_import_text(b, "run_name") : bn_import_text(b, "name");
}

/* Total time and its iterations, not their quotient: a nanosecond benchmark keeps its digits. */
static bool sample_of(const json_t *b, int64_t rep, struct bn_sample *sample)
{
    double per_iteration = bn_import_number(b, "real_time") * unit_ns(b),
           iterations = bn_import_number(b, "iterations");
    if (!(iterations >= 1) || !(per_iteration >= 0) || per_iteration * iterations > 9e18) return false;
    *sample = (struct bn_sample){"benchmark", rep, 0, (int64_t)(per_iteration * iterations + 0.5), (int64_t)iterations};
    return true;
}

static enum bn_status store_point(struct bn_import *import, const char *name, json_t *repetitions, int64_t build_id,
                                  struct bn_error *err)
{
    size_t i, n = json_array_size(repetitions);
    json_t *b;
    struct bn_sample *samples = calloc(n + 1, sizeof *samples);
    struct bn_point_result r = {.state = "finished", .build_id = build_id, .samples = samples, .seconds = NAN};
    if (!samples) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory importing %s.", name);
    json_array_foreach(repetitions, i, b)
    {
        bool bad = json_is_true(json_object_get(b, "error_occurred")) || json_is_true(json_object_get(b, "skipped"));
        const char *why = bn_import_text(b, "error_message")[0] ? bn_import_text(b, "error_message")
                                                                : bn_import_text(b, "skip_message");
        if (bad)
            r.state = "failed", r.reason = why[0] ? why : "The benchmark reported an error and no message.";
        else if (sample_of(b, (int64_t)i, &samples[r.n_samples]))
            r.n_samples++;
    }
    if (r.reason)
        r.n_samples = 0;
    else if (!r.n_samples)
        r.state = "failed", r.reason = "The file has no time for this benchmark.";
    int64_t point_id;
    double threads = bn_import_number(json_array_get(repetitions, 0), "threads");
    struct bn_store_config config = {.engine = "google-benchmark",
                                     .workload = name,
                                     .kernel = "own",
                                     .options = "",
                                     .threads = threads >= 1 ? (uint32_t)threads : 1};
    enum bn_status status = bn_store_point_add(import->store, import->run_id, &config, &point_id, err);
    if (!status) status = bn_store_point_end(import->store, point_id, &r, NULL, err);
    import->n_rows += r.n_samples;
    free(samples);
    return status;
}

static enum bn_status origin(struct bn_import *import, const json_t *context, int64_t *build_id, struct bn_error *err)
{
    const char *host = bn_import_text(context, "host_name"), *program = bn_import_text(context, "executable"),
               *type = bn_import_text(context, "library_build_type");
    const char *slash = strrchr(program, '/'),
               *file = slash && slash[1] ? slash + 1
                       : program[0]      ? program
                                         : "unknown program",
               *when = bn_import_text(context, "date");
    char *cpus = json_dumps(json_object_get(context, "num_cpus"), JSON_ENCODE_ANY),
         *mhz = json_dumps(json_object_get(context, "mhz_per_cpu"), JSON_ENCODE_ANY);
    const char *silent = "the file does not say";
    const struct bn_field machine[] = {{"host", host[0] ? host : NULL, silent, true},
                                       {"cpus_usable", cpus, silent, true},
                                       {"mhz", mhz, silent, false}};
    const struct bn_field build[] = {{"engine", "google-benchmark", NULL, true},
                                     {"program", file, NULL, true},
                                     {"library_build_type", type[0] ? type : NULL, silent, true}};
    int64_t machine_id;
    enum bn_status status = bn_store_fingerprint(import->store, "machine", host[0] ? host : "unknown machine", NULL,
                                                 machine, 3, &machine_id, err);
    if (!status) status = bn_store_fingerprint(import->store, "build", file, NULL, build, 3, build_id, err);
    if (!status)
        status = bn_store_run_origin(import->store, import->run_id, machine_id, *build_id, when[0] ? when : NULL, err);
    free(cpus), free(mhz);
    return status;
}

/* Repetitions by name, in the order of the file (jansson keeps the order of insertion). */
static json_t *group(const json_t *benchmarks)
{
    size_t i;
    json_t *b, *groups = json_object();
    json_array_foreach(benchmarks, i, b)
    {
        if (!is_repetition(b) || !name_of(b)[0]) continue;
        if (!json_object_get(groups, name_of(b))) json_object_set_new(groups, name_of(b), json_array());
        json_array_append(json_object_get(groups, name_of(b)), b);
    }
    return groups;
}

enum bn_status bn_import_google_benchmark(struct bn_import *import, json_t *document, struct bn_error *err)
{
    const char *name;
    json_t *repetitions;
    int64_t build_id = 0;
    if (!bn_import_google_benchmark_is(document))
        return bn_harness_fail(err, BN_ERR_FORMAT,
                               "This is not what Google Benchmark writes: it has no context or no benchmarks.");
    enum bn_status status = origin(import, json_object_get(document, "context"), &build_id, err);
    json_t *groups = group(json_object_get(document, "benchmarks"));
    json_object_foreach(groups, name, repetitions)
    {
        if (!status) status = store_point(import, name, repetitions, build_id, err);
    }
    json_decref(groups);
    return status;
}
