/* bench_load.c - the command `bitnet-bench load`: requests for text to a server, from many clients at once. */
#include "engine/cmdline.h"
#include "harness/core/command.h"
#include "harness/core/error.h"
#include "harness/load/print.h"
#include "harness/load/record.h"
#include "harness/machine/lock.h"
#include "harness/worker/child.h"
#include "harness/worker/find.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

int bn_bench_load(int argc, char **argv);

enum { ANSWER_S = 20 /* for short questions */ };
static struct bn_load_plan plan = {.ignore_eos = true, .slow_bytes_per_s = 4096};
static struct bn_load_slo slo;
static struct request {
    const char *url, *model, *server, *prompt, *output, *slow, *vanish, *db;
    struct bn_cmd_list serve;
    int concurrency, requests, warmup, rounds;
    float rate, duration_s, timeout_s, temperature, ttft_ms, itl_ms, tpot_ms;
    bool verify, json, wait, no_lock;
} o = {.prompt = "uniform:8,32",
       .output = "uniform:16,64",
       .slow = "0",
       .vanish = "0",
       .db = "out/bench.db",
       .warmup = -1,
       .rounds = 1,
       .timeout_s = 120};

static const struct bn_cmd_option options[] = {
    {"url", "URL", BN_CMD_STRING, &o.url, "server to load: http://HOST:PORT (OpenAI's API)", 0, 0},
    {"model", "FILE", BN_CMD_STRING, &o.model, "start bitnet-serve with this model on a free port, and end it", 0, 0},
    {"server", "BUILD", BN_CMD_STRING, &o.server,
     "the bitnet-serve to start: a checkout, a build folder or the program (default: that of this build)", 0, 0},
    {"serve", "NAME=VALUE", BN_CMD_LIST, &o.serve, "an option of bitnet-serve, e.g. parallel=64; may be repeated", 0,
     0},
    {"concurrency", "N", BN_CMD_INT, &o.concurrency, "closed loop: N clients, each with one request at a time (1)", 1,
     65536},
    {"rate", "R", BN_CMD_FLOAT, &o.rate, "open loop: R requests a second, at random times (Poisson)", 0.001, 1e6},
    {"prompt", "LENGTHS", BN_CMD_STRING, &o.prompt,
     "words of a prompt: N, uniform:LOW,HIGH or lognormal:MEDIAN,SIGMA[,MAX] (uniform:8,32)", 0, 0},
    {"output", "LENGTHS", BN_CMD_STRING, &o.output, "most tokens of an output, in the same forms (uniform:16,64)", 0,
     0},
    {"slow", "SHARE", BN_CMD_STRING, &o.slow, "share of the requests whose client reads slowly, e.g. 10% (0)", 0, 0},
    {"slow_rate", "BYTES", BN_CMD_INT, &plan.slow_bytes_per_s, "bytes a second that a slow client reads (4096)", 20,
     1 << 30},
    {"vanish", "SHARE", BN_CMD_STRING, &o.vanish, "share of the requests whose client leaves before the end (0)", 0, 0},
    {"duration", "SECONDS", BN_CMD_FLOAT, &o.duration_s, "time in which requests are sent (10, unless --requests)",
     0.01, 1e6},
    {"requests", "N", BN_CMD_INT, &o.requests, "end after N requests", 1, 1e8},
    {"warmup", "N", BN_CMD_INT, &o.warmup, "requests before them that do not count (as many as --concurrency, or 8)", 0,
     1e8},
    {"rounds", "N", BN_CMD_INT, &o.rounds, "repeat all of it with a fresh server; a comparison needs 4 (1)", 1, 1000},
    {"seed", "N", BN_CMD_U64, &plan.seed, "seed of lengths, prompts, times, clients and sampling (0)", 0, 0},
    {"temperature", "X", BN_CMD_FLOAT, &o.temperature, "of sampling, with a seed for each request (0)", 0, 100},
    {"ignore_eos", NULL, BN_CMD_FLAG, &plan.ignore_eos, "outputs have their full length (True)", 0, 0},
    {"timeout", "SECONDS", BN_CMD_FLOAT, &o.timeout_s, "longest time of a request (120)", 0.01, 1e6},
    {"slo_ttft_ms", "MS", BN_CMD_FLOAT, &o.ttft_ms, "goodput: time to the first token at most", 0, 1e9},
    {"slo_itl_ms", "MS", BN_CMD_FLOAT, &o.itl_ms, "goodput: every gap between tokens at most", 0, 1e9},
    {"slo_tpot_ms", "MS", BN_CMD_FLOAT, &o.tpot_ms, "goodput: mean time of a token after the first at most", 0, 1e9},
    {"verify", NULL, BN_CMD_FLAG, &o.verify, "afterwards ask for each text alone: it must be the same", 0, 0},
    {"db", "FILE", BN_CMD_STRING, &o.db, "results database (out/bench.db)", 0, 0},
    {"wait", NULL, BN_CMD_FLAG, &o.wait, "wait while another measurement uses these CPUs", 0, 0},
    {"no-lock", NULL, BN_CMD_FLAG, &o.no_lock, "measure although another measurement may use these CPUs", 0, 0},
    {"json", NULL, BN_CMD_FLAG, &o.json, "print one JSON object", 0, 0},
    {0}};
static const struct bn_cmd cmd = {
    "bitnet-bench load",
    "load a server with many clients: latencies, goodput, tokens/s",
    "--url URL | --model FILE  [--concurrency N | --rate R] [options]",
    options,
    "The same seed gives the same requests. In the open loop times count from when a request was due, so that a server "
    "which\n"
    "keeps the generator waiting hides nothing. bitnet-bench compare sets two runs side by side. A key that the server "
    "asks for:\n"
    "environment variable BITNET_API_KEY. harness/load/README.md says more.\n",
    "0 ok, 1 a client that stayed got no complete answer (other than a refusal), 2 usage, 4 a text differs from the "
    "same request alone, 5 nothing measured, 130 interrupted"};

static _Noreturn void fail(int code, const struct bn_error *err) { bn_cmd_fail(&cmd, code, "%s", err->text); }

static double share(const char *name, const char *text)
{
    char *end;
    double x = strtod(text, &end);
    bool percent = *end == '%';
    if (percent) x /= 100;
    if (end == text || end[percent] || !(x >= 0 && x <= 1))
        bn_cmd_fail(&cmd, 2, "--%s takes a share such as 10%% or 0.1, not \"%s\".", name, text);
    return x;
}

static void fill_plan(void)
{
    struct bn_error err;
    if (o.rate > 0 && o.concurrency) bn_cmd_fail(&cmd, 2, "Give one of --concurrency and --rate.");
    if (bn_lengths_parse(&plan.prompt, "prompt", o.prompt, &err)) fail(2, &err);
    if (bn_lengths_parse(&plan.output, "output", o.output, &err)) fail(2, &err);
    plan.slow = share("slow", o.slow), plan.vanish = share("vanish", o.vanish);
    if (plan.slow + plan.vanish > 1) bn_cmd_fail(&cmd, 2, "--slow and --vanish are more than all clients.");
    plan.rate = (double)o.rate;
    plan.concurrency = o.rate > 0 ? 0 : o.concurrency ? o.concurrency : 1;
    plan.n_requests = (uint32_t)o.requests;
    plan.duration_s = o.duration_s > 0 ? (double)o.duration_s : o.requests ? 0 : 10;
    plan.n_warmup = (uint32_t)(o.warmup >= 0 ? o.warmup : plan.concurrency ? plan.concurrency : 8);
    plan.timeout_s = (double)o.timeout_s, plan.temperature = (double)o.temperature;
    plan.api_key = getenv("BITNET_API_KEY");
    slo = (struct bn_load_slo){(double)o.ttft_ms, (double)o.itl_ms, (double)o.tpot_ms};
}

static void check_request(int rest, char **argv)
{
    if (rest) bn_cmd_fail(&cmd, 2, "Unknown word \"%s\"; bitnet-bench load --help shows the usage.", argv[1]);
    if (!o.url == !o.model) bn_cmd_fail(&cmd, 2, "Give one of --url and --model.");
    bn_cmd_needs(&cmd, "server", o.model, "--model");
    bn_cmd_needs(&cmd, "serve", o.model, "--model");
    bn_cmd_needs(&cmd, "slow_rate", strcmp(o.slow, "0") != 0, "--slow");
    if (o.rounds > 1 && !o.model)
        bn_cmd_fail(&cmd, 2, "--rounds needs --model: each round has a fresh server, which knows no prompt yet.");
}

struct load { /* a load test in progress */
    struct bn_target target;
    struct bn_watch program, model;
    struct bn_load_version version;
    char path[4096];
    struct bn_load_record record;
    struct bn_load_run *runs;       /* [o.rounds] */
    struct bn_load_moment *moments; /* [o.rounds] */
    struct bn_load_verdict verdict;
};

/* Each client is an open file. */
static void raise_limit(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files)) return;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

/* Names the server, and greets one that is there already. */
static enum bn_status find_server(struct load *l, struct bn_error *err)
{
    if (!o.model) {
        enum bn_status status = bn_target_read(&l->target, o.url, err);
        l->target.api_key = plan.api_key;
        return status ? status : bn_target_greet(&l->target, ANSWER_S, err);
    }
    enum bn_status status = bn_program_find("bitnet-serve", o.server, l->path, sizeof l->path, err);
    if (!status) status = bn_watch_begin(&l->program, l->path, err);
    if (!status) status = bn_load_server_version(&l->version, &l->program, err);
    return status ? status : bn_watch_begin(&l->model, (char *)o.model, err);
}

static enum bn_status begin(struct load *l, struct bn_error *err)
{
    static struct bn_lock lock;
    enum bn_lock_policy policy = bn_lock_policy(o.wait, o.no_lock);
    l->runs = calloc((size_t)o.rounds, sizeof *l->runs);
    l->moments = calloc((size_t)o.rounds, sizeof *l->moments);
    if (!l->runs || !l->moments) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory for %d rounds.", o.rounds);
    enum bn_status status = find_server(l, err);
    const struct bn_load_origin origin = {&l->program,    &l->model,         &l->target,
                                          o.serve.values, (size_t)o.serve.n, &l->version};
    if (!status) status = bn_load_record_open(&l->record, o.db, &plan, &origin, err);
    return status ? status : bn_lock_enter(&lock, policy, 0, &bn_child_interrupt, err);
}

static void read_moments(struct bn_load_moment *m, const char *at) { m->n += bn_moment_read(at, m->at + m->n); }

static enum bn_status load(struct load *l, int round, struct bn_error *err)
{
    static const char generated[] = "bitnet_generated_tokens_total";
    struct bn_load_run *run = &l->runs[round];
    double before = bn_target_metric(&l->target, generated, ANSWER_S);
    read_moments(&l->moments[round], "before");
    enum bn_status status = bn_load_run_go(run, &plan, &l->target, &bn_child_interrupt, err);
    read_moments(&l->moments[round], "after");
    if (status || bn_child_interrupt) return status;
    run->generated = bn_target_metric(&l->target, generated, ANSWER_S) - before;
    return o.verify ? bn_load_verify(&l->verdict, run, &plan, &l->target, &bn_child_interrupt, err) : BN_OK;
}

static enum bn_status one_round(struct load *l, int round, struct bn_error *err)
{
    struct bn_load_server server;
    struct bn_error why;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    l->moments[round].started_at_s = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
    if (!o.model) return load(l, round, err);
    enum bn_status status = bn_load_server_start(&server, &l->program, o.model, o.serve.values, (size_t)o.serve.n,
                                                 &bn_child_interrupt, err);
    if (status) return status;
    status = bn_target_read(&l->target, server.url, err);
    l->target.api_key = plan.api_key;
    if (!status) status = bn_target_greet(&l->target, ANSWER_S, err);
    if (!status) status = load(l, round, err);
    enum bn_status ended = bn_load_server_stop(&server, &why);
    l->moments[round].peak_rss_bytes = server.peak_rss_bytes;
    return status ? status : ended ? bn_harness_fail(err, ended, "%s", why.text) : BN_OK;
}

static int conclude(const struct bn_load_summary *s, const struct load *l, const char **word)
{
    size_t lost = 0;
    for (int m = 0; m < BN_LOAD_VANISHING; m++)
        for (int x = BN_LOAD_FAILED; x < BN_LOAD_VANISHED; x++) lost += s->counts[m][x];
    if (l->verdict.n_different) return *word = "texts depend on their neighbours", 4;
    if (lost) return *word = "clients that stayed got no complete answer", 1;
    if (!bn_load_outcomes(s, BN_LOAD_COMPLETE)) return *word = "nothing measured", 5;
    return *word = "ok", 0;
}

static void print(const struct bn_load_report *report)
{
    if (!o.json) {
        bn_load_print(report);
        return;
    }
    json_t *root = bn_load_json(report);
    json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(8));
    putchar('\n');
    json_decref(root);
}

static int finish(struct load *l, const char *command)
{
    struct bn_error err;
    struct bn_load_summary summary;
    char server[600];
    size_t n = (size_t)o.rounds;
    if (bn_load_summarise(&summary, l->runs, n, &plan, &slo, &err)) fail(1, &err);
    if (bn_load_record_put(&l->record, command, &plan, l->runs, l->moments, n, &err)) fail(1, &err);
    snprintf(server, sizeof server, "%s %s", l->version.version[0] ? "bitnet-serve" : l->target.authority,
             l->version.version[0] ? l->version.commit : l->target.model);
    struct bn_load_report report = {.plan = &plan,
                                    .slo = &slo,
                                    .runs = l->runs,
                                    .n_runs = n,
                                    .summary = &summary,
                                    .verdict = o.verify ? &l->verdict : NULL,
                                    .workload = l->record.workload,
                                    .options = l->record.options.text,
                                    .server = server,
                                    .run_id = l->record.run_id};
    int code = conclude(&summary, l, &report.verdict_word);
    print(&report);
    bn_load_record_close(&l->record);
    for (size_t i = 0; i < n; i++) bn_load_run_release(&l->runs[i]);
    free(l->runs), free(l->moments);
    return code;
}

int bn_bench_load(int argc, char **argv)
{
    static struct load l;
    struct bn_error err;
    char *command = bn_command_line(argc, argv);
    check_request(bn_cmd_parse(&cmd, argc, argv), argv);
    fill_plan();
    bn_child_take_signals();
    raise_limit();
    if (begin(&l, &err)) fail(err.status == BN_ERR_USAGE ? 2 : bn_child_interrupt ? 130 : 1, &err);
    for (int i = 0; i < o.rounds; i++) {
        if (o.rounds > 1) bn_cmd_progress("round %d of %d", i + 1, o.rounds);
        if (one_round(&l, i, &err)) fail(bn_child_interrupt ? 130 : 1, &err);
        if (bn_child_interrupt) bn_cmd_fail(&cmd, 130, "Interrupted; nothing was stored.");
    }
    bn_cmd_progress(NULL);
    int code = finish(&l, command ? command : "load");
    free(command);
    return code;
}
