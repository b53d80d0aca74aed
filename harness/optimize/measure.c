/* measure.c - one sweep of the search, or what an earlier search has measured of it. */
#include "engine/files.h"
#include "harness/optimize/optimize.h"
#include "harness/sweep/sweep.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A finished run of this very plan by this build; 0: none. */
static int64_t finished_run(struct bn_store *store, const char *plan)
{
    struct bn_query *q;
    int64_t id = 0;
    if (bn_query_open(
            &q, store, NULL,
            "SELECT r.run_id FROM run r JOIN v_runs v USING (run_id) WHERE r.plan_text = ? AND v.commit_id = ? "
            "AND r.finished_at IS NOT NULL ORDER BY r.run_id DESC LIMIT 1",
            "ss", plan, bn_commit()))
        return 0;
    if (bn_query_next(q)) id = bn_query_int(q, 0);
    bn_query_close(q);
    return id;
}

static enum bn_status put_plan(const char *path, const char *text, struct bn_error *err)
{
    struct bn_output *out;
    enum bn_status status = bn_output_open(&out, path, err);
    if (status) return status;
    fputs(text, bn_output_stream(out));
    return bn_output_commit(out, err);
}

static enum bn_status sweep(struct bn_optimize *o, const char *path, int64_t *run_id, struct bn_error *err)
{
    struct bn_sweep s = {.plan_path = path,
                         .db_path = o->db_path,
                         .worker = o->worker,
                         .command = "bitnet-optimize-all",
                         .counters = "off",
                         .lock.file = -1,
                         .lock_policy = o->lock_policy};
    enum bn_status status = bn_sweep_plan(&s, NULL, 0, err);
    if (status) return status;
    status = bn_plan_expand(s.plan, &s.points, err);
    if (!status) status = bn_engines_init(&s.engines, s.worker, NULL, 0, err);
    if (!status) status = bn_sweep_run(&s, &o->interrupted, err);
    *run_id = s.run_id;
    bn_sweep_release(&s);
    return status;
}

/* What a run took: the median of those that finished. */
static double seconds_of(struct bn_store *store, int64_t run_id)
{
    struct bn_query *q;
    double x = 1;
    if (bn_query_open(&q, store, NULL,
                      "SELECT seconds FROM v_points WHERE run_id = ?1 AND state = 'finished' ORDER BY seconds LIMIT 1 "
                      "OFFSET (SELECT count(*) / 2 FROM v_points WHERE run_id = ?1 AND state = 'finished')",
                      "i", run_id))
        return x;
    if (bn_query_next(q) && !bn_query_null(q, 0)) x = bn_query_double(q, 0);
    bn_query_close(q);
    return x;
}

enum bn_status bn_optimize_measure(struct bn_optimize *o, const char *step, struct bn_effects *effects,
                                   struct bn_error *err)
{
    struct bn_store *store;
    char path[768];
    int64_t run_id = 0;
    *effects = (struct bn_effects){0};
    if (!access(o->db_path, R_OK) && !bn_store_open(&store, o->db_path, BN_STORE_READ, NULL)) {
        run_id = finished_run(store, o->plan);
        bn_store_close(store);
    }
    fprintf(stderr, "%s: %s\n", step, run_id ? "measured already" : "measuring");
    snprintf(path, sizeof path, "%s/%.*s.yaml", o->folder, (int)strcspn(o->plan + 6, "\n"), o->plan + 6); /* name: */
    enum bn_status status = run_id ? BN_OK : put_plan(path, o->plan, err);
    if (!status && !run_id) status = sweep(o, path, &run_id, err);
    if (status || o->interrupted) return status;
    status = bn_store_open(&store, o->db_path, BN_STORE_READ, err);
    if (status) return status;
    status = bn_effects_read(effects, store, run_id, err);
    o->seconds = seconds_of(store, run_id);
    bn_store_close(store);
    return status;
}
