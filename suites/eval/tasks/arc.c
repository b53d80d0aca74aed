/* arc.c - reads questions in the AI2 form. */
#include "suites/eval/tasks/arc.h"
#include "suites/fail.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arc {
    struct bn_items *items;
    const char *path, *prefix, *suffix;
};

static struct bn_item *add(struct arc *arc, const char *id, const char *stem)
{
    size_t n = strlen(arc->prefix) + strlen(stem) + strlen(arc->suffix) + 1;
    char *context = malloc(n);
    if (!context) return NULL;
    snprintf(context, n, "%s%s%s", arc->prefix, stem, arc->suffix);
    struct bn_item *item = bn_items_add(arc->items, id, NULL, context);
    free(context);
    return item;
}

static enum bn_status read_question(void *self, size_t number, json_t *value, struct bn_error *err)
{
    struct arc *arc = self;
    const char *id, *key, *stem;
    json_t *choices, *choice;
    size_t i;
    if (json_unpack(value, "{s:s, s:s, s:{s:s, s:o}}", "id", &id, "answerKey", &key, "question", "stem", &stem,
                    "choices", &choices))
        return bn_suites_fail(err, BN_ERR_FORMAT,
                              "Line %zu of %s lacks id, answerKey, question.stem or question.choices.", number + 1,
                              arc->path);
    struct bn_item *item = add(arc, id, stem);
    if (!item) return bn_suites_fail_memory(err);
    json_array_foreach(choices, i, choice)
    {
        const char *text = json_string_value(json_object_get(choice, "text"));
        const char *label = json_string_value(json_object_get(choice, "label"));
        if (!text || !label)
            return bn_suites_fail(err, BN_ERR_FORMAT, "A choice in line %zu of %s has no text or label.", number + 1,
                                  arc->path);
        if (!strcmp(label, key)) item->gold = (int)i;
        if (!bn_item_add_choice(item, text)) return bn_suites_fail_memory(err);
    }
    if (item->gold < 0)
        return bn_suites_fail(err, BN_ERR_FORMAT, "The answer %s in line %zu of %s is none of its choices.", key,
                              number + 1, arc->path);
    return BN_OK;
}

enum bn_status bn_arc_read(struct bn_items *items, const struct bn_eval_options *options, const char *path,
                           const char *prefix, const char *suffix, struct bn_error *err)
{
    struct arc arc = {items, path, prefix, suffix};
    return bn_jsonl_read(options->data_dir, path, read_question, &arc, err);
}
