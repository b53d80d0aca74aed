/* items.c - growing and releasing the list of questions. */
#include "suites/eval/items.h"
#include <stdlib.h>
#include <string.h>

static void release(struct bn_item *item)
{
    for (int i = 0; i < item->n_choices; i++) free(item->choices[i]);
    free(item->choices);
    free(item->labels);
    free(item->id);
    free(item->group);
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
