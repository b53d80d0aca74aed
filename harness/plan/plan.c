/* plan.c - the fields of a plan, its defaults, what must hold between fields, and where its models are. */
#include "harness/plan/plan.h"
#include "engine/files.h"
#include "harness/core/error.h"
#include "harness/plan/spread.h"
#include "suites/yaml.h"
#include "suites/suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_PLAN_BYTES = 1 << 20, MAX_VALUES = 256, MAX_TOKENS = 1 << 20, WEEK_S = 7 * 24 * 3600, MAX_MB = 16 << 20 };

/* ---- the fields; harness/plans/default.yaml explains them ---- */
static const struct bn_yaml_unit token_units[] = {{"k", 1024}, {"M", 1024 * 1024}, {NULL, 0}},
                                 time_units[] = {{"s", 1}, {"m", 60}, {"h", 3600}, {NULL, 0}},
                                 memory_units[] = {{"M", 1}, {"G", 1024}, {NULL, 0}};
static const char *const mode_names[] = {"cartesian", "one_at_a_time", "leave_one_out", "pairwise", NULL};

#define AT(type, field) .name = #field, .offset = offsetof(struct type, field)
#define TEXT(type, field, most)                                                                                        \
    {                                                                                                                  \
        AT(type, field), .kind = BN_YAML_TEXT, .max = (most)                                                           \
    }
#define NEEDED_TEXT(type, field, most)                                                                                 \
    {                                                                                                                  \
        AT(type, field), .kind = BN_YAML_TEXT, .max = (most), .required = true                                         \
    }
#define NAME(type, field, most)                                                                                        \
    {                                                                                                                  \
        AT(type, field), .kind = BN_YAML_TEXT, .max = (most), .required = true, .unique = true                         \
    }
#define NUMBER(type, field, least, most, u)                                                                            \
    {                                                                                                                  \
        AT(type, field), .kind = BN_YAML_NUMBER, .min = (least), .max = (most), .units = (u)                           \
    }
#define SWITCH(type, field)                                                                                            \
    {                                                                                                                  \
        AT(type, field), .kind = BN_YAML_SWITCH                                                                        \
    }
#define LIST(type, field, entry, need)                                                                                 \
    {                                                                                                                  \
        AT(type, field), .kind = BN_YAML_LIST, .max = MAX_VALUES, .required = (need), .items = (entry),                \
                         .count = offsetof(struct type, n_##field), .size = sizeof *((struct type *)0)->field          \
    }

static const struct bn_yaml_field a_text = {.kind = BN_YAML_TEXT, .max = 4096},
                                  a_count = {.kind = BN_YAML_NUMBER, .min = 1, .max = 1024};
static const struct bn_yaml_field model_fields[] = {NEEDED_TEXT(bn_plan_model, path, 4096),
                                                    TEXT(bn_plan_model, label, 256),
                                                    LIST(bn_plan_model, engines, &a_text, false),
                                                    {0}};
static const struct bn_yaml_field workload_fields[] = {NAME(bn_plan_workload, name, 64),
                                                       NUMBER(bn_plan_workload, fill, 0, MAX_TOKENS, token_units),
                                                       NUMBER(bn_plan_workload, prefill, 0, MAX_TOKENS, token_units),
                                                       NUMBER(bn_plan_workload, decode, 0, MAX_TOKENS, token_units),
                                                       TEXT(bn_plan_workload, text, 4096),
                                                       NUMBER(bn_plan_workload, skip, 0, MAX_TOKENS, token_units),
                                                       LIST(bn_plan_workload, sequences, &a_count, false),
                                                       {0}};
static const struct bn_yaml_field option_fields[] = {
    NAME(bn_plan_option, name, 64), LIST(bn_plan_option, values, &a_text, false), {0}};
static const struct bn_yaml_field quality_fields[] = {TEXT(bn_plan_quality, task, 64),
                                                      TEXT(bn_plan_quality, text, 4096),
                                                      TEXT(bn_plan_quality, data, 4096),
                                                      TEXT(bn_plan_quality, against, 4096),
                                                      NUMBER(bn_plan_quality, limit, 1, 1000000, NULL),
                                                      NUMBER(bn_plan_quality, skip, 0, 1000000, NULL),
                                                      NUMBER(bn_plan_quality, n_ctx, 8, MAX_TOKENS, token_units),
                                                      {0}};
static const struct bn_yaml_field machine_fields[] = {NAME(bn_plan_machine, name, 32),
                                                      TEXT(bn_plan_machine, constraint, 1024),
                                                      TEXT(bn_plan_machine, partition, 256),
                                                      TEXT(bn_plan_machine, bin, 4096),
                                                      NUMBER(bn_plan_machine, shards, 1, BN_PLAN_SHARDS_MAX, NULL),
                                                      {0}};
static const struct bn_yaml_field plan_fields[] = {NEEDED_TEXT(bn_plan, name, 64),
                                                   TEXT(bn_plan, title, 256),
                                                   {AT(bn_plan, mode), .kind = BN_YAML_WORD, .words = mode_names},
                                                   LIST(bn_plan, models, model_fields, true),
                                                   LIST(bn_plan, workloads, workload_fields, true),
                                                   LIST(bn_plan, engines, &a_text, false),
                                                   LIST(bn_plan, kernels, &a_text, false),
                                                   LIST(bn_plan, threads, &a_count, false),
                                                   LIST(bn_plan, options, option_fields, false),
                                                   SWITCH(bn_plan, registry),
                                                   SWITCH(bn_plan, baseline),
                                                   LIST(bn_plan, quality, quality_fields, false),
                                                   LIST(bn_plan, machines, machine_fields, false),
                                                   NUMBER(bn_plan, rounds, 1, 10000, NULL),
                                                   NUMBER(bn_plan, repetitions, 1, 100000, NULL),
                                                   NUMBER(bn_plan, warmup, 0, 10000, NULL),
                                                   NUMBER(bn_plan, seed, 0, UINT32_MAX, NULL),
                                                   NUMBER(bn_plan, time_limit_s, 1, WEEK_S, time_units),
                                                   NUMBER(bn_plan, memory_limit_mb, 1, MAX_MB, memory_units),
                                                   SWITCH(bn_plan, ops),
                                                   SWITCH(bn_plan, counters),
                                                   {0}};

/* ---- the file ---- */
static enum bn_status slurp(const char *path, char **text, size_t *bytes, struct bn_error *err)
{
    FILE *f = fopen(path, "rb");
    if (!f) return bn_harness_fail(err, BN_ERR_IO, "Could not open the plan %s: %m.", path);
    char *buffer = malloc(MAX_PLAN_BYTES + 1);
    *bytes = buffer ? fread(buffer, 1, MAX_PLAN_BYTES + 1, f) : 0;
    bool bad = ferror(f);
    fclose(f);
    if (!buffer) return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate the text of %s.", path);
    if (bad || *bytes > MAX_PLAN_BYTES) {
        free(buffer);
        return bad ? bn_harness_fail(err, BN_ERR_IO, "Could not read the plan %s.", path)
                   : bn_harness_fail(err, BN_ERR_FORMAT, "%s is larger than 1 MiB; a plan is a short text.", path);
    }
    buffer[*bytes] = 0;
    *text = buffer;
    return BN_OK;
}

/* A relative path is taken from the plan's folder, else from the folder of the caller. */
static void resolve(char **path, const char *plan_path)
{
    const char *slash = strrchr(plan_path, '/');
    if ((*path)[0] == '/' || !slash) return;
    char *joined = NULL;
    if (asprintf(&joined, "%.*s/%s", (int)(slash - plan_path), plan_path, *path) < 0) return;
    char *real = realpath(joined, NULL);
    free(joined);
    if (!real) return;
    free(*path);
    *path = real;
}

char *bn_plan_file(const struct bn_plan *plan, const char *path)
{
    char *found = strdup(path);
    if (found) resolve(&found, plan->path);
    return found;
}

const char *bn_plan_model_name(const struct bn_plan_model *m)
{
    const char *slash = strrchr(m->path, '/');
    return m->label ? m->label : slash && slash[1] ? slash + 1 : m->path;
}

static bool is_task(const char *name)
{
    enum { MOST = 256 };
    const char *names[MOST];
    size_t n = bn_eval_tasks(names, NULL, MOST);
    for (size_t i = 0; i < n && i < MOST; i++)
        if (!strcmp(names[i], name)) return true;
    return false;
}

static enum bn_status check_quality(const struct bn_plan *p, struct bn_error *err)
{
    for (uint32_t i = 0; i < p->n_quality; i++) {
        const struct bn_plan_quality *q = &p->quality[i];
        if (!q->task == !q->text)
            return bn_harness_fail(err, BN_ERR_FORMAT, "%s: Entry %u of quality needs a task or a text, one of them.",
                                   p->path, i + 1);
        if (q->task && !is_task(q->task))
            return bn_harness_fail(err, BN_ERR_FORMAT,
                                   "%s: Unknown task \"%s\" in quality; bitnet-eval --list_tasks lists them.", p->path,
                                   q->task);
        if (q->task && (q->against || q->skip || q->n_ctx))
            return bn_harness_fail(err, BN_ERR_FORMAT, "%s: against, skip and n_ctx of quality are for a text, not %s.",
                                   p->path, q->task);
    }
    return BN_OK;
}

/* Names of files and jobs are made of them. */
static enum bn_status check_machines(const struct bn_plan *p, struct bn_error *err)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    for (uint32_t i = 0; i < p->n_machines; i++) {
        const char *name = p->machines[i].name;
        if (name[strspn(name, letters)] || name[0] == '.' || name[0] == '-')
            return bn_harness_fail(err, BN_ERR_FORMAT,
                                   "%s: Name the machines \"%s\" with letters, digits, and _ . - inside.", p->path,
                                   name);
    }
    return BN_OK;
}

/* What no single field shows. */
static enum bn_status check(const struct bn_plan *p, struct bn_error *err)
{
    for (uint32_t i = 0; i < p->n_workloads; i++) {
        const struct bn_plan_workload *w = &p->workloads[i];
        if (!w->prefill && !w->decode)
            return bn_harness_fail(err, BN_ERR_FORMAT,
                                   "%s: Workload \"%s\" measures nothing; give it prefill or decode tokens.", p->path,
                                   w->name);
        if (w->skip && !w->text)
            return bn_harness_fail(err, BN_ERR_FORMAT,
                                   "%s: Workload \"%s\" skips tokens of no text; name it with text.", p->path, w->name);
    }
    for (uint32_t i = 0; i < p->n_models; i++)
        for (uint32_t j = 0; j < i; j++)
            if (!strcmp(bn_plan_model_name(&p->models[i]), bn_plan_model_name(&p->models[j])))
                return bn_harness_fail(err, BN_ERR_FORMAT,
                                       "%s: Two models are named \"%s\"; give each a label of its own.", p->path,
                                       bn_plan_model_name(&p->models[i]));
    enum bn_status status = check_machines(p, err);
    return status ? status : check_quality(p, err);
}

/* Paths of quality: `against` may be the label of a model of the plan. */
static void resolve_quality(const struct bn_plan *plan, struct bn_plan_quality *q)
{
    bool label = false;
    for (uint32_t i = 0; q->against && !label && i < plan->n_models; i++) {
        label = !strcmp(q->against, bn_plan_model_name(&plan->models[i]));
        char *path = label ? strdup(plan->models[i].path) : NULL;
        if (path) free(q->against), q->against = path;
    }
    if (q->against && !label) resolve(&q->against, plan->path);
    if (q->text) resolve(&q->text, plan->path);
    if (q->data) resolve(&q->data, plan->path);
}

enum bn_status bn_plan_load(struct bn_plan **out, const char *path, struct bn_error *err)
{
    struct bn_error local;
    if (!err) err = &local;
    size_t bytes = 0;
    char found[BN_PATH_BYTES];
    path = bn_shipped_path(found, path);
    struct bn_plan *plan = calloc(1, sizeof *plan);
    if (plan) *plan = (struct bn_plan){.path = strdup(path), .rounds = 1, .repetitions = 3, .time_limit_s = 120};
    enum bn_status status = plan && plan->path ? slurp(path, &plan->text, &bytes, err)
                                               : bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate a plan.");
    if (!status) status = bn_yaml_read(plan->text, bytes, path, plan_fields, plan, err);
    if (!status) status = bn_plan_spread(plan, err);
    if (!status) status = check(plan, err);
    if (!status) status = bn_plan_take_registry(plan, err);
    for (uint32_t i = 0; !status && i < plan->n_models; i++) resolve(&plan->models[i].path, path);
    for (uint32_t i = 0; !status && i < plan->n_workloads; i++)
        if (plan->workloads[i].text) resolve(&plan->workloads[i].text, path);
    for (uint32_t i = 0; !status && i < plan->n_machines; i++)
        if (plan->machines[i].bin) resolve(&plan->machines[i].bin, path);
    for (uint32_t i = 0; !status && i < plan->n_quality; i++) resolve_quality(plan, &plan->quality[i]);
    if (status)
        bn_plan_close(plan);
    else
        *out = plan;
    return status;
}

void bn_plan_close(struct bn_plan *plan)
{
    if (!plan) return;
    bn_yaml_release(plan_fields, plan);
    free(plan->text);
    free(plan->path);
    free(plan);
}

const char *bn_plan_mode_name(enum bn_plan_mode mode) { return mode_names[mode]; }
