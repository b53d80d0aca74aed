/* read.c - items of bitnet-eval and samples of lm-evaluation-harness. */
#include "engine/files.h"
#include "harness/answers/answers.h"
#include "harness/core/error.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES_LIMIT = 1 << 30, CHOICES_MOST = 1024, FILTER_BYTES = 64 };

struct place { /* of the object that is read */
    struct bn_answers *answers;
    char *filter; /* [FILTER_BYTES] of the file's first sample; "": none yet */
    size_t line;
    struct bn_error *err;
};

static enum bn_status fault(const struct place *at, const char *what)
{
    return bn_harness_fail(at->err, BN_ERR_FORMAT, "Line %zu of %.200s %s", at->line, at->answers->path, what);
}

static enum bn_status no_memory(const struct place *at)
{
    return bn_harness_fail(at->err, BN_ERR_MEMORY, "Could not allocate memory for the items of %.200s.",
                           at->answers->path);
}

void bn_answers_release(struct bn_answers *answers)
{
    for (size_t i = 0; i < answers->n; i++) {
        free(answers->list[i].task);
        free(answers->list[i].id);
        free(answers->list[i].ll);
        free(answers->list[i].text);
    }
    free(answers->list);
    *answers = (struct bn_answers){0};
}

static struct bn_answer *grow(struct bn_answers *a)
{
    if (a->n == a->cap) {
        size_t cap = a->cap ? 2 * a->cap : 256;
        struct bn_answer *list = realloc(a->list, cap * sizeof *list);
        if (!list) return NULL;
        a->list = list, a->cap = cap;
    }
    return &a->list[a->n];
}

/* lm-eval writes numbers of its samples as texts. */
static bool number_of(const json_t *value, double *number)
{
    char *end = NULL;
    const char *text = json_string_value(value);
    if (!json_is_number(value) && (!text || !*text)) return false;
    *number = text ? strtod(text, &end) : json_number_value(value);
    return (!text || !*end) && *number <= 1e-3 && *number > -1e12; /* ln of a probability, and its rounding */
}

/* A new item with its log-likelihoods, each a number, or [number, ...] as lm-eval has them. */
static enum bn_status begin(struct bn_answer **item, const struct place *at, const char *task, const json_t *id,
                            const json_t *lls)
{
    struct bn_answer *a = *item = grow(at->answers);
    size_t i, n = json_array_size(lls);
    json_t *each;
    if (!a) return no_memory(at);
    *a = (struct bn_answer){.task = strdup(task), .n = (int)n, .gold = -1, .ll = calloc(n + 1, sizeof *a->ll)};
    a->id = json_is_string(id) ? strdup(json_string_value(id)) : json_dumps(id, JSON_ENCODE_ANY);
    at->answers->n++;
    if (!a->task || !a->ll || !a->id) return no_memory(at);
    json_array_foreach(lls, i, each) if (!number_of(json_is_array(each) ? json_array_get(each, 0) : each,
                                                    &a->ll[i])) return fault(at,
                                                                             "has a log-likelihood that is no number.");
    return BN_OK;
}

static enum bn_status add(const struct place *at, const char *task, const json_t *id, const json_t *lls, int64_t gold)
{
    struct bn_answer *a;
    size_t n = json_array_size(lls);
    if (n < 2 || n > CHOICES_MOST || gold < 0 || gold >= (int64_t)n)
        return fault(at, "has an item without choices, or whose right one is none of them.");
    enum bn_status status = begin(&a, at, task, id, lls);
    if (!status) a->gold = (int)gold;
    return status;
}

/* An ending, {"ll": [x], "right"}, or a generated answer, {"text", "right"}. */
static enum bn_status add_judged(const struct place *at, const char *task, const json_t *item)
{
    struct bn_answer *a;
    const json_t *ll = json_object_get(item, "ll"), *right = json_object_get(item, "right"),
                 *text = json_object_get(item, "text");
    if (json_object_get(item, "gold")) return fault(at, "has an item with both \"gold\" and \"right\".");
    if (!json_is_boolean(right)) return fault(at, "has an item whose \"right\" is neither true nor false.");
    if (text ? ll || !json_is_string(text) : json_array_size(ll) != 1)
        return fault(at, "has an item with \"right\" that has neither one log-likelihood nor a text.");
    enum bn_status status = begin(&a, at, task, json_object_get(item, "id"), ll);
    if (status) return status;
    a->right = json_is_true(right);
    if (text && !(a->text = strdup(json_string_value(text)))) return no_memory(at);
    return BN_OK;
}

/* {"task", "items": [{"id", "ll"?, "gold" or "right"?, "text"?}]} */
static enum bn_status read_items(const struct place *at, const json_t *object)
{
    const char *task = json_string_value(json_object_get(object, "task"));
    json_t *item;
    size_t i;
    enum bn_status status = task ? BN_OK : fault(at, "has items, but no task.");
    json_array_foreach(json_object_get(object, "items"), i, item) if (!status)
    {
        const json_t *gold = json_object_get(item, "gold"), *id = json_object_get(item, "id");
        if (!json_is_string(id) && !json_is_integer(id))
            status = fault(at, "has an item without an id.");
        else if (json_object_get(item, "right"))
            status = add_judged(at, task, item);
        else if (gold)
            status =
                add(at, task, id, json_object_get(item, "ll"), json_is_integer(gold) ? json_integer_value(gold) : -1);
        else
            at->answers->n_left_out++;
    }
    return status;
}

/* "samples_arc_easy_2024-05-01T10-11-12.jsonl" -> "arc_easy" */
static void task_of_file(const char *path, char *task, size_t cap)
{
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    if (!strncmp(name, "samples_", 8)) name += 8;
    const char *date = strstr(name, "_20"), *end;
    while (date && !(date[3] && date[4] && date[5] == '-')) date = strstr(date + 1, "_20");
    end = date ? date : name + strcspn(name, ".");
    snprintf(task, cap, "%.*s", (int)(end - name), name);
}

/* A file has each document once for each filter. Its first filter is the task, as that of bitnet-eval's items is; the
 * others are TASK,FILTER. */
static void task_of_sample(const struct place *at, const json_t *object, char *task, size_t cap)
{
    const char *filter = json_string_value(json_object_get(object, "filter"));
    task_of_file(at->answers->path, task, cap);
    if (!filter || !*filter) return;
    if (!*at->filter) snprintf(at->filter, FILTER_BYTES, "%s", filter);
    size_t n = strlen(task);
    if (strncmp(filter, at->filter, FILTER_BYTES - 1) != 0) snprintf(task + n, cap - n, ",%s", filter);
}

/* An ending, {"filtered_resps": [[ll, greedy]], "acc"}, or a generated answer, {"resps": [[text]], "exact_match"}. */
static enum bn_status read_judged(const struct place *at, const char *task, const json_t *object, bool answer)
{
    struct bn_answer *a;
    const json_t *judged = json_object_get(object, answer ? "exact_match" : "acc"),
                 *text = json_array_get(json_array_get(json_object_get(object, "resps"), 0), 0);
    double right = json_is_true(judged)     ? 1
                   : json_is_false(judged)  ? 0
                   : json_is_number(judged) ? json_number_value(judged)
                                            : -1;
    if (right != 0 && right != 1)
        return fault(at, answer ? "has a generated answer whose \"exact_match\" is neither 0 nor 1."
                                : "has a target that is not the number of a choice, and no \"acc\" of 0 or 1.");
    if (answer && !json_is_string(text)) return fault(at, "has a generated answer without its text in \"resps\".");
    enum bn_status status = begin(&a, at, task, json_object_get(object, "doc_id"),
                                  answer ? NULL : json_object_get(object, "filtered_resps"));
    if (status) return status;
    a->right = right == 1;
    if (answer && !(a->text = strdup(json_string_value(text)))) return no_memory(at);
    return BN_OK;
}

/* {"doc_id", "target", "filter", "filtered_resps": [[ll, greedy], ...]}, lm_eval/evaluator.py at 4e7e0d47f */
static enum bn_status read_sample(const struct place *at, const json_t *object)
{
    char task[256], *end = NULL;
    const json_t *target = json_object_get(object, "target"), *replies = json_object_get(object, "filtered_resps");
    const char *text = json_string_value(target);
    int64_t gold = json_is_integer(target) ? json_integer_value(target) : text && *text ? strtol(text, &end, 10) : -1;
    bool answer = json_is_string(json_array_get(replies, 0)), one = json_array_size(replies) == 1;
    task_of_sample(at, object, task, sizeof task);
    if (answer || one) return read_judged(at, task, object, answer);
    if (end && *end) return fault(at, "has a target that is not the number of a choice; only such tasks are compared.");
    const json_t *acc = json_object_get(object, "acc");
    if (json_is_real(acc) && json_real_value(acc) != 0 && json_real_value(acc) != 1) {
        at->answers->n_left_out++; /* a share of several true answers, as truthfulqa_mc2 has it */
        return BN_OK;
    }
    return add(at, task, json_object_get(object, "doc_id"), replies, gold);
}

static enum bn_status read_line(const struct place *at, const char *text, size_t n)
{
    json_error_t why;
    json_t *object = json_loadb(text, n, JSON_REJECT_DUPLICATES, &why);
    enum bn_status status;
    if (!object)
        return bn_harness_fail(at->err, BN_ERR_FORMAT, "Line %zu of %.200s is not JSON: %.100s.", at->line,
                               at->answers->path, why.text);
    if (json_is_array(json_object_get(object, "items")))
        status = read_items(at, object);
    else if (json_object_get(object, "filtered_resps") && json_object_get(object, "doc_id"))
        status = read_sample(at, object);
    else
        status = fault(at, "has neither items of bitnet-eval (--items) nor a sample of lm-eval (--log_samples).");
    json_decref(object);
    return status;
}

static int by_item(const void *a, const void *b)
{
    const struct bn_answer *x = a, *y = b;
    int order = strcmp(x->task, y->task);
    return order ? order : strcmp(x->id, y->id);
}

enum bn_status bn_answers_read(struct bn_answers *answers, const char *path, struct bn_error *err)
{
    char *text;
    size_t n;
    *answers = (struct bn_answers){.path = path};
    enum bn_status status = bn_input_read(&text, &n, path, BYTES_LIMIT, err);
    if (status) return status;
    char filter[FILTER_BYTES] = "";
    struct place at = {answers, filter, 1, err};
    for (char *p = text, *end; !status && p < text + n; p = end + 1, at.line++) {
        end = memchr(p, '\n', (size_t)(text + n - p));
        if (!end) end = text + n;
        if (strspn(p, " \t\r") < (size_t)(end - p)) status = read_line(&at, p, (size_t)(end - p));
    }
    free(text);
    if (!status && answers->n) qsort(answers->list, answers->n, sizeof *answers->list, by_item);
    for (size_t i = 1; i < answers->n && !status; i++)
        if (!by_item(&answers->list[i - 1], &answers->list[i]))
            status = bn_harness_fail(err, BN_ERR_FORMAT, "%.200s has item %.60s of task %.60s twice.", path,
                                     answers->list[i].id, answers->list[i].task);
    if (status) bn_answers_release(answers);
    return status;
}
