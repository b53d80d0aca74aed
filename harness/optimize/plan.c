/* plan.c - the text of a plan that a step of the search measures. */
#include "harness/optimize/optimize.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void put(struct bn_optimize *o, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(struct bn_optimize *o, const char *format, ...)
{
    size_t used = strlen(o->plan);
    va_list args;
    va_start(args, format);
    vsnprintf(o->plan + used, BN_OPTIMIZE_TEXT - used, format, args);
    va_end(args);
}

/* A text of YAML in double quotes. */
static void put_quoted(struct bn_optimize *o, const char *text)
{
    put(o, "\"");
    for (; *text; text++) put(o, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    put(o, "\"");
}

static bool takes_part(const struct bn_candidate *c, enum bn_optimize_part part)
{
    if (part == BN_PART_NONE) return false;
    if (part == BN_PART_ALIVE) return c->alive;
    return c->chosen && (part == BN_PART_CHOSEN || !bn_option_exact(c->option, c->value));
}

/* Every option that takes part, its default first. */
static void put_options(struct bn_optimize *o, enum bn_optimize_part part)
{
    const struct bn_option *last = NULL;
    for (size_t i = 0; i < o->n; i++) {
        const struct bn_candidate *c = &o->at[i];
        if (!takes_part(c, part)) continue;
        if (!last) put(o, "options:\n");
        if (c->option != last) /* values of one option are neighbours */
            put(o, "%s  - {name: %s, values: [\"%s\"", last ? "]}\n" : "", c->option->name, c->option->values[0]);
        put(o, ", \"%s\"", c->value);
        last = c->option;
    }
    if (last) put(o, "]}\n");
}

static void put_workload(struct bn_optimize *o, bool unseen)
{
    const char *small = unseen ? "fill: 48, prefill: 24, decode: 12" : "fill: 16, prefill: 32, decode: 8",
               *full = unseen ? "fill: 96, prefill: 48, decode: 64" : "fill: 16, prefill: 64, decode: 32";
    put(o, "workloads: [{name: %s, %s", unseen ? "other" : "request", o->small ? small : full);
    if (o->text) put(o, ", text: "), put_quoted(o, o->text);
    put(o, "%s}]\n", o->text && unseen ? ", skip: 512" : "");
}

/* Options that are slower by far, and those that take more memory than there is, need not be waited for. */
static void put_limits(struct bn_optimize *o, bool asks)
{
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    double limit_s = o->seconds * 8 + 5;
    if (asks) limit_s += o->budget_s;
    put(o, "time_limit_s: %.0f\n", limit_s);
    if (pages > 0 && page > 0) put(o, "memory_limit_mb: %ld\n", (pages >> 10) * (page >> 10) / 4 * 3);
}

static void put_quality(struct bn_optimize *o, const char *tasks)
{
    put(o, "quality:\n");
    for (const char *task = tasks; task; task = strchr(task, ',') ? strchr(task, ',') + 1 : NULL) {
        put(o, "  - {task: %.*s", (int)strcspn(task, ","), task);
        if (o->data_dir) put(o, ", data: "), put_quoted(o, o->data_dir);
        put(o, "}\n");
    }
}

void bn_optimize_plan(struct bn_optimize *o, const char *step, const char *mode, int rounds, bool unseen,
                      enum bn_optimize_part part, const char *tasks)
{
    o->plan[0] = 0;
    put(o, "name: optimize-%016llx-x%d-a%d-%s\nmode: %s\n%smodels: [{path: ", (unsigned long long)o->fingerprint,
        o->threads, o->attempt, step, mode, !strcmp(mode, "leave_one_out") ? "baseline: true\n" : "");
    put_quoted(o, o->model);
    put(o, "}]\nthreads: [%d]\nrounds: %d\nrepetitions: %d\nwarmup: 1\nseed: 158\n", o->threads, rounds,
        o->small ? 1 : 3);
    put_workload(o, unseen);
    put_limits(o, tasks != NULL);
    put_options(o, part);
    if (tasks) put_quality(o, tasks);
}
