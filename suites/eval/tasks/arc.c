/* arc.c - reads questions in the AI2 form and in the form of the Hugging Face hub. */
#include "suites/eval/tasks/arc.h"
#include "suites/eval/read.h"
#include "suites/fail.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arc {
    struct bn_items *items;
    const char *path, *prefix, *suffix;
};
struct question {
    const char *id, *key, *stem;
    const json_t *choices;
    size_t n_choices;
};

static const char *string_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* Choices are [{text, label}, ...], or {text: [...], label: [...]} on the hub. */
static const char *choice_part(const struct question *q, size_t i, const char *name)
{
    return json_is_array(q->choices) ? string_of(json_array_get(q->choices, i), name)
                                     : json_string_value(json_array_get(json_object_get(q->choices, name), i));
}

static bool find_parts(struct question *q, const json_t *value)
{
    const json_t *question = json_object_get(value, "question"), *inner = json_is_object(question) ? question : value;
    q->id = string_of(value, "id");
    q->key = string_of(value, "answerKey");
    q->stem = json_is_object(question)   ? string_of(question, "stem")
              : json_is_string(question) ? json_string_value(question)
                                         : string_of(value, "question_stem");
    q->choices = json_object_get(inner, "choices");
    q->n_choices = json_array_size(json_is_array(q->choices) ? q->choices : json_object_get(q->choices, "text"));
    return q->id && q->key && q->stem && q->n_choices &&
           (json_is_array(q->choices) || json_array_size(json_object_get(q->choices, "label")) == q->n_choices);
}

/* Index of the choice with the answer's label; -1: none, -2: two choices have one label. */
static int find_answer(const struct question *q)
{
    int answer = -1;
    for (size_t i = 0; i < q->n_choices; i++) {
        const char *label = choice_part(q, i, "label");
        for (size_t j = 0; j < i; j++)
            if (!strcmp(choice_part(q, j, "label"), label)) return -2;
        if (!strcmp(label, q->key)) answer = (int)i;
    }
    return answer;
}

static enum bn_status add(struct arc *arc, const struct question *q, int gold, struct bn_error *err)
{
    char *context = NULL;
    struct bn_item *item = NULL;
    if (asprintf(&context, "%s%s%s", arc->prefix, q->stem, arc->suffix) >= 0)
        item = bn_items_add(arc->items, q->id, NULL, context), free(context);
    if (!item) return bn_suites_fail_memory(err);
    item->gold = gold;
    for (size_t i = 0; i < q->n_choices; i++)
        if (!bn_item_add_choice(item, choice_part(q, i, "text"))) return bn_suites_fail_memory(err);
    return BN_OK;
}

static enum bn_status read_question(void *self, size_t line, json_t *value, struct bn_error *err)
{
    struct arc *arc = self;
    struct question q;
    if (!find_parts(&q, value))
        return bn_data_fault(err, arc->path, line, "lacks id, answerKey, question or choices with text and label.");
    for (size_t i = 0; i < q.n_choices; i++)
        if (!choice_part(&q, i, "text") || !choice_part(&q, i, "label"))
            return bn_data_fault(err, arc->path, line, "has a choice without text or label.");
    int answer = find_answer(&q);
    if (answer == -2) return bn_data_fault(err, arc->path, line, "has two choices with one label.");
    if (answer == -1)
        return bn_data_fault(err, arc->path, line, "has the answer \"%.20s\", which is none of its choices.", q.key);
    if (q.n_choices < 2) return bn_data_fault(err, arc->path, line, "has one choice; a question needs two.");
    return add(arc, &q, answer, err);
}

enum bn_status bn_arc_read(struct bn_items *items, const struct bn_eval_options *options, const char *const *names,
                           const char *prefix, const char *suffix, struct bn_error *err)
{
    struct arc arc = {items, NULL, prefix, suffix};
    enum bn_status status = bn_data_find(&arc.path, options->data_dir, names, err);
    return status != BN_OK ? status : bn_jsonl_read(options->data_dir, arc.path, read_question, &arc, err);
}
