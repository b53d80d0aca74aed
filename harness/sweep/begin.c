/* begin.c - the beginning of a sweep: fingerprints of machine, builds and models, then the run and its queue. */
#include "harness/sweep/sweep.h"
#include "harness/machine/content_hash.h"
#include "harness/core/error.h"
#include "harness/core/fnv.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Another model of the plan is the same file, or missing as well: then the label tells them apart. */
static bool needs_label(const struct bn_watch *files, uint32_t n, uint32_t i)
{
    for (uint32_t j = 0; j < n; j++)
        if (j != i && !strcmp(files[i].hash, files[j].hash)) return true;
    return false;
}

static enum bn_status fingerprint_model(struct bn_sweep *s, const struct bn_watch *files, uint32_t i,
                                        struct bn_error *err)
{
    const struct bn_plan_model *m = &s->plan->models[i];
    const char *label = bn_plan_model_name(m), *slash = strrchr(m->path, '/');
    struct bn_fields fields = {.n = 0};
    bool placed = files[i].hash[0], labelled = needs_label(files, s->plan->n_models, i);
    char own[512];
    snprintf(own, sizeof own, "%s%s%s", files[i].hash, labelled ? " as " : "", labelled ? label : "");
    bn_fields_add(&fields, true, "content_hash", placed ? files[i].hash : NULL, "the file is missing");
    if (placed) bn_fields_number(&fields, true, "file_bytes", files[i].n_bytes);
    if (labelled) bn_fields_add(&fields, true, "label", label, NULL);
    bn_fields_add(&fields, false, "file", slash && slash[1] ? slash + 1 : m->path, NULL);
    enum bn_status status =
        bn_store_fingerprint(s->store, "model", label, placed ? own : NULL, fields.at, fields.n, &s->model_ids[i], err);
    bn_fields_release(&fields);
    return status;
}

static enum bn_status fingerprint_models(struct bn_sweep *s, struct bn_error *err)
{
    uint32_t n = s->plan->n_models;
    enum bn_status status = BN_OK;
    for (uint32_t i = 0; !status && i < n; i++)
        if (!bn_plan_model_missing(&s->plan->models[i]))
            status = bn_watch_begin(&s->models[i], s->plan->models[i].path, err);
    for (uint32_t i = 0; !status && i < n; i++) status = fingerprint_model(s, s->models, i, err);
    return status;
}

static int put_hash(const struct bn_sweep *s, char *text, size_t cap, const char *name, int64_t fingerprint)
{
    char hash[64];
    bn_store_fingerprint_hash(s->store, fingerprint, hash, sizeof hash);
    return snprintf(text, cap, " %s=%s", name, hash);
}

/* Everything that identifies the sweep: an unfinished run with the same identity is resumed, also in a database that it
 * was merged into. */
static void identity(const struct bn_sweep *s, char *text, size_t cap)
{
    struct bn_content_hash h;
    char hash[BN_CONTENT_HASH_CHARS];
    bn_content_hash_init(&h);
    bn_content_hash_add(&h, s->plan->text, strlen(s->plan->text));
    bn_content_hash_text(&h, hash);
    int n = snprintf(text, cap, "sweep %s rounds=%u repetitions=%u seed=%u budget=%g counters=%s", hash,
                     s->plan->rounds, s->plan->repetitions, s->plan->seed, s->budget_s, s->counters);
    n += put_hash(s, text + n, cap - (size_t)n, "machine", s->machine_id);
    if (s->only && (size_t)n < cap) n += snprintf(text + n, cap - (size_t)n, " only=%s", s->only);
    for (uint32_t i = 0; s->config && i < s->plan->n_options && (size_t)n < cap; i++) /* those of the file among them */
        if (s->plan->options[i].n_values == 1)
            n += snprintf(text + n, cap - (size_t)n, " %s=%s", s->plan->options[i].name, s->plan->options[i].values[0]);
    for (size_t i = 0; i < s->engines.n && (size_t)n < cap; i++)
        n += put_hash(s, text + n, cap - (size_t)n, s->engines.at[i].name, s->engines.at[i].build_id);
    for (uint32_t i = 0; i < s->plan->n_workloads && (size_t)n < cap; i++)
        n += snprintf(text + n, cap - (size_t)n, " %s", s->plan->workloads[i].name);
    for (uint32_t i = 0; i < s->plan->n_models && (size_t)n < cap; i++)
        n += put_hash(s, text + n, cap - (size_t)n, "model", s->model_ids[i]);
}

static struct bn_store_config store_config(const struct bn_sweep *s, const struct bn_config *c,
                                           struct bn_store_option *rows, const char *options)
{
    uint32_t n = 0;
    for (uint32_t i = 0; c->values && i < s->plan->n_options; i++)
        if (bn_config_says(s->plan, c, i))
            rows[n++] = (struct bn_store_option){s->plan->options[i].name, c->values[i], c->reasons[i]};
    return (struct bn_store_config){.engine = c->engine,
                                    .workload = c->workload->name,
                                    .kernel = c->kernel,
                                    .options = options,
                                    .model_id = s->model_ids[c->model - s->plan->models],
                                    .fill = c->workload->fill,
                                    .prefill = c->workload->prefill,
                                    .decode = c->workload->decode,
                                    .threads = c->threads,
                                    .option_rows = rows,
                                    .n_option_rows = n};
}

/* Shards with one id that measured the same on equal machines get the same, and are one run when merged. */
static void shared_uid(const char *who, const char *id, char uid[33])
{
    uint64_t h[2] = {BN_FNV_BASIS, ~BN_FNV_BASIS};
    for (int i = 0; i < 2; i++) {
        for (const char *p = who; *p; p++) h[i] = bn_fnv_add(h[i], (unsigned char)*p);
        h[i] = bn_fnv_add(h[i], 0x1f);
        for (const char *p = id; *p; p++) h[i] = bn_fnv_add(h[i], (unsigned char)*p);
    }
    snprintf(uid, 33, "%016" PRIx64 "%016" PRIx64, h[0], h[1]);
}

static enum bn_status begin_run(struct bn_sweep *s, struct bn_error *err)
{
    char who[16384], host[256] = "", uid[33] = "";
    identity(s, who, sizeof who);
    enum bn_status status = bn_store_unread(s->store, err);
    if (status) return status;
    if (s->sweep_id) shared_uid(who, s->sweep_id, uid);
    size_t n = strlen(who);
    if (s->n_shards) snprintf(who + n, sizeof who - n, " shard=%u/%u", s->shard, s->n_shards);
    gethostname(host, sizeof host - 1);
    struct bn_store_run run = {.identity = who,
                               .source = "sweep",
                               .plan = s->plan->name,
                               .plan_text = s->plan->text,
                               .command = s->command,
                               .host = host,
                               .machine_id = s->machine_id,
                               .build_id = s->engines.at[0].build_id,
                               .seed = s->plan->seed,
                               .configs = s->configs,
                               .n_configs = s->points.n_configs,
                               .order = s->points.order,
                               .rounds = s->points.rounds,
                               .n_points = s->points.n_points,
                               .shard = s->places,
                               .n_shard = s->n_places,
                               .uid = uid[0] ? uid : NULL};
    if (s->budget_s > 0) run.n_points = s->points.n_pass; /* more are added while they fit */
    return bn_store_run_begin(s->store, &run, &s->run_id, &s->resumed, err);
}

static enum bn_status plan_points(struct bn_sweep *s, struct bn_error *err)
{
    uint32_t n = s->points.n_configs;
    s->configs = calloc(n + 1, sizeof *s->configs);
    s->option_rows = calloc((size_t)n * s->plan->n_options + 1, sizeof *s->option_rows);
    s->option_texts = calloc(n + 1, BN_OPTIONS_TEXT);
    if (!s->configs || !s->option_rows || !s->option_texts)
        return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory planning the sweep.");
    for (uint32_t i = 0; i < n; i++) {
        char *text = s->option_texts + (size_t)i * BN_OPTIONS_TEXT;
        if (bn_config_options_text(s->plan, &s->points.configs[i], text, BN_OPTIONS_TEXT) >= BN_OPTIONS_TEXT)
            return bn_harness_fail(err, BN_ERR_FORMAT, "The options of one configuration in %s exceed %d bytes.",
                                   s->plan_path, BN_OPTIONS_TEXT - 1);
        s->configs[i] = store_config(s, &s->points.configs[i], s->option_rows + (size_t)i * s->plan->n_options, text);
    }
    return begin_run(s, err);
}

enum bn_status bn_sweep_begin(struct bn_sweep *s, struct bn_error *err)
{
    enum bn_status status = bn_store_open(&s->store, s->db_path, BN_STORE_WRITE, err);
    if (status) return status;
    if (bn_topology_read(&s->topology))
        return bn_harness_fail(err, BN_ERR_IO, "hwloc cannot read the topology of this machine.");
    s->model_ids = calloc(s->plan->n_models + 1, sizeof *s->model_ids);
    s->models = calloc(s->plan->n_models + 1, sizeof *s->models);
    if (!s->model_ids || !s->models)
        return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate memory to plan the sweep.");
    status = bn_lock_enter(&s->lock, s->lock_policy, bn_lock_queue(s->db_path), &bn_child_interrupt, err);
    if (!status) status = bn_store_begin(s->store, err);
    if (!status) status = fingerprint_models(s, err);
    if (!status) status = bn_machine_fingerprint(s->store, &s->machine_id, err);
    if (!status) status = bn_engines_fingerprint(&s->engines, s->store, err);
    if (!status) status = bn_store_commit(s->store, err);
    return status ? status : plan_points(s, err);
}

void bn_sweep_release(struct bn_sweep *s)
{
    bn_store_close(s->store);
    bn_engines_release(&s->engines);
    bn_point_list_release(&s->points);
    bn_plan_close(s->plan);
    bn_lock_leave(&s->lock);
    free(s->model_ids), free(s->models), free(s->places);
    free(s->configs), free(s->option_rows), free(s->option_texts);
}
