/* chosen.c - which documents of a set are scored, and the prompts that are made of them. */
#include "suites/eval/draw.h"
#include "suites/eval/prompts.h"
#include "suites/eval/task.h"
#include "suites/fail.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* ---- by id, by limit ---- */
static bool listed(const char *list, const char *id)
{
    size_t n = strlen(id);
    for (const char *p = list; p; p = strchr(p, ',')) {
        if (*p == ',') p++;
        if (!strncmp(p, id, n) && (p[n] == ',' || !p[n])) return true;
    }
    return false;
}

/* The first of the listed ids that no item has; its length in *n. NULL: every id has an item. */
static const char *unknown_id(const struct bn_items *items, const char *list, size_t *n)
{
    for (const char *p = list; p; p = strchr(p, ',')) {
        size_t i = 0;
        if (*p == ',') p++;
        *n = strcspn(p, ",");
        while (i < items->n && (strncmp(items->list[i].id, p, *n) || items->list[i].id[*n])) i++;
        if (i == items->n) return p;
    }
    return NULL;
}

static void drop(struct bn_items *items, size_t i)
{
    struct bn_items one = {.list = malloc(sizeof *one.list), .n = 1, .cap = 1};
    if (one.list) one.list[0] = items->list[i], bn_items_release(&one);
}

static void select_items(struct bn_items *items, const struct bn_eval_options *o, size_t per_document)
{
    size_t kept = 0, in_group = 0;
    const char *group = NULL;
    for (size_t i = 0; i < items->n; i++) {
        const struct bn_item *item = &items->list[i];
        bool same = group && item->group && !strcmp(group, item->group);
        in_group = same ? in_group + 1 : 0;
        bool keep = !item->left_out && !(o->limit > 0 && kept >= (size_t)o->limit * per_document) &&
                    !(o->ids && !listed(o->ids, item->id)) &&
                    !(o->limit_per_group > 0 && in_group >= (size_t)o->limit_per_group);
        if (keep) {
            group = item->group;
            items->list[kept++] = *item;
        } else {
            drop(items, i);
        }
    }
    items->n = kept;
}

/* ---- by number: items stand as in the files, those of one document side by side ---- */
static size_t n_per_document(const struct bn_task *task) { return task->n_preambles ? task->n_preambles : 1; }

static void leave_out(struct bn_items *items, size_t first, size_t n, bool left_out)
{
    for (size_t i = first; i < first + n; i++) items->list[i].left_out = left_out;
}

/* Keeps n of the documents, drawn by the seed. */
static enum bn_status draw(struct bn_items *items, const struct bn_task *task, size_t n, uint64_t seed,
                           struct bn_error *err)
{
    struct bn_draw by;
    if (n > items->n_documents)
        return bn_suites_fail(err, BN_ERR_USAGE, "Task %s has %zu documents, not %zu; choose a smaller --samples.",
                              task->name, items->n_documents, n);
    size_t *drawn = calloc(n + 1, sizeof *drawn);
    bn_draw_seed(&by, seed);
    if (!drawn || !bn_draw_sample(&by, items->n_documents, n, drawn)) return free(drawn), bn_suites_fail_memory(err);
    leave_out(items, 0, items->n, true);
    for (size_t i = 0; i < n; i++) leave_out(items, drawn[i] * n_per_document(task), n_per_document(task), false);
    free(drawn);
    return BN_OK;
}

/* The item that a list of `name` counts as number `at`: in the file, or in the group of TASK_GROUP. NULL: none. */
static struct bn_item *numbered(struct bn_items *items, const struct bn_task *task, const char *name, size_t at)
{
    size_t n = strlen(task->name);
    if (!strcmp(name, task->name)) return at < items->n_documents ? &items->list[at * n_per_document(task)] : NULL;
    for (size_t i = 0; i < items->n; i++) {
        struct bn_item *item = &items->list[i];
        if (task->grouped && item->number == at && !strncmp(name, task->name, n) && name[n] == '_' &&
            !strcmp(name + n + 1, item->group))
            return item;
    }
    return NULL;
}

static enum bn_status take_list(struct bn_items *items, const struct bn_task *task, const char *name,
                                const json_t *list, struct bn_error *err)
{
    const json_t *number;
    size_t i;
    if (!json_is_array(list))
        return bn_suites_fail(err, BN_ERR_FORMAT, "--samples has no list of numbers for \"%.100s\".", name);
    json_array_foreach(list, i, number)
    {
        json_int_t at = json_is_integer(number) ? json_integer_value(number) : -1;
        struct bn_item *item = at < 0 ? NULL : numbered(items, task, name, (size_t)at);
        if (!item)
            return bn_suites_fail(err, BN_ERR_USAGE,
                                  "Entry %zu of \"%.100s\" in --samples is not the number of a document, from 0.",
                                  i + 1, name);
        leave_out(items, (size_t)(item - items->list), n_per_document(task), false);
    }
    return BN_OK;
}

bool bn_task_is_named(const struct bn_task *task, const char *name)
{
    size_t n = strlen(task->name);
    return !strcmp(name, task->name) || (task->grouped && !strncmp(name, task->name, n) && name[n] == '_');
}

/* Keeps the documents that lm-eval's object {"task": [number, ...]} lists; a task without a list has all. */
static enum bn_status take_lists(struct bn_items *items, const struct bn_task *task, const char *text,
                                 struct bn_error *err)
{
    const char *name;
    json_t *lists = json_loads(text, JSON_REJECT_DUPLICATES, NULL), *list;
    bool any = false;
    enum bn_status status = json_is_object(lists)
                                ? BN_OK
                                : bn_suites_fail(err, BN_ERR_FORMAT, "--samples is no object {\"TASK\": [N, ...]}.");
    json_object_foreach(lists, name, list)
    {
        if (status != BN_OK || !bn_task_is_named(task, name)) continue;
        if (!any) leave_out(items, 0, items->n, true);
        any = true;
        status = take_list(items, task, name, list, err);
    }
    json_decref(lists);
    return status;
}

static enum bn_status choose_documents(struct bn_items *items, const struct bn_task *task,
                                       const struct bn_eval_options *o, struct bn_error *err)
{
    if ((o->n_samples || o->documents) && (o->limit || o->limit_per_group))
        return bn_suites_fail(err, BN_ERR_USAGE,
                              "--samples and --limit both say how many documents are scored; choose one.");
    size_t limit = (size_t)o->limit * n_per_document(task);
    if (limit && limit < items->n) leave_out(items, limit, items->n - limit, task->n_preambles > 0);
    if (o->n_samples) return draw(items, task, (size_t)o->n_samples, o->seed, err);
    return o->documents ? take_lists(items, task, o->documents, err) : BN_OK;
}

/* ---- prompts ---- */
static enum bn_status make_prompts(struct bn_items *items, const struct bn_task *task,
                                   const struct bn_eval_options *options, const struct bn_model *model,
                                   struct bn_error *err)
{
    const struct bn_prompting how = {.task = task->name,
                                     .n_shots = options->n_shots,
                                     .drawn = options->drawn_shots && task->sampler == BN_SAMPLER_DRAWN,
                                     .seed = options->seed,
                                     .system = options->system_instruction,
                                     .chat = options->chat ? model : NULL,
                                     .multiturn = !options->single_turn,
                                     .partial = task->score == BN_SCORE_PARTIAL};
    struct bn_items shots = {0};
    enum bn_status status = options->n_shots ? bn_task_shots(&shots, task, options, err) : BN_OK;
    if (status == BN_OK) status = bn_items_prompt(items, &shots, &how, err);
    bn_items_release(&shots);
    return status;
}

enum bn_status bn_task_chosen_items(struct bn_items *items, const struct bn_task *task,
                                    const struct bn_eval_options *options, const struct bn_model *model,
                                    struct bn_error *err)
{
    size_t n;
    enum bn_status status = bn_task_items(items, task, options, err);
    if (status != BN_OK) return status;
    const char *same = bn_items_same_id(items), *unknown = unknown_id(items, options->ids, &n);
    if (same)
        return bn_suites_fail(err, BN_ERR_FORMAT, "Two items of task %s have the id \"%.100s\".", task->name, same);
    if (unknown)
        return bn_suites_fail(err, BN_ERR_USAGE, "Task %s has no item with the id \"%.*s\"; check --ids.", task->name,
                              (int)(n < 100 ? n : 100), unknown);
    items->n_documents = items->n / n_per_document(task);
    status = choose_documents(items, task, options, err);
    if (status != BN_OK) return status;
    if (!bn_items_gather(items)) return bn_suites_fail_memory(err);
    select_items(items, options, n_per_document(task));
    if (!items->n)
        return bn_suites_fail(err, BN_ERR_USAGE, "Task %s has no item to score; check its data.", task->name);
    bool texts = bn_score_is_of_texts(task->score) && !options->n_shots;
    return texts ? BN_OK : make_prompts(items, task, options, model, err);
}
