/* mmlu.c - MMLU, exam questions of 57 subjects (test split), answered by letter; 0 shots. The score is the group's: the
 * subjects weighted by size. */
#include "suites/eval/task.h"
#include "suites/fail.h"
#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *strip(char *text)
{
    while (isspace((unsigned char)*text)) text++;
    size_t n = strlen(text);
    while (n && isspace((unsigned char)text[n - 1])) text[--n] = 0;
    return text;
}

static struct bn_item *add(struct bn_items *items, const char *subject, size_t row, char **f)
{
    char id[160], spaced[128], *context = NULL;
    snprintf(id, sizeof id, "%s/%zu", subject, row);
    snprintf(spaced, sizeof spaced, "%s", subject);
    for (char *p = spaced; *p; p++)
        if (*p == '_') *p = ' ';
    if (asprintf(&context,
                 "The following are multiple choice questions (with answers) about %s.\n\n%s\nA. %s\nB. %s\nC. %s\nD. "
                 "%s\nAnswer:",
                 spaced, strip(f[0]), f[1], f[2], f[3], f[4]) < 0)
        return NULL;
    struct bn_item *item = bn_items_add(items, id, subject, context);
    free(context);
    bool ok = item != NULL;
    for (char letter[2] = "A"; ok && letter[0] <= 'D'; letter[0]++) ok = bn_item_add_choice(item, letter);
    return ok ? item : NULL;
}

static enum bn_status read_subject(struct bn_items *items, const char *path, struct bn_error *err)
{
    char *text = NULL, *fields[6], subject[128];
    const char *base = strrchr(path, '/') + 1;
    size_t n_bytes;
    enum bn_status status = bn_file_read(&text, &n_bytes, NULL, path, err);
    snprintf(subject, sizeof subject, "%.*s", (int)(strlen(base) - strlen("_test.csv")), base);
    char *p = text;
    for (size_t row = 0; status == BN_OK; row++) {
        int n = bn_csv_next(&p, fields, 6);
        if (n == 0) break;
        if (n != 6 || fields[5][0] < 'A' || fields[5][0] > 'D') {
            status = bn_suites_fail(err, BN_ERR_FORMAT,
                                    "Record %zu of %s has not six fields that end with A, B, C or D.", row + 1, path);
            break;
        }
        int gold = fields[5][0] - 'A';
        struct bn_item *item = add(items, subject, row, fields);
        if (!item)
            status = bn_suites_fail_memory(err);
        else
            item->gold = gold;
    }
    free(text);
    return status;
}

static enum bn_status read(struct bn_items *items, const struct bn_eval_options *options, struct bn_error *err)
{
    char pattern[4096];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/mmlu/test/*_test.csv", options->data_dir);
    if (glob(pattern, 0, NULL, &found))
        return bn_suites_fail(
            err, BN_ERR_IO, "There are no files %s; --data_dir names the folder that holds the tasks' data.", pattern);
    enum bn_status status = BN_OK;
    for (size_t i = 0; i < found.gl_pathc && status == BN_OK; i++) status = read_subject(items, found.gl_pathv[i], err);
    globfree(&found);
    return status;
}

const struct bn_task bn_task_mmlu = {.name = "mmlu",
                                     .version = "2",
                                     .purpose = "exam questions of 57 subjects",
                                     .kind = BN_TASK_CHOICE,
                                     .metrics = BN_METRIC_ACC,
                                     .grouped = true,
                                     .read = read};
