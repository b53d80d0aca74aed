/* accuracy.c - stores what evaluations and stress tests gave. */
#include "harness/store/seal.h"
#include <math.h>

enum bn_status bn_store_score(struct bn_store *store, int64_t run_id, int64_t model_id, const struct bn_score *s,
                              struct bn_error *err)
{
    return bn_seal_run_write(
        store, run_id, err,
        "INSERT OR REPLACE INTO score (run_id, model_id, config, task, metric, version, value, stderr, "
        "n_items, n_shots, reason)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "iissssddNNs", run_id, model_id, s->config ? s->config : "", s->task, s->metric, s->version ? s->version : "",
        s->reason ? (double)NAN : s->value, s->standard_error, s->n_items, s->n_shots, s->reason);
}

enum bn_status bn_store_score_item(struct bn_store *store, int64_t run_id, int64_t model_id, const char *config,
                                   const char *task, const char *item, const char *gold, const char *ll_json,
                                   struct bn_error *err)
{
    return bn_seal_run_write(
        store, run_id, err,
        "INSERT OR REPLACE INTO score_item (run_id, model_id, config, task, item, gold, ll) VALUES (?, "
        "?, ?, ?, ?, ?, ?)",
        "iisssss", run_id, model_id, config ? config : "", task, item, gold, ll_json);
}

enum bn_status bn_store_stress(struct bn_store *store, int64_t run_id, int64_t model_id,
                               const struct bn_store_stress *r, struct bn_error *err)
{
    return bn_seal_run_write(
        store, run_id, err,
        "INSERT OR REPLACE INTO stress (run_id, model_id, test, verdict, value, threshold, seconds, "
        "reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        "iissddds", run_id, model_id, r->test, r->verdict, r->value, r->threshold, r->seconds, r->reason);
}
