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

enum { BN_PLAN_SHARDS_MAX = 1000 }; /* indices of a job array: Slurm's MaxArraySize is 1001 unless it is raised */
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
    char *text;                       /* file whose tokens they are, the name says so; NULL: synthetic ones */
    uint32_t skip;                    /* of the text: not its first tokens */
    uint32_t *sequences, n_sequences; /* as written; bn_plan_load makes one workload of each number */
    uint32_t together;                /* sequences decoded together, 1: one alone; from 2 on the name says it */
};
struct bn_plan_option {
    char *name;
    char **values; /* the first is the baseline (off), the last is the most switched on; none: those of the registry */
    uint32_t n_values;
};
/* What a configuration costs in quality: questions of a task, or predictions over a text beside those of the default
 * configuration (or of another model). */
struct bn_plan_quality {
    char *task, *text; /* one of them */
    char *data;        /* folder of the task's data; NULL: datasets of the checkout */
    char *against;     /* of a text: label or path of the reference model; NULL: the same model at its defaults */
    uint32_t limit;    /* only so many questions or windows; 0: all */
    uint32_t skip;     /* of a text: not the first windows */
    uint32_t n_ctx;    /* of a text: tokens of a window; 0: 256 */
};
/* One kind of machine that a sweep over many machines measures on (harness/slurm). */
struct bn_plan_machine {
    char *name;
    char *constraint, *partition; /* of Slurm; NULL: those of the command line */
    char *bin;                    /* folder with the programs for it; NULL: that of the running program */
    uint32_t shards;              /* tasks at most; 0: those of the command line */
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
    uint32_t n_options, n_listed; /* n_listed: those that the file lists */
    bool registry; /* also all options of the registry that are not listed, with the values that it declares */
    bool baseline; /* leave_one_out: also the configuration of all first values */
    struct bn_plan_quality *quality;
    uint32_t n_quality;
    struct bn_plan_machine *machines;
    uint32_t n_machines;
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
    uint32_t n_alike;  /* configs of one engine, model and workload, which are adjacent; the first is their base */
    uint32_t *order;   /* [n_points]: index of the config at each place of the queue */
    uint32_t *rounds;  /* [n_points]: what is measured close together, each config at most once */
    uint32_t n_points; /* plan->rounds times n_pass */
    uint32_t n_pass;   /* places in which every config comes up, n_pass_rounds rounds of them */
    uint32_t n_pass_rounds;
    const char **values, **reasons; /* [n_values] of all configs */
    size_t n_values;
};

typedef const struct bn_option *bn_option_lookup(const char *name);

/* Errors name the file, and the line and column where one value is wrong. */
enum bn_status bn_plan_load(struct bn_plan **plan, const char *path, struct bn_error *err);
void bn_plan_close(struct bn_plan *plan);
/* A file that the plan names, as its models: relative to the plan's folder or to the checkout. The caller frees it;
 * NULL: no memory. */
char *bn_plan_file(const struct bn_plan *plan, const char *path);
/* What names a model in tables: its label, else its file's name. */
const char *bn_plan_model_name(const struct bn_plan_model *model);
/* "LABEL=PATH": the model of that label is that file, on this machine. */
enum bn_status bn_plan_place_model(struct bn_plan *plan, const char *text, struct bn_error *err);
/* A model with a label whose file is missing: its points are skipped, as are those of an engine nobody named. */
bool bn_plan_model_missing(const struct bn_plan_model *model);
/* Leaves only the named workloads. */
enum bn_status bn_plan_keep_workloads(struct bn_plan *plan, const char *const *names, size_t n, struct bn_error *err);
/* Leaves only the values of these options, and of those that they need, to be tried ("a,b"). */
enum bn_status bn_plan_keep_options(struct bn_plan *plan, const char *names, struct bn_error *err);
/* Adds the options of a file for --config to every configuration, but for those that the plan lists. Another model's
 * file is BN_ERR_FORMAT. */
enum bn_status bn_plan_take_config(struct bn_plan *plan, const char *path, struct bn_error *err);
const char *bn_plan_mode_name(enum bn_plan_mode mode);

/* All configs of the plan in the order written, and the queue, shuffled by the seed. */
enum bn_status bn_plan_expand(const struct bn_plan *plan, struct bn_point_list *list, struct bn_error *err);
void bn_point_list_release(struct bn_point_list *list);
/* Queue alone, again, after the plan's rounds or seed changed. */
enum bn_status bn_plan_order(const struct bn_plan *plan, struct bn_point_list *list, struct bn_error *err);
/* Configurations of one model and workload are compared with each other and stay on one machine: a part. How many parts
 * there are. */
uint32_t bn_plan_parts(const struct bn_plan *plan, const struct bn_point_list *list);
/* Of n shards number `shard` (from 1): the places of the queue whose points are of its parts; every place is in exactly
 * one shard. The caller frees *ordinals. */
enum bn_status bn_plan_shard(const struct bn_plan *plan, const struct bn_point_list *list, uint32_t shard, uint32_t n,
                             uint32_t **ordinals, uint32_t *n_ordinals, struct bn_error *err);
/* Whether the config of this place comes up there for the first time. */
bool bn_point_is_first(const struct bn_point_list *list, uint32_t ordinal);
/* An option that needs another one (its `needs` is that option's name) and finds it off: in one_at_a_time it switches
 * it on, to its second value, else it goes to its own default, with a reason. bn_plan_expand has done it. */
enum bn_status bn_plan_complete(const struct bn_plan *plan, struct bn_point_list *list, bn_option_lookup *find,
                                struct bn_error *err);
/* Fills in what the plan leaves to the registry; bn_plan_load has done it. */
enum bn_status bn_plan_take_registry(struct bn_plan *plan, struct bn_error *err);
/* Whether option i of a config is said at all: of a plan over the registry only what is not at its default is. */
bool bn_config_says(const struct bn_plan *plan, const struct bn_config *config, uint32_t i);
/* Whether the config computes other logits than the defaults (so that its quality is a question). */
bool bn_config_inexact(const struct bn_plan *plan, const struct bn_config *config);
/* Whether `config` is the one of the list that answers the plan's quality for its model and options: what is EXACT has
 * the quality of the defaults, which its output hash shows. */
bool bn_plan_asks_quality(const struct bn_plan *plan, const struct bn_point_list *list, const struct bn_config *config);
/* Options that exclude each other (their declarations in engine/options say so): the later one of the plan is set to
 * its default, with a reason. bn_plan_expand has done it; `find` is bn_option_find, or a test's own. */
enum bn_status bn_plan_exclude(const struct bn_plan *plan, struct bn_point_list *list, bn_option_lookup *find,
                               struct bn_error *err);
/* "name=value name=value", sorted by name; the form stored in the database; "name=value(other)" where `other`
 * excluded the requested value. Returns the length (like snprintf). */
int bn_config_options_text(const struct bn_plan *plan, const struct bn_config *config, char *text, size_t cap);
#endif
