/* make_items.c - from rows of data to the items of a task, by its templates. */
#include "engine/template.h"
#include "suites/eval/clean.h"
#include "suites/eval/format.h"
#include "suites/eval/make_items.h"
#include "suites/eval/metrics.h"
#include "suites/eval/read.h"
#include "suites/fail.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ID_BYTES = 192 };

struct maker {
    const struct bn_task_preamble *preamble; /* of the item that is made; NULL: the task has none */
    struct bn_items *items;
    const struct bn_task *task;
    struct bn_task_fields fields;
    const char *star;
    json_t *groups; /* name: items so far */
};
struct row { /* being made into an item */
    const struct maker *maker;
    const struct bn_row *row;
    char *json;
    size_t n_json;
    struct bn_error *err;
};

/* ---- templates ---- */
/* *text is NULL where the task has no such template. */
static enum bn_status render(const struct row *r, char **text, const char *template, const char *name)
{
    char what[64];
    size_t n = 0;
    struct bn_error why = {0};
    *text = NULL;
    if (!template) return BN_OK;
    snprintf(what, sizeof what, "template %s", name);
    enum bn_status status = bn_template_render(text, &n, template, what, r->json, r->n_json, &why);
    if (status == BN_ERR_MEMORY) return bn_suites_fail_memory(r->err);
    if (status != BN_OK) return bn_row_fault(r->err, r->row, "is not what the task expects: %.250s", why.text);
    if (strlen(*text) == n) return BN_OK;
    free(*text);
    *text = NULL;
    return bn_row_fault(r->err, r->row, "gives a NUL character in %s.", name);
}

/* The value of an expression, which must be a list; NULL where the task has no such expression. */
static enum bn_status evaluate(const struct row *r, json_t **list, const char *expression, const char *name)
{
    char *template, *text;
    *list = NULL;
    if (!expression) return BN_OK;
    if (asprintf(&template, "{{ (%s) | tojson }}", expression) < 0) return bn_suites_fail_memory(r->err);
    enum bn_status status = render(r, &text, template, name);
    free(template);
    if (status != BN_OK) return status;
    *list = json_loads(text, JSON_DECODE_ANY, NULL);
    free(text);
    if (json_is_array(*list)) return BN_OK;
    json_decref(*list);
    *list = NULL;
    return bn_row_fault(r->err, r->row, "gives no list as %s.", name);
}

/* ---- ids and groups ---- */
/* Number of the next item of a group, from 0; -1: memory is short. */
static json_int_t next_of(json_t *groups, const char *group)
{
    json_int_t n = json_integer_value(json_object_get(groups, group));
    return json_object_set_new_nocheck(groups, group, json_integer(n + 1)) ? -1 : n;
}

/* By the task's template, after the name of its preamble where it has one; NULL: the task has no template. */
static enum bn_status make_id(const struct row *r, char **id)
{
    char *own;
    enum bn_status status = render(r, &own, r->maker->fields.id, "id");
    *id = own;
    if (status != BN_OK || !own || !*own || !r->maker->preamble) return status;
    if (asprintf(id, "%s/%s", r->maker->preamble->name, own) < 0) *id = NULL;
    free(own);
    return *id ? BN_OK : bn_suites_fail_memory(r->err);
}

/* Adds an item; without a template of ids it is numbered from 0, in its group. */
static enum bn_status add_item(const struct row *r, struct bn_item **item, const char *context)
{
    const struct maker *m = r->maker;
    char *id, *group = NULL, name[ID_BYTES];
    size_t number = m->items->n;
    *item = NULL;
    enum bn_status status = make_id(r, &id);
    if (status == BN_OK) status = render(r, &group, m->fields.group, "group");
    if (status == BN_OK && m->preamble && !(group = strdup(m->preamble->name))) status = bn_suites_fail_memory(r->err);
    if (status == BN_OK && ((group && !*group) || (id && !*id) || (group && strlen(group) > 128)))
        status = bn_row_fault(r->err, r->row, "has no name as its %s.", id && !*id ? "id" : "group");
    if (status == BN_OK) {
        json_int_t next = group ? next_of(m->groups, group) : (json_int_t)number;
        if (next < 0) status = bn_suites_fail_memory(r->err);
        number = (size_t)next;
        snprintf(name, sizeof name, "%s%s%zu", group ? group : "", group ? "/" : "", number);
        *item = status == BN_OK ? bn_items_add(m->items, id ? id : name, group, context) : NULL;
        if (!*item) status = bn_suites_fail_memory(r->err);
    }
    if (*item) (*item)->numeric_id = !id && !group, (*item)->number = number;
    free(id);
    free(group);
    return status;
}

/* ---- answers ---- */
static enum bn_status find_label(const struct row *r, struct bn_item *item, const json_t *labels, const char *answer)
{
    size_t n = json_array_size(labels);
    if (n != (size_t)item->n_choices)
        return bn_row_fault(r->err, r->row, "has %zu labels for %d choices.", n, item->n_choices);
    for (size_t i = 0; i < n; i++) {
        const char *label = json_string_value(json_array_get(labels, i));
        if (!label) return bn_row_fault(r->err, r->row, "has a label that is not a string.");
        for (size_t j = 0; j < i; j++)
            if (!strcmp(json_string_value(json_array_get(labels, j)), label))
                return bn_row_fault(r->err, r->row, "has two choices with one label.");
        if (!strcmp(label, answer)) item->gold = (int)i;
    }
    if (item->gold < 0)
        return bn_row_fault(r->err, r->row, "has the answer \"%.20s\", which is none of its choices.", answer);
    return BN_OK;
}

static enum bn_status find_index(const struct row *r, struct bn_item *item, const char *answer)
{
    size_t digits = strspn(answer, "0123456789");
    long index = digits && digits < 5 && !answer[digits] ? strtol(answer, NULL, 10) : -1;
    if (index < 0 || index >= item->n_choices || (digits > 1 && *answer == '0'))
        return bn_row_fault(r->err, r->row, "has the answer \"%.20s\", not a number from 0 to %d.", answer,
                            item->n_choices - 1);
    item->gold = (int)index;
    return BN_OK;
}

static enum bn_status read_answer(const struct row *r, struct bn_item *item)
{
    json_t *labels = NULL;
    char *answer;
    enum bn_status status = render(r, &answer, r->maker->fields.answer, "answer");
    if (status == BN_OK) status = evaluate(r, &labels, r->maker->fields.labels, "labels");
    if (status == BN_OK && answer) status = labels ? find_label(r, item, labels, answer) : find_index(r, item, answer);
    json_decref(labels);
    free(answer);
    return status;
}

/* 1: true, 0: false, -1: neither. Published files write 1, 1.0, true or "1". */
static int truth_of(const json_t *label)
{
    if (json_is_boolean(label)) return json_is_true(label);
    if (json_is_string(label))
        return !strcmp(json_string_value(label), "1") ? 1 : !strcmp(json_string_value(label), "0") ? 0 : -1;
    double x = json_is_number(label) ? json_number_value(label) : -1;
    return x == 1 ? 1 : x == 0 ? 0 : -1;
}

static enum bn_status judge(const struct row *r, struct bn_item *item)
{
    int n_true = 0;
    bool one = r->maker->task->score != BN_SCORE_TRUE_SHARE;
    for (int i = 0; i < item->n_choices; i++) {
        n_true += item->labels[i];
        if (one && item->labels[i]) item->gold = i;
    }
    if (one && n_true != 1) return bn_row_fault(r->err, r->row, "has not exactly one true answer.");
    if (!n_true || n_true == item->n_choices)
        return bn_row_fault(r->err, r->row, "has not both true and false answers.");
    return BN_OK;
}

static enum bn_status read_truth(const struct row *r, struct bn_item *item)
{
    json_t *truth, *label;
    size_t i;
    enum bn_status status = evaluate(r, &truth, r->maker->fields.truth, "truth");
    if (status != BN_OK || !truth) return status;
    if (json_array_size(truth) != (size_t)item->n_choices)
        status = bn_row_fault(r->err, r->row, "has %zu values of truth for %d choices.", json_array_size(truth),
                              item->n_choices);
    else if (!(item->labels = calloc((size_t)item->n_choices + 1, sizeof *item->labels)))
        status = bn_suites_fail_memory(r->err);
    json_array_foreach(truth, i, label) if (status == BN_OK)
    {
        int is_true = truth_of(label);
        if (is_true < 0) status = bn_row_fault(r->err, r->row, "has an answer whose label is not 0 or 1.");
        item->labels[i] = is_true > 0;
    }
    json_decref(truth);
    return status == BN_OK ? judge(r, item) : status;
}

/* ---- the item of a row ---- */
static enum bn_status add_choices(const struct row *r, struct bn_item *item)
{
    json_t *choices, *choice;
    size_t i;
    enum bn_status status = evaluate(r, &choices, r->maker->fields.choices, "choices");
    json_array_foreach(choices, i, choice) if (status == BN_OK)
    {
        char *text = NULL;
        if (!json_is_string(choice))
            status = bn_row_fault(r->err, r->row, "has a choice that is not a string.");
        else if (!(text = bn_clean_text(r->maker->task->clean, strdup(json_string_value(choice)))) ||
                 !bn_item_add_choice(item, text))
            status = bn_suites_fail_memory(r->err);
        free(text);
    }
    json_decref(choices);
    if (status == BN_OK && item->n_choices < 2)
        return bn_row_fault(r->err, r->row, "has %s; a question needs two.",
                            item->n_choices ? "one choice" : "no choice");
    if (status == BN_OK && r->maker->task->n_choices && (uint32_t)item->n_choices != r->maker->task->n_choices)
        return bn_row_fault(r->err, r->row, "has %d choices, not %u.", item->n_choices, r->maker->task->n_choices);
    return status;
}

/* What one ending or answer is: the only choice. */
static enum bn_status add_one(const struct row *r, struct bn_item *item)
{
    char *text;
    enum bn_status status = render(r, &text, r->maker->fields.text, "text");
    if (status != BN_OK) return status;
    text = bn_clean_text(r->maker->task->clean, text);
    if (!text || !bn_item_add_choice(item, text)) status = bn_suites_fail_memory(r->err);
    free(text);
    item->gold = 0;
    return status;
}

static enum bn_status make_question(const struct row *r)
{
    struct bn_item *item = NULL;
    char *context;
    bool partial = r->maker->task->score == BN_SCORE_PARTIAL;
    enum bn_status status = partial ? render(r, &context, r->maker->fields.text, "text")
                                    : render(r, &context, r->maker->fields.context, "context");
    if (status != BN_OK) return status;
    context = bn_clean_text(r->maker->task->clean, context);
    status = context ? add_item(r, &item, context) : bn_suites_fail_memory(r->err);
    free(context);
    if (status == BN_OK) status = render(r, &item->description, r->maker->fields.description, "description");
    if (status == BN_OK && bn_score_is_of_one(r->maker->task->score)) return add_one(r, item);
    if (status == BN_OK) status = add_choices(r, item);
    if (status == BN_OK) status = read_answer(r, item);
    return status == BN_OK ? read_truth(r, item) : status;
}

static enum bn_status add_text(const struct row *r, const char *text)
{
    struct bn_item *item;
    enum bn_status status = add_item(r, &item, "");
    if (status != BN_OK) return status;
    item->n_words = bn_text_words(text);
    item->n_bytes = strlen(text);
    char *clean = bn_clean_text(r->maker->task->clean, strdup(text));
    if (!clean || !bn_item_add_choice(item, clean)) status = bn_suites_fail_memory(r->err);
    free(clean);
    return status;
}

/* A variable of the templates that is not of the data. */
static enum bn_status set_variable(const struct bn_row *row, const char *name, const char *value, const char *what,
                                   struct bn_error *err)
{
    if (json_object_get(row->value, name))
        return bn_row_fault(err, row, "has a field \"%s\", which names %s; rename the field.", name, what);
    return json_object_set_new(row->value, name, json_string(value)) ? bn_suites_fail_memory(err) : BN_OK;
}

static enum bn_status make_one(const struct maker *m, const struct bn_row *row, struct bn_error *err)
{
    struct row r = {.maker = m, .row = row, .err = err};
    enum bn_status status = BN_OK;
    r.json = json_dumps(row->value, JSON_COMPACT | JSON_REAL_PRECISION(17));
    if (!r.json) return bn_suites_fail_memory(err);
    r.n_json = strlen(r.json);
    if (bn_score_is_of_texts(m->task->score)) {
        char *text;
        status = render(&r, &text, m->fields.text, "text");
        if (status == BN_OK) status = add_text(&r, text);
        free(text);
    } else {
        status = make_question(&r);
    }
    free(r.json);
    return status;
}

/* One item, or one after each preamble. */
static enum bn_status make_item(void *self, const struct bn_row *row, struct bn_error *err)
{
    struct maker *m = self;
    enum bn_status status = BN_OK;
    if (m->star[0]) status = set_variable(row, "star", m->star, "what * stands for", err);
    if (status == BN_OK && !m->task->n_preambles) return make_one(m, row, err);
    for (uint32_t i = 0; i < m->task->n_preambles && status == BN_OK; i++) {
        m->preamble = &m->task->preambles[i];
        status = set_variable(row, "preamble", m->preamble->text, "what comes before the question", err);
        if (status == BN_OK) status = make_one(m, row, err);
        json_object_del(row->value, "preamble");
    }
    return status;
}

/* ---- files ---- */
enum bn_status bn_make_items(struct bn_items *items, const struct bn_task *task, const struct bn_data_files *files,
                             const char *directory, struct bn_error *err)
{
    json_t *groups = json_object();
    enum bn_status status = groups ? BN_OK : bn_suites_fail_memory(err);
    for (size_t i = 0; i < files->n && status == BN_OK; i++) {
        struct maker maker = {.items = items,
                              .task = task,
                              .fields = bn_task_fields_of(task, files->layout),
                              .star = files->stars[i],
                              .groups = groups};
        status = bn_format_read(&(struct bn_rows){files->layout, directory, files->paths[i], make_item, &maker}, err);
    }
    json_decref(groups);
    return status;
}
