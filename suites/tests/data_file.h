/* data_file.h - a folder of data for one test, written and read by a task. */
#ifndef SUITES_TESTS_DATA_FILE_H
#define SUITES_TESTS_DATA_FILE_H
#include "suites/eval/prompts.h"
#include "suites/eval/task.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct data_file {
    char dir[64];
    struct bn_items items;
    struct bn_error err;
    enum bn_status status;
};

/* Writes n bytes as dir/path with its folders; a folder name with [ ] is no pattern. */
static inline void data_file_put(struct data_file *d, const char *path, const char *text, size_t n)
{
    char full[256];
    if (!d->dir[0]) {
        snprintf(d->dir, sizeof d->dir, "/tmp/suites[a]XXXXXX");
        cr_assert(mkdtemp(d->dir));
    }
    snprintf(full, sizeof full, "%s/%s", d->dir, path);
    for (char *p = full + strlen(d->dir) + 1; (p = strchr(p, '/')); *p++ = '/') *p = 0, mkdir(full, 0700);
    FILE *f = fopen(full, "w");
    cr_assert(f && fwrite(text, 1, n, f) == n && !fclose(f));
}

static inline void data_file_read(struct data_file *d, const char *task)
{
    struct bn_eval_options options = {.data_dir = d->dir};
    const struct bn_items no_shots = {0};
    const struct bn_prompting how = {.task = task};
    d->status = bn_task_items(&d->items, bn_task_find(task), &options, &d->err);
    if (d->status == BN_OK) d->status = bn_items_prompt(&d->items, &no_shots, &how, &d->err);
}

static inline void data_file_release(struct data_file *d)
{
    char command[128];
    bn_items_release(&d->items);
    snprintf(command, sizeof command, "rm -rf '%s'", d->dir);
    cr_expect_eq(system(command), 0);
}

/* One file, read by a task. */
static inline struct data_file data_file_of(const char *task, const char *path, const char *text, size_t n)
{
    struct data_file d = {.dir = ""};
    data_file_put(&d, path, text, n);
    data_file_read(&d, task);
    return d;
}
#define DATA_FILE(task, path, text) data_file_of(task, path, text, strlen(text))
#endif
