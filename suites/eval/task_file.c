/* task_file.c - the fields of a task file. */
#include "engine/files.h"
#include "suites/eval/answer.h"
#include "suites/eval/clean.h"
#include "suites/eval/data_files.h"
#include "suites/eval/format.h"
#include "suites/eval/task.h"
#include "suites/fail.h"
#include "suites/yaml.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEMPLATE_MOST = 16384, FILE_MOST = 1 << 20, TOKENS_DEFAULT = 256 /* lm-eval's max_gen_toks */ };

static const char *const scores[] = {"choice",  "true_share", "partial", "ending", "exact",
                                     "rolling", "story",      "halves",  NULL};
static const char *const metrics[] = {"acc", "acc_norm", "acc_bytes", NULL};
static const char *const selects[] = {"first", "last", NULL};
static const char *const samplers[] = {"default", "first_n", NULL};

#define TEMPLATE(name)                                                                                                 \
    {                                                                                                                  \
#name, BN_YAML_PROSE, offsetof(struct bn_task_fields, name), .max = TEMPLATE_MOST                              \
    }
/* Both a task and a layout begin with them. */
#define TEMPLATES                                                                                                      \
    TEMPLATE(id), TEMPLATE(group), TEMPLATE(description), TEMPLATE(context), TEMPLATE(choices), TEMPLATE(labels),      \
        TEMPLATE(truth), TEMPLATE(answer), TEMPLATE(text)

static const struct bn_yaml_field file_entry = {NULL, BN_YAML_TEXT, .max = 255},
                                  column_entry = {NULL, BN_YAML_TEXT, .max = 63},
                                  metric_entry = {NULL, BN_YAML_WORD, .words = metrics},
                                  stop_entry = {NULL, BN_YAML_PROSE, .max = 255},
                                  pattern_entry = {NULL, BN_YAML_TEXT, .max = 255},
                                  group_entry = {NULL, BN_YAML_TEXT, .max = 128};
#define FILTER(member) offsetof(struct bn_task_filter, member)
static const struct bn_yaml_field filter_fields[] = {
    {"name", BN_YAML_TEXT, FILTER(name), .required = true, .unique = true, .max = 31},
    {"regex", BN_YAML_TEXT, FILTER(regex), .max = 255},
    {"select", BN_YAML_WORD, FILTER(select), .words = selects},
    {0}};
#define CATEGORY(member) offsetof(struct bn_task_category, member)
static const struct bn_yaml_field category_fields[] = {
    {"name", BN_YAML_TEXT, CATEGORY(name), .required = true, .unique = true, .max = 31},
    {"groups", BN_YAML_LIST, CATEGORY(groups), .required = true, .max = 128, .count = CATEGORY(n_groups),
     .size = sizeof(char *), .items = &group_entry},
    {0}};
#define PREAMBLE(member) offsetof(struct bn_task_preamble, member)
static const struct bn_yaml_field preamble_fields[] = {
    {"name", BN_YAML_TEXT, PREAMBLE(name), .required = true, .unique = true, .max = 31},
    {"text", BN_YAML_PROSE, PREAMBLE(text), .required = true, .unique = true, .max = TEMPLATE_MOST},
    {0}};
#define LAYOUT(member) offsetof(struct bn_task_layout, member)
static const struct bn_yaml_field layout_fields[] = {
    TEMPLATES,
    {"files", BN_YAML_LIST, LAYOUT(files), .required = true, .max = 16, .count = LAYOUT(n_files),
     .size = sizeof(char *), .items = &file_entry},
    {"format", BN_YAML_WORD, LAYOUT(format), .required = true, .words = bn_format_names},
    {"columns", BN_YAML_LIST, LAYOUT(columns), .max = BN_COLUMNS_MOST, .count = LAYOUT(n_columns),
     .size = sizeof(char *), .items = &column_entry},
    {"separator", BN_YAML_TEXT, LAYOUT(separator), .max = 63},
    {"shots", BN_YAML_TEXT, LAYOUT(shots), .max = 255},
    {0}};
#define TASK(member) offsetof(struct bn_task, member)
static const struct bn_yaml_field task_fields[] = {
    TEMPLATES,
    {"task", BN_YAML_TEXT, TASK(name), .required = true, .max = 63},
    {"version", BN_YAML_TEXT, TASK(version), .required = true, .max = 15},
    {"purpose", BN_YAML_TEXT, TASK(purpose), .required = true, .max = 120},
    {"source", BN_YAML_TEXT, TASK(source), .max = 250},
    {"data", BN_YAML_TEXT, TASK(data), .max = 250},
    {"licence", BN_YAML_TEXT, TASK(licence), .max = 120},
    {"fetch", BN_YAML_TEXT, TASK(fetch), .max = 63},
    {"subset", BN_YAML_TEXT, TASK(subset), .max = 63},
    {"measures", BN_YAML_TEXT, TASK(measures), .max = 63},
    {"score", BN_YAML_WORD, TASK(score), .required = true, .words = scores},
    {"metrics", BN_YAML_LIST, TASK(metrics), .max = 3, .count = TASK(n_metrics), .size = sizeof(int),
     .items = &metric_entry},
    {"clean", BN_YAML_WORD, TASK(clean), .words = bn_clean_names},
    {"n_choices", BN_YAML_NUMBER, TASK(n_choices), .min = 2, .max = 64},
    {"grouped", BN_YAML_SWITCH, TASK(grouped)},
    {"categories", BN_YAML_LIST, TASK(categories), .max = 16, .count = TASK(n_categories),
     .size = sizeof(struct bn_task_category), .items = category_fields},
    {"preambles", BN_YAML_LIST, TASK(preambles), .max = 16, .count = TASK(n_preambles),
     .size = sizeof(struct bn_task_preamble), .items = preamble_fields},
    {"sampler", BN_YAML_WORD, TASK(sampler), .words = samplers},
    {"filters", BN_YAML_LIST, TASK(filters), .max = 6, .count = TASK(n_filters), .size = sizeof(struct bn_task_filter),
     .items = filter_fields},
    {"until", BN_YAML_LIST, TASK(until), .max = 16, .count = TASK(n_until), .size = sizeof(char *),
     .items = &stop_entry},
    {"max_tokens", BN_YAML_NUMBER, TASK(max_tokens), .min = 1, .max = 65536},
    {"ignore", BN_YAML_LIST, TASK(ignore), .max = 16, .count = TASK(n_ignore), .size = sizeof(char *),
     .items = &pattern_entry},
    {"ignore_case", BN_YAML_SWITCH, TASK(ignore_case)},
    {"ignore_punctuation", BN_YAML_SWITCH, TASK(ignore_punctuation)},
    {"layouts", BN_YAML_LIST, TASK(layouts), .required = true, .max = 16, .count = TASK(n_layouts),
     .size = sizeof(struct bn_task_layout), .items = layout_fields},
    {0}};

/* ---- what belongs together ---- */
static enum bn_status fault(const char *path, const char *what, struct bn_error *err)
{
    return bn_suites_fail(err, BN_ERR_FORMAT, "%.200s: %s", path, what);
}

static bool is_name(const char *text) { return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(text); }

static enum bn_status check_names(const struct bn_task_layout *l, const char *path, struct bn_error *err)
{
    for (uint32_t i = 0; i < l->n_files; i++)
        if (!bn_data_files_is_name(l->files[i]) || (l->shots && !bn_data_files_is_name(l->shots)))
            return fault(path, "A name under --data_dir has one * at most, in its last part.", err);
    return BN_OK;
}

static enum bn_status prefix_path(const char *path, struct bn_error *err)
{
    const struct bn_error why = err ? *err : (struct bn_error){.status = BN_ERR_FORMAT};
    return bn_suites_fail(err, why.status, "%.200s: %.250s", path, why.text);
}

/* Fields that generated answers alone have. */
static enum bn_status check_answers(const struct bn_task *task, const char *path, struct bn_error *err)
{
    bool exact = task->score == BN_SCORE_EXACT;
    enum bn_status status = BN_OK;
    if (!exact && (task->n_filters || task->n_until || task->max_tokens || task->n_ignore || task->ignore_case ||
                   task->ignore_punctuation))
        return fault(path, "filters, until, max_tokens and what is ignored are of the score exact alone.", err);
    if (exact && (!task->n_until || !task->n_filters))
        return fault(path, "The score exact needs until, what answers end before, and filters.", err);
    for (uint32_t i = 0; i < task->n_filters && status == BN_OK; i++)
        if (task->filters[i].regex) status = bn_answer_check(task->filters[i].regex, err);
    for (uint32_t i = 0; i < task->n_ignore && status == BN_OK; i++) status = bn_answer_check(task->ignore[i], err);
    return status == BN_OK ? BN_OK : prefix_path(path, err);
}

/* What a layout of one ending or answer says. */
static enum bn_status check_one(const struct bn_task *task, const struct bn_task_layout *l,
                                const struct bn_task_fields *f, const char *path, struct bn_error *err)
{
    if (!f->context || !f->text)
        return fault(path, "Each layout needs context and text: the ending, or the right answer.", err);
    if (f->choices || f->labels || f->truth || f->answer || task->n_metrics || task->n_choices || task->grouped)
        return fault(path,
                     "A task of one ending or answer has no choices, labels, truth, answer, metrics, n_choices or "
                     "grouped.",
                     err);
    return check_names(l, path, err);
}

static enum bn_status check_layout(const struct bn_task *task, const struct bn_task_layout *l, const char *path,
                                   struct bn_error *err)
{
    bool of_choices = bn_score_is_of_choices(task->score), partial = task->score == BN_SCORE_PARTIAL;
    struct bn_task_fields f = bn_task_fields_of(task, l);
    const char *fault_of_format = bn_format_check(l);
    if (fault_of_format) return fault(path, fault_of_format, err);
    bool of_one = bn_score_is_of_one(task->score);
    if (of_one) return check_one(task, l, &f, path, err);
    if (of_choices != (f.choices != NULL) || (of_choices && !partial) != (f.context != NULL) ||
        (!of_choices || partial) != (f.text != NULL))
        return fault(path,
                     "Each layout needs choices and context; choices (the beginnings) and text (the ending) where the "
                     "score is partial; text alone where texts are scored.",
                     err);
    if (partial && (f.description || l->shots || task->n_metrics > 1 || (task->n_metrics && task->metrics[0])))
        return fault(path, "A task whose score is partial has no description and shots, and acc alone.", err);
    if (of_choices && !f.truth == !f.answer)
        return fault(path, "Each layout needs either answer or truth, the list of what is true.", err);
    if (task->score == BN_SCORE_TRUE_SHARE && (!f.truth || l->shots))
        return fault(path, "The score true_share needs truth, the list of what is true, and takes no shots.", err);
    if (task->score == BN_SCORE_TRUE_SHARE && (task->n_metrics > 1 || (task->n_metrics && task->metrics[0])))
        return fault(path, "The score true_share has the metric acc alone.", err);
    enum bn_status status = check_names(l, path, err);
    if (status != BN_OK) return status;
    if (!strcmp(l->files[0], BN_TEXT_FILE) &&
        (of_choices || l->n_files > 1 || task->n_layouts > 1 || task->clean || strcmp(f.text, "{{text}}") ||
         strcmp(bn_format_names[l->format], "text")))
        return fault(path,
                     "--text_file is the only file of a task that scores texts as they are: format text, text "
                     "\"{{text}}\", nothing cleaned.",
                     err);
    if (!of_choices &&
        (f.truth || f.answer || f.labels || f.description || l->shots || task->n_metrics || task->n_choices))
        return fault(path, "A task of texts has no truth, answer, labels, description, shots, metrics or n_choices.",
                     err);
    if (f.labels && f.truth) return fault(path, "Choose labels with answer, or truth; not both.", err);
    if (task->grouped && !f.group) return fault(path, "A grouped task needs group in each layout.", err);
    return BN_OK;
}

/* A group counts once. */
static enum bn_status check_categories(const struct bn_task *task, const char *path, struct bn_error *err)
{
    if (task->n_categories && !task->grouped) return fault(path, "Only a grouped task has categories.", err);
    for (uint32_t c = 0; c < task->n_categories; c++) {
        const struct bn_task_category *own = &task->categories[c];
        if (!is_name(own->name)) return fault(path, "The name of a category is made of a to z, 0 to 9 and _.", err);
        for (uint32_t i = 0; i < own->n_groups; i++)
            if (bn_task_category_of(task, own->groups[i]) != own)
                return bn_suites_fail(err, BN_ERR_FORMAT, "%.200s: The group %.100s is in two categories.", path,
                                      own->groups[i]);
    }
    return BN_OK;
}

/* One answer after all of them: two or more, and nothing else that makes groups or metrics. */
static enum bn_status check_preambles(const struct bn_task *task, const char *path, struct bn_error *err)
{
    bool groups = task->fields.group != NULL;
    for (uint32_t i = 0; i < task->n_layouts; i++) groups |= task->layouts[i].fields.group || task->layouts[i].shots;
    if (task->n_preambles && (task->n_preambles < 2 || task->score != BN_SCORE_CHOICE || task->n_metrics || groups))
        return fault(path, "Preambles are two or more, of the score choice, without group, shots and metrics.", err);
    return BN_OK;
}

static enum bn_status check(struct bn_task *task, const char *path, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    if (!is_name(task->name)) return fault(path, "The name of a task is made of a to z, 0 to 9 and _ alone.", err);
    status = check_answers(task, path, err);
    if (!status) status = check_categories(task, path, err);
    if (!status) status = check_preambles(task, path, err);
    if (!task->max_tokens) task->max_tokens = TOKENS_DEFAULT;
    for (uint32_t i = 0; i < task->n_layouts && !status; i++) status = check_layout(task, &task->layouts[i], path, err);
    if (status || task->n_metrics || !bn_score_is_of_choices(task->score)) return status;
    task->metrics = calloc(1, sizeof *task->metrics); /* acc, where none is named */
    if (!task->metrics) return bn_suites_fail_memory(err);
    task->n_metrics = 1;
    return BN_OK;
}

const struct bn_task_category *bn_task_category_of(const struct bn_task *task, const char *group)
{
    for (uint32_t c = 0; c < task->n_categories; c++)
        for (uint32_t i = 0; i < task->categories[c].n_groups; i++)
            if (!strcmp(task->categories[c].groups[i], group)) return &task->categories[c];
    return NULL;
}

/* ---- reading ---- */
void bn_task_free(struct bn_task *task)
{
    if (task) bn_yaml_release(task_fields, task);
    free(task);
}

enum bn_status bn_task_parse(struct bn_task **task, const char *text, size_t n_bytes, const char *path,
                             struct bn_error *err)
{
    *task = calloc(1, sizeof **task);
    if (!*task) return bn_suites_fail_memory(err);
    enum bn_status status = bn_yaml_read(text, n_bytes, path, task_fields, *task, err);
    if (!status) status = check(*task, path, err);
    if (status) bn_task_free(*task), *task = NULL;
    return status;
}

enum bn_status bn_task_read(struct bn_task **task, const char *path, struct bn_error *err)
{
    char *text;
    size_t n_bytes;
    enum bn_status status = bn_input_read(&text, &n_bytes, path, FILE_MOST, err);
    if (status) return status;
    status = bn_task_parse(task, text, n_bytes, path, err);
    free(text);
    return status;
}

struct bn_task_fields bn_task_fields_of(const struct bn_task *task, const struct bn_task_layout *layout)
{
    struct bn_task_fields own = layout->fields;
    const char *const *from = (const char *const *)&task->fields;
    char **to = (char **)&own;
    for (size_t i = 0; i < sizeof own / sizeof *to; i++)
        if (!to[i]) to[i] = (char *)(uintptr_t)from[i];
    return own;
}
