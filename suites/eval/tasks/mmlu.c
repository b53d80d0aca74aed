/* mmlu.c - MMLU, exam questions of 57 subjects (test split), answered by letter; 0 shots. Two published forms: a csv
 * file a subject (question, four choices, letter), and JSON lines as on the Hugging Face hub (question, subject,
 * choices, answer). The score is the group's: the subjects weighted by size. */
#include "suites/eval/read.h"
#include "suites/eval/task.h"
#include "suites/fail.h"
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char csv_end[] = "_test.csv";

static int strip(const char **text) /* moves the beginning, returns the length */
{
    while (isspace((unsigned char)**text)) (*text)++;
    size_t n = strlen(*text);
    while (n && isspace((unsigned char)(*text)[n - 1])) n--;
    return (int)n;
}

/* row counts the questions of a subject from 0. */
static enum bn_status add(struct bn_items *items, const char *subject, size_t row, const char *question,
                          const char *const choices[4], int gold, struct bn_error *err)
{
    char id[160], spaced[128], *context = NULL;
    int n = strip(&question);
    snprintf(id, sizeof id, "%s/%zu", subject, row);
    snprintf(spaced, sizeof spaced, "%s", subject);
    for (char *p = spaced; *p; p++)
        if (*p == '_') *p = ' ';
    if (asprintf(
            &context,
            "The following are multiple choice questions (with answers) about %s.\n\n%.*s\nA. %s\nB. %s\nC. %s\nD. "
            "%s\nAnswer:",
            spaced, n, question, choices[0], choices[1], choices[2], choices[3]) < 0)
        return bn_suites_fail_memory(err);
    struct bn_item *item = bn_items_add(items, id, subject, context);
    free(context);
    bool ok = item != NULL;
    for (char letter[2] = "A"; ok && letter[0] <= 'D'; letter[0]++) ok = bn_item_add_choice(item, letter);
    if (!ok) return bn_suites_fail_memory(err);
    item->gold = gold;
    return BN_OK;
}

/* ---- csv ---- */
/* A header names its columns; no question has the answer "answer". */
static bool is_header(char *const *fields) { return !strcasecmp(fields[5], "answer"); }

static enum bn_status read_records(struct bn_items *items, struct bn_csv *csv, const char *subject,
                                   struct bn_error *err)
{
    char *f[6];
    size_t line, first = items->n;
    int n;
    for (bool head = true;; head = false) {
        enum bn_status status = bn_csv_next(csv, f, 6, &n, &line, err);
        if (status != BN_OK || n == 0) return status;
        if (n != 6) return bn_data_fault(err, csv->path, line, "has %d fields, not 6; quote a field with a comma.", n);
        if (head && is_header(f)) continue;
        if (f[5][0] < 'A' || f[5][0] > 'D' || f[5][1])
            return bn_data_fault(err, csv->path, line, "ends with \"%.40s\", not with A, B, C or D.", f[5]);
        const char *const choices[] = {f[1], f[2], f[3], f[4]};
        status = add(items, subject, items->n - first, f[0], choices, f[5][0] - 'A', err);
        if (status != BN_OK) return status;
    }
}

static enum bn_status read_subject(struct bn_items *items, const char *directory, const char *name,
                                   struct bn_error *err)
{
    char *text = NULL, subject[128], path[300];
    size_t n_bytes;
    snprintf(path, sizeof path, "mmlu/test/%s", name);
    snprintf(subject, sizeof subject, "%.*s", (int)(strlen(name) - strlen(csv_end)), name);
    enum bn_status status = bn_data_read(&text, &n_bytes, directory, path, err);
    if (status == BN_OK) status = read_records(items, &(struct bn_csv){text, 1, path}, subject, err);
    free(text);
    return status;
}

static int is_csv(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name), m = strlen(csv_end);
    return n > m && !strcmp(entry->d_name + n - m, csv_end);
}

static int by_name(const struct dirent **a, const struct dirent **b) { return strcmp((*a)->d_name, (*b)->d_name); }

static enum bn_status read_csv(struct bn_items *items, const char *directory, struct bn_error *err)
{
    char folder[4096];
    struct dirent **found;
    snprintf(folder, sizeof folder, "%s/mmlu/test", directory);
    int n = scandir(folder, &found, is_csv, by_name);
    enum bn_status status =
        n > 0 ? BN_OK : bn_suites_fail(err, BN_ERR_IO, "Could not find a file SUBJECT%s in %.300s.", csv_end, folder);
    for (int i = 0; i < n; free(found[i++]))
        if (status == BN_OK) status = read_subject(items, directory, found[i]->d_name, err);
    if (n >= 0) free(found);
    return status;
}

/* ---- JSON lines ---- */
struct jsonl {
    struct bn_items *items;
    const char *path;
};

static size_t asked_of(const struct bn_items *items, const char *subject)
{
    size_t n = 0;
    for (size_t i = 0; i < items->n; i++) n += !strcmp(items->list[i].group, subject);
    return n;
}

static enum bn_status read_object(void *self, size_t line, json_t *value, struct bn_error *err)
{
    struct jsonl *j = self;
    const char *question, *subject, *c[4];
    int answer;
    if (json_unpack(value, "{s:s, s:s, s:i, s:[s, s, s, s!]}", "question", &question, "subject", &subject, "answer",
                    &answer, "choices", &c[0], &c[1], &c[2], &c[3]))
        return bn_data_fault(err, j->path, line, "lacks question, subject, a whole answer or four choices.");
    if (answer < 0 || answer > 3) return bn_data_fault(err, j->path, line, "has the answer %d, not 0 to 3.", answer);
    if (!*subject || strlen(subject) > 100) return bn_data_fault(err, j->path, line, "has no name as its subject.");
    return add(j->items, subject, asked_of(j->items, subject), question, c, answer, err);
}

static enum bn_status read(struct bn_items *items, const struct bn_eval_options *options, struct bn_error *err)
{
    static const char *const names[] = {"mmlu/test", "mmlu/test.jsonl", NULL};
    struct jsonl jsonl = {.items = items};
    enum bn_status status = bn_data_find(&jsonl.path, options->data_dir, names, err);
    if (status != BN_OK) return status;
    return strcmp(jsonl.path, names[0]) ? bn_jsonl_read(options->data_dir, jsonl.path, read_object, &jsonl, err)
                                        : read_csv(items, options->data_dir, err);
}

const struct bn_task bn_task_mmlu = {.name = "mmlu",
                                     .version = "2",
                                     .purpose = "exam questions of 57 subjects",
                                     .kind = BN_TASK_CHOICE,
                                     .metrics = BN_METRIC_ACC,
                                     .grouped = true,
                                     .read = read};
