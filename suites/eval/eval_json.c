/* eval_json.c - results of tasks and stress tests as JSON. */
#include "suites/eval/eval_json.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Paths and names of files may be no UTF-8, which JSON cannot hold: such bytes become \\xNN. */
static json_t *text(const char *bytes)
{
    size_t cap = 4 * strlen(bytes) + 1;
    char *shown = malloc(cap);
    json_t *string = shown ? json_string(bn_printable(shown, cap, bytes)) : NULL;
    free(shown);
    return string;
}

static json_t *number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

static json_t *metrics_json(const struct bn_eval_metric *metrics, int n)
{
    json_t *all = json_object();
    for (int i = 0; i < n; i++) {
        const struct bn_eval_metric *m = &metrics[i];
        json_object_set_new(
            all, m->name,
            json_pack("{s:o, s:o, s:I}", "value", number(m->value), "stderr", number(m->error), "n", (json_int_t)m->n));
    }
    return all;
}

static json_t *groups_json(const struct bn_eval_group *groups, size_t n)
{
    json_t *all = json_array();
    for (size_t i = 0; i < n; i++) {
        const struct bn_eval_group *g = &groups[i];
        json_array_append_new(all, json_pack("{s:o, s:o, s:o, s:I}", "name", text(g->name), "acc", number(g->acc),
                                             "stderr", number(g->error), "n", (json_int_t)g->n));
    }
    return all;
}

void bn_eval_add_choice(json_t *settings, const struct bn_eval_options *o, size_t n)
{
    if (o->n_samples || o->documents) json_object_set_new(settings, "samples", json_integer((json_int_t)n));
    if (o->n_samples) json_object_set_new(settings, "seed", json_integer((json_int_t)o->seed));
}

/* What was set that scores depend on. */
static void add_settings(json_t *out, const struct bn_eval_result *r)
{
    const struct bn_eval_options *o = &r->options;
    json_t *settings = json_object();
    size_t n = o->n_samples ? (size_t)o->n_samples : r->n_items;
    bn_eval_add_choice(settings, o, n);
    if (r->drawn_shots) json_object_set_new(settings, "seed", json_integer((json_int_t)o->seed));
    if (r->chat_template) json_object_set_new(settings, "chat_template", text(r->chat_template));
    if (r->chat_template && o->n_shots)
        json_object_set_new(settings, "fewshot_as_multiturn", json_boolean(!o->single_turn));
    if (o->system_instruction) json_object_set_new(settings, "system_instruction", text(o->system_instruction));
    if (json_object_size(settings))
        json_object_set_new(out, "settings", settings);
    else
        json_decref(settings);
    if (r->n_documents != r->n_items) json_object_set_new(out, "documents", json_integer((json_int_t)r->n_documents));
}

static json_t *result_json(const struct bn_eval_result *r)
{
    json_t *out = json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:I, s:I, s:f, s:o}", "task", r->task, "version",
                            r->version, "rule", r->rule, "kv_type", r->kv_type, "n_ctx", r->n_ctx, "num_fewshot",
                            r->options.n_shots, "n", (json_int_t)r->n_items, "tokens", (json_int_t)r->n_tokens,
                            "seconds", r->seconds, "metrics", metrics_json(r->metrics, r->n_metrics));
    if (r->n_groups) json_object_set_new(out, "groups", groups_json(r->groups, r->n_groups));
    if (r->n_categories) json_object_set_new(out, "categories", groups_json(r->categories, r->n_categories));
    add_settings(out, r);
    return out;
}

/* "ppl@llama.cpp" -> "perplexity", "stderr"; "acc" -> "acc", "acc_stderr". */
static void figures_on_top(json_t *out, const struct bn_eval_result *r)
{
    for (int i = 0; i < r->n_metrics; i++) {
        const struct bn_eval_metric *m = &r->metrics[i];
        bool ppl = !strncmp(m->name, "ppl@", 4);
        json_object_set_new(out, ppl ? "perplexity" : m->name, number(m->value));
        if (ppl)
            json_object_set_new(out, "stderr", number(m->error));
        else if (isfinite(m->error)) {
            char name[80];
            snprintf(name, sizeof name, "%s_stderr", m->name);
            json_object_set_new(out, name, number(m->error));
        }
    }
    json_object_set_new(out, "tokens", json_integer((json_int_t)r->n_tokens));
    json_object_set_new(out, "n", json_integer((json_int_t)r->n_items));
}

json_t *bn_eval_summary_json(const struct bn_eval_result *results, int n, const struct bn_model_info *model,
                             int n_threads)
{
    json_t *all = json_array();
    for (int i = 0; i < n; i++) json_array_append_new(all, result_json(&results[i]));
    json_t *out = json_pack(
        "{s:s, s:{s:s, s:s}, s:o, s:o, s:o, s:o, s:o, s:s, s:i, s:o}", "format", "bitnet-eval-1", "engine", "version",
        bn_version(), "commit", bn_commit(), "model", text(model->path), "model_name", text(model->name),
        "architecture", text(model->architecture), "weight_encoding", text(model->weight_encoding), "head_encoding",
        text(model->head_encoding), "kernels", model->kernels, "threads", n_threads, "results", all);
    if (out && n == 1) figures_on_top(out, &results[0]);
    return out;
}

/* Ids of the inputs up to the continuations, and the continuations'. */
static void add_ids(json_t *out, const struct bn_eval_item *item)
{
    json_t *inputs = json_array(), *endings = json_array();
    for (int c = 0; c < item->n_choices; c++) {
        json_t *input = json_array(), *ending = json_array();
        size_t n = item->n_ids[c], n_ending = item->text ? 0 : (size_t)item->tokens[c];
        for (size_t i = 0; i < n; i++)
            json_array_append_new(i + n_ending < n ? input : ending, json_integer(item->ids[c][i]));
        json_array_append_new(inputs, input);
        json_array_append_new(endings, ending);
    }
    json_object_set_new(out, "input_ids", inputs);
    json_object_set_new(out, "ids", endings);
}

/* What a task of one ending or answer has instead of a right choice. */
static void add_right(json_t *out, const struct bn_eval_item *item)
{
    if (!item->text) {
        json_object_set_new(out, "right", json_boolean(item->greedy));
        return;
    }
    json_object_set_new(out, "text", json_string(item->text));
    json_object_set_new(out, "right", json_boolean(item->exact[0]));
}

static json_t *item_json(const struct bn_eval_item *item, bool one)
{
    json_t *ll = json_array(), *tokens = json_array();
    for (int c = 0; c < item->n_choices; c++) {
        json_array_append_new(ll, number(item->ll[c]));
        json_array_append_new(tokens, json_integer(item->tokens[c]));
    }
    json_t *id = item->numeric_id ? json_loads(item->id, JSON_DECODE_ANY, NULL) : text(item->id);
    json_t *out = json_pack("{s:o, s:o, s:o}", "id", id, "ll", ll, "tokens", tokens);
    if (one)
        add_right(out, item);
    else if (item->gold >= 0)
        json_object_set_new(out, "gold", json_integer(item->gold));
    if (item->text) json_object_del(out, "ll");
    if (item->cut) json_object_set_new(out, "cut", json_integer(item->cut));
    if (item->ids) add_ids(out, item);
    if (item->labels && item->gold < 0) {
        json_t *labels = json_array();
        for (int c = 0; c < item->n_choices; c++) json_array_append_new(labels, json_integer(item->labels[c]));
        json_object_set_new(out, "labels", labels);
    }
    return out;
}

json_t *bn_eval_items_json(const struct bn_eval_result *result, const struct bn_model_info *model)
{
    json_t *items = json_array();
    for (size_t i = 0; i < result->n_items; i++)
        json_array_append_new(items, item_json(&result->items[i], result->of_one));
    return json_pack("{s:o, s:s, s:s, s:s, s:o}", "model", text(model->path), "task", result->task, "version",
                     result->version, "rule", result->rule, "items", items);
}

json_t *bn_eval_prompt_json(const char *task, const struct bn_item *item, bool close)
{
    json_t *choices = json_array(), *labels = item->labels ? json_array() : NULL;
    for (int i = 0; i < item->n_choices; i++) {
        json_array_append_new(choices, json_string(item->choices[i]));
        if (labels) json_array_append_new(labels, json_integer(item->labels[i]));
    }
    json_t *out = json_pack("{s:s, s:o, s:o, s:o}", "task", task, "id", json_string(item->id), "context",
                            json_string(item->context), "choices", choices);
    if (item->gold >= 0) json_object_set_new(out, "gold", json_integer(item->gold));
    if (labels) json_object_set_new(out, "labels", labels);
    if (close) json_object_set_new(out, "delimiter", json_string(""));
    return out;
}

json_t *bn_stress_json(const struct bn_stress_result *results, size_t n, const char *model_path, const char *config)
{
    json_t *tests = json_array();
    for (size_t i = 0; i < n; i++) {
        const struct bn_stress_result *r = &results[i];
        json_t *test = json_pack("{s:s, s:s, s:o, s:o, s:o, s:s, s:f, s:o}", "name", r->name, "verdict",
                                 bn_verdict_name(r->verdict), "value", number(r->value), "stderr", number(r->error),
                                 "threshold", number(r->threshold), "unit", r->unit ? r->unit : "", "seconds",
                                 r->seconds, "reason", text(r->reason));
        if (r->n_metrics) json_object_set_new(test, "metrics", metrics_json(r->metrics, r->n_metrics));
        json_array_append_new(tests, test);
    }
    return json_pack("{s:s, s:{s:s, s:s}, s:o, s:o, s:o}", "format", "bitnet-stress-1", "engine", "version",
                     bn_version(), "commit", bn_commit(), "model", text(model_path), "config", text(config), "tests",
                     tests);
}

json_t *bn_readiness_json(const struct bn_readiness *r, const struct bn_stress_result *results, size_t n,
                          const char *model_path, const char *config)
{
    json_t *parts = json_array(), *out = bn_stress_json(results, n, model_path, config);
    json_int_t n_parts = (json_int_t)r->n_parts;
    for (size_t i = 0; i < r->n_parts; i++) {
        const struct bn_readiness_part *p = &r->parts[i];
        json_array_append_new(parts, json_pack("{s:s, s:f, s:s, s:f, s:f, s:f, s:o}", "name", p->name, "weight",
                                               p->weight, "verdict", bn_verdict_name(p->verdict), "share", p->share,
                                               "low", p->low, "high", p->high, "reason", text(p->reason)));
    }
    json_t *metrics = json_pack("{s:{s:f, s:n, s:I}, s:{s:f, s:n, s:I}, s:{s:f, s:n, s:I}}", "readiness", "value",
                                r->value, "stderr", "n", n_parts, "readiness_low", "value", r->low, "stderr", "n",
                                n_parts, "readiness_high", "value", r->high, "stderr", "n", n_parts);
    json_t *result = json_pack("{s:s, s:s, s:o, s:o}", "task", "readiness", "version", "1", "config", text(config),
                               "metrics", metrics);
    json_t *rest = json_pack("{s:s, s:f, s:o, s:[o]}", "format", "bitnet-readiness-1", "skipped", r->skipped, "parts",
                             parts, "results", result);
    if (out && rest && !json_object_update(out, rest)) {
        json_decref(rest);
        return out;
    }
    json_decref(out);
    json_decref(rest);
    return NULL;
}
