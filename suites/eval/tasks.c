/* tasks.c - the table made of tasks.list, and finding a task in it. */
#include "suites/eval/task.h"
#include <string.h>

#define TASK(name) extern const struct bn_task bn_task_##name;
#include "suites/eval/tasks.list"
#undef TASK
static const struct bn_task *const tasks[] = {
#define TASK(name) &bn_task_##name,
#include "suites/eval/tasks.list"
#undef TASK
};

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
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++)
        if (same(name, tasks[i]->name)) return tasks[i];
    return NULL;
}

size_t bn_eval_tasks(const char **names, const char **purposes, size_t cap)
{
    size_t n = sizeof tasks / sizeof *tasks;
    for (size_t i = 0; i < n && i < cap; i++) {
        names[i] = tasks[i]->name;
        if (purposes) purposes[i] = tasks[i]->purpose;
    }
    return n;
}
