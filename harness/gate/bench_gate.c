/* bench_gate.c - the command `bitnet-bench gate`: three tiers, one verdict, one exit code. */
#include "engine/cmdline.h"
#include "harness/core/clock.h"
#include "harness/core/error.h"
#include "harness/gate/foreign.h"
#include "harness/gate/forms.h"
#include "harness/gate/inputs.h"
#include "harness/gate/record.h"
#include "harness/gate/self_test.h"
#include "harness/gate/self_test_log.h"
#include "harness/gate/tiers.h"
#include "harness/gate/workloads.h"
#include "harness/machine/lock.h"
#include "harness/worker/find.h"
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int bn_bench_gate(int argc, char **argv);

static struct request {
    const char *base, *head, *base_engine, *head_engine, *model, *kernel_backend, *instructions, *workloads, *plan,
        *allow, *resume, *repeat, *db, *accuracy, *data;
    int threads, runs;
    float budget_s, limit_s, tolerance_percent, ignore_percent;
    uint64_t seed;
    bool self_test, wait, no_lock, workloads_only;
} request;
static struct bn_gate_forms forms;
static struct bn_gate_report report;
static struct bn_gate_record record;

static const char reference_model[] = "datasets/reference/b158-i2_s.gguf"; /* in a checkout, or installed */
static const struct bn_cmd_option options[] = {
    {"base", "BUILD", BN_CMD_STRING, &request.base,
     "build to compare with: a checkout, a build folder or a bitnet-worker", 0, 0},
    {"head", "BUILD", BN_CMD_STRING, &request.head, "build to judge", 0, 0},
    {"base-engine", "NAME=PATH", BN_CMD_STRING, &request.base_engine,
     "instead of --base: another engine's build, e.g. llama-bench=PATH; more words are its arguments", 0, 0},
    {"head-engine", "NAME=PATH", BN_CMD_STRING, &request.head_engine, "instead of --head: its build to judge", 0, 0},
    {"model", "FILE", BN_CMD_STRING, &request.model, "model both run (the reference model of a checkout)", 0, 0},
    {"workloads", "LIST", BN_CMD_STRING, &request.workloads,
     "e.g. decode:4@64 (4 tokens after 64); default: prefill:16,decode:4@64,decode:32@64", 0, 0},
    {"plan", "FILE", BN_CMD_STRING, &request.plan,
     "take workloads, the first model and thread count, and the best kernel, from a sweep's plan", 0, 0},
    {"threads", "N", BN_CMD_INT, &request.threads, "threads of a worker (1)", 1, 1024},
    {"kernel_backend", "NAME", BN_CMD_STRING, &request.kernel_backend, "kernel variant; none: the best of each build",
     0, 0},
    {"tolerance", "PERCENT", BN_CMD_FLOAT, &request.tolerance_percent, "slow-down that a pass must rule out (3)", 0.1,
     100},
    {"ignore", "PERCENT", BN_CMD_FLOAT, &request.ignore_percent, "slow-down too small to act on (0.5)", 0, 50},
    {"budget", "SECONDS", BN_CMD_FLOAT, &request.budget_s, "time for the paired tier (300)", 0, 86400},
    {"limit", "SECONDS", BN_CMD_FLOAT, &request.limit_s,
     "longest wait for one answer of a worker (20 times what the workload took, at least 10)", 0.1, 86400},
    {"instructions", "HOW", BN_CMD_STRING, &request.instructions, "auto, perf, callgrind or off",
     .values = BN_CMD_WORDS("auto", "perf", "callgrind", "off")},
    {"allow", "LIST", BN_CMD_STRING, &request.allow,
     "accept what is intended, and have it recorded: output, work, place (a slow-down that the place of code explains)",
     .values = BN_CMD_WORDS("output", "work", "place"), .open = true},
    {"db", "FILE", BN_CMD_STRING, &request.db, "results database, which keeps every gate (out/bench.db)", 0, 0},
    {"accuracy", "EXTENT", BN_CMD_STRING, &request.accuracy,
     "short, full or off: questions and a text that both builds answer (short)", .values = bn_accuracy_extents},
    {"data", "FOLDER", BN_CMD_STRING, &request.data, "data of --accuracy (that of a checkout)", 0, 0},
    {"workloads-only", NULL, BN_CMD_FLAG, &request.workloads_only,
     "leave out what is beside the workloads: other work, memory, leaks, load, first token", 0, 0},
    {"seed", "N", BN_CMD_U64, &request.seed, "seed of the order of measurements (the clock)", 0, 0},
    {"wait", NULL, BN_CMD_FLAG, &request.wait, "wait while another measurement uses these CPUs", 0, 0},
    {"no-lock", NULL, BN_CMD_FLAG, &request.no_lock, "measure although another measurement may use these CPUs", 0, 0},
    {"repeat", "COMMAND", BN_CMD_STRING, &request.repeat, "what the report names as the command that repeats it", 0, 0},
    {"json", NULL, BN_CMD_FLAG, &forms.json, "print one JSON object", 0, 0},
    {"markdown", "FILE", BN_CMD_STRING, &forms.markdown, "write a summary for the pull request", 0, 0},
    {"junit", "FILE", BN_CMD_STRING, &forms.junit, "write JUnit XML", 0, 0},
    {"github", NULL, BN_CMD_FLAG, &forms.github, "print annotations for GitHub Actions", 0, 0},
    {"self-test", NULL, BN_CMD_FLAG, &request.self_test,
     "measure the gate itself: base against base, and injected slow-downs", 0, 0},
    {"runs", "N", BN_CMD_INT, &request.runs, "runs of the self-test (200)", 1, 100000},
    {"resume", "FILE", BN_CMD_STRING, &request.resume, "self-test: keep finished runs in FILE and resume from it", 0,
     0},
    {0}};
static const struct bn_cmd cmd = {
    "bitnet-bench gate",
    "did this change make anything slower, or change the output?",
    "--base BUILD --head BUILD | --base-engine NAME=PATH --head-engine NAME=PATH [options]",
    options,
    "Tiers: exact (output hash, declared work), instructions, paired time of fresh processes. A suspected slow-down is "
    "measured\n"
    "again before it is reported.\n",
    "0 pass, 1 failed, 2 usage, 3 slower or more work, 4 output changed, 5 inconclusive"};

/* A failure before the builds could be judged, in every form. */
static _Noreturn void stop(enum bn_found_kind kind, const char *text)
{
    struct bn_error err;
    if (request.self_test) bn_cmd_fail(&cmd, 1, "%s", text);
    bn_found_add(&report.found, kind, false, "", "%s", text);
    bn_gate_settle(&report);
    if (bn_gate_forms_write(&forms, &report, &err)) fprintf(stderr, "%s: %s\n", cmd.name, err.text);
    forms.json = false;
    bn_cmd_fail(&cmd, 1, "%s", text);
}

/* Workloads, plus the plan's model, kernel and threads if the command line names none. */
static int fill_workloads(struct bn_gate_workload *workloads)
{
    static struct bn_plan *plan; /* its texts are used until the end */
    struct bn_error err = {0};
    int n;
    if (request.plan && bn_plan_load(&plan, request.plan, &err)) bn_cmd_fail(&cmd, 2, "%s", err.text);
    if (plan && !request.model && plan->n_models) request.model = plan->models[0].path;
    if (plan && !request.kernel_backend) request.kernel_backend = bn_gate_kernel_of_plan(plan);
    if (plan && !request.threads && plan->n_threads) request.threads = (int)plan->threads[0];
    enum bn_status status = plan && !request.workloads
                                ? bn_gate_workloads_of_plan(workloads, &n, plan, &err)
                                : bn_gate_workloads_parse(workloads, &n,
                                                          request.workloads     ? request.workloads
                                                          : request.base_engine ? "prefill:64,decode:32@0"
                                                                                : "prefill:16,decode:4@64,decode:32@64",
                                                          &err);
    if (status) bn_cmd_fail(&cmd, 2, "%s", err.text);
    static char found[BN_PATH_BYTES];
    if (!request.model) request.model = bn_shipped_path(found, reference_model);
    if (!request.threads) request.threads = 1;
    return n;
}

struct sides { /* argument vectors of both workers */
    const char *argv[2][BN_ARGS_MOST];
    char program[2][4096], threads[16], relink[2][BN_VARIANT_PATH];
};

static void find_program(const char *build, char *program)
{
    struct bn_error err;
    if (bn_program_find("bitnet-worker", build, program, 4096, &err)) stop(BN_FOUND_BUILD, err.text);
}

static void fill_sides(struct sides *sides)
{
    if (request.self_test) request.head = request.base; /* NULL: the worker beside this program */
    find_program(request.base, sides->program[0]);
    find_program(request.head, sides->program[1]);
    snprintf(sides->threads, sizeof sides->threads, "%d", request.threads);
    for (int side = 0; side < 2; side++) {
        const char *words[] = {sides->program[side],
                               "serve",
                               "--model",
                               request.model,
                               "--threads",
                               sides->threads,
                               request.kernel_backend ? "--kernel_backend" : NULL,
                               request.kernel_backend,
                               NULL};
        memcpy(sides->argv[side], words, sizeof words);
        bn_variant_script(sides->program[side], sides->relink[side]);
    }
}

/* --allow is a list of known words. */
static void check_allow(void)
{
    static const char *const words[] = {"output", "work", "place"};
    for (const char *word = request.allow, *end; word; word = *end ? end + 1 : NULL) {
        bool known = false;
        size_t n = strcspn(word, ",");
        end = word + n;
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            known |= strlen(words[i]) == n && !strncmp(word, words[i], n);
        if (!known)
            bn_cmd_fail(&cmd, 2,
                        "Unknown word \"%.*s\" in --allow; choose from output, work and place, as in output,work.",
                        (int)n, word);
    }
}

static void check_model(void)
{
    char text[4500];
    if (!access(request.model, R_OK)) return;
    snprintf(text, sizeof text, "Could not read the model %s: %s; name one with --model FILE%s.", request.model,
             strerror(errno), request.model == reference_model ? ", or run the gate in a checkout" : "");
    stop(BN_FOUND_RUN, text);
}

static void check_request(int rest, char **argv)
{
    if (rest > 0) bn_cmd_fail(&cmd, 2, "Unknown word \"%s\"; bitnet-bench gate --help shows the usage.", argv[1]);
    if (!request.base_engine != !request.head_engine ||
        (request.base_engine && (request.base || request.head || request.self_test)))
        bn_cmd_fail(&cmd, 2, "Give --base-engine and --head-engine, both, without --base, --head and --self-test.");
    if (!request.self_test && !request.base_engine && (!request.base || !request.head))
        bn_cmd_fail(&cmd, 2, "Give both builds: --base BUILD --head BUILD.");
    if (request.resume && !request.self_test) bn_cmd_fail(&cmd, 2, "--resume is for --self-test.");
    if (request.self_test && (forms.markdown || forms.junit))
        bn_cmd_fail(&cmd, 2, "--markdown and --junit report a gate; --self-test prints text or --json.");
    check_allow();
    if (request.ignore_percent >= request.tolerance_percent)
        bn_cmd_fail(&cmd, 2, "--ignore must be less than --tolerance.");
}

static void print_json(json_t *object)
{
    json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(8));
    fputc('\n', stdout);
    json_decref(object);
}

static void keep(const char *kind, const char *verdict, const json_t *result)
{
    struct bn_error err;
    enum bn_status status = bn_gate_record_put(&record, kind, verdict, request.allow, result, &err);
    bn_gate_record_close(&record);
    if (status) bn_cmd_fail(&cmd, 1, "%s", err.text);
}

static int finish(const struct bn_pairs *pairs)
{
    struct bn_error err;
    bn_cmd_progress(NULL);
    report.n_blocks = pairs->n_blocks;
    report.n_pairs = pairs->n_pairs;
    report.n_disturbed = pairs->n_disturbed;
    report.canary_spread = bn_pairs_canary_spread(pairs);
    if (bn_gate_forms_write(&forms, &report, &err)) bn_cmd_fail(&cmd, 1, "%s", err.text);
    if (report.verdict == BN_GATE_FAILED) fprintf(stderr, "%s: %s\n", cmd.name, report.reason);
    json_t *result = bn_gate_json(&report);
    if (record.store) keep("gate", bn_gate_verdict_name(report.verdict), result);
    json_decref(result);
    for (int side = 0; side < 2; side++) json_decref(report.hello[side]);
    return bn_gate_exit_code(report.verdict);
}

static int run_self_test(const struct bn_gate_rule *rule, struct bn_pairs *pairs)
{
    struct bn_self_test test;
    struct bn_self_test_log log;
    struct bn_error err;
    char identity[512];
    int n = snprintf(identity, sizeof identity, "%.200s, %.100s, %d threads, tolerance %g %%", request.model,
                     request.kernel_backend ? request.kernel_backend : "auto", request.threads,
                     (double)request.tolerance_percent);
    for (int w = 0; w < pairs->n_workloads && n < (int)sizeof identity; w++)
        n += snprintf(identity + n, sizeof identity - (size_t)n, ", %s", pairs->workloads[w].name);
    if (bn_self_test_log_open(&log, request.resume, identity, &err))
        bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
    if (bn_self_test_run(&test, rule, request.runs, request.budget_s, pairs, &log, &err))
        bn_cmd_fail(&cmd, 1, "%s", err.text);
    bn_self_test_log_close(&log);
    bn_cmd_progress(NULL);
    json_t *result = bn_self_test_json(&test);
    if (!forms.json) bn_self_test_write(&test, stdout);
    if (forms.json) print_json(json_incref(result));
    bn_pairs_close(pairs);
    keep("self-test", test.false_positives ? "false alarms" : "no false alarm", result);
    json_decref(result);
    return 0;
}

/* Reserves the machine until this process ends and requires that files do not change. */
static void begin(struct bn_pairs *pairs)
{
    static struct bn_lock lock;
    static const volatile sig_atomic_t never;
    struct bn_error err;
    const char *const files[] = {pairs->argv[0][0], pairs->argv[1][0], request.model};
    enum bn_status status = bn_lock_enter(&lock, bn_lock_policy(request.wait, request.no_lock), 0, &never, &err);
    for (int i = 0; i < 3 && !status; i++) status = bn_watch_begin(&pairs->files[i], (char *)files[i], &err);
    if (!status && request.self_test && !pairs->relink[0])
        status = bn_harness_fail(&err, BN_ERR_USAGE,
                                 "The self-test compares rebuilds, and nothing beside %s says how to link it anew "
                                 "(relink-worker); run make.",
                                 files[0]);
    if (status) stop(BN_FOUND_RUN, err.text);
}

static void fill_report(char **argv, const struct bn_gate_workload *workloads, int n_workloads)
{
    struct bn_error err;
    report = (struct bn_gate_report){.base = request.base ? request.base : "",
                                     .head = request.head ? request.head : "",
                                     .model = request.model,
                                     .threads = request.threads,
                                     .n_workloads = n_workloads,
                                     .workloads = workloads,
                                     .allowed = request.allow,
                                     .seed = request.seed,
                                     .canary_spread = NAN};
    bn_gate_noise_unknown(&report.noise);
    bn_gate_rule_init(&report.rule, (double)request.tolerance_percent);
    bn_gate_rule_ignore(&report.rule, (double)request.ignore_percent);
    bn_gate_repeat(report.repeat, sizeof report.repeat, request.repeat, argv, request.seed);
    bn_gate_conclude(&report, BN_GATE_INCONCLUSIVE, "Nothing was measured.");
    if (!request.self_test && bn_gate_forms_begin(&forms, &report, &err))
        bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
}

/* Builds of another engine: pairs of its own program, and the text that it writes. */
static int judge_foreign(const struct bn_pairs *pairs)
{
    static struct bn_lock lock;
    static const volatile sig_atomic_t never;
    struct bn_error err;
    struct bn_foreign foreign = {.named = {request.base_engine, request.head_engine},
                                 .model = request.model,
                                 .allow = request.allow,
                                 .db = request.db,
                                 .command = report.repeat,
                                 .budget_s = (double)request.budget_s,
                                 .threads = request.threads,
                                 .seed = request.seed};
    double start = bn_clock_s();
    report.base = request.base_engine, report.head = request.head_engine, report.foreign = true;
    if (bn_foreign_open(&foreign, pairs->workloads, pairs->n_workloads, &err))
        bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
    enum bn_status status = bn_lock_enter(&lock, bn_lock_policy(request.wait, request.no_lock), 0, &never, &err);
    if (!status) status = bn_foreign_run(&foreign, &report, &err);
    if (status) bn_found_add(&report.found, BN_FOUND_RUN, false, "", "%s", err.text), bn_gate_settle(&report);
    report.seconds = bn_clock_s() - start;
    if (!status && bn_foreign_record(&foreign, &report, &err)) bn_cmd_fail(&cmd, 1, "%s", err.text);
    bn_foreign_close(&foreign);
    return finish(pairs);
}

/* What the workers say of themselves, and what the database knows about this machine. */
static enum bn_status introduce(struct bn_pairs *pairs, struct bn_error *err)
{
    record = (struct bn_gate_record){.command = report.repeat, .seed = request.seed};
    enum bn_status status = bn_tiers_greet(&report, pairs, err);
    if (!status) status = bn_gate_record_open(&record, request.db, pairs, report.hello, request.kernel_backend, err);
    return status ? status : bn_gate_record_noise(&record, pairs, &report.noise, err);
}

int bn_bench_gate(int argc, char **argv)
{
    static struct bn_gate_workload workloads[BN_GATE_WORKLOADS];
    static struct sides sides;
    static struct bn_pairs pairs;
    request = (struct request){.instructions = "auto",
                               .db = "out/bench.db",
                               .accuracy = "short",
                               .data = "datasets",
                               .runs = 200,
                               .budget_s = 300,
                               .tolerance_percent = 3,
                               .ignore_percent = 0.5f,
                               .seed = (uint64_t)time(NULL)};
    forms = (struct bn_gate_forms){0};
    static char data[BN_PATH_BYTES];
    request.data = bn_shipped_path(data, request.data);
    int rest = bn_cmd_parse(&cmd, argc, argv), n_workloads = fill_workloads(workloads);
    struct bn_error err = {0};
    check_request(rest, argv);
    bn_gate_declare_inputs((const char *const[]){request.model, request.db, request.plan}, 3,
                           (const char *const[]){request.base, request.head},
                           (const char *const[]){request.base_engine, request.head_engine});
    fill_report(argv, workloads, n_workloads);
    check_model();
    if (!request.base_engine) fill_sides(&sides);
    pairs = (struct bn_pairs){.argv = {sides.argv[0], sides.argv[1]},
                              .workloads = workloads,
                              .n_workloads = n_workloads,
                              .n_threads = request.threads,
                              .limit_s = (double)request.limit_s,
                              .pair_s = 0.5};
    if (request.base_engine) return judge_foreign(&pairs);
    for (int side = 0; side < 2; side++)
        if (sides.relink[side][0]) pairs.relink[side] = sides.relink[side];
    report.relinked = pairs.relink[0] && pairs.relink[1];
    begin(&pairs);
    double start = bn_clock_s();
    const struct bn_tiers tiers = {.instructions = request.instructions,
                                   .allow = request.allow,
                                   .data = request.data,
                                   .accuracy = bn_accuracy_extent_of(request.accuracy),
                                   .beside = !request.workloads_only,
                                   .budget_s = (double)request.budget_s};
    enum bn_status status = bn_pairs_open(&pairs, request.seed, &err);
    if (!status) status = introduce(&pairs, &err);
    if (!status && request.self_test) return run_self_test(&report.rule, &pairs);
    if (!status) status = bn_tiers_run(&tiers, &report, &pairs, &err);
    if (status) bn_gate_fail(&report, &pairs, &err);
    bn_pairs_close(&pairs);
    report.seconds = bn_clock_s() - start;
    return finish(&pairs);
}
