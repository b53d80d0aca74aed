/* request.c - a request as JSON and back. */
#include "harness/worker/request.h"
#include "harness/core/error.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* The numbers of a request, once, for both directions. */
static const struct number {
    const char *name;
    size_t offset;
} numbers[] = {
    {"threads", offsetof(struct bn_request, threads)},         {"fill", offsetof(struct bn_request, fill)},
    {"prefill", offsetof(struct bn_request, prefill)},         {"decode", offsetof(struct bn_request, decode)},
    {"repetitions", offsetof(struct bn_request, repetitions)}, {"warmup", offsetof(struct bn_request, warmup)},
    {"sequences", offsetof(struct bn_request, sequences)},     {"skip", offsetof(struct bn_request, skip)}};
static const struct number switches[] = {{"ops", offsetof(struct bn_request, ops)},
                                         {"counters", offsetof(struct bn_request, counters)},
                                         {"simulate", offsetof(struct bn_request, simulate)}};
static const struct number quality_texts[] = {{"task", offsetof(struct bn_plan_quality, task)},
                                              {"text", offsetof(struct bn_plan_quality, text)},
                                              {"data", offsetof(struct bn_plan_quality, data)},
                                              {"against", offsetof(struct bn_plan_quality, against)}},
                           quality_numbers[] = {{"limit", offsetof(struct bn_plan_quality, limit)},
                                                {"skip", offsetof(struct bn_plan_quality, skip)},
                                                {"n_ctx", offsetof(struct bn_plan_quality, n_ctx)}};
enum { N_QUALITY_TEXTS = 4, N_QUALITY_NUMBERS = 3 };
enum { N_NUMBERS = sizeof numbers / sizeof *numbers, N_SWITCHES = sizeof switches / sizeof *switches };

/* ---- quality ---- */
static char *copy_text(const json_t *o, const char *name)
{
    const char *text = json_string_value(json_object_get(o, name));
    return text ? strdup(text) : NULL;
}

static char **text_of(struct bn_plan_quality *q, int i)
{
    return (char **)(void *)((char *)q + quality_texts[i].offset);
}
static uint32_t *number_of(struct bn_plan_quality *q, int i)
{
    return (uint32_t *)(void *)((char *)q + quality_numbers[i].offset);
}

static json_t *quality_json(const struct bn_request *r)
{
    json_t *all = json_array();
    for (uint32_t k = 0; k < r->n_quality; k++) {
        json_t *o = json_object();
        for (int i = 0; i < N_QUALITY_TEXTS; i++)
            if (*text_of(&r->quality[k], i))
                json_object_set_new(o, quality_texts[i].name, json_string(*text_of(&r->quality[k], i)));
        for (int i = 0; i < N_QUALITY_NUMBERS; i++)
            json_object_set_new(o, quality_numbers[i].name, json_integer(*number_of(&r->quality[k], i)));
        json_array_append_new(all, o);
    }
    return all;
}

static void read_quality(struct bn_request *r, const json_t *list)
{
    r->quality = calloc(json_array_size(list) + 1, sizeof *r->quality);
    for (size_t k = 0; r->quality && k < json_array_size(list); k++) {
        const json_t *o = json_array_get(list, k);
        struct bn_plan_quality *q = &r->quality[r->n_quality++];
        for (int i = 0; i < N_QUALITY_TEXTS; i++) *text_of(q, i) = copy_text(o, quality_texts[i].name);
        for (int i = 0; i < N_QUALITY_NUMBERS; i++)
            *number_of(q, i) = (uint32_t)json_integer_value(json_object_get(o, quality_numbers[i].name));
    }
}

/* ---- all of it ---- */
char *bn_request_text(const struct bn_request *r)
{
    json_t *o = json_pack("{ss ss}", "model", r->model, "kernel", r->kernel), *cpus = json_array(),
           *options = json_object();
    for (int i = 0; i < N_NUMBERS; i++)
        json_object_set_new(o, numbers[i].name, json_integer(*(const uint32_t *)((const char *)r + numbers[i].offset)));
    for (int i = 0; i < N_SWITCHES; i++)
        json_object_set_new(o, switches[i].name, json_boolean(*(const bool *)((const char *)r + switches[i].offset)));
    for (uint32_t i = 0; i < r->n_cpus; i++) json_array_append_new(cpus, json_integer(r->cpus[i]));
    for (uint32_t i = 0; i < r->n_options; i++)
        json_object_set_new(options, r->options[i].name, json_string(r->options[i].value));
    if (r->text) json_object_set_new(o, "text", json_string(r->text));
    json_object_set_new(o, "cpus", cpus);
    json_object_set_new(o, "options", options);
    json_object_set_new(o, "quality", quality_json(r));
    char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;
    json_decref(o);
    return text;
}

static bool read_lists(struct bn_request *r, json_t *o)
{
    json_t *cpus = json_object_get(o, "cpus"), *value;
    const char *name;
    for (size_t i = 0; i < json_array_size(cpus) && r->n_cpus < BN_REQUEST_MAX_CPUS; i++)
        r->cpus[r->n_cpus++] = (int)json_integer_value(json_array_get(cpus, i));
    json_object_foreach(json_object_get(o, "options"), name, value)
    {
        if (r->n_options == BN_REQUEST_MAX_OPTIONS || !json_is_string(value)) return false;
        r->options[r->n_options++] = (struct bn_request_option){strdup(name), strdup(json_string_value(value))};
    }
    return true;
}

enum bn_status bn_request_parse(struct bn_request *r, const char *text, struct bn_error *err)
{
    json_error_t where;
    json_t *o = json_loads(text, 0, &where);
    *r = (struct bn_request){0};
    if (!o) return bn_harness_fail(err, BN_ERR_FORMAT, "The request is not JSON: %s.", where.text);
    r->model = copy_text(o, "model"), r->kernel = copy_text(o, "kernel"), r->text = copy_text(o, "text");
    for (int i = 0; i < N_NUMBERS; i++)
        *(uint32_t *)((char *)r + numbers[i].offset) =
            (uint32_t)json_integer_value(json_object_get(o, numbers[i].name));
    for (int i = 0; i < N_SWITCHES; i++)
        *(bool *)((char *)r + switches[i].offset) = json_is_true(json_object_get(o, switches[i].name));
    bool taken = read_lists(r, o);
    read_quality(r, json_object_get(o, "quality"));
    json_decref(o);
    bool whole = r->model && r->kernel && r->threads && (r->prefill || r->decode),
         together = r->sequences < 2 || (r->fill && r->decode && !r->prefill);
    if (whole && together && taken) return BN_OK;
    bn_request_release(r);
    if (!taken)
        return bn_harness_fail(err, BN_ERR_USAGE, "The options of a request are at most %d texts.",
                               BN_REQUEST_MAX_OPTIONS);
    if (whole)
        return bn_harness_fail(err, BN_ERR_USAGE,
                               "Sequences that are decoded together need fill and decode tokens, and no prefill.");
    return bn_harness_fail(err, BN_ERR_USAGE, "The request lacks model, kernel, threads, or tokens to measure.");
}

void bn_request_release(struct bn_request *r)
{
    for (uint32_t i = 0; i < r->n_options; i++) free(r->options[i].name), free(r->options[i].value);
    for (uint32_t k = 0; k < r->n_quality; k++)
        for (int i = 0; i < N_QUALITY_TEXTS; i++) free(*text_of(&r->quality[k], i));
    free(r->quality);
    free(r->model);
    free(r->kernel);
    free(r->text);
    *r = (struct bn_request){0};
}
