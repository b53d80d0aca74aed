/* list_filters.c - filters of lists and mappings. */
#include "engine/jinja/run.h"
#include <stdlib.h>

#define FILTER(name) static struct bn_jv name(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a)

FILTER(first)
{
    const struct bn_jv_list *items = bn_jv_items(job, self);
    (void)a;
    return items->n ? items->items[0] : bn_jv_undefined(BN_JINJA_TEXT("the first item of an empty list"));
}

FILTER(last)
{
    const struct bn_jv_list *items = bn_jv_items(job, self);
    (void)a;
    return items->n ? items->items[items->n - 1] : bn_jv_undefined(BN_JINJA_TEXT("the last item of an empty list"));
}

FILTER(list) { return (void)a, bn_jv_of_list(bn_jv_items(job, self)); }

FILTER(reverse)
{
    struct bn_jv bounds[3] = {{0}, {0}, bn_jv_int(-1)}, from = *self;
    (void)a;
    if (from.type != BN_JV_STRING) from = bn_jv_of_list(bn_jv_items(job, self));
    return bn_jinja_slice(job, &from, bounds);
}

FILTER(join)
{
    struct bn_jinja_builder b = {.job = job};
    const struct bn_jv_list *items = bn_jv_items(job, self);
    for (size_t i = 0; i < items->n; i++) {
        struct bn_jv item = items->items[i];
        if (bn_jv_given(&a[1])) item = bn_jinja_path(job, &item, bn_jv_want_string(job, &a[1], "an attribute"));
        if (i) bn_jv_write(&b, &a[0]);
        bn_jv_write(&b, &item);
    }
    return bn_jv_string(bn_jinja_built(&b));
}

FILTER(items)
{
    if (self->type == BN_JV_UNDEFINED) return bn_jv_of_list(bn_jv_list_new(job));
    if (self->type != BN_JV_DICT)
        bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "it asks for the items of %s.", bn_jv_type_name(self));
    return bn_jinja_builtin_find(bn_jinja_dict_methods, BN_JINJA_TEXT("items"))->call(job, self, a);
}

/* The arguments of a filter that names another filter or test, from number `from` on. */
static struct bn_jinja_arguments rest(struct bn_jinja_job *job, const struct bn_jv *a, size_t from)
{
    struct bn_jv_list *positional = bn_jv_list_new(job);
    for (size_t i = from; i < a[0].list->n; i++) bn_jv_append(job, positional, a[0].list->items[i]);
    return (struct bn_jinja_arguments){positional, a[1].dict};
}

/* map('filter', ...) or map(attribute='name', default=value). */
FILTER(map)
{
    const struct bn_jv_list *from = bn_jv_items(job, self);
    struct bn_jv_list *to = bn_jv_list_new(job);
    const struct bn_jv *path = bn_jv_get(a[1].dict, BN_JINJA_TEXT("attribute")),
                       *other = bn_jv_get(a[1].dict, BN_JINJA_TEXT("default"));
    struct bn_jinja_arguments arguments = rest(job, a, 1);
    if (!path && !a[0].list->n) bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "map gets neither a filter nor an attribute.");
    for (size_t i = 0; i < from->n; i++) {
        struct bn_jv value;
        if (path) {
            value = bn_jinja_path(job, &from->items[i], bn_jv_want_string(job, path, "an attribute"));
            if (value.type == BN_JV_UNDEFINED && other) value = *other;
        } else
            value = bn_jinja_filter(job, bn_jv_want_string(job, &a[0].list->items[0], "the name of a filter"),
                                    &from->items[i], &arguments);
        bn_jv_append(job, to, value);
    }
    return bn_jv_of_list(to);
}

/* Items whose value, or an attribute of it, passes a test; true values where none is named. */
static struct bn_jv pick(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a, bool attribute,
                         bool wanted)
{
    const struct bn_jv_list *from = bn_jv_items(job, self);
    struct bn_jv_list *to = bn_jv_list_new(job);
    struct bn_jinja_arguments arguments = rest(job, a, attribute + 1u);
    if (a[1].dict->n || (attribute && !a[0].list->n))
        bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "a filter that selects gets arguments that are not supported.");
    for (size_t i = 0; i < from->n; i++) {
        struct bn_jv value = from->items[i];
        if (attribute) value = bn_jinja_path(job, &value, bn_jv_want_string(job, &a[0].list->items[0], "an attribute"));
        bool holds = bn_jv_truth(job, &value);
        if (a[0].list->n > attribute)
            holds = bn_jinja_test(job, bn_jv_want_string(job, &a[0].list->items[attribute], "the name of a test"),
                                  &value, arguments.positional->items, arguments.positional->n);
        if (holds == wanted) bn_jv_append(job, to, from->items[i]);
    }
    return bn_jv_of_list(to);
}

FILTER(select_items) { return pick(job, self, a, false, true); }
FILTER(reject_items) { return pick(job, self, a, false, false); }
FILTER(select_by) { return pick(job, self, a, true, true); }
FILTER(reject_by) { return pick(job, self, a, true, false); }

/* ---- order ---- */

struct keyed {
    struct bn_jv key, value;
};
static struct bn_jv key_of(struct bn_jinja_job *job, const struct bn_jv *value, bool case_sensitive)
{
    if (case_sensitive || value->type != BN_JV_STRING) return *value;
    return bn_jv_string(bn_jinja_recase(job, value->string, BN_JINJA_LOWER));
}

/* Stable, and leaves through the job's way out when two keys have no order, so not with qsort. */
static void merge_sort(struct bn_jinja_job *job, struct keyed *items, struct keyed *room, size_t n, bool reverse)
{
    if (n < 2) return;
    size_t half = n / 2, left = 0, right = half;
    merge_sort(job, items, room, half, reverse);
    merge_sort(job, items + half, room, n - half, reverse);
    for (size_t i = 0; i < n; i++) {
        int order = left == half ? 1 : right == n ? -1 : bn_jv_compare(job, &items[left].key, &items[right].key);
        if (reverse && left < half && right < n) order = -order;
        room[i] = order <= 0 ? items[left++] : items[right++];
    }
    memcpy(items, room, n * sizeof *items);
}

static struct bn_jv sorted(struct bn_jinja_job *job, const struct bn_jv_list *from, const struct bn_jv *path,
                           bool case_sensitive, bool reverse)
{
    struct keyed *items = bn_jinja_alloc(job, from->n, sizeof *items),
                 *room = bn_jinja_alloc(job, from->n, sizeof *room);
    struct bn_jv_list *to = bn_jv_list_new(job);
    for (size_t i = 0; i < from->n; i++) {
        struct bn_jv value = from->items[i];
        if (path->type == BN_JV_STRING) value = bn_jinja_path(job, &value, path->string);
        if (path->type == BN_JV_INT) value = bn_jinja_item(job, &value, path);
        items[i] = (struct keyed){key_of(job, &value, case_sensitive), from->items[i]};
    }
    merge_sort(job, items, room, from->n, reverse);
    for (size_t i = 0; i < from->n; i++) bn_jv_append(job, to, items[i].value);
    return bn_jv_of_list(to);
}

FILTER(sort) { return sorted(job, bn_jv_items(job, self), &a[2], bn_jv_true(&a[1]), bn_jv_true(&a[0])); }

FILTER(dictsort)
{
    struct bn_jv pairs = items(job, self, a);
    bool by_value = a[1].type == BN_JV_STRING && bn_jinja_is(a[1].string, "value");
    struct bn_jv index = bn_jv_int(by_value);
    return sorted(job, pairs.list, &index, bn_jv_true(&a[0]), bn_jv_true(&a[2]));
}

FILTER(unique)
{
    const struct bn_jv_list *from = bn_jv_items(job, self);
    struct bn_jv_list *to = bn_jv_list_new(job), *keys = bn_jv_list_new(job);
    for (size_t i = 0; i < from->n; i++) {
        struct bn_jv key = key_of(job, &from->items[i], bn_jv_true(&a[0])), seen = bn_jv_of_list(keys);
        if (bn_jv_contains(job, &seen, &key)) continue;
        bn_jv_append(job, keys, key);
        bn_jv_append(job, to, from->items[i]);
    }
    return bn_jv_of_list(to);
}

const struct bn_jinja_builtin bn_jinja_list_filters[] = {{"first", "", first},
                                                         {"last", "", last},
                                                         {"list", "", list},
                                                         {"reverse", "", reverse},
                                                         {"join", "d attribute", join},
                                                         {"items", "", items},
                                                         {"map", "*", map},
                                                         {"select", "*", select_items},
                                                         {"reject", "*", reject_items},
                                                         {"selectattr", "*", select_by},
                                                         {"rejectattr", "*", reject_by},
                                                         {"sort", "reverse case_sensitive attribute", sort},
                                                         {"dictsort", "case_sensitive by reverse", dictsort},
                                                         {"unique", "case_sensitive", unique},
                                                         {0}};
