/* record.c - names the configuration, fingerprints server and model, stores rounds with samples and requests. */
#include "harness/load/record.h"
#include "harness/load/summary.h"
#include "harness/core/error.h"
#include "harness/store/instant.h"
#include "harness/worker/engines.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void option(struct bn_load_record *r, const char *name, json_t *value)
{
    bn_import_option(&r->options, name, value);
    json_decref(value);
}

static json_t *lengths_json(const struct bn_lengths *l)
{
    switch (l->kind) {
    case BN_LENGTHS_UNIFORM:
        return json_sprintf("uniform:%d,%d", l->low, l->high);
    case BN_LENGTHS_LOGNORMAL:
        return json_sprintf("lognormal:%g,%g,%d", l->median, l->sigma, l->high);
    default:
        return json_integer(l->low);
    }
}

static json_t *number(double x) { return json_sprintf("%g", x); }

/* Everything that tells one load from another, so that runs with equal options may be compared. */
static enum bn_status describe(struct bn_load_record *r, const struct bn_load_plan *p, const struct bn_load_origin *o,
                               struct bn_error *err)
{
    if (p->concurrency)
        snprintf(r->workload, sizeof r->workload, "%d client%s", p->concurrency, p->concurrency == 1 ? "" : "s");
    else
        snprintf(r->workload, sizeof r->workload, "%g requests/s", p->rate);
    option(r, "ignore_eos", json_integer(p->ignore_eos));
    option(r, "output", lengths_json(&p->output)), option(r, "prompt", lengths_json(&p->prompt));
    if (p->n_requests) option(r, "requests", json_integer(p->n_requests));
    if (p->duration_s > 0) option(r, "seconds", number(p->duration_s));
    option(r, "seed", json_sprintf("%" PRIu64, p->seed));
    if (p->slow > 0) option(r, "slow", number(p->slow)), option(r, "slow_rate", json_integer(p->slow_bytes_per_s));
    option(r, "temperature", number(p->temperature)), option(r, "timeout", number(p->timeout_s));
    if (p->vanish > 0) option(r, "vanish", number(p->vanish));
    option(r, "warmup", json_integer(p->n_warmup));
    for (size_t i = 0; i < o->n_serve; i++) {
        const char *equals = strchr(o->serve[i], '=');
        char name[96];
        snprintf(name, sizeof name, "serve.%.*s", equals ? (int)(equals - o->serve[i]) : 80, o->serve[i]);
        option(r, name, json_string(equals ? equals + 1 : "1"));
        if (!strcmp(name, "serve.threads") && equals) r->threads = (int)strtol(equals + 1, NULL, 10);
    }
    return bn_import_options_close(&r->options, err);
}

static enum bn_status fingerprint_ours(struct bn_load_record *r, const struct bn_load_origin *o, struct bn_error *err)
{
    char *const none[] = {NULL};
    json_t *texts = json_pack("{ss ss ss}", "version", o->version->version, "commit", o->version->commit, "compiler",
                              o->version->compiler);
    enum bn_status status = bn_build_fingerprint(r->store, "bitnet-serve", o->program, none, texts, &r->build_id, err);
    json_decref(texts);
    return status ? status : bn_model_file_fingerprint(r->store, o->model, &r->model_id, err);
}

/* A server of which the address and the name of its model are known, and nothing else. */
static enum bn_status fingerprint_theirs(struct bn_load_record *r, const struct bn_load_origin *o, struct bn_error *err)
{
    const struct bn_target *t = o->target;
    const char *name = t->model[0] ? t->model : NULL;
    char label[600];
    const struct bn_field build[] = {{"engine", "server", NULL, true}, {"address", t->authority, NULL, true}};
    const struct bn_field model[] = {{"name", name, "the server did not say", true}};
    snprintf(label, sizeof label, "server %s", t->authority);
    enum bn_status status = bn_store_fingerprint(r->store, "build", label, NULL, build, 2, &r->build_id, err);
    return status
               ? status
               : bn_store_fingerprint(r->store, "model", name ? name : t->authority, NULL, model, 1, &r->model_id, err);
}

enum bn_status bn_load_record_open(struct bn_load_record *r, const char *path, const struct bn_load_plan *plan,
                                   const struct bn_load_origin *origin, struct bn_error *err)
{
    *r = (struct bn_load_record){.ours = origin->program->path != NULL};
    enum bn_status status = describe(r, plan, origin, err);
    if (!status) status = bn_store_open(&r->store, path, BN_STORE_WRITE, err);
    if (!status) status = bn_store_begin(r->store, err);
    if (status) return status;
    status = bn_machine_fingerprint(r->store, &r->machine_id, err);
    if (!status) status = (r->ours ? fingerprint_ours : fingerprint_theirs)(r, origin, err);
    return status ? status : bn_store_commit(r->store, err);
}

struct rows { /* of one point */
    struct bn_sample *samples;
    struct bn_store_request *requests;
    size_t n_samples, n_requests;
};

static void add_sample(struct rows *rows, const char *phase, int64_t rep, int64_t idx, int64_t ns, int64_t n_tokens)
{
    if (n_tokens > 0 && ns >= 0) rows->samples[rows->n_samples++] = (struct bn_sample){phase, rep, idx, ns, n_tokens};
}

/* Of clients that are as a server wishes them: steady and served to the end. */
static void add_samples(struct rows *rows, const struct bn_load_result *r)
{
    if (r->outcome != BN_LOAD_COMPLETE || r->request.manner != BN_LOAD_STEADY || !r->n_events) return;
    int64_t rep = r->request.index;
    add_sample(rows, "ttft", rep, 0, bn_load_ttft_ns(r), 1);
    for (size_t i = 1; i < r->n_events; i++)
        add_sample(rows, "itl", rep, (int64_t)i, r->events[i].at_ns - r->events[i - 1].at_ns, r->events[i].n_tokens);
    add_sample(rows, "e2e", rep, 0, r->end_ns - r->start_ns, r->tokens);
}

static void add_request(struct rows *rows, const struct bn_load_run *run, const struct bn_load_result *r)
{
    rows->requests[rows->n_requests++] = (struct bn_store_request){.request = r->request.index,
                                                                   .manner = bn_load_manner_name(r->request.manner),
                                                                   .outcome = bn_load_outcome_name(r->outcome),
                                                                   .reason = r->reason[0] ? r->reason : NULL,
                                                                   .status = r->status,
                                                                   .start_ns = r->start_ns - run->begin_ns,
                                                                   .late_ns = r->opened_ns - r->start_ns,
                                                                   .ttft_ns = bn_load_ttft_ns(r),
                                                                   .end_ns = r->end_ns - r->start_ns,
                                                                   .prompt_tokens = r->prompt_tokens,
                                                                   .tokens = r->tokens,
                                                                   .wasted_tokens = bn_load_wasted(r),
                                                                   .bytes = r->bytes};
}

static bool fill_rows(struct rows *rows, const struct bn_load_plan *plan, const struct bn_load_run *run)
{
    size_t n = 1;
    for (size_t i = 0; i < run->n; i++) n += run->results[i]->n_events + 2;
    *rows = (struct rows){calloc(n, sizeof *rows->samples), calloc(run->n + 1, sizeof *rows->requests), 0, 0};
    if (!rows->samples || !rows->requests) return false;
    for (size_t i = 0; i < run->n; i++) {
        if (run->results[i]->request.index < plan->n_warmup) continue;
        add_samples(rows, run->results[i]);
        add_request(rows, run, run->results[i]);
    }
    add_sample(rows, "load", 0, 0, run->end_ns - run->begin_ns, bn_load_tokens(run));
    return true;
}

static enum bn_status put_round(struct bn_load_record *r, const struct bn_load_plan *plan,
                                const struct bn_load_run *run, const struct bn_load_moment *moment,
                                struct bn_error *err)
{
    struct bn_store_config config = {.engine = r->ours ? "bitnet-serve" : "server",
                                     .workload = r->workload,
                                     .kernel = "auto",
                                     .options = r->options.text,
                                     .model_id = r->model_id,
                                     .threads = (uint32_t)r->threads,
                                     .option_rows = r->options.at,
                                     .n_option_rows = r->options.n};
    int64_t point_id;
    struct rows rows;
    char started_at[BN_INSTANT_CHARS], hash[32] = "";
    if (plan->n_requests && !(plan->duration_s > 0)) bn_load_hash(run, plan, hash);
    bool filled = fill_rows(&rows, plan, run);
    enum bn_status status = filled ? bn_store_point_add(r->store, r->run_id, &config, &point_id, err)
                                   : bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory storing the load test.");
    if (!status) status = bn_instant_from_seconds(moment->started_at_s, "the time of a round", started_at, err);
    const struct bn_point_result result = {.state = "finished",
                                           .hash = hash[0] ? hash : NULL,
                                           .started_at = started_at,
                                           .peak_rss_bytes = moment->peak_rss_bytes,
                                           .seconds = run->wall_s,
                                           .samples = rows.samples,
                                           .n_samples = rows.n_samples,
                                           .requests = rows.requests,
                                           .n_requests = rows.n_requests,
                                           .moments = moment->at,
                                           .n_moments = moment->n};
    if (!status) status = bn_store_point_end(r->store, point_id, &result, NULL, err);
    free(rows.samples), free(rows.requests);
    return status;
}

static enum bn_status begin_run(struct bn_load_record *r, const char *command, const struct bn_load_plan *plan,
                                struct bn_error *err)
{
    char identity[128], host[256] = "";
    bool resumed;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    gethostname(host, sizeof host - 1);
    snprintf(identity, sizeof identity, "load at %lld.%09ld by process %d", (long long)now.tv_sec, now.tv_nsec,
             (int)getpid());
    const struct bn_store_run run = {.identity = identity,
                                     .source = "load",
                                     .plan = r->workload,
                                     .plan_text = r->options.text,
                                     .command = command,
                                     .host = host,
                                     .machine_id = r->machine_id,
                                     .build_id = r->build_id,
                                     .seed = plan->seed};
    return bn_store_run_begin(r->store, &run, &r->run_id, &resumed, err);
}

enum bn_status bn_load_record_put(struct bn_load_record *r, const char *command, const struct bn_load_plan *plan,
                                  const struct bn_load_run *runs, const struct bn_load_moment *moments, size_t n_rounds,
                                  struct bn_error *err)
{
    int64_t open;
    enum bn_status status = bn_store_begin(r->store, err);
    if (status) return status;
    status = begin_run(r, command, plan, err);
    for (size_t i = 0; !status && i < n_rounds; i++) status = put_round(r, plan, &runs[i], &moments[i], err);
    if (!status) status = bn_store_run_end(r->store, r->run_id, &open, err);
    if (!status) status = bn_store_commit(r->store, err);
    if (status) bn_store_rollback(r->store);
    return status;
}

void bn_load_record_close(struct bn_load_record *r)
{
    bn_store_close(r->store);
    bn_import_options_release(&r->options);
    r->store = NULL;
}
