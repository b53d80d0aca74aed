/* bench_options.c - bitnet-bench options: what each option does on this machine, in one table. */
#include "engine/cmdline.h"
#include "harness/effects/effects.h"
#include "harness/sweep/sweep.h"
#include <stdio.h>
#include <stdlib.h>

int bn_bench_options(int argc, char **argv);

static const char *run_word;
static bool markdown, json;
static struct bn_cmd_list models;
static struct bn_sweep s = {
    .db_path = "out/bench.db", .counters = "off", .lock.file = -1, .rounds = -1, .repetitions = -1, .seed = -1};
static bool wait, no_lock;
static const struct bn_cmd_option options[] = {
    {"db", "FILE", BN_CMD_STRING, &s.db_path, "results database (default out/bench.db)"},
    {"plan", "FILE", BN_CMD_STRING, &s.plan_path,
     "measure this plan first, or go on with it: harness/plans/options.yaml"},
    {"only", "A,B", BN_CMD_STRING, &s.only, "measure only these options, of the plan or of harness/plans/options.yaml"},
    {"run", "N", BN_CMD_STRING, &run_word, "the table of this run (default: the latest over options)"},
    {"model", "LABEL=PATH", BN_CMD_LIST, &models, "path of the plan's model with this label"},
    {"config", "FILE", BN_CMD_STRING, &s.config,
     "measure beside these options, as bitnet-optimize-all chose them, instead of the defaults"},
    {"rounds", "N", BN_CMD_INT, &s.rounds, "times each configuration is measured in a process of its own", .min = 1,
     .max = 10000},
    {"markdown", NULL, BN_CMD_FLAG, &markdown, "print Markdown"},
    {"json", NULL, BN_CMD_FLAG, &json, "print one JSON object"},
    {"wait", NULL, BN_CMD_FLAG, &wait, "wait while another measurement uses these CPUs"},
    {"no-lock", NULL, BN_CMD_FLAG, &no_lock, "measure although another measurement may use these CPUs"},
    {"worker", "FILE", BN_CMD_STRING, &s.worker, "measuring program (default: bitnet-worker beside this one)"},
    {0}};
static const struct bn_cmd cmd = {
    "bitnet-bench options",
    "what each option does on this machine, and which to keep",
    "[--plan PLAN.yaml] [options]",
    options,
    NULL,
    "0 ok, 1 failed, 2 usage, 4 an EXACT option computes other output, 5 nothing measured, 130 interrupted"};

static const char latest_sql[] =
    "SELECT p.run_id FROM v_plans p JOIN v_runs r USING (run_id) WHERE r.n_finished > 0 AND "
    "p.mode IN ('one_at_a_time', 'leave_one_out') AND r.source = 'sweep' ORDER BY "
    "r.started_at DESC, p.run_id DESC LIMIT 1";

static int64_t find_run(struct bn_store *store)
{
    struct bn_error err = {0};
    struct bn_query *q;
    int64_t id = 0;
    char *end;
    if (run_word) {
        id = strtoll(run_word, &end, 10);
        if (*end || id < 1) bn_cmd_fail(&cmd, 2, "--run takes the number of a run, not \"%s\".", run_word);
        return id;
    }
    if (bn_query_open(&q, store, &err, latest_sql, "")) bn_cmd_fail(&cmd, 1, "%s", err.text);
    if (bn_query_next(q)) id = bn_query_int(q, 0);
    if (bn_query_end(q, BN_OK, &err)) bn_cmd_fail(&cmd, 1, "%s", err.text);
    if (!id)
        bn_cmd_fail(&cmd, 5, "%s has no run over options; measure one with --plan harness/plans/options.yaml.",
                    s.db_path);
    return id;
}

static void __attribute__((noreturn)) fail(const struct bn_error *err)
{
    bn_cmd_fail(&cmd, bn_child_interrupt ? 130 : err->status == BN_ERR_USAGE ? 2 : 1, "%s", err->text);
}

/* Measures what the plan still lacks. */
static int64_t measure(void)
{
    struct bn_error err = {0};
    bool interrupted;
    s.command = "options";
    s.lock_policy = bn_lock_policy(wait, no_lock);
    if (bn_sweep_plan(&s, models.values, models.n, &err)) fail(&err);
    if (s.only && bn_plan_keep_options(s.plan, s.only, &err)) fail(&err);
    if (s.rounds > 0) s.plan->rounds = (uint32_t)s.rounds;
    if (bn_plan_expand(s.plan, &s.points, &err) || bn_engines_init(&s.engines, s.worker, NULL, 0, &err) ||
        bn_sweep_run(&s, &interrupted, &err))
        fail(&err);
    int64_t id = s.run_id;
    bn_sweep_release(&s);
    if (interrupted) bn_cmd_fail(&cmd, 130, "Interrupted; the same command goes on.");
    return id;
}

static int conclude(const struct bn_effects *e)
{
    size_t measured = 0, broken = 0;
    for (size_t i = 0; i < e->n; i++) {
        measured += e->rows[i].verdict != BN_EFFECT_UNMEASURED;
        broken += e->rows[i].verdict == BN_EFFECT_BROKEN;
    }
    return broken ? 4 : measured ? 0 : 5;
}

int bn_bench_options(int argc, char **argv)
{
    struct bn_error err = {0};
    struct bn_store *store;
    struct bn_effects effects;
    if (bn_cmd_parse(&cmd, argc, argv))
        bn_cmd_fail(&cmd, 2, "\"%s\" is not an option; bitnet-bench options --help lists them.", argv[1]);
    if ((s.only || s.config) && !s.plan_path) s.plan_path = "harness/plans/options.yaml";
    if (markdown && json) bn_cmd_fail(&cmd, 2, "Give one of --markdown and --json.");
    if (s.plan_path && run_word) bn_cmd_fail(&cmd, 2, "Give one of --plan and --run.");
    int64_t run_id = s.plan_path ? measure() : 0;
    if (bn_store_open(&store, s.db_path, BN_STORE_READ, &err)) fail(&err);
    if (bn_store_note(store)[0]) fprintf(stderr, "bitnet-bench options: warning: %s\n", bn_store_note(store));
    if (bn_effects_read(&effects, store, run_id ? run_id : find_run(store), &err)) fail(&err);
    bn_store_close(store);
    if (!effects.n)
        bn_cmd_fail(&cmd, 5, "Run %lld of %s has no options to compare.", (long long)effects.run_id, s.db_path);
    bn_effects_print(&effects, json ? BN_EFFECTS_JSON : markdown ? BN_EFFECTS_MARKDOWN : BN_EFFECTS_TEXT);
    int code = conclude(&effects);
    bn_effects_release(&effects);
    return code;
}
