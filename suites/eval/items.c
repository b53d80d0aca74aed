/* items.c - growing and releasing the list of questions. */
#include "suites/eval/items.h"
#include "suites/fail.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void release(struct bn_item *item)
{
    for (int i = 0; i < item->n_choices; i++) free(item->choices[i]);
    free(item->choices);
    free(item->labels);
    free(item->id);
    free(item->group);
    free(item->description);
    free(item->context);
}

void bn_items_release(struct bn_items *items)
{
    for (size_t i = 0; i < items->n; i++) release(&items->list[i]);
    free(items->list);
    *items = (struct bn_items){0};
}

static bool grow(struct bn_items *items)
{
    if (items->n < items->cap) return true;
    size_t cap = items->cap ? 2 * items->cap : 64;
    struct bn_item *list = realloc(items->list, cap * sizeof *list);
    if (!list) return false;
    items->list = list;
    items->cap = cap;
    return true;
}

struct bn_item *bn_items_add(struct bn_items *items, const char *id, const char *group, const char *context)
{
    if (!grow(items)) return NULL;
    struct bn_item *item = &items->list[items->n];
    *item = (struct bn_item){.gold = -1};
    item->id = strdup(id);
    item->group = group ? strdup(group) : NULL;
    item->context = strdup(context);
    if (!item->id || !item->context || (group && !item->group)) {
        release(item);
        return NULL;
    }
    items->n++;
    return item;
}

bool bn_item_add_choice(struct bn_item *item, const char *text)
{
    char **choices = realloc(item->choices, ((size_t)item->n_choices + 1) * sizeof *choices);
    if (!choices) return false;
    item->choices = choices;
    choices[item->n_choices] = strdup(text);
    return choices[item->n_choices] && ++item->n_choices;
}

/* ---- order ---- */
struct place { /* of an item: its group's first index, then its own */
    size_t group, at;
};

static int by_place(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->group != y->group) return x->group < y->group ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

/* Index of the first item of the i-th one's group; SIZE_MAX: memory is short. */
static size_t first_of(json_t *groups, const struct bn_items *items, size_t i)
{
    char name[160];
    snprintf(name, sizeof name, "%c%s", items->list[i].group ? '/' : '-',
             items->list[i].group ? items->list[i].group : "");
    const json_t *first = json_object_get(groups, name);
    if (first) return (size_t)json_integer_value(first);
    return json_object_set_new_nocheck(groups, name, json_integer((json_int_t)i)) ? SIZE_MAX : i;
}

bool bn_items_gather(struct bn_items *items)
{
    struct place *places = calloc(items->n + 1, sizeof *places);
    struct bn_item *list = calloc(items->cap + 1, sizeof *list);
    json_t *groups = json_object();
    bool ok = groups != NULL;
    for (size_t i = 0; places && list && i < items->n; i++) {
        places[i] = (struct place){first_of(groups, items, i), i};
        ok &= places[i].group <= i;
    }
    ok &= places && list;
    json_decref(groups);
    if (ok) {
        qsort(places, items->n, sizeof *places, by_place);
        for (size_t i = 0; i < items->n; i++) list[i] = items->list[places[i].at];
        free(items->list);
        items->list = list;
    } else {
        free(list);
    }
    free(places);
    return ok;
}

static int by_id(const void *a, const void *b)
{
    return strcmp((*(struct bn_item *const *)a)->id, (*(struct bn_item *const *)b)->id);
}

const char *bn_items_same_id(const struct bn_items *items)
{
    const char *id = NULL;
    struct bn_item **sorted = malloc((items->n + 1) * sizeof *sorted);
    if (!sorted) return NULL;
    for (size_t i = 0; i < items->n; i++) sorted[i] = &items->list[i];
    qsort(sorted, items->n, sizeof *sorted, by_id);
    for (size_t i = 1; i < items->n && !id; i++)
        if (!by_id(&sorted[i - 1], &sorted[i])) id = sorted[i]->id;
    free(sorted);
    return id;
}
