/* run.c - begins and ends runs: the run, its configs and all its planned points in one transaction. */
#include "harness/store/instant.h"
#include "harness/store/seal.h"
#include "harness/core/error.h"
#include <stdio.h>
#include <stdlib.h>

/* The model's hash, not its row, names it in the key: keys agree between databases. */
static enum bn_status add_config(struct bn_store *store, const struct bn_store_config *c, int64_t *id,
                                 struct bn_error *err)
{
    static const char key_sql[] = "SELECT printf('%s|%s|%s|%d|%d|%d|%s|%d|%s', ?1, coalesce((SELECT hash FROM "
                                  "fingerprint WHERE fingerprint_id = ?2), ''),"
                                  " ?3, ?4, ?5, ?6, ?7, ?8, ?9) AS key";
    char sql[1024];
    snprintf(sql, sizeof sql,
             "INSERT OR IGNORE INTO config (key, engine, model_id, workload, fill_tokens, prefill_tokens, "
             "decode_tokens, kernel,"
             " threads, options) SELECT k.key, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM (%s) k",
             key_sql);
    enum bn_status status =
        bn_sql_run(store, err, sql, "sIsiiisis", c->engine, c->model_id, c->workload, (int64_t)c->fill,
                   (int64_t)c->prefill, (int64_t)c->decode, c->kernel, (int64_t)c->threads, c->options);
    if (status) return status;
    snprintf(sql, sizeof sql, "SELECT config_id FROM config JOIN (%s) k USING (key)", key_sql);
    status = bn_sql_int(store, err, id, sql, "sIsiiisis", c->engine, c->model_id, c->workload, (int64_t)c->fill,
                        (int64_t)c->prefill, (int64_t)c->decode, c->kernel, (int64_t)c->threads, c->options);
    for (size_t i = 0; !status && i < c->n_option_rows; i++)
        status = bn_sql_run(store, err,
                            "INSERT OR IGNORE INTO config_option (config_id, name, value, reason) VALUES (?, ?, ?, ?)",
                            "isss", *id, c->option_rows[i].name, c->option_rows[i].value, c->option_rows[i].reason);
    return status ? status : bn_seal(store, "config", *id, err);
}

static size_t points_here(const struct bn_store_run *run) { return run->shard ? run->n_shard : run->n_points; }
static size_t place_of(const struct bn_store_run *run, size_t i) { return run->shard ? run->shard[i] : i; }

/* Those that a point here has, in the order of the plan. ids: [n_configs] zeros. */
static enum bn_status add_configs(struct bn_store *store, const struct bn_store_run *run, int64_t *ids,
                                  struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (size_t i = 0; i < points_here(run); i++) ids[run->order[place_of(run, i)]] = 1;
    for (size_t i = 0; !status && i < run->n_configs; i++)
        if (ids[i]) status = add_config(store, &run->configs[i], &ids[i], err);
    return status;
}

static enum bn_status add_points(struct bn_store *store, const struct bn_store_run *run, int64_t run_id,
                                 const int64_t *config_ids, struct bn_error *err)
{
    sqlite3_stmt *s =
        bn_sql_prepare(store, err, "INSERT INTO point (run_id, ordinal, round, config_id) VALUES (?, ?, ?, ?)");
    enum bn_status status = s ? BN_OK : BN_ERR_IO;
    for (size_t i = 0; !status && i < points_here(run); i++) {
        size_t at = place_of(run, i);
        status =
            bn_sql_step(store, s, err, "iiii", run_id, (int64_t)at,
                        (int64_t)(run->rounds ? run->rounds[at] : at / run->n_configs), config_ids[run->order[at]]);
    }
    sqlite3_finalize(s);
    return status;
}

/* The same uid under another identity: only the shard differs. */
static enum bn_status refuse_other_shard(struct bn_store *store, const char *uid, struct bn_error *err)
{
    int64_t n = 0;
    enum bn_status status = bn_sql_int(store, err, &n, "SELECT count(*) FROM run WHERE uid = ?", "s", uid);
    return status || !n ? status
                        : bn_harness_fail(err, BN_ERR_USAGE,
                                          "%s has another shard of this sweep; give each shard a database of its own.",
                                          store->path);
}

static enum bn_status add_run(struct bn_store *store, const struct bn_store_run *r, int64_t *run_id,
                              struct bn_error *err)
{
    char started[BN_INSTANT_CHARS];
    enum bn_status status = r->started_at ? bn_instant_read(r->started_at, "The start of a run", started, err) : BN_OK;
    if (status) return status;
    int64_t *ids = calloc(r->n_configs + 1, sizeof *ids);
    if (!ids) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory adding a run.");
    status = bn_sql_run(store, err,
                        "INSERT INTO run (uid, identity, source, plan, plan_text, seed, command, host, "
                        "machine_id, build_id, started_at)"
                        " VALUES (coalesce(?, lower(hex(randomblob(16)))), ?, ?, ?, ?, ?, ?, ?, ?, ?, coalesce(?, "
                        "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')))",
                        "sssssissIIs", r->uid, r->identity, r->source, r->plan, r->plan_text, (int64_t)r->seed,
                        r->command, r->host, r->machine_id, r->build_id, r->started_at ? started : NULL);
    *run_id = sqlite3_last_insert_rowid(store->db);
    if (!status) status = add_configs(store, r, ids, err);
    if (!status) status = add_points(store, r, *run_id, ids, err);
    free(ids);
    return status ? status : bn_seal_run_later(store, *run_id, err);
}

enum bn_status bn_store_run_begin(struct bn_store *store, const struct bn_store_run *run, int64_t *run_id,
                                  bool *resumed, struct bn_error *err)
{
    enum bn_status status = bn_store_begin(store, err);
    if (status) return status;
    *run_id = 0;
    status =
        bn_sql_int(store, err, run_id,
                   "SELECT run_id FROM run WHERE identity = ? AND (finished_at IS NULL OR uid = ?) ORDER BY run_id "
                   "DESC LIMIT 1",
                   "ss", run->identity, run->uid);
    *resumed = *run_id != 0;
    if (!status && !*resumed && run->uid) status = refuse_other_shard(store, run->uid, err);
    if (!status && !*resumed) status = add_run(store, run, run_id, err);
    if (!status) status = bn_store_commit(store, err);
    if (status) bn_store_rollback(store);
    return status;
}

/* Ordinals go on where the run ends. */
static enum bn_status append_point(struct bn_store *store, int64_t run_id, uint32_t round, int64_t config_id,
                                   struct bn_error *err)
{
    return bn_sql_run(store, err,
                      "INSERT INTO point (run_id, ordinal, round, config_id) SELECT ?1, (SELECT "
                      "coalesce(max(ordinal), -1) + 1 FROM point WHERE run_id = ?1), ?2, ?3",
                      "iii", run_id, (int64_t)round, config_id);
}

enum bn_status bn_store_rounds_add(struct bn_store *store, int64_t run_id, const struct bn_store_config *configs,
                                   size_t n_configs, const uint32_t *order, const uint32_t *rounds, size_t n_points,
                                   struct bn_error *err)
{
    int64_t *ids = calloc(n_configs + 1, sizeof *ids), there = 0;
    if (!ids) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory adding a round.");
    enum bn_status status = bn_store_begin(store, err);
    if (!status)
        status = bn_sql_int(store, err, &there, "SELECT count(*) FROM point WHERE run_id = ? AND round >= ?", "ii",
                            run_id, (int64_t)rounds[0]);
    for (size_t i = 0; !there && !status && i < n_configs; i++) status = add_config(store, &configs[i], &ids[i], err);
    for (size_t i = 0; !there && !status && i < n_points; i++)
        status = append_point(store, run_id, rounds[i], ids[order[i]], err);
    if (!status) status = bn_store_commit(store, err);
    if (status) bn_store_rollback(store);
    free(ids);
    return status;
}

enum bn_status bn_store_point_add(struct bn_store *store, int64_t run_id, const struct bn_store_config *config,
                                  int64_t *point_id, struct bn_error *err)
{
    int64_t id = 0;
    enum bn_status status = add_config(store, config, &id, err);
    if (status) return status;
    int64_t round = 0;
    status = bn_sql_int(store, err, &round, "SELECT count(*) FROM point WHERE run_id = ? AND config_id = ?", "ii",
                        run_id, id);
    if (!status) status = append_point(store, run_id, (uint32_t)round, id, err);
    *point_id = sqlite3_last_insert_rowid(store->db);
    return status ? status
                  : bn_sql_run(store, err,
                               "UPDATE point SET state = 'claimed', owner = ?, attempts = 1 WHERE point_id = ?", "si",
                               store->owner, *point_id);
}

enum bn_status bn_store_run_end(struct bn_store *store, int64_t run_id, int64_t *open, struct bn_error *err)
{
    *open = 0;
    enum bn_status status =
        bn_sql_int(store, err, open, "SELECT count(*) FROM point WHERE run_id = ? AND state IN ('planned', 'claimed')",
                   "i", run_id);
    if (status || *open) return status;
    return bn_seal_run_write(
        store, run_id, err,
        "UPDATE run SET finished_at = coalesce(finished_at, strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) WHERE run_id = ?",
        "i", run_id);
}
