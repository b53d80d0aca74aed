/* lm_eval.c - reads the results JSON of lm-evaluation-harness: "results" by task, keys "metric,filter" and
 * "metric_stderr,filter" (before version 0.4 without the filter), "versions", "n-shot", "n-samples" by task. Source:
 * lm_eval/evaluator.py and loggers/evaluation_tracker.py of EleutherAI/lm-evaluation-harness at 4e7e0d47f. */
#include "harness/import/import.h"
#include "harness/error.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

bn_import_document bn_import_lm_eval;
bn_import_recognise bn_import_lm_eval_is;

bool bn_import_lm_eval_is(const json_t *d)
{
    return json_is_object(json_object_get(d, "results")) &&
           (json_object_get(d, "versions") || json_object_get(d, "config"));
}

/* "acc_norm,none" -> metric "acc_norm"; "exact_match,strict-match" -> "exact_match@strict-match" */
static void split(const char *key, char *metric, size_t cap, char *error_key, size_t error_cap)
{
    const char *comma = strchr(key, ',');
    int n = comma ? (int)(comma - key) : (int)strlen(key);
    bool plain = !comma || !strcmp(comma, ",none");
    snprintf(metric, cap, "%.*s%s%s", n, key, plain ? "" : "@", plain ? "" : comma + 1);
    snprintf(error_key, error_cap, "%.*s_stderr%s", n, key, comma ? comma : "");
}

static bool is_metric(const char *key, const json_t *value)
{
    static const char *const others[] = {"alias", "samples", "sample_len", "sample_count", "name"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (!strcmp(key, others[i])) return false;
    return !strstr(key, "_stderr") && (json_is_number(value) || json_is_string(value) || json_is_null(value));
}

static int64_t whole(const json_t *value) { return json_is_integer(value) ? json_integer_value(value) : -1; }

/* "versions": 1.0 or "Yaml" */
static void version_text(const json_t *document, const char *task, char *text, size_t cap)
{
    const json_t *v = json_object_get(json_object_get(document, "versions"), task);
    if (json_is_number(v))
        snprintf(text, cap, "%g", json_number_value(v));
    else
        snprintf(text, cap, "%s", json_is_string(v) ? json_string_value(v) : "");
}

static enum bn_status store_task(struct bn_import *import, int64_t model_id, const json_t *document, const char *config,
                                 const char *task, json_t *result, struct bn_error *err)
{
    const char *key;
    json_t *value;
    char metric[128], error_key[160], version[32];
    const json_t *samples = json_object_get(json_object_get(document, "n-samples"), task);
    enum bn_status status = BN_OK;
    version_text(document, task, version, sizeof version);
    json_object_foreach(result, key, value)
    {
        if (!is_metric(key, value)) continue;
        split(key, metric, sizeof metric, error_key, sizeof error_key);
        struct bn_score score = {.config = config,
                                 .task = task,
                                 .metric = metric,
                                 .version = version,
                                 .value = bn_import_number(result, key),
                                 .standard_error = bn_import_number(result, error_key),
                                 .n_items = whole(json_object_get(samples, "effective")),
                                 .n_shots = whole(json_object_get(json_object_get(document, "n-shot"), task))};
        if (isnan(score.value)) score.reason = "lm-eval gave no number";
        if (!status) status = bn_store_score(import->store, import->run_id, model_id, &score, err);
        import->n_rows++;
    }
    return status;
}

/* "pretrained=org/name,dtype=bfloat16" -> org/name */
static void model_name(const json_t *document, char *name, size_t cap)
{
    const json_t *config = json_object_get(document, "config"), *arguments = json_object_get(config, "model_args");
    const char *text = json_is_object(arguments) ? bn_import_text(arguments, "pretrained")
                                                 : bn_import_text(config, "model_args"),
               *at = strstr(text, "pretrained=");
    if (at)
        at += strlen("pretrained=");
    else if (json_is_object(arguments))
        at = text;
    if (at && *at)
        snprintf(name, cap, "%.*s", (int)strcspn(at, ","), at);
    else
        snprintf(name, cap, "%s",
                 bn_import_text(document, "model_name")[0] ? bn_import_text(document, "model_name")
                                                           : bn_import_text(config, "model"));
}

enum bn_status bn_import_lm_eval(struct bn_import *import, json_t *document, struct bn_error *err)
{
    char name[1024], config[512];
    const char *task;
    json_t *result, *date = json_object_get(document, "date");
    int64_t model_id;
    if (!bn_import_lm_eval_is(document))
        return bn_harness_fail(err, BN_ERR_FORMAT, "This is not a results file of lm-eval: it has no results by task.");
    model_name(document, name, sizeof name);
    if (!name[0])
        return bn_harness_fail(err, BN_ERR_FORMAT,
                               "This results file of lm-eval does not say which model it is about.");
    snprintf(config, sizeof config, "lm-eval=%s",
             bn_import_text(document, "lm_eval_version")[0] ? bn_import_text(document, "lm_eval_version")
             : bn_import_text(document, "git_hash")[0]      ? bn_import_text(document, "git_hash")
                                                            : "unknown");
    enum bn_status status = bn_import_model(import, name, &model_id, err);
    char when[40] = "";
    double since_1970 = json_is_number(date) ? json_number_value(date) : -1;
    if (since_1970 >= 0 && since_1970 < 253402300800.0) { /* until the year 9999; another is no date */
        time_t seconds = (time_t)since_1970;
        struct tm tm;
        strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &tm));
    }
    if (!status && when[0]) status = bn_store_run_origin(import->store, import->run_id, 0, 0, when, err);
    json_object_foreach(json_object_get(document, "results"), task, result)
    {
        if (!status) status = store_task(import, model_id, document, config, task, result, err);
    }
    return status;
}
