/* sweep.h - a sweep in progress: what the command line gave, and the steps of the command. */
#ifndef BN_SWEEP_H
#define BN_SWEEP_H
#include "harness/machine/lock.h"
#include "harness/sweep/execute.h"
#include "harness/sweep/progress.h"

struct bn_sweep {
    const char *plan_path, *db_path, *worker, *counters; /* counters: "auto", "off", "sim" */
    const char *command;
    const char *config;         /* file of options under all that the plan measures; NULL: none */
    const char *only;           /* of a plan over options: those that are tried; NULL: all */
    int rounds, repetitions;    /* -1: as the plan says */
    int seed;                   /* -1: as the plan says */
    double budget_s;            /* 0: as many rounds as the plan says; else as many as fit */
    uint32_t shard, n_shards;   /* only this part, from 1; n_shards 0: all */
    uint32_t *places, n_places; /* of a shard: its points, as places of the queue */
    const char *sweep_id;       /* what the shards of one sweep have in common; NULL: nothing */
    struct bn_plan *plan;
    struct bn_point_list points;
    struct bn_engines engines;
    struct bn_topology topology;
    struct bn_store *store;
    int64_t *model_ids;      /* [plan->n_models] */
    struct bn_watch *models; /* [plan->n_models]; path NULL: missing */
    struct bn_lock lock;
    enum bn_lock_policy lock_policy;
    struct bn_store_config *configs; /* [points.n_configs], as the store names them */
    struct bn_store_option *option_rows;
    char *option_texts;
    int64_t machine_id, run_id;
    bool resumed;
    struct bn_progress progress;
    int64_t current_point;
};
/* Reads the plan, places models ("LABEL=PATH"), and takes the file of options. */
enum bn_status bn_sweep_plan(struct bn_sweep *sweep, const char *const *models, int n_models, struct bn_error *err);
/* The whole of a sweep whose plan is expanded and whose engines are known: begin or resume, measure, and of a plan over
 * options put their table into the database. Takes the signals that end it. */
enum bn_status bn_sweep_run(struct bn_sweep *sweep, bool *interrupted, struct bn_error *err);
/* "K/N" of --shard; places of the shard in the queue are those of the expanded plan. */
enum bn_status bn_sweep_take_shard(struct bn_sweep *sweep, const char *text, struct bn_error *err);
/* What options do, for the report: of a plan that tries them alone or leaves them out. */
enum bn_status bn_sweep_store_effects(const struct bn_plan *plan, struct bn_store *store, int64_t run_id,
                                      struct bn_error *err);
/* Opens the database, takes all fingerprints, begins or resumes the run. */
enum bn_status bn_sweep_begin(struct bn_sweep *sweep, struct bn_error *err);
/* For plans with `ops`: read bandwidth and int8 peak per thread count into v_roofline, unless they are already stored
 * (two seconds each). */
enum bn_status bn_sweep_measure_limits(struct bn_sweep *sweep, struct bn_error *err);
/* "90s", "10m", "1h" of --budget. */
enum bn_status bn_budget_read(double *seconds, const char *text, struct bn_error *err);
/* Adds one more pass over all configurations if the budget allows; *added says whether there is work to do. */
enum bn_status bn_sweep_add_pass(struct bn_sweep *sweep, bool *added, struct bn_error *err);
/* Seconds that the points of this run have taken so far, in all runners together. */
double bn_sweep_spent(struct bn_sweep *sweep);
/* Processes the queue until it is empty or a signal arrives; *interrupted says which. */
enum bn_status bn_sweep_work(struct bn_sweep *sweep, bool *interrupted, struct bn_error *err);
struct bn_sweep_state {
    size_t n_points, n_finished, n_failed, n_skipped, n_open,
        n_other_output; /* the last: of those failed, ended well with a wrong hash */
};
struct bn_sweep_state bn_sweep_state(const struct bn_sweep *sweep);
/* Prints the summary; returns the exit code: 0, 1 points failed, 4 other output, 5 nothing measured, 130 interrupted.
 */
int bn_sweep_conclude(const struct bn_sweep *sweep, bool interrupted, bool json);
void bn_sweep_release(struct bn_sweep *sweep);
/* Seconds a point of this config took last time in this database; NAN: unknown. */
double bn_sweep_estimate(struct bn_sweep *sweep, const struct bn_config *config);
/* "avx2 x2 kv_type=q8_0", as the views name a series. */
void bn_config_label(const struct bn_plan *plan, const struct bn_config *config, char *text, size_t cap);
#endif
