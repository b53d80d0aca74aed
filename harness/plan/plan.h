/* plan.h - a sweep as written by the user (YAML), and the points it expands to.
 *
 *   struct bn_plan *plan;
 *   if (bn_plan_load(&plan, "harness/plans/default.yaml", err)) ...
 *   struct bn_point_list list;
 *   bn_plan_expand(plan, &list, err);  // configs of one round, then ordered: shuffled within each round
 *
 * See harness/plans/default.yaml for every field with a comment. */
#ifndef BN_PLAN_H
#define BN_PLAN_H
#include "engine/bitnet.h"

enum bn_plan_mode { BN_PLAN_CARTESIAN, BN_PLAN_ONE_AT_A_TIME, BN_PLAN_LEAVE_ONE_OUT, BN_PLAN_PAIRWISE };

struct bn_plan_model {
    char *path;     /* as written; bn_plan_load makes it relative to the plan's folder or to the checkout */
    char *label;    /* NULL: the file's name */
    char **engines; /* only for these engines; none: all */
    uint32_t n_engines;
};
struct bn_plan_workload {
    char *name;
    uint32_t fill, prefill, decode;   /* tokens: before the clock, in timed prefill, in timed decode */
    uint32_t *sequences, n_sequences; /* as written; bn_plan_load makes one workload of each number */
    uint32_t together;                /* sequences decoded together, 1: one alone; from 2 on the name says it */
};
struct bn_plan_option {
    char *name;
    char **values; /* the first is the baseline (off), the last is the most switched on */
    uint32_t n_values;
};
struct bn_plan {
    char *name, *title;
    enum bn_plan_mode mode;
    struct bn_plan_model *models;
    uint32_t n_models;
    struct bn_plan_workload *workloads;
    uint32_t n_workloads;
    char **engines; /* "bitnet" and names given by --engine NAME=PATH; none: only bitnet */
    uint32_t n_engines;
    char **kernels; /* none: auto */
    uint32_t n_kernels;
    uint32_t *threads; /* none: 1 */
    uint32_t n_threads;
    struct bn_plan_option *options;
    uint32_t n_options;
    uint32_t rounds, repetitions,
        warmup; /* blocks in which each config runs once; timed passes in a worker; untimed ones */
    uint32_t seed, time_limit_s, memory_limit_mb;
    bool ops; /* one more pass under the observer: time and work per operation */
    bool counters;
    char *path; /* of the plan file */
    char *text; /* the file's bytes */
};

/* What one worker process measures. Pointers belong to the plan. */
struct bn_config {
    const char *engine;
    const struct bn_plan_model *model;
    const struct bn_plan_workload *workload;
    const char *kernel;
    uint32_t threads;
    const char **values; /* [n_options] of the plan: what the worker is given */
    const char *
        *reasons; /* [n_options]: why a value differs from the plan's, NULL if it does not (owned by the list) */
};
struct bn_point_list {
    struct bn_config *configs;
    uint32_t n_configs;
    uint32_t *order; /* [n_configs * rounds]: index of the config at each place of the queue */
    uint32_t n_points;
    const char **values, **reasons; /* [n_values] of all configs */
    size_t n_values;
};

/* Errors name the file, and the line and column where one value is wrong. */
enum bn_status bn_plan_load(struct bn_plan **plan, const char *path, struct bn_error *err);
void bn_plan_close(struct bn_plan *plan);
/* What names a model in tables: its label, else its file's name. */
const char *bn_plan_model_name(const struct bn_plan_model *model);
/* "LABEL=PATH": the model of that label is that file, on this machine. */
enum bn_status bn_plan_place_model(struct bn_plan *plan, const char *text, struct bn_error *err);
/* A model with a label whose file is missing: its points are skipped, as are those of an engine nobody named. */
bool bn_plan_model_missing(const struct bn_plan_model *model);
/* Leaves only the named workloads. */
enum bn_status bn_plan_keep_workloads(struct bn_plan *plan, const char *const *names, size_t n, struct bn_error *err);
const char *bn_plan_mode_name(enum bn_plan_mode mode);

/* All configs of the plan in the order written, and the queue: every round holds each config once, shuffled by the
 * seed. */
enum bn_status bn_plan_expand(const struct bn_plan *plan, struct bn_point_list *list, struct bn_error *err);
void bn_point_list_release(struct bn_point_list *list);
/* Queue alone, again, after the plan's rounds or seed changed. */
enum bn_status bn_plan_order(const struct bn_plan *plan, struct bn_point_list *list, struct bn_error *err);
/* Options that exclude each other (their declarations in engine/options say so): the later one of the plan is set to
 * its default, with a reason. bn_plan_expand has done it; `find` is bn_option_find, or a test's own. */
typedef const struct bn_option *bn_option_lookup(const char *name);
enum bn_status bn_plan_exclude(const struct bn_plan *plan, struct bn_point_list *list, bn_option_lookup *find,
                               struct bn_error *err);
/* "name=value name=value", sorted by name; the form stored in the database; "name=value(other)" where `other`
 * excluded the requested value. Returns the length (like snprintf). */
int bn_config_options_text(const struct bn_plan *plan, const struct bn_config *config, char *text, size_t cap);
#endif
