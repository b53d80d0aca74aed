/* record.c - one run of the database for each gate, without points: its pairs are in the result. */
#include "harness/gate/record.h"
#include "harness/core/error.h"
#include "harness/machine/fields.h"
#include "harness/worker/engines.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* As a sweep names the same file (engines.c). */
static enum bn_status fingerprint_build(struct bn_gate_record *r, int side, const struct bn_watch *program,
                                        const json_t *hello, struct bn_error *err)
{
    static const char *const said[] = {"version", "commit", "compiler"};
    char *const none[] = {NULL};
    json_t *texts = json_object();
    for (int i = 0; i < 3; i++)
        if (json_object_get(hello, said[i])) json_object_set(texts, said[i], json_object_get(hello, said[i]));
    enum bn_status status = bn_build_fingerprint(r->store, "bitnet", program, none, texts, &r->build_id[side], err);
    json_decref(texts);
    return status;
}

enum bn_status bn_gate_record_open(struct bn_gate_record *r, const char *path, const struct bn_pairs *pairs,
                                   json_t *const hello[2], const char *kernel, struct bn_error *err)
{
    snprintf(r->setting, sizeof r->setting, "kernel=%.100s threads=%d", kernel ? kernel : "auto", pairs->n_threads);
    enum bn_status status = bn_store_open(&r->store, path, BN_STORE_WRITE, err);
    if (status) return status;
    status = bn_store_begin(r->store, err);
    if (!status) status = bn_machine_fingerprint(r->store, &r->machine_id, err);
    if (!status) status = bn_model_file_fingerprint(r->store, &pairs->files[2], &r->model_id, err);
    for (int side = 0; side < 2 && !status; side++)
        status = fingerprint_build(r, side, &pairs->files[side], hello[side], err);
    return status ? status : bn_store_commit(r->store, err);
}

void bn_gate_noise_unknown(struct bn_gate_noise *noise)
{
    noise->when[0] = 0;
    for (int w = 0; w < BN_GATE_WORKLOADS; w++) noise->place[w] = noise->detectable[w] = NAN;
}

static double figure(const json_t *row, const char *name)
{
    const json_t *value = json_object_get(row, name);
    return json_is_number(value) ? log1p(json_number_value(value)) : NAN;
}

static void read_noise(const struct bn_pairs *pairs, const json_t *result, struct bn_gate_noise *noise)
{
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(result, "workloads"), i, row)
    {
        const char *name = json_string_value(json_object_get(row, "workload"));
        for (int w = 0; name && w < pairs->n_workloads; w++)
            if (!strcmp(name, pairs->workloads[w].name))
                noise->place[w] = figure(row, "place"), noise->detectable[w] = figure(row, "detectable");
    }
}

enum bn_status bn_gate_record_noise(const struct bn_gate_record *r, const struct bn_pairs *pairs,
                                    struct bn_gate_noise *noise, struct bn_error *err)
{
    struct bn_query *q;
    bn_gate_noise_unknown(noise);
    enum bn_status status =
        bn_query_open(&q, r->store, err,
                      "SELECT substr(started_at, 1, 10), result FROM v_gates WHERE kind = 'self-test' AND machine_id = "
                      "? AND model_id = ? AND setting = ? ORDER BY started_at DESC, run_id DESC LIMIT 1",
                      "iis", r->machine_id, r->model_id, r->setting);
    if (status) return status;
    if (bn_query_next(q)) {
        json_t *result = json_loads(bn_query_text(q, 1), 0, NULL);
        snprintf(noise->when, sizeof noise->when, "%s", bn_query_text(q, 0));
        read_noise(pairs, result, noise);
        json_decref(result);
    }
    return bn_query_end(q, BN_OK, err);
}

static enum bn_status put(const struct bn_gate_record *r, const char *kind, const char *verdict, const char *allowed,
                          const char *text, struct bn_error *err)
{
    char identity[256], host[256] = "";
    int64_t run_id, open;
    bool resumed;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    gethostname(host, sizeof host - 1);
    snprintf(identity, sizeof identity, "%s at %lld.%09ld by process %d", kind, (long long)now.tv_sec, now.tv_nsec,
             (int)getpid());
    const struct bn_store_run run = {.identity = identity,
                                     .source = "gate",
                                     .plan = kind,
                                     .plan_text = r->setting,
                                     .command = r->command,
                                     .host = host,
                                     .machine_id = r->machine_id,
                                     .build_id = r->build_id[1],
                                     .seed = r->seed};
    const struct bn_store_gate gate = {kind, r->setting, verdict, allowed, text, r->model_id, r->build_id[0]};
    enum bn_status status = bn_store_begin(r->store, err);
    if (status) return status;
    status = bn_store_run_begin(r->store, &run, &run_id, &resumed, err);
    if (!status) status = bn_store_gate(r->store, run_id, &gate, err);
    if (!status) status = bn_store_run_end(r->store, run_id, &open, err);
    if (!status) status = bn_store_commit(r->store, err);
    if (status) bn_store_rollback(r->store);
    return status;
}

enum bn_status bn_gate_record_put(const struct bn_gate_record *r, const char *kind, const char *verdict,
                                  const char *allowed, const json_t *result, struct bn_error *err)
{
    char *text = json_dumps(result, JSON_COMPACT | JSON_REAL_PRECISION(8));
    if (!text) return bn_harness_fail(err, BN_ERR_MEMORY, "Could not write the result as JSON.");
    enum bn_status status = put(r, kind, verdict, allowed, text, err);
    free(text);
    return status;
}

void bn_gate_record_close(struct bn_gate_record *r)
{
    bn_store_close(r->store);
    r->store = NULL;
}
