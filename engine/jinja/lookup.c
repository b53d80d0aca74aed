/* lookup.c - attributes, items and slices of values. */
#include "engine/jinja/run.h"

const struct bn_jinja_builtin *bn_jinja_builtin_find(const struct bn_jinja_builtin *table, struct bn_jinja_text name)
{
    for (; table->name; table++)
        if (bn_jinja_is(name, table->name)) return table;
    return NULL;
}

struct bn_jv bn_jinja_bind(struct bn_jinja_job *job, const struct bn_jinja_builtin *builtin, const struct bn_jv *self)
{
    struct bn_jv_bound *bound = bn_jinja_alloc(job, 1, sizeof *bound);
    *bound = (struct bn_jv_bound){builtin, *self};
    return (struct bn_jv){.type = BN_JV_BUILTIN, .bound = bound};
}

static struct bn_jv loop_member(const struct bn_jv_loop *loop, struct bn_jinja_text name)
{
    int64_t at = (int64_t)loop->at, n = (int64_t)loop->items->n;
    const struct {
        const char *name;
        int64_t value;
    } integers[] = {{"index", at + 1}, {"index0", at}, {"revindex", n - at}, {"revindex0", n - at - 1},
                    {"length", n},     {"depth", 1},   {"depth0", 0}};
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++)
        if (bn_jinja_is(name, integers[i].name)) return bn_jv_int(integers[i].value);
    if (bn_jinja_is(name, "first")) return bn_jv_bool(at == 0);
    if (bn_jinja_is(name, "last")) return bn_jv_bool(at + 1 == n);
    if (bn_jinja_is(name, "previtem") && at > 0) return loop->items->items[at - 1];
    if (bn_jinja_is(name, "nextitem") && at + 1 < n) return loop->items->items[at + 1];
    return bn_jv_undefined(name);
}

static struct bn_jv member(struct bn_jinja_job *job, const struct bn_jv *value, struct bn_jinja_text name,
                           const struct bn_jinja_builtin *methods)
{
    const struct bn_jinja_builtin *method = bn_jinja_builtin_find(methods, name);
    return method ? bn_jinja_bind(job, method, value) : bn_jv_undefined(name);
}

static struct bn_jv of_dict(const struct bn_jv *value, struct bn_jinja_text name)
{
    const struct bn_jv *found = bn_jv_get(value->dict, name);
    return found ? *found : bn_jv_undefined(name);
}

struct bn_jv bn_jinja_attribute(struct bn_jinja_job *job, const struct bn_jv *value, struct bn_jinja_text name)
{
    struct bn_jv found = bn_jv_undefined(name);
    if (value->type == BN_JV_UNDEFINED)
        bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "\"%.*s\" is undefined.",
                      (int)(value->string.n < 60 ? value->string.n : 60), value->string.bytes);
    if (value->type == BN_JV_DICT) found = member(job, value, name, bn_jinja_dict_methods);
    if (value->type == BN_JV_STRING) found = member(job, value, name, bn_jinja_string_methods);
    if (value->type == BN_JV_LOOP) found = member(job, value, name, bn_jinja_loop_methods);
    if (found.type != BN_JV_UNDEFINED) return found;
    if (value->type == BN_JV_LOOP) return loop_member(value->loop, name);
    return value->type == BN_JV_DICT || value->type == BN_JV_NAMESPACE ? of_dict(value, name) : found;
}

struct bn_jv bn_jinja_item(struct bn_jinja_job *job, const struct bn_jv *value, const struct bn_jv *key)
{
    if (key->type == BN_JV_STRING) {
        const struct bn_jv *found = value->type == BN_JV_DICT ? bn_jv_get(value->dict, key->string) : NULL;
        return found ? *found : bn_jinja_attribute(job, value, key->string);
    }
    if (value->type == BN_JV_UNDEFINED) return bn_jinja_attribute(job, value, BN_JINJA_TEXT(""));
    bool list = value->type == BN_JV_LIST, integer = key->type == BN_JV_INT || key->type == BN_JV_BOOL;
    if ((!list && value->type != BN_JV_STRING) || !integer) return bn_jv_undefined(BN_JINJA_TEXT("an item"));
    int64_t at = bn_jv_want_int(job, key, ""), n = bn_jv_length(job, value);
    if (at < 0) at += n;
    if (at < 0 || at >= n) return bn_jv_undefined(BN_JINJA_TEXT("an item past the end"));
    if (list) return value->list->items[at];
    size_t from = bn_jinja_offset(value->string, (size_t)at);
    return bn_jv_string(bn_jinja_part(value->string, from, from + bn_jinja_character(value->string, from)));
}

/* A bound of a slice as Python clips it: from the end when negative, within low .. high. */
static int64_t clip(struct bn_jinja_job *job, const struct bn_jv *bound, int64_t missing, int64_t n, int64_t low,
                    int64_t high)
{
    if (bound->type == BN_JV_UNDEFINED || bound->type == BN_JV_NONE) return missing;
    int64_t at = bn_jv_want_int(job, bound, "a bound of a slice");
    if (at < 0) at = at < -n ? low : at + n;
    return at < low ? low : at > high ? high : at;
}

static struct bn_jv join(struct bn_jinja_job *job, const struct bn_jv_list *characters)
{
    struct bn_jinja_builder b = {.job = job};
    for (size_t i = 0; i < characters->n; i++) bn_jinja_put(&b, characters->items[i].string);
    return bn_jv_string(bn_jinja_built(&b));
}

struct bn_jv bn_jinja_slice(struct bn_jinja_job *job, const struct bn_jv *value, const struct bn_jv bounds[3])
{
    if (value->type != BN_JV_LIST && value->type != BN_JV_STRING)
        bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "it takes a slice of %s.", bn_jv_type_name(value));
    int64_t n = bn_jv_length(job, value), step = 1;
    if (bounds[2].type > BN_JV_NONE) step = bn_jv_want_int(job, &bounds[2], "the step of a slice");
    if (step == 0) bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "the step of a slice is 0.");
    int64_t low = step < 0 ? -1 : 0, high = step < 0 ? n - 1 : n;
    int64_t at = clip(job, &bounds[0], step < 0 ? high : low, n, low, high);
    int64_t end = clip(job, &bounds[1], step < 0 ? low : high, n, low, high);
    if (value->type == BN_JV_STRING && step == 1) {
        size_t from = bn_jinja_offset(value->string, (size_t)at);
        size_t to = bn_jinja_offset(value->string, (size_t)(end > at ? end : at));
        return bn_jv_string(bn_jinja_part(value->string, from, to));
    }
    const struct bn_jv_list *items = bn_jv_items(job, value);
    struct bn_jv_list *taken = bn_jv_list_new(job);
    while (step > 0 ? at < end : at > end) {
        bn_jv_append(job, taken, items->items[at]);
        if (__builtin_add_overflow(at, step, &at)) break;
    }
    return value->type == BN_JV_STRING ? join(job, taken) : bn_jv_of_list(taken);
}

struct bn_jv bn_jinja_path(struct bn_jinja_job *job, const struct bn_jv *value, struct bn_jinja_text path)
{
    struct bn_jv at = *value;
    for (size_t from = 0, dot; from <= path.n; from = dot + 1) {
        dot = bn_jinja_find(path, BN_JINJA_TEXT("."), from);
        if (dot == SIZE_MAX) dot = path.n;
        struct bn_jv key = bn_jv_string(bn_jinja_part(path, from, dot));
        at = bn_jinja_item(job, &at, &key);
    }
    return at;
}
