/* bench_sweep.c - bitnet-bench sweep PLAN: options, dry run, signals, and the summary at the end. */
#include "harness/sweep/sweep.h"
#include "engine/cmdline.h"
#include "harness/slurm/slurm.h"
#include "harness/core/cell.h"
#include "harness/core/command.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int bn_bench_sweep(int argc, char **argv);

static struct bn_sweep s = {
    .db_path = "out/bench.db", .counters = "auto", .lock.file = -1, .rounds = -1, .repetitions = -1, .seed = -1};
static struct bn_cmd_list engines, models, workloads;
static const char *budget, *shard, *executor = "local", *constraint, *partition;
static int shards;
static bool dry_run, json, wait, no_lock;
static const struct bn_cmd_option options[] = {
    {"db", "FILE", BN_CMD_STRING, &s.db_path, "results database (default out/bench.db)"},
    {"dry-run", NULL, BN_CMD_FLAG, &dry_run, "list the points and an estimate of the time, measure nothing"},
    {"budget", "TIME", BN_CMD_STRING, &budget, "repeat rounds while they fit: 90s, 10m, 1h"},
    {"rounds", "N", BN_CMD_INT, &s.rounds, "times each configuration is measured in a process of its own", .min = 1,
     .max = 10000},
    {"repetitions", "N", BN_CMD_INT, &s.repetitions, "timed passes in each process", .min = 1, .max = 100000},
    {"seed", "N", BN_CMD_INT, &s.seed, "order of the points", .min = 0, .max = 2147483647},
    {"counters", "KIND", BN_CMD_STRING, &s.counters, "auto (hardware and software), off, or sim (callgrind as well)",
     .values = BN_CMD_WORDS("auto", "off", "sim")},
    {"engine", "NAME=PATH", BN_CMD_LIST, &engines,
     "a program for an engine of the plan, e.g. llama-bench=PATH; more words are its arguments"},
    {"model", "LABEL=PATH", BN_CMD_LIST, &models, "path of the plan's model with this label"},
    {"config", "FILE", BN_CMD_STRING, &s.config,
     "options under everything that is measured, as bitnet-optimize-all chose them; those that the plan lists win"},
    {"workload", "NAME", BN_CMD_LIST, &workloads, "measure only this workload of the plan (may be repeated)"},
    {"shard", "K/N", BN_CMD_STRING, &shard, "measure only part K of N; a model's workload is never divided"},
    {"sweep-id", "NAME", BN_CMD_STRING, &s.sweep_id,
     "with --shard: shards with one name become one run when they are merged, where their machines are equal"},
    {"executor", "WHERE", BN_CMD_STRING, &executor,
     "local (default), or slurm: tasks on a cluster, one for each shard of each kind of machine of the plan",
     .values = BN_CMD_WORDS("local", "slurm")},
    {"constraint", "FEATURES", BN_CMD_STRING, &constraint, "with slurm: features that a node must have"},
    {"partition", "NAME", BN_CMD_STRING, &partition, "with slurm: the partition to run in"},
    {"shards", "N", BN_CMD_INT, &shards,
     "with slurm: tasks for each kind of machine (default: as many as there are parts)", .min = 1,
     .max = BN_PLAN_SHARDS_MAX},
    {"wait", NULL, BN_CMD_FLAG, &wait, "wait while another measurement uses these CPUs"},
    {"no-lock", NULL, BN_CMD_FLAG, &no_lock, "measure although another measurement may use these CPUs"},
    {"json", NULL, BN_CMD_FLAG, &json, "print the summary as one JSON object"},
    {"worker", "FILE", BN_CMD_STRING, &s.worker, "measuring program (default: bitnet-worker beside this one)"},
    {0}};
static const struct bn_cmd cmd = {
    "bitnet-bench sweep",
    "run a plan: every point in a worker process, every sample into the database",
    "PLAN.yaml [options]",
    options,
    "Repeat the same command to resume an unfinished sweep where it stopped.\n",
    "0 ok, 1 a point failed, 2 usage, 4 output changed, 5 nothing measured, 130 interrupted"};

static void apply_options(void)
{
    s.lock_policy = bn_lock_policy(wait, no_lock);
    if (s.rounds > 0) s.plan->rounds = (uint32_t)s.rounds;
    if (s.repetitions > 0) s.plan->repetitions = (uint32_t)s.repetitions;
    if (s.seed >= 0) s.plan->seed = (uint32_t)s.seed;
    struct bn_error err;
    if (budget && bn_budget_read(&s.budget_s, budget, &err)) bn_cmd_fail(&cmd, 2, "%s", err.text);
}

/* With a budget the plan's rounds are what fits: the queue is drawn long enough for any of them. */
static enum bn_status draw_rounds(struct bn_error *err)
{
    enum { MOST_ROUNDS = 1000, MOST_POINTS = 1000000 };
    uint32_t n = s.points.n_pass ? s.points.n_pass : 1;
    if (!(s.budget_s > 0)) return BN_OK;
    s.plan->rounds = n * MOST_ROUNDS > MOST_POINTS ? MOST_POINTS / n : MOST_ROUNDS;
    if (!s.plan->rounds) s.plan->rounds = 1;
    return bn_plan_order(s.plan, &s.points, err);
}

static void print_estimate(double known, uint32_t n_known, uint32_t n_points)
{
    if (!n_known) {
        printf("no estimate of the time yet: %s has no such points; the limit is %u s a point\n",
               BN_PRINTABLE(s.db_path), s.plan->time_limit_s);
        return;
    }
    double round = known / n_known * s.points.n_pass;
    printf("about %.0f s, from earlier runs of %u of these points in %s\n", known / n_known * n_points, n_known,
           BN_PRINTABLE(s.db_path));
    if (s.budget_s > 0)
        printf("the budget of %.0f s is enough for about %.0f rounds\n", s.budget_s,
               round > 0 && round <= s.budget_s ? s.budget_s / round : 1);
}

/* One round when a budget decides how many there are. */
static int print_points(void)
{
    double known = 0;
    uint32_t n_known = 0, n = s.places ? s.n_places : s.budget_s > 0 ? s.points.n_pass : s.points.n_points;
    struct bn_error err;
    if (access(s.db_path, R_OK) || bn_store_open(&s.store, s.db_path, BN_STORE_READ, &err)) s.store = NULL;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = s.places ? s.places[i] : i;
        const struct bn_config *c = &s.points.configs[s.points.order[at]];
        char label[512], time[32] = "?";
        double seconds = bn_sweep_estimate(&s, c);
        if (!isnan(seconds)) known += seconds, n_known++, snprintf(time, sizeof time, "%.1f s", seconds);
        bn_config_label(s.plan, c, label, sizeof label);
        printf("%4u  round %u  ", at + 1, s.points.rounds[at] + 1);
        bn_cell_put(stdout, c->workload->name, 24);
        bn_cell_put(stdout, label, 32);
        printf("%8s\n", time);
    }
    uint32_t rounds = n / (s.points.n_pass ? s.points.n_pass : 1);
    if (s.places)
        printf("%u of %u points: shard %s\n", n, s.points.n_points, shard);
    else
        printf("%u points: %u configurations x %u round%s (%s)%s, %u repetitions each\n", n, s.points.n_configs, rounds,
               rounds == 1 ? "" : "s", bn_plan_mode_name(s.plan->mode),
               s.points.n_pass > s.points.n_configs ? ", the base again beside every few" : "", s.plan->repetitions);
    print_estimate(known, n_known, n);
    if (!strcmp(executor, "slurm"))
        bn_slurm_describe(&(struct bn_slurm){.plan = s.plan,
                                             .points = &s.points,
                                             .plan_path = s.plan_path,
                                             .constraint = constraint,
                                             .partition = partition,
                                             .shards = (uint32_t)shards});
    return 0;
}

static void put_option(FILE *out, const char *name, const char *value)
{
    fprintf(out, " --%s ", name);
    bn_shell_put(out, value);
}

/* The given options that say what is measured and how, for the tasks of a cluster. */
static char *options_of_tasks(void)
{
    static const char *const ours[] = {"db",       "dry-run", "json",       "shard",     "sweep-id",
                                       "executor", "shards",  "constraint", "partition", NULL};
    char *text = NULL, number[16];
    size_t n;
    FILE *out = open_memstream(&text, &n);
    for (const struct bn_cmd_option *o = options; out && o->name; o++) {
        const char *const *own = ours;
        while (*own && strcmp(*own, o->name)) own++;
        const struct bn_cmd_list *list = o->target;
        if (*own) continue;
        if (o->type == BN_CMD_FLAG && *(bool *)o->target) fprintf(out, " --%s", o->name);
        if (o->type == BN_CMD_STRING && *(char **)o->target) put_option(out, o->name, *(char **)o->target);
        for (int i = 0; o->type == BN_CMD_LIST && i < list->n; i++) put_option(out, o->name, list->values[i]);
        snprintf(number, sizeof number, "%d", o->type == BN_CMD_INT ? *(int *)o->target : -1);
        if (o->type == BN_CMD_INT && *(int *)o->target >= o->min) put_option(out, o->name, number);
    }
    if (out && !wait && !no_lock) fputs(" --wait", out); /* nobody is there to answer a refusal */
    if (out) fclose(out);
    return text;
}

static int sweep_cluster(void)
{
    struct bn_error err = {0};
    int code = 1;
    char *tasks = options_of_tasks();
    const struct bn_slurm slurm = {.plan = s.plan,
                                   .points = &s.points,
                                   .plan_path = s.plan_path,
                                   .db_path = s.db_path,
                                   .options = tasks,
                                   .constraint = constraint,
                                   .partition = partition,
                                   .shards = (uint32_t)shards,
                                   .json = json};
    if (!tasks) bn_cmd_fail(&cmd, 1, "Out of memory.");
    if (bn_slurm_sweep(&slurm, &code, &err)) bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
    free(tasks);
    return code;
}

/* Which part is measured here, or on a cluster. */
static void check_parts(void)
{
    bool slurm = !strcmp(executor, "slurm");
    struct bn_error err;
    bn_cmd_needs(&cmd, "constraint", slurm, "--executor slurm");
    bn_cmd_needs(&cmd, "partition", slurm, "--executor slurm");
    bn_cmd_needs(&cmd, "shards", slurm, "--executor slurm");
    bn_cmd_needs(&cmd, "sweep-id", shard != NULL, "--shard");
    if (slurm && shard)
        bn_cmd_fail(&cmd, 2, "Give one of --shard and --executor slurm, which divides the plan itself.");
    if (budget && (slurm || shard))
        bn_cmd_fail(&cmd, 2, "A part of a plan has the plan's rounds: give --rounds instead of --budget.");
    if (shard && bn_sweep_take_shard(&s, shard, &err))
        bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
}

/* Warn before the time is spent: a comparison of two such runs would be inconclusive. */
static void say_too_few_rounds(void)
{
    enum { LEAST = 4 }; /* processes a side: 2 of the 70 ways to part eight values are below 5 % */
    if (s.plan->rounds < LEAST && !(s.budget_s > 0))
        fprintf(stderr, "note: bitnet-bench compare reaches no verdict with %u round%s; it needs --rounds %d or more\n",
                s.plan->rounds, s.plan->rounds == 1 ? "" : "s", LEAST);
}

int bn_bench_sweep(int argc, char **argv)
{
    struct bn_error err = {0};
    char *command = bn_command_line(argc, argv);
    s.command = command ? command : "sweep";
    if (bn_cmd_parse(&cmd, argc, argv) != 1) bn_cmd_fail(&cmd, 2, "Name one plan, e.g. harness/plans/default.yaml.");
    if (dry_run && json) bn_cmd_fail(&cmd, 2, "Give one of --dry-run and --json: there is no summary before a run.");
    s.plan_path = argv[1];
    if (bn_sweep_plan(&s, models.values, models.n, &err))
        bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
    if (workloads.n && bn_plan_keep_workloads(s.plan, workloads.values, (size_t)workloads.n, &err))
        bn_cmd_fail(&cmd, 2, "%s", err.text);
    apply_options();
    if (bn_plan_expand(s.plan, &s.points, &err) || draw_rounds(&err)) bn_cmd_fail(&cmd, 2, "%s", err.text);
    check_parts();
    say_too_few_rounds();
    if (dry_run) return print_points();
    if (!strcmp(executor, "slurm")) return sweep_cluster();
    if (bn_engines_init(&s.engines, s.worker, engines.values, (size_t)engines.n, &err))
        bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
    bool interrupted = false;
    if (bn_sweep_run(&s, &interrupted, &err)) bn_cmd_fail(&cmd, bn_child_interrupt ? 130 : 1, "%s", err.text);
    int code = bn_sweep_conclude(&s, interrupted, json);
    bn_sweep_release(&s);
    free(command);
    return code;
}
