/* bench_claims.c - bitnet-bench claims: published figures, and which of them hold on this machine. */
#include "engine/cmdline.h"
#include "harness/claims/measure.h"
#include "harness/core/command.h"
#include "harness/machine/fields.h"
#include "harness/sweep/sweep.h"
#include "harness/worker/engines.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int bn_bench_claims(int argc, char **argv);

static struct request {
    const char *only, *table, *file, *budget;
    bool run, tables, full, json, markdown, wait, no_lock;
} request;
static const char usual_db[] = "out/bench.db";
static struct bn_claims_effort effort = {.db_path = usual_db, .plans = "harness/plans"};
static struct bn_cmd_list models, engines;
static const struct bn_cmd_option options[] = {
    {"only", "ID,...", BN_CMD_STRING, &request.only,
     "these claims, with every value: I07, or I for all of that letter"},
    {"table", "NAME", BN_CMD_STRING, &request.table, "a published table with ours beside it, cell by cell"},
    {"tables", NULL, BN_CMD_FLAG, &request.tables, "list the tables"},
    {"claim", "FILE.yaml", BN_CMD_STRING, &request.file, "a claim of your own instead of those built in"},
    {"full", NULL, BN_CMD_FLAG, &request.full, "print every value with source and reason"},
    {"run", NULL, BN_CMD_FLAG, &request.run,
     "measure what this commit has not measured on this machine, and keep the verdicts"},
    {"again", NULL, BN_CMD_FLAG, &effort.again, "with --run: measure all of it"},
    {"budget", "TIME", BN_CMD_STRING, &request.budget, "with --run: 90s, 10m, 1h for all plans together"},
    {"model", "LABEL=PATH", BN_CMD_LIST, &models, "with --run: path of the model that plans call so, e.g. 2b4t=FILE"},
    {"engine", "NAME=PATH", BN_CMD_LIST, &engines, "with --run: a program to compare with, e.g. llama-bench=PATH"},
    {"db", "FILE", BN_CMD_STRING, &effort.db_path, "results database (default out/bench.db)"},
    {"plans", "FOLDER", BN_CMD_STRING, &effort.plans, "where the plans of the claims are (default harness/plans)"},
    {"markdown", NULL, BN_CMD_FLAG, &request.markdown, "print Markdown"},
    {"json", NULL, BN_CMD_FLAG, &request.json, "print one JSON object"},
    {"wait", NULL, BN_CMD_FLAG, &request.wait, "wait while another measurement uses these CPUs"},
    {"no-lock", NULL, BN_CMD_FLAG, &request.no_lock, "measure although another measurement may use these CPUs"},
    {"worker", "FILE", BN_CMD_STRING, &effort.worker, "measuring program (default: bitnet-worker beside this one)"},
    {0}};
static const struct bn_cmd cmd = {"bitnet-bench claims",
                                  "published figures, and which of them hold on this machine",
                                  "[--only ID] [--run] [options]",
                                  options,
                                  "Without --run it says what arithmetic and earlier measurements decide.\n",
                                  "0 ok, whatever the verdicts, 1 failed, 2 usage, 5 nothing decided, 130 interrupted"};

static _Noreturn void fail(const struct bn_error *err)
{
    bn_cmd_fail(&cmd, bn_child_interrupt ? 130 : err->status == BN_ERR_USAGE ? 2 : 1, "%s", err->text);
}

static void check_request(int rest, char **argv)
{
    if (rest) bn_cmd_fail(&cmd, 2, "\"%s\" is not an option; bitnet-bench claims --help lists them.", argv[1]);
    if (request.json && request.markdown) bn_cmd_fail(&cmd, 2, "Give one of --markdown and --json.");
    if (request.only && request.table) bn_cmd_fail(&cmd, 2, "Give one of --only and --table.");
    bn_cmd_needs(&cmd, "budget", request.run, "--run");
    bn_cmd_needs(&cmd, "again", request.run, "--run");
    bn_cmd_needs(&cmd, "model", request.run, "--run");
    bn_cmd_needs(&cmd, "engine", request.run, "--run");
    effort.models = models.values, effort.n_models = models.n;
    effort.engines = engines.values, effort.n_engines = engines.n;
    effort.lock_policy = bn_lock_policy(request.wait, request.no_lock);
    struct bn_error err;
    if (request.budget && bn_budget_read(&effort.budget_s, request.budget, &err)) bn_cmd_fail(&cmd, 2, "%s", err.text);
}

/* A label that no plan has would be ignored in silence; so would a path that is not there. */
static void check_models(void)
{
    for (int i = 0; i < models.n; i++) {
        const char *equals = strchr(models.values[i], '=');
        if (!equals || access(equals + 1, R_OK))
            bn_cmd_fail(&cmd, 2, "--model takes LABEL=PATH of a file that is there, not \"%s\".", models.values[i]);
    }
}

/* A verdict is kept by its id: one of the user's own must not stand for that of a published claim. */
static void check_id(const struct bn_claim_list *list)
{
    if (request.run && request.file && bn_claims_built_in(list->at[0]->id))
        bn_cmd_fail(&cmd, 2,
                    "%s: --run would keep its verdict as that of the claim %s, which is built in; choose "
                    "another id.",
                    request.file, list->at[0]->id);
}

static int list_tables(struct bn_claim_list *list)
{
    const char *last = "";
    for (size_t i = 0; i < list->n; i++)
        if (list->at[i]->table && strcmp(list->at[i]->table, last)) printf("%s\n", last = list->at[i]->table);
    bn_claims_close(list);
    return 0;
}

static void measure(const struct bn_claim_list *list)
{
    struct bn_error err = {0};
    size_t left;
    bool interrupted;
    if (bn_claims_measure(list, &effort, &left, &interrupted, &err)) fail(&err);
    if (interrupted) bn_cmd_fail(&cmd, 130, "Interrupted; the same command goes on.");
    if (left) bn_cmd_note(cmd.name, "The budget left out %zu plans; the same command goes on with them.", left);
}

/* ---- the database ---- */
static struct place {
    struct bn_store *store;
    int64_t machine_id, build_id;
    char machine[256];
} place;

static enum bn_status identify(struct bn_error *err)
{
    struct bn_watch program;
    char *const none[] = {NULL};
    json_t *texts = json_pack("{ss ss ss}", "version", bn_version(), "commit", bn_commit(), "compiler", bn_compiler());
    enum bn_status status = bn_store_begin(place.store, err);
    if (!status) status = bn_machine_fingerprint(place.store, &place.machine_id, err);
    if (!status) status = bn_watch_begin(&program, "/proc/self/exe", err);
    if (!status) status = bn_build_fingerprint(place.store, "bitnet", &program, none, texts, &place.build_id, err);
    json_decref(texts);
    return status ? status : bn_store_commit(place.store, err);
}

/* Without --run the database is only read; where nothing has been measured yet, arithmetic decides. */
static void open_place(void)
{
    struct bn_error err = {0};
    if (!request.run && effort.db_path == usual_db && access(usual_db, F_OK)) return;
    if (bn_store_open(&place.store, effort.db_path, request.run ? BN_STORE_WRITE : BN_STORE_READ, &err)) fail(&err);
    if (bn_store_note(place.store)[0]) bn_cmd_note(cmd.name, "%s", bn_store_note(place.store));
    if (request.run ? identify(&err) : bn_machine_find(place.store, &place.machine_id, &err)) fail(&err);
}

static void name_machine(void)
{
    struct bn_fields fields = {.n = 0};
    bn_machine_fields(&fields);
    bn_machine_label(&fields, place.machine, sizeof place.machine);
    bn_fields_release(&fields);
}

static int conclude(struct bn_claims_report *report, const char *command)
{
    struct bn_error err = {0};
    size_t decided = 0;
    enum bn_claims_form form = request.json ? BN_CLAIMS_JSON : request.markdown ? BN_CLAIMS_MARKDOWN : BN_CLAIMS_TEXT;
    for (size_t i = 0; i < report->list->n; i++) decided += bn_claim_decided(report->results[i].verdict);
    if (request.run && bn_claims_store(report, place.store, place.machine_id, place.build_id, command, &err))
        fail(&err);
    if (request.table && !bn_claims_print_table(report, request.table, form))
        bn_cmd_fail(&cmd, 1, "Could not allocate the table.");
    if (!request.table) bn_claims_print(report, form);
    return decided ? 0 : 5;
}

int bn_bench_claims(int argc, char **argv)
{
    struct bn_error err = {0};
    struct bn_claim_list list;
    struct bn_evidence evidence;
    char *command = bn_command_line(argc, argv);
    check_request(bn_cmd_parse(&cmd, argc, argv), argv);
    check_models();
    if (bn_claims_open(&list, request.file, &err) || bn_claims_keep(&list, request.only, request.table, &err))
        fail(&err);
    check_id(&list);
    if (request.tables) return free(command), list_tables(&list);
    if (request.run) measure(&list);
    open_place();
    name_machine();
    bn_evidence_open(&evidence, place.store, place.machine_id);
    struct bn_claim_result *results = calloc(list.n, sizeof *results);
    if (!results) bn_cmd_fail(&cmd, 1, "Could not allocate the verdicts.");
    for (size_t i = 0; i < list.n; i++)
        if (bn_claim_judge(list.at[i], &evidence, &results[i], &err)) fail(&err);
    struct bn_claims_report report = {.list = &list,
                                      .results = results,
                                      .machine = place.machine,
                                      .commit = bn_commit(),
                                      .full = request.full || request.only || request.file};
    int code = conclude(&report, command ? command : "claims");
    for (size_t i = 0; i < list.n; i++) bn_claim_result_release(&results[i]);
    free(results);
    bn_store_close(place.store);
    bn_claims_close(&list);
    free(command);
    return code;
}
