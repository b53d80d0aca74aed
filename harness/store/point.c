/* point.c - stores what a point gave: its state, samples, counters, operation times and moments in one transaction. */
#include "harness/store/file.h"
#include "harness/store/seal.h"
#include "harness/core/error.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const bn_sample_phases[BN_SAMPLE_PHASES] = {
#define PHASE(name) [BN_SAMPLE_##name] = #name,
#include "harness/store/phases.list"
#undef PHASE
};

int bn_sample_phase_find(const char *name)
{
    for (int i = 0; i < BN_SAMPLE_PHASES; i++)
        if (!strcmp(bn_sample_phases[i], name)) return i;
    return -1;
}

static enum bn_status put_samples(struct bn_store *store, int64_t id, const struct bn_point_result *r,
                                  struct bn_error *err)
{
    sqlite3_stmt *s = bn_sql_prepare(
        store, err, "INSERT INTO sample (point_id, phase, rep, idx, ns, n_tokens) VALUES (?, ?, ?, ?, ?, ?)");
    enum bn_status status = s ? BN_OK : BN_ERR_IO;
    for (size_t i = 0; !status && i < r->n_samples; i++) {
        const struct bn_sample *x = &r->samples[i];
        status = bn_sql_step(store, s, err, "isiiii", id, x->phase, x->rep, x->idx, x->ns, x->n_tokens);
        store->inserted =
            (struct bn_mix_sum){id, store->inserted.sum + bn_mix_sample(x->phase, x->rep, x->idx, x->ns, x->n_tokens)};
    }
    sqlite3_finalize(s);
    return status;
}

static enum bn_status put_counters(struct bn_store *store, int64_t id, const struct bn_counter *counters, size_t n,
                                   struct bn_error *err)
{
    sqlite3_stmt *s = bn_sql_prepare(store, err,
                                     "INSERT OR REPLACE INTO counter (point_id, phase, op, thread, name, source, "
                                     "value, reason, scaled, n_tokens) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    enum bn_status status = s ? BN_OK : BN_ERR_IO;
    for (size_t i = 0; !status && i < n; i++) {
        const struct bn_counter *c = &counters[i];
        status = bn_sql_step(store, s, err, "ississdsii", id, c->phase, c->op ? c->op : "", (int64_t)c->thread, c->name,
                             c->source, c->reason ? (double)NAN : c->value, c->reason, (int64_t)c->scaled, c->n_tokens);
    }
    sqlite3_finalize(s);
    return status;
}

static enum bn_status put_ops(struct bn_store *store, int64_t id, const struct bn_point_result *r, struct bn_error *err)
{
    sqlite3_stmt *s =
        bn_sql_prepare(store, err,
                       "INSERT INTO op_time (point_id, phase, layer, op, thread, calls, ns, weight_bytes, kv_bytes, "
                       "macs, n_tokens) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    enum bn_status status = s ? BN_OK : BN_ERR_IO;
    for (size_t i = 0; !status && i < r->n_ops; i++) {
        const struct bn_op_time *o = &r->ops[i];
        status = bn_sql_step(store, s, err, "isisiiiiiii", id, o->phase, (int64_t)o->layer, o->op, (int64_t)o->thread,
                             o->calls, o->ns, o->weight_bytes, o->kv_bytes, o->macs, o->n_tokens);
    }
    sqlite3_finalize(s);
    return status;
}

static enum bn_status put_moments(struct bn_store *store, int64_t id, const struct bn_point_result *r,
                                  struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (size_t i = 0; !status && i < r->n_moments; i++) {
        const struct bn_moment *m = &r->moments[i];
        status = bn_sql_run(store, err,
                            "INSERT OR REPLACE INTO moment (point_id, at, name, value, reason) VALUES (?, ?, ?, ?, ?)",
                            "issds", id, m->at, m->name, m->reason ? (double)NAN : m->value, m->reason);
    }
    return status;
}

static enum bn_status put_requests(struct bn_store *store, int64_t id, const struct bn_point_result *r,
                                   struct bn_error *err)
{
    sqlite3_stmt *s = bn_sql_prepare(
        store, err,
        "INSERT INTO load_request (point_id, request, manner, outcome, status, reason, start_ns, late_ns, ttft_ns, "
        "end_ns, prompt_tokens, tokens, wasted_tokens, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    enum bn_status status = s ? BN_OK : BN_ERR_IO;
    for (size_t i = 0; !status && i < r->n_requests; i++) {
        const struct bn_store_request *q = &r->requests[i];
        status = bn_sql_step(store, s, err, "iissIsiiIiIiii", id, q->request, q->manner, q->outcome, (int64_t)q->status,
                             q->reason, q->start_ns, q->late_ns, q->ttft_ns, q->end_ns, q->prompt_tokens, q->tokens,
                             q->wasted_tokens, q->bytes);
    }
    sqlite3_finalize(s);
    return status;
}

/* Quality belongs to a model and its options, not to the process that measured it. */
static enum bn_status put_quality(struct bn_store *store, int64_t id, const struct bn_point_result *r,
                                  struct bn_error *err)
{
    int64_t run, model;
    char options[BN_OPTIONS_TEXT];
    if (!r->n_scores) return BN_OK;
    enum bn_status status = bn_sql_int(store, err, &run, "SELECT run_id FROM point WHERE point_id = ?", "i", id);
    if (!status)
        status = bn_sql_int(store, err, &model,
                            "SELECT model_id FROM point JOIN config USING (config_id) WHERE point_id = ?", "i", id);
    if (!status)
        status = bn_sql_text(store, err, options, sizeof options,
                             "SELECT options FROM point JOIN config USING (config_id) WHERE point_id = ?", "i", id);
    for (size_t i = 0; !status && i < r->n_scores; i++) {
        struct bn_score score = r->scores[i];
        score.config = options;
        status = bn_store_score(store, run, model, &score, err);
    }
    for (size_t i = 0; !status && i < r->n_items; i++)
        status = bn_store_score_item(store, run, model, options, &r->items[i], err);
    return status;
}

static enum bn_status put_state(struct bn_store *store, int64_t id, const struct bn_point_result *r,
                                struct bn_error *err)
{
    return bn_sql_run(store, err,
                      "UPDATE point SET state = ?, reason = ?, stderr_tail = ?, hash = ?, kernels_used = ?, started_at "
                      "= ?, build_id = ?, signal = ?, exit_code = ?,"
                      " peak_rss_bytes = ?, seconds = ?, owner = NULL, lease_until = NULL WHERE point_id = ? AND state "
                      "= 'claimed' AND owner = ?",
                      "ssssssIIiIdis", r->state, r->reason, r->stderr_tail, r->hash, r->kernels_used, r->started_at,
                      r->build_id, (int64_t)r->signal, (int64_t)r->exit_code, r->peak_rss_bytes, r->seconds, id,
                      store->owner);
}

/* A finished point of this run that did the same work and got another hash contradicts this one; v_outputs says what is
 * the same work. */
static enum bn_status contradiction(struct bn_store *store, int64_t id, const char *hash, char *reason, size_t cap,
                                    struct bn_error *err)
{
    static const char sql[] =
        "SELECT printf('The output hash %s is not %s, which %s x%d computed from the same work (point %d).', ?2, "
        "o.hash, o.kernel, o.threads, o.ordinal + 1)"
        " FROM v_outputs p JOIN v_outputs o ON o.run_id = p.run_id AND o.work = p.work AND o.hash <> ?2 AND o.state = "
        "'finished' WHERE p.point_id = ?1 LIMIT 1";
    return bn_sql_text(store, err, reason, cap, sql, "is", id, hash);
}

static enum bn_status put_all(struct bn_store *store, int64_t id, const struct bn_point_result *result, bool *mine,
                              struct bn_error *err)
{
    char reason[512] = "";
    struct bn_point_result r = *result;
    enum bn_status status = BN_OK;
    if (r.hash && !strcmp(r.state, "finished")) status = contradiction(store, id, r.hash, reason, sizeof reason, err);
    if (reason[0]) r.state = "failed", r.reason = reason;
    if (!status) status = put_state(store, id, &r, err);
    *mine =
        !status && sqlite3_changes(store->db) == 1; /* otherwise the lease ended and another process has the point */
    /* a claimed point has no samples yet: their sum is the point's */
    if (*mine) status = put_samples(store, id, &r, err);
    if (*mine && !status) status = put_counters(store, id, r.counters, r.n_counters, err);
    if (*mine && !status) status = put_ops(store, id, &r, err);
    if (*mine && !status) status = put_moments(store, id, &r, err);
    if (*mine && !status) status = put_requests(store, id, &r, err);
    if (*mine && !status && !strcmp(r.state, "finished")) status = put_quality(store, id, &r, err);
    if (*mine && !status) status = bn_seal(store, "point", id, err);
    store->inserted = (struct bn_mix_sum){0};
    return status;
}

enum bn_status bn_store_point_end(struct bn_store *store, int64_t point_id, const struct bn_point_result *result,
                                  bool *stored, struct bn_error *err)
{
    bool mine = false;
    enum bn_status status = bn_store_begin(store, err);
    if (status) return status;
    status = put_all(store, point_id, result, &mine, err);
    if (!status) status = bn_store_commit(store, err);
    if (status) bn_store_rollback(store);
    if (stored) *stored = mine && !status;
    if (!status && !store->depth) bn_file_checkpoint(store); /* a copy of the file alone has this point */
    return status;
}

enum bn_status bn_store_counters(struct bn_store *store, int64_t point_id, const struct bn_counter *counters, size_t n,
                                 struct bn_error *err)
{
    enum bn_status status = bn_store_begin(store, err);
    if (!status) status = put_counters(store, point_id, counters, n, err);
    if (!status) status = bn_seal(store, "point", point_id, err);
    if (!status) status = bn_store_commit(store, err);
    if (status) bn_store_rollback(store);
    return status;
}

enum bn_status bn_store_roofline(struct bn_store *store, int64_t run_id, int threads, const char *name, double value,
                                 const char *method, const char *reason, struct bn_error *err)
{
    return bn_seal_run_write(
        store, run_id, err,
        "INSERT OR REPLACE INTO roofline (run_id, threads, name, value, method, reason) VALUES (?, ?, ?, ?, ?, ?)",
        "iisdss", run_id, (int64_t)threads, name, reason ? (double)NAN : value, method, reason);
}
