/* lm_eval.c - reads the results JSON of lm-evaluation-harness: "results" by task, keys "metric,filter" and
 * "metric_stderr,filter" (before version 0.4 without the filter), "versions", "n-shot", "n-samples" by task. Each file
 * is an evaluation of one model with one set of settings. Source: lm_eval/evaluator.py and
 * loggers/evaluation_tracker.py of EleutherAI/lm-evaluation-harness at 4e7e0d47f. */
#include "harness/core/error.h"
#include "harness/import/import.h"
#include "harness/store/instant.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* A text is what lm-eval writes where there is no value: "N/A", " " in the row of a group. null was NaN. */
static bool is_metric(const char *key, const json_t *value)
{
    static const char *const others[] = {"alias", "samples", "sample_len", "sample_count", "name"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (!strcmp(key, others[i])) return false;
    return !strstr(key, "_stderr") && (json_is_number(value) || json_is_null(value));
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

struct subject { /* whose scores these are */
    int64_t model_id;
    struct bn_import_options settings;
};

static enum bn_status store_task(struct bn_import *import, const struct subject *subject, const json_t *document,
                                 const char *task, json_t *result, struct bn_error *err)
{
    const char *key;
    json_t *value;
    char metric[256], error_key[288], version[64];
    const json_t *samples = json_object_get(json_object_get(document, "n-samples"), task);
    enum bn_status status = BN_OK;
    version_text(document, task, version, sizeof version);
    json_object_foreach(result, key, value)
    {
        if (status || !is_metric(key, value)) continue;
        if (strlen(key) >= sizeof metric)
            return bn_harness_fail(err, BN_ERR_FORMAT, "The name of a metric of task %.80s is too long.", task);
        split(key, metric, sizeof metric, error_key, sizeof error_key);
        struct bn_score score = {.config = subject->settings.text,
                                 .task = task,
                                 .metric = metric,
                                 .version = version,
                                 .value = bn_import_number(result, key),
                                 .standard_error = bn_import_number(result, error_key),
                                 .n_items = whole(json_object_get(samples, "effective")),
                                 .n_shots = whole(json_object_get(json_object_get(document, "n-shot"), task))};
        if (isnan(score.value)) score.reason = "lm-eval gave no number";
        status = bn_store_score(import->store, import->run_id, subject->model_id, &score, err);
        import->n_rows++;
    }
    return status;
}

/* "pretrained=org/name,dtype=bfloat16" -> {"pretrained": "org/name", "dtype": "bfloat16"}; newer files have the object.
 */
static json_t *arguments_of(const json_t *config)
{
    const json_t *given = json_object_get(config, "model_args");
    json_t *arguments = json_is_object(given) ? json_copy((json_t *)given) : json_object();
    for (const char *p = json_string_value(given); p && *p; p += strcspn(p, ","), p += *p == ',') {
        size_t length = strcspn(p, ","), name = strcspn(p, "=");
        if (name >= length) continue;
        json_object_setn_new_nocheck(arguments, p, name, json_stringn(p + name + 1, length - name - 1));
    }
    return arguments;
}

/* Arguments that say which weights were evaluated, and by which server; the others are settings. */
static bool is_identity(const char *name)
{
    static const char *const names[] = {"pretrained", "peft",  "delta",  "revision", "subfolder", "gguf_file",
                                        "base_url",   "model", "engine", "path",     "tokenizer", "trust_remote_code"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(name, names[i])) return true;
    return false;
}

static const char *model_name(const json_t *document, const json_t *arguments)
{
    static const char *const names[] = {"pretrained", "model", "path"};
    for (int i = 0; i < 3; i++)
        if (bn_import_text(arguments, names[i])[0]) return bn_import_text(arguments, names[i]);
    if (bn_import_text(document, "model_name")[0]) return bn_import_text(document, "model_name");
    return bn_import_text(json_object_get(document, "config"), "model");
}

static enum bn_status model(struct bn_import *import, json_t *document, json_t *arguments, struct subject *subject,
                            struct bn_error *err)
{
    const char *key, *name = model_name(document, arguments);
    json_t *value;
    struct bn_import_options more = {0};
    json_object_foreach(arguments, key, value)
    {
        if (is_identity(key) && (!json_is_string(value) || strcmp(json_string_value(value), name)))
            bn_import_option(&more, key, value);
    }
    bn_import_option(&more, "lm_eval_model", json_object_get(json_object_get(document, "config"), "model"));
    bn_import_option(&more, "model_sha", json_object_get(json_object_get(document, "config"), "model_sha"));
    enum bn_status status =
        name[0]
            ? bn_import_options_close(&more, err)
            : bn_harness_fail(err, BN_ERR_FORMAT, "This results file of lm-eval does not say which model it is about.");
    struct bn_field *fields = status ? NULL : calloc(more.n + 1, sizeof *fields);
    for (size_t i = 0; fields && i < more.n; i++)
        fields[i] = (struct bn_field){more.at[i].name, more.at[i].value, NULL, true};
    if (!status && !fields) status = bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory importing.");
    if (!status) status = bn_import_model(import, name, fields, more.n, &subject->model_id, err);
    free(fields);
    bn_import_options_release(&more);
    return status;
}

/* Every setting of the evaluation that is not the model's identity. */
static enum bn_status settings(json_t *document, json_t *arguments, struct bn_import_options *options,
                               struct bn_error *err)
{
    static const char *const top[] = {"chat_template_sha", "system_instruction_sha", "fewshot_as_multiturn",
                                      "max_length"};
    static const char *const elsewhere[] = {"model", "model_args", "model_sha"};
    const char *key;
    json_t *value, *config = json_object_get(document, "config");
    const char *version = bn_import_text(document, "lm_eval_version"), *commit = bn_import_text(document, "git_hash");
    json_t *program = json_string(version[0] ? version : commit[0] ? commit : "unknown");
    bn_import_option(options, "lm-eval", program);
    json_decref(program);
    json_object_foreach(arguments, key, value) if (!is_identity(key)) bn_import_option(options, key, value);
    json_object_foreach(config, key, value)
    {
        bool other = false;
        for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++) other |= !strcmp(key, elsewhere[i]);
        if (!other && !json_object_get(arguments, key)) bn_import_option(options, key, value);
    }
    for (size_t i = 0; i < sizeof top / sizeof *top; i++)
        bn_import_option(options, top[i], json_object_get(document, top[i]));
    return bn_import_options_close(options, err);
}

enum bn_status bn_import_lm_eval(struct bn_import *import, json_t *document, struct bn_error *err)
{
    const char *task;
    char when[BN_INSTANT_CHARS] = "";
    json_t *result, *date = json_object_get(document, "date");
    struct subject subject = {0};
    if (!bn_import_lm_eval_is(document))
        return bn_harness_fail(err, BN_ERR_FORMAT, "This is not a results file of lm-eval: it has no results by task.");
    json_t *arguments = arguments_of(json_object_get(document, "config"));
    enum bn_status status = json_is_number(date)
                                ? bn_instant_from_seconds(json_number_value(date), "The date of lm-eval", when, err)
                                : BN_OK;
    if (!status) status = model(import, document, arguments, &subject, err);
    if (!status) status = settings(document, arguments, &subject.settings, err);
    if (!status) status = bn_import_run(import, 0, 0, when, false, err);
    json_object_foreach(json_object_get(document, "results"), task, result)
    {
        if (!status && !json_is_object(result))
            status =
                bn_harness_fail(err, BN_ERR_FORMAT, "The results of task %.200s are not an object of metrics.", task);
        if (!status) status = store_task(import, &subject, document, task, result, err);
    }
    bn_import_options_release(&subject.settings);
    json_decref(arguments);
    return status;
}
