/* test_items.c - the tasks' readers against data/oracle: ids, answers, lengths. Published forms and damaged files:
 * test_read.c. */
#include "suites/eval/metrics.h"
#include "suites/tests/oracle.h"
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct bn_items items_of(const char *task)
{
    struct bn_eval_options options = {.data_dir = data_dir()};
    struct bn_items items = {0};
    struct bn_error err = {0};
    cr_assert_eq(bn_task_items(&items, bn_task_find(task), &options, &err), BN_OK, "%s", err.text);
    return items;
}

static const struct bn_item *find(const struct bn_items *items, json_t *id)
{
    char text[200];
    if (json_is_integer(id))
        snprintf(text, sizeof text, "%d", (int)json_integer_value(id));
    else
        snprintf(text, sizeof text, "%s", json_string_value(id));
    for (size_t i = 0; i < items->n; i++)
        if (!strcmp(items->list[i].id, text)) return &items->list[i];
    cr_assert_fail("no item %s", text);
    return NULL;
}

/* Every item of the oracle is found by id with the same answer and the same choice lengths. */
static void compare(const char *task, const char *oracle_name)
{
    struct bn_items items = items_of(task);
    json_t *all = oracle("stories260K", oracle_name), *value, *list = json_object_get(all, "items");
    size_t i;
    json_array_foreach(list, i, value)
    {
        const struct bn_item *item = find(&items, json_object_get(value, "id"));
        json_t *gold = json_object_get(value, "gold"), *chars = json_object_get(value, "chars");
        if (gold) cr_assert_eq(item->gold, json_integer_value(gold), "gold of %s %s", task, item->id);
        cr_assert_eq((size_t)item->n_choices, json_array_size(chars), "choices of %s %s", task, item->id);
        for (int c = 0; c < item->n_choices; c++) {
            cr_assert_eq((json_int_t)bn_text_chars(item->choices[c]),
                         json_integer_value(json_array_get(chars, (size_t)c)), "characters of %s %s choice %d", task,
                         item->id, c);
            cr_assert_eq((json_int_t)strlen(item->choices[c]),
                         json_integer_value(json_array_get(json_object_get(value, "bytes"), (size_t)c)));
        }
    }
    cr_assert_gt(json_array_size(list), 0);
    json_decref(all);
    bn_items_release(&items);
}

Test(items, arc_easy) { compare("arc_easy", "arc_easy"); }
Test(items, openbookqa) { compare("openbookqa", "openbookqa"); }
Test(items, hellaswag) { compare("hellaswag", "hellaswag"); }
Test(items, mmlu) { compare("mmlu", "mmlu_2each"); }
Test(items, truthfulqa_mc1) { compare("truthfulqa_mc1", "truthfulqa_mc1"); }
Test(items, truthfulqa_mc1_empty_answers) { compare("truthfulqa_mc1", "truthfulqa_mc1_empty"); }
Test(items, truthfulqa_mc2) { compare("truthfulqa_mc2", "truthfulqa_mc2"); }

Test(items, hellaswag_cleans_its_text)
{
    struct bn_items items = items_of("hellaswag");
    cr_assert_str_eq(items.list[0].context, "Roof shingle removal: A man is sitting on a roof. he");
    cr_assert_str_eq(items.list[0].choices[0], "is using wrap to wrap a pair of skis.");
    for (size_t i = 0; i < items.n; i++) cr_assert_null(strstr(items.list[i].context, "[title]"));
    bn_items_release(&items);
}

Test(items, wikitext_pages_words_and_detokenised_text)
{
    struct bn_items items = items_of("wikitext");
    json_t *all = oracle("stories260K", "wikitext"), *value;
    size_t i;
    json_array_foreach(json_object_get(all, "items"), i, value)
    {
        cr_assert_eq((json_int_t)items.list[i].n_bytes, json_integer_value(json_object_get(value, "page_bytes")));
        cr_assert_eq((json_int_t)items.list[i].n_words, json_integer_value(json_object_get(value, "words")));
        cr_assert_str_eq(items.list[i].choices[0], json_string_value(json_object_get(value, "detokenised")));
    }
    json_decref(all);
    bn_items_release(&items);
}

Test(items, tinystories)
{
    struct bn_items items = items_of("tinystories");
    json_t *all = oracle("stories260K", "tinystories"), *value;
    size_t i;
    json_array_foreach(json_object_get(all, "items"), i, value)
        cr_assert_eq((json_int_t)items.list[i].n_bytes, json_integer_value(json_object_get(value, "bytes")));
    json_decref(all);
    bn_items_release(&items);
}

Test(items, own_sets_of_the_repository)
{
    for (int t = 0; t < 2; t++) {
        struct bn_eval_options options = {.data_dir = "datasets"};
        struct bn_items items = {0};
        struct bn_error err = {0};
        const char *task = t ? "microworld_recall" : "microworld";
        cr_assert_eq(bn_task_items(&items, bn_task_find(task), &options, &err), BN_OK, "%s", err.text);
        cr_assert_geq(items.n, 100);
        for (size_t i = 0; i < items.n; i++) {
            cr_assert(items.list[i].gold >= 0 && items.list[i].gold < items.list[i].n_choices);
            cr_assert(strncmp(items.list[i].id, items.list[i].group, strlen(items.list[i].group)) == 0);
        }
        bn_items_release(&items);
    }
}
