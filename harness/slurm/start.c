/* start.c - the script of an array's tasks, and its submission. */
#include "harness/slurm/work.h"
#include "engine/files.h"
#include "harness/core/error.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void bn_shell_put(FILE *out, const char *word)
{
    putc('\'', out);
    for (; *word; word++)
        if (*word == '\'')
            fputs("'\\''", out);
        else
            putc(*word, out);
    putc('\'', out);
}

char *bn_slurm_missing(const struct bn_slurm_array *a)
{
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    if (!out) return NULL;
    for (uint32_t i = 0, last; i < a->n_shards; i = last + 1) {
        for (last = i; last < a->n_shards && !a->shards[last].done && !a->shards[last].queued;) last++;
        if (last == i) continue;
        fprintf(out, "%s%u", ftell(out) > 0 ? "," : "", i + 1);
        if (last > i + 1) fprintf(out, "-%u", last);
    }
    fclose(out);
    return text;
}

static void put_script(FILE *out, const struct bn_slurm_work *w, const struct bn_slurm_array *a, const char *here)
{
    char id[128], path[4352];
    fprintf(
        out,
        "#!/bin/sh\n# %s.sh - one shard of a plan, as a task of a job array of Slurm; written by bitnet-bench sweep "
        "--executor slurm\ncd ",
        a->name);
    bn_shell_put(out, here);
    fputs(" || exit 1\nexec ", out);
    bn_shell_put(out, a->bench);
    fputs(" sweep ", out);
    bn_shell_put(out, w->ask->plan_path);
    snprintf(id, sizeof id, "%s-%s", w->id, a->name);
    fprintf(out, " --shard \"$SLURM_ARRAY_TASK_ID/%u\" --sweep-id ", a->n_shards);
    bn_shell_put(out, id);
    snprintf(path, sizeof path, "%s/%s-", w->folder, a->name);
    fputs(" --db ", out);
    bn_shell_put(out, path);
    fprintf(out, "\"$SLURM_ARRAY_TASK_ID\".db%s\n", w->ask->options);
}

static enum bn_status write_script(const struct bn_slurm_work *w, const struct bn_slurm_array *a, const char *here,
                                   const char *path, struct bn_error *err)
{
    struct bn_output *out;
    enum bn_status status = bn_output_open(&out, path, err);
    if (status) return status;
    put_script(bn_output_stream(out), w, a, here);
    return bn_output_commit(out, err);
}

/* --output=FOLDER/NAME-%a.log, where a % of the folder is doubled. */
static char *log_option(const struct bn_slurm_work *w, const struct bn_slurm_array *a)
{
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    if (!out) return NULL;
    fputs("--output=", out);
    for (const char *p = w->folder; *p; p++) fprintf(out, *p == '%' ? "%%%%" : "%c", *p);
    fprintf(out, "/%s-%%a.log", a->name);
    fclose(out);
    return text;
}

static enum bn_status submit(const struct bn_slurm_work *w, const struct bn_slurm_array *a, const char *missing,
                             struct bn_error *err)
{
    char *here = getcwd(NULL, 0), *log = log_option(w, a), *array = NULL, *name = NULL, *folder = NULL, *kind = NULL,
         *partition = NULL, script[4352];
    bool ok = here && log && asprintf(&array, "--array=%s", missing) > 0 &&
              asprintf(&name, "--job-name=%s", a->job) > 0 && asprintf(&folder, "--chdir=%s", here) > 0 &&
              asprintf(&kind, "--constraint=%s", a->constraint ? a->constraint : "") > 0 &&
              asprintf(&partition, "--partition=%s", a->partition ? a->partition : "") > 0;
    snprintf(script, sizeof script, "%s/%s.sh", w->folder, a->name);
    const char *options[16] = {array,       name,          folder,    log,         "--open-mode=append",
                               "--requeue", "--exclusive", "--mem=0", "--nodes=1", "--ntasks=1"};
    size_t n = 10;
    if (a->constraint) options[n++] = kind;
    if (a->partition) options[n++] = partition;
    enum bn_status status = ok ? write_script(w, a, here, script, err)
                               : bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory for %s.", script);
    if (!status) status = bn_slurm_submit(options, script, err);
    free(here), free(log), free(array), free(name), free(folder), free(kind), free(partition);
    return status;
}

enum bn_status bn_slurm_start(const struct bn_slurm_work *w, const struct bn_slurm_array *a, struct bn_error *err)
{
    char *missing = bn_slurm_missing(a);
    if (!missing) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory submitting the tasks.");
    enum bn_status status = missing[0] ? submit(w, a, missing, err) : BN_OK;
    free(missing);
    return status;
}
