/* tasks.c - the tasks of tasks.list, whose files are built into the program, and finding one. */
#include "engine/files.h"
#include "suites/eval/task.h"
#include "suites/fail.h"
#include <pthread.h>
#include <string.h>

#define TASK(name) BN_EMBED(bn_task_text_##name, "suites/eval/tasks/" #name ".yaml");
#include "suites/eval/tasks.list"
#undef TASK
static const struct {
    const char *name, *text;
} texts[] = {
#define TASK(name) {"suites/eval/tasks/" #name ".yaml", bn_task_text_##name},
#include "suites/eval/tasks.list"
#undef TASK
};
enum { TASKS = sizeof texts / sizeof *texts };
static struct bn_task *tasks[TASKS]; /* read once, kept until the program ends */

static void read_tasks(void)
{
    for (size_t i = 0; i < TASKS; i++)
        bn_task_parse(&tasks[i], texts[i].text, strlen(texts[i].text), texts[i].name, NULL);
}

static struct bn_task *const *all(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, read_tasks);
    return tasks;
}

static bool same(const char *a, const char *b) /* "hella_swag" and "hellaswag" are one name */
{
    for (;; a++, b++) {
        while (*a == '_' || *a == '-') a++;
        while (*b == '_' || *b == '-') b++;
        if (*a != *b) return false;
        if (!*a) return true;
    }
}

const struct bn_task *bn_task_find(const char *name)
{
    struct bn_task *const *list = all();
    for (size_t i = 0; i < TASKS; i++)
        if (list[i] && same(name, list[i]->name)) return list[i];
    return NULL;
}

size_t bn_eval_tasks(const char **names, const char **purposes, size_t cap)
{
    struct bn_task *const *list = all();
    for (size_t i = 0; i < TASKS && i < cap; i++) {
        names[i] = list[i] ? list[i]->name : texts[i].name;
        if (purposes) purposes[i] = list[i] ? list[i]->purpose : "its file has an error";
    }
    return TASKS;
}

enum bn_status bn_task_open(const struct bn_task **task, struct bn_task **own, const char *name, struct bn_error *err)
{
    size_t n = strlen(name);
    *own = NULL;
    if (n > 5 && !strcmp(name + n - 5, ".yaml")) {
        enum bn_status status = bn_task_read(own, name, err);
        *task = *own;
        return status;
    }
    *task = bn_task_find(name);
    if (*task) return BN_OK;
    return bn_suites_fail(
        err, BN_ERR_USAGE,
        "Unknown task \"%s\"; bitnet-eval --list_tasks lists the tasks, FILE.yaml is one of your own.", name);
}
