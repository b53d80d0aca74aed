/* answer.c - answers the gate's commands: time, count and instructions of a fixed piece of work. */
#include "harness/core/clock.h"
#include "harness/worker/answer.h"
#include "engine/cmdline.h"
#include "harness/core/error.h"
#include "harness/worker/isolate.h"
#include "harness/worker/line.h"
#include "harness/worker/tally.h"
#include "harness/worker/tokens.h"
#include "harness/pmu/pmu.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/callgrind.h>

enum { TOKENS_MOST = 1 << 20 };
struct job {
    bool decode;
    int n, fill;
    enum bn_op op; /* of isolate */
};
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
    int32_t *ids;  /* [n_ctx] */
    double inject; /* share of the time that is spent again */
    uint64_t (*n_allocations)(void);
};

static void reply(json_t *object)
{
    bn_line_write(stdout, object ? object : json_pack("{ss}", "error", "The answer could not be written as JSON."));
    fflush(stdout);
}

/* Puts the context where the job begins; not timed. */
static enum bn_status prepare(struct server *server, struct bn_session *session, const struct job *job,
                              struct bn_error *err)
{
    int fill = job->fill, position = bn_session_position(session);
    if (job->n + fill > bn_session_n_ctx(session))
        return bn_harness_fail(err, BN_ERR_CONTEXT, "%d tokens do not fit a context of %d; give --n_ctx.",
                               job->n + fill, bn_session_n_ctx(session));
    if (position > fill) position = bn_session_truncate(session, fill);
    if (position >= fill) return BN_OK;
    return bn_prefill(session, server->ids + position, (size_t)(fill - position), err);
}

static enum bn_status work(struct server *server, struct bn_session *session, const struct job *job,
                           struct bn_error *err)
{
    if (!job->decode) return bn_prefill(session, server->ids + job->fill, (size_t)job->n, err);
    enum bn_status status = BN_OK;
    for (int i = 0; i < job->n && !status; i++) status = bn_decode(session, server->ids[job->fill + i], err);
    return status;
}

static enum bn_status answer_time(struct server *server, const struct job *job, struct bn_error *err)
{
    enum bn_status status = prepare(server, server->timed, job, err);
    if (status) return status;
    CALLGRIND_START_INSTRUMENTATION;
    int64_t start = bn_clock_ns();
    status = work(server, server->timed, job, err);
    int64_t end = bn_clock_ns(), until = start + (int64_t)((double)(end - start) * (1 + server->inject));
    while (end < until) end = bn_clock_ns();
    CALLGRIND_STOP_INSTRUMENTATION;
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

static enum bn_phase phase_of(const struct job *job) { return job->decode ? BN_PHASE_DECODE : BN_PHASE_PREFILL; }

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

static enum bn_status answer_count(struct server *server, const struct job *job, struct bn_error *err)
{
    enum bn_status status = open_watched(server, &server->counted, 1, err);
    struct bn_session *session = server->counted.session;
    struct bn_tally *tally = &server->counted.tally;
    if (!status) status = prepare(server, session, job, err);
    if (status) return status;
    bn_session_hash_reset(session, true);
    bn_tally_clear(tally);
    bn_tally_begin(tally, phase_of(job));
    uint64_t before = server->n_allocations ? server->n_allocations() : 0;
    status = work(server, session, job, err);
    uint64_t after = server->n_allocations ? server->n_allocations() : 0;
    bn_tally_end(tally, phase_of(job), job->n, session);
    if (status) return status;
    char hash[24];
    snprintf(hash, sizeof hash, "%016" PRIx64, bn_session_logits_hash(session));
    reply(json_pack("{ss so so}", "hash", hash, "allocations",
                    server->n_allocations ? json_integer((json_int_t)(after - before)) : json_null(), "ops",
                    ops_json(tally, true)));
    return BN_OK;
}

static enum bn_status answer_parts(struct server *server, const struct job *job, struct bn_error *err)
{
    int n_threads = server->options.n_threads ? server->options.n_threads : 1;
    enum bn_status status = open_watched(server, &server->parts, n_threads, err);
    if (!status) status = prepare(server, server->parts.session, job, err);
    if (status) return status;
    bn_tally_clear(&server->parts.tally);
    bn_tally_begin(&server->parts.tally, phase_of(job));
    status = work(server, server->parts.session, job, err);
    bn_tally_end(&server->parts.tally, phase_of(job), job->n, server->parts.session);
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

static enum bn_status answer_isolate(struct server *server, const struct job *job, struct bn_error *err)
{
    enum bn_status status = open_isolated(server, err);
    if (!status) status = prepare(server, server->isolated, job, err);
    if (status) return status;
    server->isolate.op = job->op, server->isolate.sum = 0, server->isolate.on = true;
    status = work(server, server->isolated, job, err);
    server->isolate.on = false;
    const char *reason = server->instructions.reason;
    if (!status)
        reply(reason[0] ? json_pack("{sn ss}", "instructions", "reason", reason)
                        : json_pack("{sI}", "instructions", (json_int_t)server->isolate.sum));
    return status;
}

static enum bn_status answer_hash(struct server *server, const struct job *job, struct bn_error *err)
{
    enum bn_status status = prepare(server, server->timed, job, err);
    if (status) return status;
    bn_session_hash_reset(server->timed, true);
    status = work(server, server->timed, job, err);
    char hash[24];
    snprintf(hash, sizeof hash, "%016" PRIx64, bn_session_logits_hash(server->timed));
    bn_session_hash_reset(server->timed, false);
    if (!status) reply(json_pack("{ss}", "hash", hash));
    return status;
}

static enum bn_status answer_instructions(struct server *server, const struct job *job, struct bn_error *err)
{
    enum bn_status status = prepare(server, server->timed, job, err);
    if (status) return status;
    uint64_t before = bn_pmu_process_read(&server->instructions);
    status = work(server, server->timed, job, err);
    uint64_t after = bn_pmu_process_read(&server->instructions);
    if (status) return status;
    const char *reason = server->instructions.reason;
    reply(reason[0] ? json_pack("{sn ss}", "instructions", "reason", reason)
                    : json_pack("{sI}", "instructions", (json_int_t)(after - before)));
    return BN_OK;
}

static bool read_job(const char *text, struct job *job)
{
    *job = (struct job){.decode = !strncmp(text, "decode ", 7)};
    int end = -1;
    if (job->decode)
        sscanf(text, "decode %d %d %n", &job->n, &job->fill, &end);
    else
        sscanf(text, "prefill %d %n", &job->n, &end);
    if (!job->decode && end > 0 && text[end]) { /* prefill N FILL */
        text += end;
        end = -1;
        sscanf(text, "%d %n", &job->fill, &end);
    }
    return end > 0 && !text[end] && job->n > 0 && job->fill >= 0 && job->n < TOKENS_MOST && job->fill < TOKENS_MOST;
}

static const struct verb {
    const char *word;
    enum bn_status (*answer)(struct server *, const struct job *, struct bn_error *);
} verbs[] = {{"count", answer_count}, {"hash", answer_hash},       {"instructions", answer_instructions},
             {"parts", answer_parts}, {"isolate", answer_isolate}, {"", answer_time}};
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

static json_t *verbs_json(void)
{
    json_t *words = json_array();
    for (int i = 0; i < N_VERBS - 1; i++) json_array_append_new(words, json_string(verbs[i].word));
    return words;
}

static void answer(struct server *server, const char *line)
{
    struct bn_error err = {
        .status = BN_ERR_USAGE,
        .text =
            "A command is prefill N [FILL], decode N FILL, or count, hash, parts, instructions or isolate OPERATION "
            "and one of them."};
    struct job job;
    const struct verb *verb = find_verb(line, &line);
    enum bn_op op = BN_OP_COUNT;
    if (verb->answer == answer_isolate) line = read_op(line, &op);
    bool read = line && read_job(line, &job);
    job.op = op;
    if (!read || bn_model_check(server->model, &err) != BN_OK || verb->answer(server, &job, &err) != BN_OK)
        reply(json_pack("{ss}", "error", err.text));
}

json_t *bn_worker_describe(void)
{
    return json_pack("{ss ss ss}", "version", bn_version(), "commit", bn_commit(), "compiler", bn_compiler());
}

static enum bn_status open_all(struct server *server, const char *model, const struct bn_model_options *options,
                               struct bn_error *err)
{
    enum bn_status status = bn_model_open(&server->model, model, options, err);
    if (status) return status;
    const struct bn_model_info *info = bn_model_info(server->model);
    if (server->options.n_ctx > info->n_ctx_train) server->options.n_ctx = info->n_ctx_train;
    bn_pmu_process_open(&server->instructions,
                        "PERF_COUNT_HW_INSTRUCTIONS"); /* before the session, so that its threads are counted */
    status = bn_session_open(&server->timed, server->model, &server->options, err);
    if (status) return status;
    server->ids = malloc(sizeof *server->ids * (size_t)server->options.n_ctx);
    if (!server->ids)
        return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate memory for %d token ids.",
                               server->options.n_ctx);
    bn_tokens_fill(server->model, server->ids, (size_t)server->options.n_ctx);
    json_t *hello = bn_worker_describe();
    json_object_set_new(hello, "protocol", json_integer(BN_WORKER_PROTOCOL));
    json_object_set_new(hello, "commands", verbs_json());
    json_object_set_new(hello, "file_bytes", json_integer((json_int_t)info->file_bytes));
    json_object_set_new(hello, "kernels", json_string(info->kernels));
    json_object_set_new(hello, "model", json_string(info->name));
    reply(hello);
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
    struct bn_model_options model_options = {0};
    struct server server = {.options = {.n_ctx = 1024, .n_threads = 1, .fixed_threads = true},
                            .instructions.fd = -1,
                            .n_allocations = n_allocations};
    float inject_percent = 0;
    const struct bn_cmd_option options[] = {
        {"model", "FILE", BN_CMD_STRING, &model, "model to keep open", 0, 0},
        {"kernel_backend", "NAME", BN_CMD_STRING, &model_options.kernel_backend, "kernel variant; none: the best", 0,
         0},
        {"threads", "N", BN_CMD_INT, &server.options.n_threads, "threads; 0: one per physical core", 0, 1024},
        {"n_ctx", "N", BN_CMD_INT, &server.options.n_ctx, "positions of the KV cache", 1, TOKENS_MOST},
        {"inject_percent", "X", BN_CMD_FLOAT, &inject_percent, "be slower by X % (the gate tests itself)", 0, 1000},
        {0}};
    const struct bn_cmd cmd = {"bitnet-worker serve", "keep a model open and answer the gate's commands on stdin",
                               "--model FILE [options]", options, NULL};
    if (bn_cmd_parse(&cmd, argc, argv) > 0)
        bn_cmd_fail(&cmd, 2, "\"%s\" is not an option; --help lists them.", argv[1]);
    if (!model) bn_cmd_fail(&cmd, 2, "Give a model with --model FILE.");
    server.inject = inject_percent / 100;
    struct bn_error err = {0};
    if (open_all(&server, model, &model_options, &err) != BN_OK) {
        close_all(&server);
        bn_cmd_fail(&cmd, 1, "%s", err.text);
    }
    char line[256];
    while (!ferror(stdout) && fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\r\n")] = 0;
        answer(&server, line);
    }
    close_all(&server);
    return 0;
}
