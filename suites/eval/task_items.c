/* task_items.c - the items and examples of a task, from the form of its data that is there. */
#include "suites/eval/make_items.h"
#include "suites/eval/metrics.h"
#include "suites/eval/read.h"
#include "suites/fail.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static enum bn_status no_shots(const struct bn_task *task, struct bn_error *err)
{
    return bn_suites_fail(err, BN_ERR_USAGE, "Task %s has no file of examples (shots) for --num_fewshot.", task->name);
}

/* Whether two names under the data folder are one file. */
static bool same_file(const char *directory, const char *a, const char *b)
{
    char path[4096];
    struct stat first, second;
    snprintf(path, sizeof path, "%s/%s", directory, a);
    if (stat(path, &first)) return false;
    snprintf(path, sizeof path, "%s/%s", directory, b);
    return !stat(path, &second) && first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/* Examples that hold the questions would give the answers away. */
static enum bn_status check_apart(const struct bn_task *task, const struct bn_data_files *shots,
                                  const struct bn_data_files *files, const char *directory, struct bn_error *err)
{
    for (size_t k = 0; k < shots->n; k++)
        for (size_t i = 0; i < files->n; i++)
            if (same_file(directory, files->paths[i], shots->paths[k]))
                return bn_suites_fail(err, BN_ERR_FORMAT,
                                      "Task %s takes its examples from %s, which holds its questions; name another "
                                      "file.",
                                      task->name, shots->paths[k]);
    return BN_OK;
}

/* The file of examples of the layout. */
static enum bn_status find_shots(struct bn_data_files *found, const struct bn_task *task,
                                 const struct bn_data_files *files, const char *directory, struct bn_error *err)
{
    const char *shots = files->layout->shots;
    if (!shots) return no_shots(task, err);
    found->layout = files->layout;
    enum bn_status status = bn_data_files_match(found, directory, shots, err);
    if (status == BN_OK && !found->n)
        return bn_suites_fail(err, BN_ERR_IO, "Could not find %s in %.200s, the examples of task %s.", shots, directory,
                              task->name);
    return status == BN_OK ? check_apart(task, found, files, directory, err) : status;
}

enum bn_status bn_task_shots(struct bn_items *shots, const struct bn_task *task, const struct bn_eval_options *options,
                             struct bn_error *err)
{
    struct bn_data_files files, found = {0};
    if (bn_score_is_of_texts(task->score)) return no_shots(task, err);
    enum bn_status status = bn_data_files_find(&files, task, options->data_dir, err);
    if (status != BN_OK) return status;
    status = find_shots(&found, task, &files, options->data_dir, err);
    if (status == BN_OK) status = bn_make_items(shots, task, &found, options->data_dir, err);
    bn_data_files_release(&found);
    bn_data_files_release(&files);
    return status;
}

/* The file that the user names may hold any bytes but NUL. */
static enum bn_status read_given(struct bn_items *items, const struct bn_eval_options *options, const char *task,
                                 struct bn_error *err)
{
    char *text = NULL;
    size_t n_bytes;
    if (!options->text_file) return bn_suites_fail(err, BN_ERR_USAGE, "Task %s needs --text_file FILE.", task);
    enum bn_status status = bn_text_read(&text, &n_bytes, options->text_file, err);
    if (status != BN_OK) return status;
    struct bn_item *item = bn_items_add(items, options->text_file, NULL, "");
    if (!item || !bn_item_add_choice(item, text))
        status = bn_suites_fail_memory(err);
    else
        item->n_words = bn_text_words(text), item->n_bytes = n_bytes;
    free(text);
    return status;
}

enum bn_status bn_task_check_data(const struct bn_task *task, const struct bn_eval_options *options,
                                  struct bn_error *err)
{
    struct bn_data_files files = {0};
    if (!strcmp(task->layouts[0].files[0], BN_TEXT_FILE)) return BN_OK;
    enum bn_status status = bn_data_files_find(&files, task, options->data_dir, err);
    bn_data_files_release(&files);
    return status;
}

enum bn_status bn_task_items(struct bn_items *items, const struct bn_task *task, const struct bn_eval_options *options,
                             struct bn_error *err)
{
    struct bn_data_files files;
    if (!strcmp(task->layouts[0].files[0], BN_TEXT_FILE)) return read_given(items, options, task->name, err);
    enum bn_status status = bn_data_files_find(&files, task, options->data_dir, err);
    if (status != BN_OK) return status;
    status = bn_make_items(items, task, &files, options->data_dir, err);
    bn_data_files_release(&files);
    return status;
}
