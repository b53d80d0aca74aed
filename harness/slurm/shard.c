/* shard.c - the database that a task leaves. */
#include "harness/slurm/work.h"
#include <sys/stat.h>

void bn_slurm_shard_path(const struct bn_slurm_work *w, const struct bn_slurm_array *a, const struct bn_slurm_shard *s,
                         const char *suffix, char path[4352])
{
    snprintf(path, 4352, "%s/%s-%u.%s", w->folder, a->name, s->number, suffix);
}

/* A task that is started again on another machine begins again, for what is compared is measured on one: of several
 * runs the finished one counts. */
enum bn_status bn_slurm_shard_look(const struct bn_slurm_work *w, const struct bn_slurm_array *a,
                                   struct bn_slurm_shard *s, struct bn_error *err)
{
    char path[4352];
    struct stat st;
    struct bn_store *store;
    struct bn_query *q = NULL;
    bn_slurm_shard_path(w, a, s, "db", path);
    if (stat(path, &st) || !st.st_size) return BN_OK;
    enum bn_status status = bn_store_open(&store, path, BN_STORE_READ, err);
    if (status) return status;
    status = bn_query_open(&q, store, err,
                           "SELECT uid FROM v_runs WHERE finished_at IS NOT NULL ORDER BY run_id DESC LIMIT 1", "");
    if (!status && bn_query_next(q)) {
        s->done = true;
        snprintf(s->uid, sizeof s->uid, "%s", bn_query_text(q, 0));
    }
    status = bn_query_end(q, status, err);
    bn_store_close(store);
    return status;
}
