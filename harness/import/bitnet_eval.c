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

/* of: a result or a stress test with "metrics". */
static enum bn_status store_metrics(struct bn_import *import, int64_t model_id, const json_t *of, const char *task,
                                    const char *config, struct bn_error *err)
{
    const char *name;
    json_t *metric;
    enum bn_status status = BN_OK;
    json_object_foreach(json_object_get(of, "metrics"), name, metric)
    {
        struct bn_score score = {.config = config,
                                 .task = task,
                                 .metric = name,
                                 .version = bn_import_text(of, "version"),
                                 .value = bn_import_number(metric, "value"),
                                 .standard_error = bn_import_number(metric, "stderr"),
                                 .n_items = json_integer_value(json_object_get(metric, "n")),
                                 .n_shots = 0};
        if (isnan(score.value)) score.reason = "the task gave no finite value";
        if (!status) status = bn_store_score(import->store, import->run_id, model_id, &score, err);
        import->n_rows++;
    }
    return status;
}

static enum bn_status store_result(struct bn_import *import, int64_t model_id, const json_t *result,
                                   struct bn_error *err)
{
    char cache[64];
    const char *config = bn_import_text(result, "config");
    snprintf(cache, sizeof cache, "kv_type=%s n_ctx=%d", bn_import_text(result, "kv_type"),
             (int)bn_import_number(result, "n_ctx"));
    return store_metrics(import, model_id, result, bn_import_text(result, "task"), config[0] ? config : cache, err);
}

static enum bn_status store_item(struct bn_import *import, int64_t model_id, const char *task, const json_t *item,
                                 struct bn_error *err)
{
    char *id = json_dumps(json_object_get(item, "id"), JSON_ENCODE_ANY),
         *ll = json_dumps(json_object_get(item, "ll"), JSON_COMPACT | JSON_REAL_PRECISION(12));
    const json_t *gold = json_object_get(item, "gold");
    char gold_text[32] = "";
    if (gold) snprintf(gold_text, sizeof gold_text, "%d", (int)json_integer_value(gold));
    const char *name = json_string_value(json_object_get(item, "id"));
    enum bn_status status = id && ll ? bn_store_score_item(import->store, import->run_id, model_id, "", task,
                                                           name ? name : id, gold ? gold_text : NULL, ll, err)
                                     : bn_harness_fail(err, BN_ERR_FORMAT, "An item of task %s has no id or ll.", task);
    import->n_rows++;
    free(id);
    free(ll);
    return status;
}

static enum bn_status store_stress(struct bn_import *import, int64_t model_id, const json_t *test, struct bn_error *err)
{
    const struct bn_store_stress result = {.test = bn_import_text(test, "name"),
                                           .verdict = bn_import_text(test, "verdict"),
                                           .reason = bn_import_text(test, "reason"),
                                           .value = bn_import_number(test, "value"),
                                           .threshold = bn_import_number(test, "threshold"),
                                           .seconds = bn_import_number(test, "seconds")};
    import->n_rows++;
    enum bn_status status = bn_store_stress(import->store, import->run_id, model_id, &result, err);
    return status ? status : store_metrics(import, model_id, test, result.test, "", err);
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
    json_array_foreach(tests, i, value) if (!status) status = store_stress(import, model_id, value, err);
    return status;
}
