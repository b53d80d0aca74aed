/* slurm.h - a sweep over the nodes of a cluster: for each kind of machine of the plan one job array of Slurm, whose
 * tasks measure one shard each into a database of its own. When all have ended they are merged.
 *
 * Databases, logs and scripts of the tasks are in DB.slurm/, in a folder that is named after what is measured: the same
 * command finds them again, goes on with tasks that are still queued, and submits only shards that have not finished.
 * The folder is removed when everything has been merged. See README.md. */
#ifndef BN_SLURM_H
#define BN_SLURM_H
#include "harness/plan/plan.h"
#include <stdio.h>

struct bn_slurm {
    const struct bn_plan *plan;
    const struct bn_point_list *points;
    const char *plan_path, *db_path;
    const char *options;                /* further options of every task, as the shell reads them */
    const char *constraint, *partition; /* of machines that name none themselves; NULL: none */
    uint32_t shards;                    /* likewise: tasks at most; 0: as many as the plan has parts */
    bool json;                          /* the summary as one JSON object */
};
/* The whole of it; *code is the exit code: 0, 1 points failed or are missing, 4 other output, 5 nothing measured, 130
 * interrupted. BN_ERR_USAGE: the command cannot work here. */
enum bn_status bn_slurm_sweep(const struct bn_slurm *slurm, int *code, struct bn_error *err);
/* One line for each kind of machine: what would be submitted. */
void bn_slurm_describe(const struct bn_slurm *slurm);
/* A word as the shell reads it. */
void bn_shell_put(FILE *out, const char *word);
#endif
