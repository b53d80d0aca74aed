/* conclude.c - the end of a sweep on a cluster: merge, what options do, summary. */
#include "harness/slurm/work.h"
#include "engine/cmdline.h"
#include "harness/core/cell.h"
#include "harness/core/clock.h"
#include "harness/core/error.h"
#include "harness/sweep/sweep.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* One run of the merged database: shards of one kind on equal machines. */
struct part {
    const struct bn_slurm_array *array;
    char uid[33], machine[128], host[256];
    int64_t run, points, finished, failed, skipped, other_output;
    uint32_t n_shards;
};
struct summary {
    struct part *at;
    size_t n;
    size_t shards, missing, points;
    int64_t finished, failed, skipped, other_output;
    double merge_s;
};

static struct part *part_of(struct summary *s, const struct bn_slurm_array *a, const char *uid)
{
    for (size_t i = 0; i < s->n; i++)
        if (!strcmp(s->at[i].uid, uid)) return &s->at[i];
    struct part *p = &s->at[s->n++];
    *p = (struct part){.array = a};
    snprintf(p->uid, sizeof p->uid, "%s", uid);
    return p;
}

static enum bn_status merge_all(struct bn_slurm_work *w, struct bn_store *store, struct summary *s,
                                struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (uint32_t i = 0; i < w->n_arrays; i++)
        for (uint32_t k = 0; k < w->arrays[i].n_shards && !status; k++) {
            const struct bn_slurm_shard *shard = &w->arrays[i].shards[k];
            char path[4352];
            int64_t runs, points;
            s->shards++;
            if (!shard->done) {
                s->missing++;
                continue;
            }
            bn_cmd_progress("merging %s, shard %u of %u", w->arrays[i].name, k + 1, w->arrays[i].n_shards);
            bn_slurm_shard_path(w, &w->arrays[i], shard, "db", path);
            status = bn_store_merge_run(store, path, shard->uid, &runs, &points, err);
            part_of(s, &w->arrays[i], shard->uid)->n_shards++;
        }
    bn_cmd_progress(NULL);
    return status;
}

static enum bn_status read_part(struct bn_store *store, struct part *p, struct bn_error *err)
{
    struct bn_query *q = NULL;
    enum bn_status status =
        bn_query_open(&q, store, err,
                      "SELECT run_id, coalesce(machine, ''), host, n_points, n_finished, n_failed, n_skipped, (SELECT "
                      "count(*) FROM v_outputs o WHERE o.run_id = r.run_id AND hash IS NOT NULL AND contradicts) FROM "
                      "v_runs r WHERE uid = ?",
                      "s", p->uid);
    if (!status && bn_query_next(q)) {
        p->run = bn_query_int(q, 0);
        bn_printable(p->machine, sizeof p->machine, bn_query_text(q, 1));
        bn_printable(p->host, sizeof p->host, bn_query_text(q, 2));
        p->points = bn_query_int(q, 3), p->finished = bn_query_int(q, 4), p->failed = bn_query_int(q, 5);
        p->skipped = bn_query_int(q, 6), p->other_output = bn_query_int(q, 7);
    }
    return bn_query_end(q, status, err);
}

static enum bn_status read_parts(const struct bn_slurm_work *w, struct bn_store *store, struct summary *s,
                                 struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (size_t i = 0; i < s->n && !status; i++) {
        status = read_part(store, &s->at[i], err);
        if (!status) status = bn_sweep_store_effects(w->ask->plan, store, s->at[i].run, err);
        s->points += (size_t)s->at[i].points, s->finished += s->at[i].finished, s->failed += s->at[i].failed;
        s->skipped += s->at[i].skipped, s->other_output += s->at[i].other_output;
    }
    return status;
}

/* The same work has one output on every machine. Says which has not. */
static enum bn_status compare_outputs(struct bn_store *store, struct summary *s, struct bn_error *err)
{
    char *sql = NULL, shown[256];
    size_t n;
    struct bn_query *q = NULL;
    FILE *out = open_memstream(&sql, &n);
    if (!out) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory comparing the outputs.");
    fputs(
        "SELECT workload, count(DISTINCT hash) FROM v_outputs WHERE state = 'finished' AND hash IS NOT NULL AND run_id "
        "IN (0",
        out);
    for (size_t i = 0; i < s->n; i++) fprintf(out, ", %lld", (long long)s->at[i].run);
    fputs(") GROUP BY work HAVING count(DISTINCT hash) > 1", out);
    fclose(out);
    enum bn_status status = bn_query_open(&q, store, err, sql, "");
    while (!status && bn_query_next(q)) {
        s->other_output++;
        fprintf(stderr, "failed: %s: the machines computed %lld different outputs from the same work\n",
                bn_printable(shown, sizeof shown, bn_query_text(q, 0)), (long long)bn_query_int(q, 1));
    }
    free(sql);
    return bn_query_end(q, status, err);
}

static void say_missing(const struct bn_slurm_work *w)
{
    char path[4352], line[400];
    for (uint32_t i = 0; i < w->n_arrays; i++)
        for (uint32_t k = 0; k < w->arrays[i].n_shards; k++) {
            const struct bn_slurm_shard *s = &w->arrays[i].shards[k];
            char last[400] = "";
            bn_slurm_shard_path(w, &w->arrays[i], s, "log", path);
            FILE *log = s->done ? NULL : fopen(path, "r");
            while (log && fgets(line, sizeof line, log))
                if (line[0] != '\n') snprintf(last, sizeof last, "%.*s", (int)strcspn(line, "\n"), line);
            if (log) fclose(log);
            if (log && !w->interrupted)
                fprintf(stderr, "%s: shard %u has not finished: %s (%s)\n", w->arrays[i].name, s->number,
                        last[0] ? BN_PRINTABLE(last) : "its log is empty", BN_PRINTABLE(path));
        }
}

static void print_json(const struct bn_slurm_work *w, const struct summary *s)
{
    json_t *runs = json_array();
    for (size_t i = 0; i < s->n; i++)
        json_array_append_new(runs,
                              json_pack("{ss sI ss ss sI sI sI sI sI}", "machines", s->at[i].array->name, "run",
                                        (json_int_t)s->at[i].run, "machine", s->at[i].machine, "host", s->at[i].host,
                                        "shards", (json_int_t)s->at[i].n_shards, "points", (json_int_t)s->at[i].points,
                                        "finished", (json_int_t)s->at[i].finished, "failed",
                                        (json_int_t)s->at[i].failed, "skipped", (json_int_t)s->at[i].skipped));
    json_t *root = json_pack(
        "{si ss sI sI sI sI sI sI sI sf sb so}", "schema", 1, "database", w->ask->db_path, "points",
        (json_int_t)w->n_points, "finished", (json_int_t)s->finished, "failed", (json_int_t)s->failed, "skipped",
        (json_int_t)s->skipped, "open", (json_int_t)(w->n_points - s->points), "shards", (json_int_t)s->shards,
        "shards_open", (json_int_t)s->missing, "merge_s", s->merge_s, "interrupted", (int)w->interrupted, "runs", runs);
    json_dumpf(root, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(root);
}

static void print_text(const struct bn_slurm_work *w, const struct summary *s)
{
    if (s->n)
        printf("%-16s %6s %-40s %-20s %8s %8s %8s\n", "machines", "run", "CPU", "hosts", "finished", "failed",
               "skipped");
    for (size_t i = 0; i < s->n; i++) {
        bn_cell_put(stdout, s->at[i].array->name, 16);
        printf("%6lld ", (long long)s->at[i].run);
        bn_cell_put(stdout, s->at[i].machine, 40);
        bn_cell_put(stdout, s->at[i].host, 20);
        printf("%8lld %8lld %8lld\n", (long long)s->at[i].finished, (long long)s->at[i].failed,
               (long long)s->at[i].skipped);
    }
    printf("%zu of %zu shards, %zu of %zu points in %s: %lld finished, %lld failed, %lld skipped; merged in %.1f s\n",
           s->shards - s->missing, s->shards, s->points, w->n_points, BN_PRINTABLE(w->ask->db_path),
           (long long)s->finished, (long long)s->failed, (long long)s->skipped, s->merge_s);
    if (s->missing) printf("what the others have is in %s; the same command goes on\n", BN_PRINTABLE(w->folder));
    if (s->n > 1)
        printf("bitnet-bench compare %lld %lld --across sets two of the machines side by side\n",
               (long long)s->at[0].run, (long long)s->at[1].run);
}

enum bn_status bn_slurm_conclude(struct bn_slurm_work *w, int *code, struct bn_error *err)
{
    struct bn_store *store;
    struct summary s = {.at = NULL};
    size_t most = 1;
    for (uint32_t i = 0; i < w->n_arrays; i++) most += w->arrays[i].n_shards;
    s.at = calloc(most, sizeof *s.at);
    if (!s.at) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory merging.");
    enum bn_status status = bn_store_open(&store, w->ask->db_path, BN_STORE_WRITE, err);
    if (!status) {
        double start = bn_clock_s();
        status = merge_all(w, store, &s, err);
        s.merge_s = bn_clock_s() - start;
        if (!status) status = read_parts(w, store, &s, err);
        if (!status) status = compare_outputs(store, &s, err);
        bn_store_close(store);
    }
    if (!status) {
        if (s.missing) say_missing(w);
        (w->ask->json ? print_json : print_text)(w, &s);
        if (!s.missing) bn_slurm_clear(w);
        *code = w->interrupted ? 130 : s.other_output ? 4 : s.failed ? 1 : s.missing ? 1 : s.finished ? 0 : 5;
    }
    free(s.at);
    return status;
}
