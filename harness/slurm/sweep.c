/* sweep.c - submit, watch, cancel: from the first task to the last. */
#include "harness/slurm/work.h"
#include "engine/cmdline.h"
#include "harness/core/error.h"
#include "harness/worker/child.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_FAILURES = 60, GONE = 2, CANCEL_S = 90 };

/* The shard of a task and its array; false: none of this sweep. */
static bool find_shard(const struct bn_slurm_work *w, const struct bn_slurm_task *t, struct bn_slurm_array **array,
                       struct bn_slurm_shard **shard)
{
    for (uint32_t i = 0; i < w->n_arrays; i++) {
        *array = &w->arrays[i];
        if (strcmp((*array)->job, t->name) || t->index < 1 || t->index > (*array)->n_shards) continue;
        *shard = &(*array)->shards[t->index - 1];
        return true;
    }
    return false;
}

/* What is shown while nothing has ended. */
static void say_queue(struct bn_slurm_work *w, const struct bn_slurm_tasks *tasks)
{
    char text[200];
    size_t running = 0;
    const char *reason = "";
    for (size_t i = 0; i < tasks->n; i++) {
        bool runs = strcmp(tasks->at[i].state, "PENDING") != 0;
        running += runs;
        if (!runs) reason = tasks->at[i].reason;
    }
    snprintf(text, sizeof text, "%zu running, %zu waiting%s%s%s", running, tasks->n - running, *reason ? " (" : "",
             reason, *reason ? ")" : "");
    bn_progress_show(&w->progress, text);
}

/* A task that ran and waits again was lost with its node. */
static void mark(const struct bn_slurm_array *a, struct bn_slurm_shard *s, const struct bn_slurm_task *t)
{
    bool runs = strcmp(t->state, "PENDING") != 0;
    if (s->running && !runs) {
        bn_cmd_progress(NULL);
        fprintf(stderr, "%s: shard %u lost its node and is queued again\n", a->name, s->number);
    }
    s->queued = !s->done, s->running = runs, s->absent = 0;
}

/* Files written on another node may come late: only its second absence in a row is its end. */
static void look_at_ended(struct bn_slurm_work *w, const struct bn_slurm_array *a, struct bn_slurm_shard *s)
{
    struct bn_error err;
    if (bn_slurm_shard_look(w, a, s, &err) && s->absent >= GONE) {
        bn_cmd_progress(NULL);
        fprintf(stderr, "%s: shard %u: %s\n", a->name, s->number, BN_PRINTABLE(err.text));
    }
    if (!s->done && s->absent < GONE) return;
    s->queued = s->running = false;
    for (uint32_t i = 0; s->done && i < s->n_points; i++) bn_progress_step(&w->progress);
}

enum bn_status bn_slurm_update(struct bn_slurm_work *w, struct bn_error *err)
{
    struct bn_slurm_tasks tasks;
    struct bn_slurm_array *a;
    struct bn_slurm_shard *s;
    enum bn_status status = bn_slurm_list(w->names, &tasks, err);
    for (uint32_t i = 0; i < w->n_arrays && !status; i++)
        for (uint32_t k = 0; k < w->arrays[i].n_shards; k++) w->arrays[i].shards[k].absent++;
    for (size_t i = 0; i < tasks.n && !status; i++)
        if (find_shard(w, &tasks.at[i], &a, &s))
            mark(a, s, &tasks.at[i]);
        else
            status = bn_harness_fail(err, BN_ERR_FORMAT, "squeue lists task %u of job %u, which is none of this sweep.",
                                     tasks.at[i].index, tasks.at[i].job);
    for (uint32_t i = 0; i < w->n_arrays && !status; i++)
        for (uint32_t k = 0; k < w->arrays[i].n_shards; k++) {
            s = &w->arrays[i].shards[k];
            if (s->absent && s->queued && !s->done) look_at_ended(w, &w->arrays[i], s);
        }
    if (!status) say_queue(w, &tasks);
    bn_slurm_tasks_release(&tasks);
    return status;
}

static bool any_queued(const struct bn_slurm_work *w)
{
    for (uint32_t i = 0; i < w->n_arrays; i++)
        for (uint32_t k = 0; k < w->arrays[i].n_shards; k++)
            if (w->arrays[i].shards[k].queued) return true;
    return false;
}

/* Longer and longer, up to ten seconds: the controller answers many users. False: a signal came. */
static bool pause_s(double *seconds)
{
    for (double left = *seconds; left > 0 && !bn_child_interrupt; left -= 0.1)
        nanosleep(&(struct timespec){0, 100000000}, NULL);
    *seconds = fmin(*seconds * 1.3, 10);
    return !bn_child_interrupt;
}

/* A controller that is restarted answers again after a while. */
static enum bn_status watch(struct bn_slurm_work *w, struct bn_error *err)
{
    double seconds = 0.5;
    int failures = 0;
    while (any_queued(w) && pause_s(&seconds)) {
        enum bn_status status = bn_slurm_update(w, err);
        if (status && !bn_child_interrupt && ++failures == 1) {
            bn_cmd_progress(NULL);
            fprintf(stderr, "%s Trying again.\n", err->text);
        }
        if (status == BN_ERR_FORMAT || status == BN_ERR_MEMORY || failures == MOST_FAILURES) return status;
        if (!status) failures = 0;
    }
    return BN_OK;
}

/* Asks Slurm to end the tasks and waits until it has, or until the next signal. */
static enum bn_status cancel(struct bn_slurm_work *w, struct bn_error *err)
{
    struct bn_slurm_tasks tasks;
    double seconds = 0.5, waited = 0;
    bn_child_interrupt = 0; /* the commands of Slurm are to run to their end */
    bn_cmd_progress(NULL);
    fputs("cancelling the tasks\n", stderr);
    enum bn_status status = bn_slurm_list(w->names, &tasks, err);
    if (!status) status = bn_slurm_cancel(&tasks, err);
    bn_slurm_tasks_release(&tasks);
    while (!status && any_queued(w) && waited < CANCEL_S) {
        waited += seconds;
        if (!pause_s(&seconds)) break;
        status = bn_slurm_update(w, err);
    }
    bn_child_interrupt = 0;
    return status;
}

static enum bn_status start_all(struct bn_slurm_work *w, struct bn_error *err)
{
    enum bn_status status = bn_slurm_update(w, err); /* tasks of an earlier call of the same command */
    size_t queued = 0, done = 0;
    for (uint32_t i = 0; i < w->n_arrays; i++)
        for (uint32_t k = 0; k < w->arrays[i].n_shards; k++)
            queued += w->arrays[i].shards[k].queued, done += w->arrays[i].shards[k].done;
    if (!status && queued + done)
        fprintf(stderr, "taking up a sweep: %zu shards have finished, %zu are queued\n", done, queued);
    for (uint32_t i = 0; i < w->n_arrays && !status && !bn_child_interrupt; i++) {
        status = bn_slurm_start(w, &w->arrays[i], err);
        for (uint32_t k = 0; k < w->arrays[i].n_shards && !status; k++)
            w->arrays[i].shards[k].queued = !w->arrays[i].shards[k].done;
    }
    return status;
}

static void begin_progress(struct bn_slurm_work *w)
{
    size_t done = 0;
    for (uint32_t i = 0; i < w->n_arrays; i++)
        for (uint32_t k = 0; k < w->arrays[i].n_shards; k++)
            if (w->arrays[i].shards[k].done) done += w->arrays[i].shards[k].n_points;
    bn_progress_begin(&w->progress, w->n_points, done);
}

static enum bn_status measure(struct bn_slurm_work *w, struct bn_error *err)
{
    begin_progress(w);
    enum bn_status status = start_all(w, err);
    if (!status && !bn_child_interrupt && (status = watch(w, err)))
        fputs("the tasks go on; the same command takes them up again\n", stderr);
    if (bn_child_interrupt) {
        w->interrupted = true;
        status = cancel(w, err);
    }
    bn_cmd_progress(NULL);
    return status;
}

enum bn_status bn_slurm_sweep(const struct bn_slurm *slurm, int *code, struct bn_error *err)
{
    struct bn_slurm_work w = {.ask = slurm, .lock = -1};
    bn_child_take_signals();
    enum bn_status status = bn_slurm_find(err);
    if (!status) status = bn_slurm_plan(&w, err);
    if (!status) status = bn_slurm_begin(&w, err);
    if (!status) status = measure(&w, err);
    if (!status) status = bn_slurm_conclude(&w, code, err);
    bn_slurm_release(&w);
    return status;
}

void bn_slurm_describe(const struct bn_slurm *slurm)
{
    struct bn_slurm_work w = {.ask = slurm, .lock = -1};
    struct bn_error err;
    if (bn_slurm_plan(&w, &err))
        printf("%s\n", err.text);
    else
        for (uint32_t i = 0; i < w.n_arrays; i++)
            printf("%s%s%s%s%s: %u task%s of about %u points\n", w.arrays[i].name,
                   w.arrays[i].constraint ? ", constraint " : "", w.arrays[i].constraint ? w.arrays[i].constraint : "",
                   w.arrays[i].partition ? ", partition " : "", w.arrays[i].partition ? w.arrays[i].partition : "",
                   w.arrays[i].n_shards, w.arrays[i].n_shards == 1 ? "" : "s",
                   w.arrays[i].n_shards ? slurm->points->n_points / w.arrays[i].n_shards : 0);
    bn_slurm_release(&w);
}
