/* execute.c - one point from config to result: request, child, reply, verdict. */
#include "harness/sweep/execute.h"
#include "harness/sweep/simulated.h"
#include "harness/worker/llama_bench.h"
#include "harness/worker/request.h"
#include "harness/core/error.h"
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void settle(struct bn_execution_result *r, const char *state, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void settle(struct bn_execution_result *r, const char *state, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(r->reason, sizeof r->reason, format, args);
    va_end(args);
    r->point.state = state;
    r->point.reason = r->reason;
}

/* A worker that does not know of sequences decodes one, and its samples say so. */
static bool decoded_together(const struct bn_execution *x, const struct bn_reply *r)
{
    uint32_t n = x->config->workload->together;
    for (size_t i = 0; n > 1 && i < r->n_samples; i++)
        if (r->samples[i].n_tokens != n) return false;
    return true;
}

static void judge(const struct bn_execution *x, struct bn_execution_result *r, enum bn_status parsed,
                  const struct bn_error *err)
{
    const struct bn_child_result *c = &r->child;
    char line[768];
    const char *said = bn_child_last_line(c, line, sizeof line);
    if (c->timed_out)
        settle(r, "failed", "The worker passed the time limit of %u s.", x->plan->time_limit_s);
    else if (c->signal == SIGKILL)
        settle(r, "failed", "The worker was killed by signal 9, perhaps by the system when memory ran out.");
    else if (c->signal)
        settle(r, "failed", "The worker ended by signal %d (%s).", c->signal, strsignal(c->signal));
    else if (c->exit_code == 77)
        settle(r, "skipped", "%s", said ? said : "The worker skipped the point and gave no reason.");
    else if (c->exit_code)
        settle(r, "failed", "%s", said ? said : "The worker failed without a word.");
    else if (parsed)
        settle(r, "failed", "%s", err->text);
    else if (!r->reply.done || !r->reply.n_samples)
        settle(r, "failed", "The worker ended without %s.", r->reply.done ? "a sample" : "its closing line");
    else if (!decoded_together(x, &r->reply))
        settle(r, "failed", "The worker did not decode %u sequences together; it may be an older build.",
               x->config->workload->together);
    else
        r->point.state = "finished", r->point.reason = NULL;
}

static void fill_request(const struct bn_execution *x, struct bn_request *q)
{
    const struct bn_config *c = x->config;
    *q = (struct bn_request){.model = c->model->path,
                             .kernel = strcmp(c->kernel, "own") ? (char *)c->kernel : "auto",
                             .threads = c->threads,
                             .fill = c->workload->fill,
                             .prefill = c->workload->prefill,
                             .decode = c->workload->decode,
                             .text = c->workload->text,
                             .skip = c->workload->skip,
                             .sequences = c->workload->together,
                             .repetitions = x->simulate ? 1 : x->plan->repetitions,
                             .warmup = x->simulate ? 0 : x->plan->warmup,
                             .ops = x->ops && !x->simulate,
                             .counters = x->counters && !x->simulate,
                             .simulate = x->simulate,
                             .n_cpus = c->threads};
    memcpy(q->cpus, x->topology->cpus, c->threads * sizeof *q->cpus);
    if (x->quality && !x->simulate) q->quality = x->plan->quality, q->n_quality = x->plan->n_quality;
    for (uint32_t i = 0; c->values && i < x->plan->n_options; i++)
        if (bn_config_says(x->plan, c, i))
            q->options[q->n_options++] = (struct bn_request_option){x->plan->options[i].name, (char *)c->values[i]};
}

static bool is_file(const struct bn_request_option *o)
{
    const struct bn_option *declared = bn_option_find(o->name);
    return declared && declared->takes_file && !bn_option_is_default(declared, o->value);
}

char *bn_execution_request(const struct bn_execution *x)
{
    static struct bn_request q;
    bool found = true;
    fill_request(x, &q);
    for (uint32_t i = 0; i < q.n_options; i++)
        if (is_file(&q.options[i])) found &= (q.options[i].value = bn_plan_file(x->plan, q.options[i].value)) != NULL;
    char *text = found ? bn_request_text(&q) : NULL;
    for (uint32_t i = 0; i < q.n_options; i++)
        if (q.options[i].value && is_file(&q.options[i])) free(q.options[i].value);
    return text;
}

static void attach(struct bn_execution_result *r, size_t n_moments)
{
    r->point.samples = r->reply.samples, r->point.n_samples = r->reply.n_samples;
    r->point.counters = r->reply.counters, r->point.n_counters = r->reply.n_counters;
    r->point.ops = r->reply.ops, r->point.n_ops = r->reply.n_ops;
    r->point.scores = r->reply.scores, r->point.n_scores = r->reply.n_scores;
    r->point.items = r->reply.items, r->point.n_items = r->reply.n_items;
    r->point.moments = r->moments, r->point.n_moments = n_moments;
    r->point.hash = r->reply.hash, r->point.kernels_used = r->reply.kernels;
    r->point.peak_rss_bytes = r->reply.peak_rss_bytes ? r->reply.peak_rss_bytes : r->child.peak_rss_bytes;
    r->point.stderr_tail = r->child.process.error_tail[0] ? r->child.process.error_tail : NULL;
    r->point.signal = r->child.signal, r->point.exit_code = r->child.exit_code;
    r->point.seconds = r->child.seconds;
    r->point.started_at = r->started_at;
}

static void stamp(char text[32])
{
    struct timespec t;
    struct tm tm;
    char day[32];
    clock_gettime(CLOCK_REALTIME, &t);
    gmtime_r(&t.tv_sec, &tm);
    strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(text, 32, "%.20s.%03uZ", day, (unsigned)(t.tv_nsec / 1000000) % 1000u);
}

/* Points that need no process to be judged. */
static bool skip_early(const struct bn_execution *x, struct bn_execution_result *r)
{
    if (!x->engine || !x->engine->words[0])
        settle(r, "skipped", "No program was named for this engine; add --engine %s=PATH.", x->config->engine);
    else if (x->config->threads > x->topology->n_cpus)
        settle(r, "skipped", "%u threads, but only %u CPUs may be used here.", x->config->threads, x->topology->n_cpus);
    else if (bn_plan_model_missing(x->config->model))
        settle(r, "skipped", "The model %s is not there; add --model %s=PATH.", x->config->model->path,
               x->config->model->label);
    else if (bn_llama_bench_is(x->engine) && bn_llama_bench_refuses(x->config->workload))
        settle(r, "skipped", "%s", bn_llama_bench_refuses(x->config->workload));
    return r->point.state != NULL;
}

/* The same CPUs and limits for every program; `input` is our request, or NULL. */
static enum bn_status run(const struct bn_execution *x, char *const *argv, const char *input,
                          struct bn_execution_result *r, struct bn_error *err)
{
    const cpu_set_t cpus = bn_topology_set(x->topology, x->config->threads);
    const struct bn_child_spec spec = {.process = {.argv = argv,
                                                   .watch = &x->engine->watch,
                                                   .cpus = &cpus,
                                                   .memory_limit_bytes = (uint64_t)x->plan->memory_limit_mb << 20},
                                       .input = input,
                                       .time_limit_s = x->plan->time_limit_s,
                                       .tick = x->tick,
                                       .self = x->self};
    return bn_child_run(&spec, &r->child, err);
}

static enum bn_status run_llama_bench(const struct bn_execution *x, struct bn_execution_result *r, struct bn_error *err)
{
    struct bn_llama_bench_call call;
    bn_llama_bench_call(&call, x->engine, x->config, x->plan->repetitions);
    return run(x, call.argv, NULL, r, err);
}

static enum bn_status run_worker(const struct bn_execution *x, struct bn_execution_result *r, struct bn_error *err)
{
    char *text = bn_execution_request(x);
    if (!text) return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate memory for a request.");
    char *argv[BN_ENGINE_WORDS + 2] = {NULL};
    size_t n = 0;
    for (char *const *w = x->engine->words; *w; w++) argv[n++] = *w;
    argv[n] = "--request";
    enum bn_status status = run(x, argv, text, r, err);
    free(text);
    return status;
}

/* Appends the simulator's counters to those of the worker. */
static enum bn_status add_simulated(const struct bn_execution *x, struct bn_execution_result *r, struct bn_error *err)
{
    size_t n, have = r->point.n_counters;
    enum bn_status status = bn_callgrind_count(x, r->reply.kernels, &r->simulated, &n, err);
    if (status) return status;
    r->interrupted |= bn_child_interrupt != 0;
    r->counters = malloc((have + n + 1) * sizeof *r->counters);
    if (!r->counters) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory for %zu counters.", have + n);
    if (have) memcpy(r->counters, r->point.counters, have * sizeof *r->counters);
    memcpy(r->counters + have, r->simulated, n * sizeof *r->counters);
    r->point.counters = r->counters, r->point.n_counters = have + n;
    return BN_OK;
}

/* What ran may be another model than the one that was hashed: neither its times nor its output belong to the point. */
static void check_model(const struct bn_execution *x, struct bn_execution_result *r)
{
    struct bn_error err;
    if (strcmp(r->point.state, "finished") || !bn_watch_check(x->model, &err)) return;
    settle(r, "failed", "%s", err.text);
    r->point.n_samples = r->point.n_counters = r->point.n_ops = 0;
    r->point.hash = NULL;
}

enum bn_status bn_execute(const struct bn_execution *x, struct bn_execution_result *r, struct bn_error *err)
{
    *r = (struct bn_execution_result){0};
    stamp(r->started_at);
    if (skip_early(x, r)) return BN_OK;
    r->point.build_id = x->engine->build_id;
    size_t n = bn_moment_read("before", r->moments);
    bool foreign = bn_llama_bench_is(x->engine);
    enum bn_status status = foreign ? run_llama_bench(x, r, err) : run_worker(x, r, err);
    if (status) return status;
    r->interrupted = r->child.interrupted;
    n += bn_moment_read("after", r->moments + n);
    struct bn_error parse_error = {0};
    enum bn_status parsed =
        (foreign ? bn_llama_bench_parse : bn_reply_parse)(&r->reply, r->child.process.output, &parse_error);
    judge(x, r, parsed, &parse_error);
    attach(r, n);
    bool simulate = x->callgrind && !foreign && !r->interrupted && !strcmp(r->point.state, "finished");
    if (simulate) status = add_simulated(x, r, err);
    if (!status) status = bn_watch_check(&x->engine->watch, err); /* it may have changed just before it was started */
    check_model(x, r);
    return status;
}

void bn_execution_release(struct bn_execution_result *r)
{
    bn_reply_release(&r->reply);
    bn_child_release(&r->child);
    free(r->counters);
    free(r->simulated);
}
