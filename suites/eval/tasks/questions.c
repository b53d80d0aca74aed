/* questions.c - reads questions in our own form. */
#include "suites/eval/tasks/questions.h"
#include "suites/eval/read.h"
#include "suites/fail.h"
#include <stdio.h>
#include <string.h>

struct source {
    struct bn_items *items;
    const char *path;
};

static enum bn_status read_question(void *self, size_t line, json_t *value, struct bn_error *err)
{
    struct source *source = self;
    const char *id, *context;
    json_t *choices, *choice;
    int gold;
    size_t i;
    char group[64];
    if (json_unpack(value, "{s:s, s:s, s:o, s:i}", "id", &id, "context", &context, "choices", &choices, "gold",
                    &gold) ||
        gold < 0 || gold >= (int)json_array_size(choices))
        return bn_data_fault(err, source->path, line, "lacks id, context, choices or a gold that is one of them.");
    snprintf(group, sizeof group, "%.*s", (int)strcspn(id, "/"), id);
    struct bn_item *item = bn_items_add(source->items, id, group, context);
    if (!item) return bn_suites_fail_memory(err);
    item->gold = gold;
    json_array_foreach(choices, i, choice)
    {
        if (!json_is_string(choice))
            return bn_data_fault(err, source->path, line, "has a choice that is not a string.");
        if (!bn_item_add_choice(item, json_string_value(choice))) return bn_suites_fail_memory(err);
    }
    return BN_OK;
}

enum bn_status bn_questions_read(struct bn_items *items, const struct bn_eval_options *options, const char *path,
                                 struct bn_error *err)
{
    struct source source = {items, path};
    return bn_jsonl_read(options->data_dir, path, read_question, &source, err);
}
