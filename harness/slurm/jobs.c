/* jobs.c - runs sbatch, squeue and scancel and reads their answers. */
#include "harness/slurm/jobs.h"
#include "harness/core/error.h"
#include "harness/worker/child.h"
#include "harness/worker/find.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_OPTIONS = 24, LIMIT_S = 120, MOST_TASKS = 100000 };

enum bn_status bn_slurm_find(struct bn_error *err)
{
    static const char *const names[] = {"sbatch", "squeue", "scancel"};
    for (int i = 0; i < 3; i++)
        if (!bn_program_in_path(names[i]))
            return bn_harness_fail(
                err, BN_ERR_USAGE,
                "%s is not in PATH. Install Slurm's client (Debian: slurm-client), or choose --executor local.",
                names[i]);
    return BN_OK;
}

/* Runs a command to its end; the caller releases *r. `what`: the beginning of the sentence for a failure. */
static enum bn_status run(char *const *argv, const char *what, struct bn_child_result *r, struct bn_error *err)
{
    const struct bn_child_spec spec = {.process = {.argv = argv}, .time_limit_s = LIMIT_S};
    char line[768];
    enum bn_status status = bn_child_run(&spec, r, err);
    if (status) return status;
    const char *said = bn_child_last_line(r, line, sizeof line);
    if (r->interrupted) return bn_harness_fail(err, BN_ERR_IO, "%s: interrupted.", what);
    if (r->timed_out) return bn_harness_fail(err, BN_ERR_IO, "%s: %s did not answer in %d s.", what, argv[0], LIMIT_S);
    if (r->signal || r->exit_code)
        return bn_harness_fail(err, BN_ERR_IO, "%s: %s.", what, said ? said : "it ended without a word");
    return BN_OK;
}

/* Decimal digits that end at `stop`; moves *text behind it. */
static bool read_number(const char **text, char stop, uint32_t *value)
{
    uint64_t x = 0;
    const char *p = *text;
    if (!isdigit((unsigned char)*p)) return false;
    while (isdigit((unsigned char)*p) && x <= UINT32_MAX) x = x * 10 + (uint64_t)(*p++ - '0');
    if (x > UINT32_MAX || *p != stop) return false;
    *value = (uint32_t)x, *text = p + (stop != 0);
    return true;
}

/* A text without control bytes up to `stop`. */
static bool read_text(const char **text, char stop, char *value, size_t cap)
{
    size_t n = 0;
    const char *p = *text;
    for (; *p && *p != stop && (unsigned char)*p >= 32; p++)
        if (n + 1 < cap) value[n++] = *p;
    value[n] = 0;
    if (*p != stop) return false;
    *text = p + (stop != 0);
    return true;
}

/* "4711|12|RUNNING|NAME|None" */
static bool read_task(struct bn_slurm_task *t, const char *line)
{
    bool ok = read_number(&line, '|', &t->job) && read_number(&line, '|', &t->index) &&
              read_text(&line, '|', t->state, sizeof t->state) && read_text(&line, '|', t->name, sizeof t->name) &&
              read_text(&line, 0, t->reason, sizeof t->reason);
    for (const char *p = t->state; ok && *p; p++) ok = isupper((unsigned char)*p) || *p == '_';
    return ok && t->state[0];
}

enum bn_status bn_slurm_tasks_read(struct bn_slurm_tasks *tasks, const char *text, struct bn_error *err)
{
    size_t lines = 0;
    *tasks = (struct bn_slurm_tasks){0};
    for (const char *p = text; *p; p++) lines += *p == '\n';
    if (lines > MOST_TASKS)
        return bn_harness_fail(err, BN_ERR_FORMAT, "squeue lists more than %d tasks of this sweep.", MOST_TASKS);
    tasks->at = calloc(lines + 1, sizeof *tasks->at);
    if (!tasks->at) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory reading the answer of squeue.");
    for (const char *end; *text; text = end + 1) {
        char line[512], shown[600];
        end = strchr(text, '\n');
        size_t n = end ? (size_t)(end - text) : strlen(text);
        snprintf(line, sizeof line, "%.*s", (int)(n < sizeof line ? n : sizeof line - 1), text);
        if (end && n < sizeof line && read_task(&tasks->at[tasks->n], line)) {
            tasks->n++;
            continue;
        }
        bn_slurm_tasks_release(tasks);
        return bn_harness_fail(err, BN_ERR_FORMAT, "squeue printed a line that is no task of a job array: %s",
                               bn_printable(shown, sizeof shown, line));
    }
    return BN_OK;
}

void bn_slurm_tasks_release(struct bn_slurm_tasks *tasks)
{
    free(tasks->at);
    *tasks = (struct bn_slurm_tasks){0};
}

enum bn_status bn_slurm_list(const char *names, struct bn_slurm_tasks *tasks, struct bn_error *err)
{
    char option[65536];
    struct bn_child_result r;
    *tasks = (struct bn_slurm_tasks){0};
    int n = snprintf(option, sizeof option, "--name=%s", names);
    if (n < 0 || (size_t)n >= sizeof option)
        return bn_harness_fail(err, BN_ERR_FORMAT, "The plan has too many kinds of machines for squeue.");
    char *argv[] = {"squeue", "--me", "--noheader", "--array", option, "--format=%F|%K|%T|%j|%r", NULL};
    enum bn_status status = run(argv, "Slurm does not say which tasks it has", &r, err);
    if (!status) status = bn_slurm_tasks_read(tasks, r.process.output ? r.process.output : "", err);
    bn_child_release(&r);
    return status;
}

enum bn_status bn_slurm_job_read(uint32_t *job, const char *text, struct bn_error *err)
{
    char line[128], shown[160];
    snprintf(line, sizeof line, "%.*s", (int)strcspn(text, "\n"), text);
    const char *p = line;
    char cluster[64];
    if (read_number(&p, 0, job) || (p = line, read_number(&p, ';', job) && read_text(&p, 0, cluster, sizeof cluster)))
        return BN_OK;
    return bn_harness_fail(err, BN_ERR_FORMAT, "sbatch printed no job number: %s",
                           bn_printable(shown, sizeof shown, line));
}

enum bn_status bn_slurm_submit(const char *const *options, const char *script, struct bn_error *err)
{
    char *argv[MOST_OPTIONS] = {"sbatch", "--parsable"};
    struct bn_child_result r;
    uint32_t job;
    size_t n = 2;
    while (*options && n + 2 < MOST_OPTIONS) argv[n++] = (char *)*options++;
    argv[n] = (char *)script;
    enum bn_status status = run(argv, "Slurm does not take the tasks", &r, err);
    if (!status) status = bn_slurm_job_read(&job, r.process.output ? r.process.output : "", err);
    bn_child_release(&r);
    return status;
}

enum bn_status bn_slurm_cancel(const struct bn_slurm_tasks *tasks, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (size_t i = 0; i < tasks->n && !status; i++) {
        char job[16];
        bool again = false; /* tasks of one array are not always adjacent */
        for (size_t j = 0; j < i && !again; j++) again = tasks->at[j].job == tasks->at[i].job;
        if (again) continue;
        struct bn_child_result r;
        snprintf(job, sizeof job, "%u", tasks->at[i].job);
        char *argv[] = {"scancel", job, NULL};
        status = run(argv, "Slurm does not cancel the tasks", &r, err);
        bn_child_release(&r);
    }
    return status;
}
