/* jobs.h - Slurm's commands: sbatch, squeue and scancel, and what they answer. */
#ifndef BN_SLURM_JOBS_H
#define BN_SLURM_JOBS_H
#include "engine/bitnet.h"
#include <stddef.h>

struct bn_slurm_task {
    uint32_t job, index;                  /* of the array; of the task in it */
    char state[32], name[64], reason[64]; /* PENDING, RUNNING, ...; of the job; why it waits */
};
struct bn_slurm_tasks {
    struct bn_slurm_task *at;
    size_t n;
};
/* BN_ERR_USAGE with advice where one of the commands is not in PATH. */
enum bn_status bn_slurm_find(struct bn_error *err);
/* Submits a job array: options end with NULL. */
enum bn_status bn_slurm_submit(const char *const *options, const char *script, struct bn_error *err);
/* The user's tasks that wait or run, of the jobs with these names ("a,b"). */
enum bn_status bn_slurm_list(const char *names, struct bn_slurm_tasks *tasks, struct bn_error *err);
/* Cancels the jobs of these tasks. */
enum bn_status bn_slurm_cancel(const struct bn_slurm_tasks *tasks, struct bn_error *err);
void bn_slurm_tasks_release(struct bn_slurm_tasks *tasks);
/* The lines of squeue; every line must be a task of an array, in full. */
enum bn_status bn_slurm_tasks_read(struct bn_slurm_tasks *tasks, const char *text, struct bn_error *err);
/* "4711" or "4711;CLUSTER", what sbatch --parsable prints. */
enum bn_status bn_slurm_job_read(uint32_t *job, const char *text, struct bn_error *err);
#endif
