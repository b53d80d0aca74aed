/* template.c - templates over JSON. */
#include "engine/template.h"
#include "engine/core/json.h"
#include "engine/jinja/jinja.h"
#include <stdlib.h>

static struct bn_jv read_value(struct bn_jinja_job *job, struct bn_json *j);

static struct bn_jinja_text read_text(struct bn_jinja_job *job, struct bn_json_text raw)
{
    char *bytes = bn_jinja_alloc(job, raw.n + 1, 1);
    return (struct bn_jinja_text){bytes, NULL, bn_json_unescape(bytes, raw)};
}

static struct bn_jv read_list(struct bn_jinja_job *job, struct bn_json *j)
{
    struct bn_jv_list *list = bn_jv_list_new(job);
    for (bn_json_array(j); bn_json_element(j);) bn_jv_append(job, list, read_value(job, j));
    return bn_jv_of_list(list);
}

static void read_members(struct bn_jinja_job *job, struct bn_json *j, struct bn_jv_dict *dict)
{
    struct bn_json_text key;
    for (bn_json_object(j); bn_json_key(j, &key);) {
        struct bn_jinja_text name = read_text(job, key);
        bn_jv_put(job, dict, name, read_value(job, j));
    }
}

/* A number is an integer where Python's json reads one. */
static struct bn_jv read_number(struct bn_json *j)
{
    struct bn_json at = *j;
    struct bn_jv v = {.type = BN_JV_INT};
    if (bn_json_int(&at, &v.integer)) return *j = at, v;
    v.type = BN_JV_FLOAT;
    bn_json_number(j, &v.number);
    return v;
}

static struct bn_jv read_value(struct bn_jinja_job *job, struct bn_json *j)
{
    struct bn_json_text text;
    struct bn_jv v = {.type = BN_JV_NONE};
    struct bn_jv_dict *dict;
    bn_jinja_enter(job);
    switch (bn_json_peek(j)) {
    case BN_JSON_STRING:
        if (bn_json_string(j, &text)) v = bn_jv_string(read_text(job, text));
        break;
    case BN_JSON_NUMBER:
        v = read_number(j);
        break;
    case BN_JSON_BOOL:
        v.type = BN_JV_BOOL;
        bn_json_bool(j, &v.boolean);
        break;
    case BN_JSON_ARRAY:
        v = read_list(job, j);
        break;
    case BN_JSON_OBJECT:
        read_members(job, j, dict = bn_jv_dict_new(job));
        v = bn_jv_of_dict(dict);
        break;
    default:
        bn_json_skip(j); /* null, or what is no JSON */
    }
    bn_jinja_leave(job);
    return v;
}

static void fill(void *self, struct bn_jinja_job *job, struct bn_jv_dict *globals)
{
    struct bn_json *j = self;
    read_members(job, j, globals);
    if (!bn_json_end(j))
        bn_jinja_fail(job, BN_ERR_FORMAT, "its data are not a JSON object (%s at byte %zu).",
                      j->error ? j->error : "more follows", bn_json_offset(j));
}

enum bn_status bn_template_render(char **text, size_t *n, const char *source, const char *what, const char *json,
                                  size_t n_json, struct bn_error *err)
{
    const struct bn_jinja_source template = {source, strlen(source), what, BN_JINJA_TASK};
    struct bn_jinja_result result;
    struct bn_json j;
    bn_json_init(&j, json, n_json);
    enum bn_status status = bn_jinja_render(&result, &template, n_json, fill, &j, err);
    if (status != BN_OK) return status;
    *text = result.bytes;
    *n = result.n;
    result.bytes = NULL;
    bn_jinja_release(&result);
    return BN_OK;
}
