/* bitnet_eval.c - reads what bitnet-eval writes (suites/eval/eval_json.h): a summary, the items of a task, stress
 * tests. */
#include "harness/import/import.h"
#include "harness/core/error.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bn_import_document bn_import_bitnet_eval;
bn_import_recognise bn_import_bitnet_eval_is;

bool bn_import_bitnet_eval_is(const json_t *d)
{
    return bn_import_text(d, "model")[0] &&
           (json_is_array(json_object_get(d, "results")) || json_object_get(d, "items") || json_object_get(d, "tests"));
}

/* What the scores were taken with: the cache, the context and what was set. */
static enum bn_status config_of(struct bn_import_options *config, const json_t *result, struct bn_error *err)
{
    static const char *const always[] = {"kv_type", "n_ctx"};
    const char *name;
    json_t *value;
    for (size_t i = 0; i < 2; i++) bn_import_option(config, always[i], json_object_get(result, always[i]));
    json_object_foreach(json_object_get(result, "settings"), name, value) bn_import_option(config, name, value);
    return bn_import_options_close(config, err);
}

static enum bn_status put_score(struct bn_import *import, int64_t model_id, struct bn_score *score, const json_t *from,
                                const char *value, struct bn_error *err)
{
    score->value = bn_import_number(from, value);
    score->standard_error = bn_import_number(from, "stderr");
    score->n_items = json_integer_value(json_object_get(from, "n"));
    if (isnan(score->value)) score->reason = "the task gave no finite value";
    import->n_rows++;
    return bn_store_score(import->store, import->run_id, model_id, score, err);
}

/* Each category is a task of its own, TASK_CATEGORY, as lm-eval has it. */
static enum bn_status store_categories(struct bn_import *import, int64_t model_id, const struct bn_score *common,
                                       const json_t *result, struct bn_error *err)
{
    size_t i;
    json_t *category;
    enum bn_status status = BN_OK;
    json_array_foreach(json_object_get(result, "categories"), i, category)
    {
        char name[160];
        struct bn_score score = *common;
        snprintf(name, sizeof name, "%s_%s", common->task, bn_import_text(category, "name"));
        score.task = name, score.metric = "acc";
        if (!status) status = put_score(import, model_id, &score, category, "acc", err);
    }
    return status;
}

/* of: a result or a stress test with "metrics". */
static enum bn_status store_metrics(struct bn_import *import, int64_t model_id, const json_t *of, const char *task,
                                    const char *config, struct bn_error *err)
{
    const char *name;
    json_t *metric;
    const struct bn_score common = {.config = config,
                                    .task = task,
                                    .version = bn_import_text(of, "version"),
                                    .n_shots = json_integer_value(json_object_get(of, "num_fewshot"))};
    enum bn_status status = BN_OK;
    json_object_foreach(json_object_get(of, "metrics"), name, metric)
    {
        struct bn_score score = common;
        score.metric = name;
        if (!status) status = put_score(import, model_id, &score, metric, "value", err);
    }
    return status ? status : store_categories(import, model_id, &common, of, err);
}

static enum bn_status store_result(struct bn_import *import, int64_t model_id, const json_t *result,
                                   struct bn_error *err)
{
    const char *given = bn_import_text(result, "config");
    struct bn_import_options config = {0};
    enum bn_status status = config_of(&config, result, err);
    if (!status)
        status = store_metrics(import, model_id, result, bn_import_text(result, "task"), given[0] ? given : config.text,
                               err);
    bn_import_options_release(&config);
    return status;
}

/* An item of choices has ll and gold; one of an ending ll and right; one of a generated answer text and right. */
static enum bn_status store_item(struct bn_import *import, int64_t model_id, const char *task, const json_t *item,
                                 struct bn_error *err)
{
    const json_t *gold = json_object_get(item, "gold"), *right = json_object_get(item, "right"),
                 *text = json_object_get(item, "text");
    const char *name = json_string_value(json_object_get(item, "id"));
    char *id = json_dumps(json_object_get(item, "id"), JSON_ENCODE_ANY),
         *ll = json_dumps(json_object_get(item, "ll"), JSON_COMPACT | JSON_REAL_PRECISION(12)), gold_text[32] = "";
    if (gold) snprintf(gold_text, sizeof gold_text, "%d", (int)json_integer_value(gold));
    bool answer = json_is_string(text) && json_is_boolean(right);
    const struct bn_score_item row = {.task = task,
                                      .item = name ? name : id,
                                      .gold = gold ? gold_text : NULL,
                                      .ll = ll ? ll : "[]",
                                      .text = answer ? json_string_value(text) : NULL,
                                      .judged = json_is_boolean(right),
                                      .right = json_is_true(right)};
    enum bn_status status =
        id && (ll || answer) ? bn_store_score_item(import->store, import->run_id, model_id, "", &row, err)
                             : bn_harness_fail(err, BN_ERR_FORMAT,
                                               "An item of task %s has no id, or neither ll nor a judged text.", task);
    import->n_rows++;
    free(id);
    free(ll);
    return status;
}

static enum bn_status store_stress(struct bn_import *import, int64_t model_id, const char *config, const json_t *test,
                                   struct bn_error *err)
{
    const struct bn_store_stress result = {.config = config,
                                           .test = bn_import_text(test, "name"),
                                           .verdict = bn_import_text(test, "verdict"),
                                           .reason = bn_import_text(test, "reason"),
                                           .value = bn_import_number(test, "value"),
                                           .threshold = bn_import_number(test, "threshold"),
                                           .seconds = bn_import_number(test, "seconds")};
    import->n_rows++;
    enum bn_status status = bn_store_stress(import->store, import->run_id, model_id, &result, err);
    return status ? status : store_metrics(import, model_id, test, result.test, config, err);
}

enum bn_status bn_import_bitnet_eval(struct bn_import *import, json_t *document, struct bn_error *err)
{
    size_t i;
    json_t *value;
    int64_t model_id;
    const json_t *results = json_object_get(document, "results"), *items = json_object_get(document, "items"),
                 *tests = json_object_get(document, "tests");
    if (!bn_import_text(document, "model")[0] || (!results && !items && !tests))
        return bn_harness_fail(
            err, BN_ERR_FORMAT,
            "This is not what bitnet-eval writes: it has no model, or neither results, items nor tests.");
    enum bn_status status = bn_import_model(import, bn_import_text(document, "model"), NULL, 0, &model_id, err);
    if (!status) status = bn_import_run(import, 0, 0, NULL, true, err);
    json_array_foreach(results, i, value) if (!status) status = store_result(import, model_id, value, err);
    json_array_foreach(items, i, value) if (!status) status =
        store_item(import, model_id, bn_import_text(document, "task"), value, err);
    json_array_foreach(tests, i, value) if (!status) status =
        store_stress(import, model_id, bn_import_text(document, "config"), value, err);
    return status;
}
