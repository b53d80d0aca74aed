/* value.c - lists and dicts, truth, equality and order of values. */
#include "engine/jinja/value.h"

struct bn_jv_list *bn_jv_list_new(struct bn_jinja_job *job)
{
    return bn_jinja_alloc(job, 1, sizeof(struct bn_jv_list));
}

void bn_jv_append(struct bn_jinja_job *job, struct bn_jv_list *list, struct bn_jv value)
{
    bn_jinja_step(job, 1);
    if (list->n == list->cap) {
        list->cap = list->cap ? 2 * list->cap : 4;
        struct bn_jv *items = bn_jinja_alloc(job, list->cap, sizeof *items);
        if (list->n) memcpy(items, list->items, list->n * sizeof *items);
        list->items = items;
    }
    list->items[list->n++] = value;
}

struct bn_jv_dict *bn_jv_dict_new(struct bn_jinja_job *job)
{
    return bn_jinja_alloc(job, 1, sizeof(struct bn_jv_dict));
}

const struct bn_jv *bn_jv_get(const struct bn_jv_dict *dict, struct bn_jinja_text key)
{
    for (size_t i = 0; i < dict->n; i++)
        if (bn_jinja_same(dict->pairs[i].key, key)) return &dict->pairs[i].value;
    return NULL;
}

void bn_jv_put(struct bn_jinja_job *job, struct bn_jv_dict *dict, struct bn_jinja_text key, struct bn_jv value)
{
    bn_jinja_step(job, dict->n + 1);
    struct bn_jv *old = (struct bn_jv *)(uintptr_t)bn_jv_get(dict, key);
    if (old) {
        *old = value;
        return;
    }
    if (dict->n == dict->cap) {
        dict->cap = dict->cap ? 2 * dict->cap : 8;
        struct bn_jv_pair *pairs = bn_jinja_alloc(job, dict->cap, sizeof *pairs);
        if (dict->n) memcpy(pairs, dict->pairs, dict->n * sizeof *pairs);
        dict->pairs = pairs;
    }
    dict->pairs[dict->n++] = (struct bn_jv_pair){key, value};
}

const char *bn_jv_type_name(const struct bn_jv *v)
{
    static const char *const names[] = {[BN_JV_UNDEFINED] = "an undefined value",
                                        [BN_JV_NONE] = "none",
                                        [BN_JV_BOOL] = "a boolean",
                                        [BN_JV_INT] = "an integer",
                                        [BN_JV_FLOAT] = "a number",
                                        [BN_JV_STRING] = "a string",
                                        [BN_JV_LIST] = "a list",
                                        [BN_JV_DICT] = "a mapping",
                                        [BN_JV_NAMESPACE] = "a namespace",
                                        [BN_JV_LOOP] = "a loop",
                                        [BN_JV_MACRO] = "a macro",
                                        [BN_JV_BUILTIN] = "a function"};
    return names[v->type];
}

bool bn_jv_is_number(const struct bn_jv *v)
{
    return v->type == BN_JV_BOOL || v->type == BN_JV_INT || v->type == BN_JV_FLOAT;
}

double bn_jv_number(const struct bn_jv *v)
{
    return v->type == BN_JV_FLOAT ? v->number : v->type == BN_JV_BOOL ? v->boolean : (double)v->integer;
}

void bn_jv_use(struct bn_jinja_job *job, const struct bn_jv *v)
{
    if (job->settings == BN_JINJA_TASK && v->type == BN_JV_UNDEFINED)
        bn_jinja_fail(job, BN_ERR_FORMAT, "\"%.*s\" is undefined.", (int)(v->string.n < 60 ? v->string.n : 60),
                      v->string.bytes);
}

bool bn_jv_truth(struct bn_jinja_job *job, const struct bn_jv *v)
{
    bn_jv_use(job, v);
    return bn_jv_true(v);
}

bool bn_jv_true(const struct bn_jv *v)
{
    switch (v->type) {
    case BN_JV_UNDEFINED:
    case BN_JV_NONE:
        return false;
    case BN_JV_BOOL:
    case BN_JV_INT:
    case BN_JV_FLOAT:
        return bn_jv_number(v) != 0;
    case BN_JV_STRING:
        return v->string.n > 0;
    case BN_JV_LIST:
        return v->list->n > 0;
    case BN_JV_DICT:
        return v->dict->n > 0;
    default:
        return true;
    }
}

static bool equal_lists(struct bn_jinja_job *job, const struct bn_jv_list *a, const struct bn_jv_list *b)
{
    for (size_t i = 0; a->n == b->n && i < a->n; i++)
        if (!bn_jv_equal(job, &a->items[i], &b->items[i])) return false;
    return a->n == b->n;
}

static bool equal_dicts(struct bn_jinja_job *job, const struct bn_jv_dict *a, const struct bn_jv_dict *b)
{
    for (size_t i = 0; a->n == b->n && i < a->n; i++) {
        const struct bn_jv *other = bn_jv_get(b, a->pairs[i].key);
        if (!other || !bn_jv_equal(job, &a->pairs[i].value, other)) return false;
    }
    return a->n == b->n;
}

bool bn_jv_equal(struct bn_jinja_job *job, const struct bn_jv *a, const struct bn_jv *b)
{
    bn_jinja_step(job, 1);
    bn_jv_use(job, a);
    bn_jv_use(job, b);
    if (bn_jv_is_number(a) && bn_jv_is_number(b))
        return a->type == BN_JV_INT && b->type == BN_JV_INT ? a->integer == b->integer
                                                            : bn_jv_number(a) == bn_jv_number(b);
    if (a->type != b->type) return false;
    switch (a->type) {
    case BN_JV_UNDEFINED:
    case BN_JV_NONE:
        return true;
    case BN_JV_STRING:
        return bn_jinja_same(a->string, b->string);
    case BN_JV_LIST:
        return equal_lists(job, a->list, b->list);
    case BN_JV_DICT:
        return equal_dicts(job, a->dict, b->dict);
    default:
        return a->bound == b->bound; /* the same object */
    }
}

int bn_jv_compare(struct bn_jinja_job *job, const struct bn_jv *a, const struct bn_jv *b)
{
    bn_jinja_step(job, 1);
    if (a->type == BN_JV_INT && b->type == BN_JV_INT) return (a->integer > b->integer) - (a->integer < b->integer);
    if (bn_jv_is_number(a) && bn_jv_is_number(b))
        return (bn_jv_number(a) > bn_jv_number(b)) - (bn_jv_number(a) < bn_jv_number(b));
    if (a->type != BN_JV_STRING || b->type != BN_JV_STRING)
        bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "it compares %s with %s.", bn_jv_type_name(a), bn_jv_type_name(b));
    size_t n = a->string.n < b->string.n ? a->string.n : b->string.n;
    int order = n ? memcmp(a->string.bytes, b->string.bytes, n) : 0;
    return order ? order : (a->string.n > b->string.n) - (a->string.n < b->string.n);
}

bool bn_jv_contains(struct bn_jinja_job *job, const struct bn_jv *container, const struct bn_jv *item)
{
    if (container->type == BN_JV_STRING)
        return bn_jinja_find(container->string, bn_jv_want_string(job, item, "what is looked for in a string"), 0) !=
               SIZE_MAX;
    if (container->type == BN_JV_DICT) return item->type == BN_JV_STRING && bn_jv_get(container->dict, item->string);
    const struct bn_jv_list *items = bn_jv_items(job, container);
    for (size_t i = 0; i < items->n; i++)
        if (bn_jv_equal(job, &items->items[i], item)) return true;
    return false;
}

int64_t bn_jv_length(struct bn_jinja_job *job, const struct bn_jv *v)
{
    bn_jv_use(job, v);
    if (v->type == BN_JV_STRING) return (int64_t)bn_jinja_characters(v->string);
    if (v->type == BN_JV_DICT) return (int64_t)v->dict->n;
    if (v->type == BN_JV_LIST) return (int64_t)v->list->n;
    if (v->type == BN_JV_UNDEFINED) return 0;
    bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "it asks for the length of %s.", bn_jv_type_name(v));
}

const struct bn_jv_list *bn_jv_items(struct bn_jinja_job *job, const struct bn_jv *v)
{
    bn_jv_use(job, v);
    if (v->type == BN_JV_LIST) return v->list;
    struct bn_jv_list *list = bn_jv_list_new(job);
    if (v->type == BN_JV_DICT)
        for (size_t i = 0; i < v->dict->n; i++) bn_jv_append(job, list, bn_jv_string(v->dict->pairs[i].key));
    else if (v->type == BN_JV_STRING)
        for (size_t at = 0, n; at < v->string.n; at += n) {
            n = bn_jinja_character(v->string, at);
            bn_jv_append(job, list, bn_jv_string(bn_jinja_part(v->string, at, at + n)));
        }
    else if (v->type != BN_JV_UNDEFINED)
        bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "it iterates over %s.", bn_jv_type_name(v));
    return list;
}

int64_t bn_jv_want_int(struct bn_jinja_job *job, const struct bn_jv *v, const char *what)
{
    if (v->type == BN_JV_BOOL) return v->boolean;
    if (v->type != BN_JV_INT)
        bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "%s must be an integer, not %s.", what, bn_jv_type_name(v));
    return v->integer;
}

struct bn_jinja_text bn_jv_want_string(struct bn_jinja_job *job, const struct bn_jv *v, const char *what)
{
    if (v->type != BN_JV_STRING)
        bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "%s must be a string, not %s.", what, bn_jv_type_name(v));
    return v->string;
}
