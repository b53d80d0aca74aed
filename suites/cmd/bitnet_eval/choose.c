/* choose.c - what --tasks, --subset, --metric and --samples choose. */
#include "engine/files.h"
#include "suites/cmd/bitnet_eval/eval.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEFAULT_SEED = 1234 /* lm-eval's */, LISTS_MOST = 16 << 20 };

/* ---- tasks ---- */
static void add(struct chosen *chosen, int *n, const char *name)
{
    struct bn_error err = {0};
    if (*n == MAX_TASKS) bn_cmd_fail(&cmd, 2, "--tasks takes at most %d tasks.", MAX_TASKS);
    struct chosen *c = &chosen[*n];
    *c = (struct chosen){0};
    if (bn_task_open(&c->task, &c->own, name, &err) != BN_OK)
        bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
    c->path = c->own ? strdup(name) : NULL;
    c->name = c->path ? c->path : c->task->name;
    for (int i = 0; i < *n; i++)
        if (!strcmp(chosen[i].task->name, c->task->name))
            bn_cmd_fail(&cmd, 2, "Task %s is in --tasks twice.", c->task->name);
    ++*n;
}

/* The tasks of a subset; false: there is no such subset. */
static bool add_subset(struct chosen *chosen, int *n, const char *subset)
{
    const char *names[MAX_TASKS];
    size_t all = bn_eval_tasks(names, NULL, MAX_TASKS);
    int before = *n;
    for (size_t i = 0; i < all; i++) {
        const struct bn_task *task = bn_task_find(names[i]);
        if (task && task->subset && !strcmp(task->subset, subset)) add(chosen, n, names[i]);
    }
    return *n > before;
}

/* Each word at a comma. */
static void add_words(struct chosen *chosen, int *n, const char *words, bool subsets)
{
    char *copy = strdup(words);
    if (!copy) bn_cmd_fail(&cmd, 1, "Could not allocate memory for the tasks.");
    for (char *rest = copy, *word; (word = strsep(&rest, ","));) {
        if (subsets && !strcmp(word, "latency")) bn_cmd_fail(&cmd, 2, "--subset latency stands alone.");
        if (!subsets || !add_subset(chosen, n, word)) add(chosen, n, word);
    }
    free(copy);
}

static void check_metric(const struct chosen *chosen, int n)
{
    bool stated = !o.metric;
    for (int i = 0; i < n; i++) stated |= o.metric && bn_task_states(chosen[i].task, o.metric);
    if (!stated) bn_cmd_fail(&cmd, 2, "None of these tasks states the metric \"%s\"; check --metric.", o.metric);
}

int choose_tasks(struct chosen *chosen)
{
    int n = 0;
    if (!o.tasks && !o.subset) bn_cmd_fail(&cmd, 2, "--tasks is needed; --list_tasks lists the tasks.");
    if (o.subset) add_words(chosen, &n, o.subset, true);
    if (o.tasks) add_words(chosen, &n, o.tasks, false);
    check_metric(chosen, n);
    read_seed();
    read_samples(chosen, n);
    return n;
}

static bool listed_before(const char *const *names, size_t i, const char *subset)
{
    for (size_t j = 0; j < i; j++) {
        const struct bn_task *task = bn_task_find(names[j]);
        if (task && task->subset && !strcmp(task->subset, subset)) return true;
    }
    return false;
}

void list_subsets(void)
{
    const char *names[MAX_TASKS];
    size_t n = bn_eval_tasks(names, NULL, MAX_TASKS);
    for (size_t i = 0; i < n; i++) {
        const struct bn_task *task = bn_task_find(names[i]);
        if (!task || !task->subset || listed_before(names, i, task->subset)) continue;
        printf("subset %-15s", task->subset);
        for (size_t j = i; j < n; j++) {
            const struct bn_task *other = bn_task_find(names[j]);
            if (other && other->subset && !strcmp(other->subset, task->subset)) printf(" %s", names[j]);
        }
        printf("%s%s\n", task->measures ? "; --metric " : "", task->measures ? task->measures : "");
    }
    printf("subset %-15s time to the first token, between tokens, and in all; --workload\n", "latency");
}

/* ---- documents ---- */
void read_seed(void)
{
    bool given = o.seed != NO_SEED;
    if (given && o.seed > INT64_MAX) bn_cmd_fail(&cmd, 2, "--seed takes a number up to 2^63 - 1.");
    o.eval.seed = given ? o.seed : DEFAULT_SEED;
    o.eval.drawn_shots = given;
    bn_cmd_needs(&cmd, "seed", o.eval.n_shots || o.samples, "--num_fewshot or --samples");
}

/* lm-eval's lists, as text or in a file: each must be of a task that is run. */
static void read_lists(const struct chosen *chosen, int n)
{
    struct bn_error err;
    const char *name;
    char *text = *o.samples == '{' ? strdup(o.samples) : NULL;
    size_t n_bytes;
    if (*o.samples != '{' && bn_input_read(&text, &n_bytes, o.samples, LISTS_MOST, &err) != BN_OK)
        bn_cmd_fail(&cmd, 1, "%s", err.text);
    json_t *lists = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL, *list;
    if (!json_is_object(lists)) bn_cmd_fail(&cmd, 2, "--samples is no object {\"TASK\": [N, ...]}.");
    json_object_foreach(lists, name, list)
    {
        bool known = false;
        for (int i = 0; i < n; i++) known |= bn_task_is_named(chosen[i].task, name);
        if (!known)
            bn_cmd_fail(&cmd, 2, "--samples lists documents of \"%.100s\", which is not run.", BN_PRINTABLE(name));
    }
    json_decref(lists);
    o.eval.documents = text; /* stays */
}

static void read_counts(struct chosen *chosen, int n)
{
    char *end = NULL;
    int i = 0, count = 0;
    for (const char *p = o.samples; p; p = *end ? end + 1 : NULL, i++) {
        long value = strtol(p, &end, 10);
        if (end == p || (*end && *end != ',') || value < 1 || value > 1000000000)
            bn_cmd_fail(&cmd, 2, "--samples takes numbers of documents, a JSON object or its file, not \"%s\".",
                        BN_PRINTABLE(o.samples));
        count = (int)value;
        if (i < n) chosen[i].n_samples = count;
    }
    if (i != 1 && i != n) bn_cmd_fail(&cmd, 2, "--samples has %d numbers for %d tasks; give one, or one a task.", i, n);
    for (int t = 1; i == 1 && t < n; t++) chosen[t].n_samples = count;
}

void read_samples(struct chosen *chosen, int n)
{
    if (!o.samples) return;
    if (*o.samples == '{' || !access(o.samples, F_OK))
        read_lists(chosen, n);
    else
        read_counts(chosen, n);
}
