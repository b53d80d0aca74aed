/* measure_roofline.c - what this machine can do at most, measured at the beginning of a run: read bandwidth and int8
 * peak for every thread count of the plan. */
#include "harness/sweep/sweep.h"
#include "harness/core/error.h"
#include <jansson.h>
#include <stdio.h>

enum { LIMIT_S = 60 };

static bool stored_already(struct bn_sweep *s, uint32_t threads)
{
    struct bn_query *q;
    if (bn_query_open(&q, s->store, NULL, "SELECT 1 FROM v_roofline WHERE run_id = ? AND threads = ?", "ii", s->run_id,
                      (int64_t)threads))
        return true;
    bool found = bn_query_next(q);
    bn_query_close(q);
    return found;
}

static enum bn_status store(struct bn_sweep *s, uint32_t threads, const json_t *answer, const char *reason,
                            struct bn_error *err)
{
    static const struct {
        const char *name, *method;
    } limits[] = {{"read_bytes_per_s", "read_method"}, {"int8_macs_per_s", "int8_method"}};
    enum bn_status status = BN_OK;
    for (int i = 0; !status && i < 2; i++) {
        const json_t *value = json_object_get(answer, limits[i].name);
        const char *method = json_string_value(json_object_get(answer, limits[i].method));
        status = bn_store_roofline(s->store, s->run_id, (int)threads, limits[i].name, json_number_value(value),
                                   method ? method : "", json_is_number(value) ? NULL : reason, err);
    }
    return status;
}

static enum bn_status measure(struct bn_sweep *s, uint32_t threads, struct bn_error *err)
{
    char number[16], reason[256];
    snprintf(number, sizeof number, "%u", threads);
    char *argv[] = {s->engines.at[0].words[0], "--roofline", number, NULL};
    const cpu_set_t cpus = bn_topology_set(&s->topology, threads);
    const struct bn_child_spec spec = {.process = {.argv = argv, .watch = &s->engines.at[0].watch, .cpus = &cpus},
                                       .time_limit_s = LIMIT_S};
    struct bn_child_result r;
    enum bn_status status = bn_child_run(&spec, &r, err);
    if (status || r.interrupted) return status;
    json_t *answer = json_loads(r.process.output ? r.process.output : "", 0, NULL);
    snprintf(reason, sizeof reason, "The worker did not measure it (exit code %d, signal %d).", r.exit_code, r.signal);
    status = store(s, threads, answer, reason, err);
    json_decref(answer);
    bn_child_release(&r);
    return status;
}

static enum bn_status measure_once(struct bn_sweep *s, uint32_t threads, struct bn_error *err)
{
    bn_lock_turn(&s->lock, true, &bn_child_interrupt);
    enum bn_status status = bn_child_interrupt || stored_already(s, threads) ? BN_OK : measure(s, threads, err);
    bn_lock_turn(&s->lock, false, &bn_child_interrupt);
    return status;
}

enum bn_status bn_sweep_measure_limits(struct bn_sweep *s, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    uint32_t one = 1, n = s->plan->n_threads ? s->plan->n_threads : 1,
             *threads = s->plan->n_threads ? s->plan->threads : &one;
    for (uint32_t i = 0; !status && !bn_child_interrupt && s->plan->ops && i < n; i++)
        if (threads[i] <= s->topology.n_cpus) status = measure_once(s, threads[i], err);
    return status;
}
