/* answer.c - answers the gate's commands: time, count and instructions of a fixed piece of work. */
#include "harness/core/clock.h"
#include "harness/worker/answer.h"
#include "engine/cmdline.h"
#include "harness/core/error.h"
#include "harness/worker/dump.h"
#include "harness/worker/footprint.h"
#include "harness/worker/isolate.h"
#include "harness/worker/job.h"
#include "harness/worker/line.h"
#include "harness/worker/tally.h"
#include "harness/worker/tokens.h"
#include "harness/pmu/pmu.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/callgrind.h>

struct watched { /* a session with a tally, opened when it is first needed */
    struct bn_session *session;
    struct bn_tally tally;
};
struct server {
    struct bn_model *model;
    struct bn_session *timed, *isolated; /* isolated: one thread, one operation */
    struct watched counted, parts;       /* on one thread; on all */
    struct bn_session_options options;
    struct bn_isolate isolate;
    struct bn_pmu_process instructions;
    const char *line; /* the command */
    struct bn_job running;
    enum bn_op op;   /* of isolate */
    char path[1024]; /* of dump */
    int32_t *ids;    /* [n_ctx] */
    double inject;   /* share of the time that is spent again */
    uint64_t (*n_allocations)(void);
};

static void reply(json_t *object)
{
    bn_line_write(stdout, object ? object : json_pack("{ss}", "error", "The answer could not be written as JSON."));
    fflush(stdout);
}

/* Puts the context where the job begins; not timed. */
static enum bn_status prepare(struct server *server, struct bn_session *session, const struct bn_job *job,
                              struct bn_error *err)
{
    server->running = *job;
    server->running.session = session;
    server->running.ids = server->ids, server->running.n_ids = server->options.n_ctx;
    return bn_job_prepare(&server->running, err);
}

/* What was prepared. */
static enum bn_status work(struct server *server, struct bn_error *err)
{
    return server->running.kind->work(&server->running, err);
}

/* A job that says it is done and has left the context where it was has done nothing, and that has no time. */
static enum bn_status check_place(const struct server *server, struct bn_error *err)
{
    const struct bn_job *job = &server->running;
    int position = bn_session_position(job->session);
    if (!job->kind->logits || position == job->fill + job->n) return BN_OK;
    return bn_harness_fail(err, BN_ERR_FORMAT, "\"%s\" left %d tokens in the context, not %d.", server->line, position,
                           job->fill + job->n);
}

static enum bn_status answer_time(struct server *server, const struct bn_job *job, struct bn_error *err)
{
    enum bn_status status = prepare(server, server->timed, job, err);
    if (status) return status;
    CALLGRIND_START_INSTRUMENTATION;
    int64_t start = bn_clock_ns();
    status = work(server, err);
    int64_t end = bn_clock_ns(), until = start + (int64_t)((double)(end - start) * (1 + server->inject));
    while (end < until) end = bn_clock_ns();
    CALLGRIND_STOP_INSTRUMENTATION;
    CALLGRIND_DUMP_STATS_AT(server->line);
    if (!status) status = check_place(server, err);
    if (!status) reply(json_pack("{sI}", "ns", (json_int_t)(end - start)));
    return status;
}

static enum bn_status open_watched(struct server *server, struct watched *watched, int n_threads, struct bn_error *err)
{
    if (watched->session) return BN_OK;
    struct bn_session_options options = server->options;
    options.n_threads = n_threads;
    options.cpus = NULL;
    options.observer = &watched->tally.observer;
    enum bn_status status = bn_tally_open(&watched->tally, server->model, n_threads, err);
    if (!status) status = bn_session_open(&watched->session, server->model, &options, err);
    if (status) bn_tally_close(&watched->tally);
    return status;
}

static void close_watched(struct watched *watched)
{
    if (watched->session) bn_session_close(watched->session);
    bn_tally_close(&watched->tally);
}

static json_t *ops_json(const struct bn_tally *tally, bool exact_only)
{
    json_t *ops = json_object();
    for (int op = 0; op < BN_OP_COUNT; op++) {
        json_t *figures = json_object();
        bn_figures_put(figures, bn_tally_sum(tally, (enum bn_op)op), exact_only);
        json_object_set_new(ops, bn_op_name((enum bn_op)op), figures);
    }
    return ops;
}

static enum bn_status answer_count(struct server *server, const struct bn_job *job, struct bn_error *err)
{
    enum bn_status status = open_watched(server, &server->counted, 1, err);
    struct bn_session *session = server->counted.session;
    struct bn_tally *tally = &server->counted.tally;
    if (!status) status = prepare(server, session, job, err);
    if (status) return status;
    bn_session_hash_reset(session, job->kind->logits);
    bn_tally_clear(tally);
    bn_tally_begin(tally, job->kind->phase);
    uint64_t before = server->n_allocations ? server->n_allocations() : 0;
    status = work(server, err);
    uint64_t after = server->n_allocations ? server->n_allocations() : 0;
    bn_tally_end(tally, job->kind->phase, job->n, session);
    if (status) return status;
    char hash[24];
    snprintf(hash, sizeof hash, "%016" PRIx64, bn_job_hash(&server->running));
    reply(json_pack("{ss so so*}", "hash", hash, "allocations",
                    server->n_allocations ? json_integer((json_int_t)(after - before)) : json_null(), "ops",
                    job->kind->off_model ? NULL : ops_json(tally, true)));
    return BN_OK;
}

static enum bn_status answer_parts(struct server *server, const struct bn_job *job, struct bn_error *err)
{
    int n_threads = server->options.n_threads ? server->options.n_threads : 1;
    enum bn_status status = open_watched(server, &server->parts, n_threads, err);
    if (!status) status = prepare(server, server->parts.session, job, err);
    if (status) return status;
    bn_tally_clear(&server->parts.tally);
    bn_tally_begin(&server->parts.tally, job->kind->phase);
    status = work(server, err);
    bn_tally_end(&server->parts.tally, job->kind->phase, job->n, server->parts.session);
    if (!status) reply(json_pack("{so}", "ops", ops_json(&server->parts.tally, false)));
    return status;
}

static enum bn_status open_isolated(struct server *server, struct bn_error *err)
{
    if (server->isolated) return BN_OK;
    struct bn_session_options options = server->options;
    bn_isolate_init(&server->isolate, &server->instructions);
    options.n_threads = 1;
    options.observer = &server->isolate.observer;
    return bn_session_open(&server->isolated, server->model, &options, err);
}

static enum bn_status answer_isolate(struct server *server, const struct bn_job *job, struct bn_error *err)
{
    enum bn_status status = open_isolated(server, err);
    if (!status) status = prepare(server, server->isolated, job, err);
    if (status) return status;
    server->isolate.op = server->op, server->isolate.sum = 0, server->isolate.on = true;
    status = work(server, err);
    server->isolate.on = false;
    const char *reason = server->instructions.reason;
    if (!status)
        reply(reason[0] ? json_pack("{sn ss}", "instructions", "reason", reason)
                        : json_pack("{sI}", "instructions", (json_int_t)server->isolate.sum));
    return status;
}

static enum bn_status answer_hash(struct server *server, const struct bn_job *job, struct bn_error *err)
{
    enum bn_status status = prepare(server, server->timed, job, err);
    if (status) return status;
    bn_session_hash_reset(server->timed, job->kind->logits);
    status = work(server, err);
    char hash[24];
    snprintf(hash, sizeof hash, "%016" PRIx64, bn_job_hash(&server->running));
    bn_session_hash_reset(server->timed, false);
    if (!status) reply(json_pack("{ss}", "hash", hash));
    return status;
}

static enum bn_status answer_instructions(struct server *server, const struct bn_job *job, struct bn_error *err)
{
    enum bn_status status = prepare(server, server->timed, job, err);
    if (status) return status;
    uint64_t before = bn_pmu_process_read(&server->instructions);
    status = work(server, err);
    uint64_t after = bn_pmu_process_read(&server->instructions);
    if (status) return status;
    const char *reason = server->instructions.reason;
    reply(reason[0] ? json_pack("{sn ss}", "instructions", "reason", reason)
                    : json_pack("{sI}", "instructions", (json_int_t)(after - before)));
    return BN_OK;
}

static enum bn_status answer_dump(struct server *server, const struct bn_job *job, struct bn_error *err)
{
    enum bn_status status = prepare(server, server->timed, job, err);
    if (!status) status = bn_dump_logits(&server->running, server->path, err);
    if (!status) reply(json_pack("{si}", "n_vocab", bn_model_info(server->model)->n_vocab));
    return status;
}

static void answer_memory(void)
{
    struct bn_footprint f = bn_footprint_read();
    reply(json_pack("{sI sI sI sI}", "mapped_bytes", (json_int_t)f.mapped_bytes, "resident_bytes",
                    (json_int_t)f.resident_bytes, "peak_resident_bytes", (json_int_t)f.peak_resident_bytes,
                    "heap_bytes", (json_int_t)f.heap_bytes));
}

static const struct verb {
    const char *word;
    enum bn_status (*answer)(struct server *, const struct bn_job *, struct bn_error *);
} verbs[] = {{"count", answer_count}, {"hash", answer_hash},       {"instructions", answer_instructions},
             {"parts", answer_parts}, {"isolate", answer_isolate}, {"dump", answer_dump},
             {"", answer_time}};
enum { N_VERBS = sizeof verbs / sizeof *verbs };

/* The verb that begins the line; *rest is what it is about. */
static const struct verb *find_verb(const char *line, const char **rest)
{
    size_t n = strcspn(line, " ");
    for (int i = 0; i < N_VERBS - 1; i++)
        if (strlen(verbs[i].word) == n && !strncmp(line, verbs[i].word, n) && line[n])
            return *rest = line + n + 1, &verbs[i];
    return *rest = line, &verbs[N_VERBS - 1];
}

/* "OP COMMAND": what is left is the command; NULL: there is no such operation. */
static const char *read_op(const char *text, enum bn_op *found)
{
    size_t n = strcspn(text, " ");
    for (int op = 0; op < BN_OP_COUNT; op++)
        if (strlen(bn_op_name((enum bn_op)op)) == n && !strncmp(text, bn_op_name((enum bn_op)op), n) && text[n])
            return *found = (enum bn_op)op, text + n + 1;
    return NULL;
}

/* "FILE COMMAND": what is left is the command. */
static const char *read_path(const char *text, char *path, size_t cap)
{
    size_t n = strcspn(text, " ");
    if (n >= cap || !text[n]) return NULL;
    snprintf(path, cap, "%.*s", (int)n, text);
    return text + n + 1;
}

static json_t *verbs_json(void)
{
    json_t *words = json_array();
    for (int i = 0; i < N_VERBS - 1; i++) json_array_append_new(words, json_string(verbs[i].word));
    return words;
}

static void answer(struct server *server, const char *line)
{
    struct bn_error err = {.status = BN_ERR_USAGE,
                           .text = "A command is memory, a job with its numbers (jobs.list), as prefill N [FILL] and "
                                   "decode N FILL, or count, hash, parts, instructions, isolate OPERATION or dump FILE "
                                   "and a job."};
    struct bn_job job;
    if (!strcmp(line, "memory")) return answer_memory();
    server->running = (struct bn_job){0}, server->op = BN_OP_COUNT;
    const struct verb *verb = find_verb(line, &line);
    if (verb->answer == answer_isolate) line = read_op(line, &server->op);
    if (verb->answer == answer_dump) line = read_path(line, server->path, sizeof server->path);
    server->line = line;
    bool read = line && bn_job_parse(&job, line);
    if (!read || bn_model_check(server->model, &err) != BN_OK || verb->answer(server, &job, &err) != BN_OK)
        reply(json_pack("{ss}", "error", err.text));
    if (server->running.kind) bn_job_finish(&server->running);
}

json_t *bn_worker_describe(void)
{
    return json_pack("{ss ss ss}", "version", bn_version(), "commit", bn_commit(), "compiler", bn_compiler());
}

/* The variant of each kernel operation. */
static json_t *variants_json(const struct bn_model *model)
{
    json_t *variants = json_object();
    const char *op, *variant;
    for (size_t i = 0; (variant = bn_model_kernel(model, i, &op)); i++)
        json_object_set_new(variants, op, json_string(variant));
    return variants;
}

static void greet(const struct server *server, int64_t load_ns)
{
    const struct bn_model_info *info = bn_model_info(server->model);
    json_t *hello = bn_worker_describe();
    json_object_set_new(hello, "protocol", json_integer(BN_WORKER_PROTOCOL));
    json_object_set_new(hello, "commands", verbs_json());
    json_object_set_new(hello, "file_bytes", json_integer((json_int_t)info->file_bytes));
    json_object_set_new(hello, "kernels", json_string(info->kernels));
    json_object_set_new(hello, "model", json_string(info->name));
    json_object_set_new(hello, "variants", variants_json(server->model));
    json_object_set_new(hello, "jobs", bn_job_names());
    json_object_set_new(hello, "load_ns", json_integer((json_int_t)load_ns));
    reply(hello);
}

static enum bn_status open_all(struct server *server, const char *model, const struct bn_model_options *options,
                               struct bn_error *err)
{
    int64_t start = bn_clock_ns();
    enum bn_status status = bn_model_open(&server->model, model, options, err);
    if (status) return status;
    const struct bn_model_info *info = bn_model_info(server->model);
    status = bn_cmd_options_act(info, err);
    if (status) return status;
    bn_cmd_options_say("bitnet-worker serve", options, info);
    if (server->options.n_ctx > info->n_ctx_train) server->options.n_ctx = info->n_ctx_train;
    bn_pmu_process_open(&server->instructions,
                        "PERF_COUNT_HW_INSTRUCTIONS"); /* before the session, so that its threads are counted */
    status = bn_session_open(&server->timed, server->model, &server->options, err);
    if (status) return status;
    int64_t load_ns = bn_clock_ns() - start;
    server->ids = malloc(sizeof *server->ids * (size_t)server->options.n_ctx);
    if (!server->ids)
        return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate memory for %d token ids.",
                               server->options.n_ctx);
    bn_tokens_fill(server->model, server->ids, (size_t)server->options.n_ctx);
    greet(server, load_ns);
    return BN_OK;
}

static void close_all(struct server *server)
{
    close_watched(&server->counted);
    close_watched(&server->parts);
    if (server->isolated) bn_session_close(server->isolated);
    if (server->timed) bn_session_close(server->timed);
    if (server->model) bn_model_close(server->model);
    bn_pmu_process_close(&server->instructions);
    free(server->ids);
}

int bn_worker_serve(int argc, char **argv, uint64_t (*n_allocations)(void))
{
    const char *model = NULL;
    struct bn_settings settings = {.session = {.n_ctx = 1024, .n_threads = 1, .fixed_threads = true}};
    struct server server = {.instructions.fd = -1, .n_allocations = n_allocations};
    float inject_percent = 0;
    const struct bn_cmd_option options[] = {
        {"model", "FILE", BN_CMD_STRING, &model, "model to keep open", 0, 0},
        {"threads", "N", BN_CMD_INT, &settings.session.n_threads, "threads; 0: one per physical core", 0, 1024},
        {"n_ctx", "N", BN_CMD_INT, &settings.session.n_ctx, "positions of the KV cache", 1, BN_JOB_TOKENS_MOST},
        {"inject_percent", "X", BN_CMD_FLOAT, &inject_percent, "be slower by X % (the gate tests itself)", 0, 1000},
        {0}};
    const struct bn_cmd cmd = {"bitnet-worker serve", "keep a model open and answer the gate's commands on stdin",
                               "--model FILE [options]", bn_cmd_options_join(options), NULL};
    if (bn_cmd_parse(&cmd, argc, argv) > 0)
        bn_cmd_fail(&cmd, 2, "\"%s\" is not an option; --help lists them.", argv[1]);
    if (!model) bn_cmd_fail(&cmd, 2, "Give a model with --model FILE.");
    server.inject = inject_percent / 100;
    struct bn_error err = {0};
    if (bn_cmd_options_apply(&settings, BN_TASK_SESSION | BN_TASK_GENERATE, &err))
        bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
    server.options = settings.session;
    if (open_all(&server, model, &settings.model, &err) != BN_OK) {
        close_all(&server);
        bn_cmd_fail(&cmd, 1, "%s", err.text);
    }
    char line[2048];
    while (!ferror(stdout) && fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\r\n")] = 0;
        answer(&server, line);
    }
    close_all(&server);
    return 0;
}
