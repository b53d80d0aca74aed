/* begin.c - which tasks a sweep on a cluster has, and the folder that keeps what they leave. */
#include "harness/slurm/work.h"
#include "harness/core/error.h"
#include "harness/core/fnv.h"
#include "harness/machine/content_hash.h"
#include "harness/worker/find.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

static uint64_t add_text(uint64_t h, const char *text)
{
    for (const char *p = text ? text : "\1"; *p; p++) h = bn_fnv_add(h, (unsigned char)*p);
    return bn_fnv_add(h, 0x1f);
}

static enum bn_status plan_shards(struct bn_slurm_array *a, const struct bn_slurm *ask, uint32_t most,
                                  struct bn_error *err)
{
    uint32_t parts = bn_plan_parts(ask->plan, ask->points);
    a->n_shards = most && most < parts ? most : parts;
    if (a->n_shards > BN_PLAN_SHARDS_MAX) a->n_shards = BN_PLAN_SHARDS_MAX;
    a->shards = calloc(a->n_shards + 1, sizeof *a->shards);
    if (!a->shards) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory dividing %s.", ask->plan_path);
    enum bn_status status = BN_OK;
    for (uint32_t i = 0; i < a->n_shards && !status; i++) {
        uint32_t *places;
        a->shards[i].number = i + 1;
        status = bn_plan_shard(ask->plan, ask->points, i + 1, a->n_shards, &places, &a->shards[i].n_points, err);
        if (!status) free(places);
    }
    return status;
}

static const struct bn_plan_machine any = {.name = "nodes"};

enum bn_status bn_slurm_plan(struct bn_slurm_work *w, struct bn_error *err)
{
    const struct bn_plan *plan = w->ask->plan;
    w->n_arrays = plan->n_machines ? plan->n_machines : 1;
    w->arrays = calloc(w->n_arrays, sizeof *w->arrays);
    if (!w->arrays) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory planning the tasks.");
    enum bn_status status = BN_OK;
    for (uint32_t i = 0; i < w->n_arrays && !status; i++) {
        const struct bn_plan_machine *m = plan->n_machines ? &plan->machines[i] : &any;
        struct bn_slurm_array *a = &w->arrays[i];
        a->name = m->name;
        a->constraint = m->constraint ? m->constraint : w->ask->constraint;
        a->partition = m->partition ? m->partition : w->ask->partition;
        status = bn_program_find("bitnet-bench", m->bin, a->bench, sizeof a->bench, err);
        if (!status) status = plan_shards(a, w->ask, m->shards ? m->shards : w->ask->shards, err);
        w->n_points += w->ask->points->n_points;
    }
    return status;
}

/* All that says what is measured, with the programs that do it: another build is another sweep. */
static enum bn_status name_of(const struct bn_slurm_work *w, char name[17], struct bn_error *err)
{
    const struct bn_slurm *ask = w->ask;
    uint64_t h = add_text(add_text(add_text(BN_FNV_BASIS, ask->plan->text), ask->plan_path), ask->options);
    for (uint32_t i = 0; i < w->n_arrays; i++) {
        const struct bn_slurm_array *a = &w->arrays[i];
        char worker[4096], build[4096], hash[BN_CONTENT_HASH_CHARS];
        snprintf(build, sizeof build, "%.*s", (int)(strrchr(a->bench, '/') - a->bench), a->bench);
        enum bn_status status = bn_program_find("bitnet-worker", build, worker, sizeof worker, err);
        if (!status) status = bn_content_hash_file(worker, hash, NULL, err);
        if (status) return status;
        h = add_text(add_text(add_text(add_text(h, a->name), a->constraint), a->partition), hash);
        h = bn_fnv_add(h, a->n_shards);
    }
    snprintf(name, 17, "%016" PRIx64, h);
    return BN_OK;
}

static enum bn_status make_folder(struct bn_slurm_work *w, const char *name, struct bn_error *err)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%s.slurm", w->ask->db_path);
    bool made = n > 0 && (size_t)n + 18 < sizeof path && (!mkdir(path, 0777) || errno == EEXIST);
    if (made) snprintf(path + n, sizeof path - (size_t)n, "/%s", name);
    made = made && (!mkdir(path, 0777) || errno == EEXIST);
    char *real = made ? realpath(path, NULL) : NULL;
    if (!real || strlen(real) >= sizeof w->folder) {
        free(real);
        return bn_harness_fail(err, BN_ERR_IO, "Could not make the folder %s for what the tasks leave: %m.", path);
    }
    snprintf(w->folder, sizeof w->folder, "%s", real);
    free(real);
    return BN_OK;
}

/* One process watches a sweep; the first one draws its id. */
static enum bn_status take_id(struct bn_slurm_work *w, struct bn_error *err)
{
    char path[4352];
    uint64_t drawn[2];
    snprintf(path, sizeof path, "%s/id", w->folder);
    w->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (w->lock < 0) return bn_harness_fail(err, BN_ERR_IO, "Could not write %s: %m.", path);
    if (flock(w->lock, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
        return bn_harness_fail(err, BN_ERR_IO, "Another process watches this sweep already (it holds %s).", path);
    if (read(w->lock, w->id, 32) == 32) return BN_OK;
    if (getrandom(drawn, sizeof drawn, 0) != sizeof drawn)
        return bn_harness_fail(err, BN_ERR_IO, "Could not draw a name for the sweep: %m.");
    snprintf(w->id, sizeof w->id, "%016" PRIx64 "%016" PRIx64, drawn[0], drawn[1]);
    if (pwrite(w->lock, w->id, 32, 0) != 32 || fsync(w->lock))
        return bn_harness_fail(err, BN_ERR_IO, "Could not write %s: %m.", path);
    return BN_OK;
}

static enum bn_status name_jobs(struct bn_slurm_work *w, const char *name, struct bn_error *err)
{
    size_t cap = w->n_arrays * sizeof w->arrays->job + 1, n = 0;
    w->names = calloc(1, cap);
    if (!w->names) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory naming the tasks.");
    for (uint32_t i = 0; i < w->n_arrays; i++) {
        snprintf(w->arrays[i].job, sizeof w->arrays[i].job, "bitnet-bench-%s-%u", name, i + 1);
        n += (size_t)snprintf(w->names + n, cap - n, "%s%s", i ? "," : "", w->arrays[i].job);
    }
    return BN_OK;
}

enum bn_status bn_slurm_begin(struct bn_slurm_work *w, struct bn_error *err)
{
    struct bn_store *store;
    struct bn_error unread;
    char name[17];
    enum bn_status status = name_of(w, name, err);
    if (status) return status;
    status = bn_store_open(&store, w->ask->db_path, BN_STORE_WRITE, err); /* an error now, not after the night */
    if (status) return status;
    bn_store_close(store);
    status = make_folder(w, name, err);
    if (!status) status = take_id(w, err);
    if (!status) status = name_jobs(w, name, err);
    for (uint32_t i = 0; i < w->n_arrays; i++)
        for (uint32_t k = 0; k < w->arrays[i].n_shards && !status; k++)
            bn_slurm_shard_look(w, &w->arrays[i], &w->arrays[i].shards[k], &unread); /* the task will say it again */
    return status;
}

void bn_slurm_clear(const struct bn_slurm_work *w)
{
    static const char *const suffixes[] = {"db", "db-wal", "db-shm", "db-journal", "log"};
    char path[4352];
    for (uint32_t i = 0; i < w->n_arrays; i++) {
        for (uint32_t k = 0; k < w->arrays[i].n_shards; k++)
            for (size_t j = 0; j < sizeof suffixes / sizeof *suffixes; j++) {
                bn_slurm_shard_path(w, &w->arrays[i], &w->arrays[i].shards[k], suffixes[j], path);
                unlink(path);
            }
        snprintf(path, sizeof path, "%s/%s.sh", w->folder, w->arrays[i].name);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/id", w->folder);
    unlink(path);
    rmdir(w->folder);
    snprintf(path, sizeof path, "%s.slurm", w->ask->db_path);
    rmdir(path); /* unless another sweep has its folder there */
}

void bn_slurm_release(struct bn_slurm_work *w)
{
    for (uint32_t i = 0; w->arrays && i < w->n_arrays; i++) free(w->arrays[i].shards);
    free(w->arrays), free(w->names);
    if (w->lock >= 0) close(w->lock);
}
