/* work.h - a sweep on a cluster in progress: its arrays, their shards, and the steps from the first to the last. */
#ifndef BN_SLURM_WORK_H
#define BN_SLURM_WORK_H
#include "harness/slurm/jobs.h"
#include "harness/slurm/slurm.h"
#include "harness/store/store.h"
#include "harness/sweep/progress.h"

struct bn_slurm_shard {
    uint32_t number, n_points;
    bool queued, running; /* as squeue said last */
    int absent;           /* how often in a row squeue did not have it */
    bool done;            /* its database has the finished run `uid` */
    char uid[33];
};
/* The tasks of one kind of machine. */
struct bn_slurm_array {
    const char *name, *constraint, *partition;
    char job[48], bench[4096]; /* name of the job; path of bitnet-bench */
    struct bn_slurm_shard *shards;
    uint32_t n_shards;
};
struct bn_slurm_work {
    const struct bn_slurm *ask;
    struct bn_slurm_array *arrays;
    uint32_t n_arrays;
    char folder[4096], id[33]; /* absolute; what all tasks of this sweep have in common */
    int lock;                  /* the open file of the id; -1: none */
    char *names;               /* of all jobs, "a,b" */
    size_t n_points;
    struct bn_progress progress;
    bool interrupted;
};
/* Arrays and shards of the plan, without touching a file. */
enum bn_status bn_slurm_plan(struct bn_slurm_work *work, struct bn_error *err);
/* Takes the folder of this sweep, and looks which shards have finished already. */
enum bn_status bn_slurm_begin(struct bn_slurm_work *work, struct bn_error *err);
/* Removes what the tasks left, when all of it has been merged. */
void bn_slurm_clear(const struct bn_slurm_work *work);
void bn_slurm_release(struct bn_slurm_work *work);
/* FOLDER/MACHINES-NUMBER.SUFFIX */
void bn_slurm_shard_path(const struct bn_slurm_work *work, const struct bn_slurm_array *array,
                         const struct bn_slurm_shard *shard, const char *suffix, char path[4352]);
/* Whether its database has a finished run: sets done and uid. */
enum bn_status bn_slurm_shard_look(const struct bn_slurm_work *work, const struct bn_slurm_array *array,
                                   struct bn_slurm_shard *shard, struct bn_error *err);
/* Writes the script of the array and submits its shards that are neither done nor queued. */
enum bn_status bn_slurm_start(const struct bn_slurm_work *work, const struct bn_slurm_array *array,
                              struct bn_error *err);
/* "2,5,7-9": the shards that bn_slurm_start submits; "": none. The caller frees it; NULL: no memory. */
char *bn_slurm_missing(const struct bn_slurm_array *array);
/* What squeue says now, put into the shards. */
enum bn_status bn_slurm_update(struct bn_slurm_work *work, struct bn_error *err);
/* Merges all shards that are done, computes what options do, prints the summary; the exit code as of bn_slurm_sweep. */
enum bn_status bn_slurm_conclude(struct bn_slurm_work *work, int *code, struct bn_error *err);
#endif
