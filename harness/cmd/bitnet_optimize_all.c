/* bitnet_optimize_all.c - searches the options for what is fastest for one model on this machine, verifies it, and
 * writes it for --config. */
#include "engine/cmdline.h"
#include "harness/machine/cpus.h"
#include "harness/optimize/optimize.h"
#include "harness/sweep/sweep.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct bn_optimize o = {
    .db_path = "out/optimize.db", .budget_s = 300, .tasks = "microworld", .verify_tasks = "microworld_recall"};
static const char *output, *budget;
static float accuracy_points = 0.2f;
static bool force, wait, no_lock;
static const struct bn_cmd_option options[] = {
    {"model", "FILE", BN_CMD_STRING, &o.model, "model to choose options for"},
    {"output", "FILE", BN_CMD_STRING, &output, "file for --config (default: out/optimized/MODEL-MACHINE.json)"},
    {"budget", "TIME", BN_CMD_STRING, &budget, "about how long to search: 90s, 5m (default), 1h"},
    {"accuracy_budget", "POINTS", BN_CMD_FLOAT, &accuracy_points,
     "points of accuracy that an option may cost, shown at 95 % (0.2); 0: only EXACT options", .min = 0, .max = 100},
    {"tasks", "A,B", BN_CMD_STRING, &o.tasks, "questions for options that are not EXACT (microworld)"},
    {"verify_tasks", "A,B", BN_CMD_STRING, &o.verify_tasks,
     "other questions, to verify the choice (microworld_recall)"},
    {"data_dir", "DIR", BN_CMD_STRING, &o.data_dir, "folder of the tasks' data (default: datasets)"},
    {"text_file", "FILE", BN_CMD_STRING, &o.text,
     "text that the runs compute (default: datasets/heldout/stories.txt where it is, else tokens at random)"},
    {"threads", "N", BN_CMD_INT, &o.threads, "threads of the runs that are compared; 0: one per physical core",
     .min = 0, .max = 1024},
    {"db", "FILE", BN_CMD_STRING, &o.db_path, "database of the search (default out/optimize.db)"},
    {"force", NULL, BN_CMD_FLAG, &force, "search although this model has a file for this machine"},
    {"wait", NULL, BN_CMD_FLAG, &wait, "wait while another measurement uses these CPUs"},
    {"no-lock", NULL, BN_CMD_FLAG, &no_lock, "measure although another measurement may use these CPUs"},
    {"worker", "FILE", BN_CMD_STRING, &o.worker, "measuring program (default: bitnet-worker beside this one)"},
    {0}};
static const struct bn_cmd cmd = {"bitnet-optimize-all",
                                  "choose the options that are fastest for a model on this machine",
                                  "--model FILE [options]",
                                  options,
                                  "Options that are not EXACT are chosen only where their paired loss of right answers "
                                  "lies within the budget at 95 %.\n"
                                  "Interrupted, the same command goes on.\n",
                                  "0 written (also when the defaults are best), 1 failed, 2 usage, 130 interrupted"};

static void read_model(void)
{
    struct bn_model *model;
    struct bn_error err = {0};
    if (bn_model_open(&model, o.model, NULL, &err) != BN_OK) bn_cmd_fail(&cmd, 1, "%s", err.text);
    o.fingerprint = bn_model_fingerprint(model);
    bn_optimize_take(&o, bn_model_info(model));
    bn_model_close(model);
}

/* One for each model, machine and number of threads. */
static const char *default_output(void)
{
    static char path[512];
    char machine[256];
    bn_machine_name(machine, sizeof machine);
    for (char *p = machine; *p; p++)
        if (!isalnum((unsigned char)*p)) *p = '-';
    mkdir("out", 0777), mkdir("out/optimized", 0777);
    snprintf(path, sizeof path, "out/optimized/%016llx-x%d-%s.json", (unsigned long long)o.fingerprint, o.threads,
             machine);
    return path;
}

/* Threads, text and data that were not given. */
static void fill_in(void)
{
    static char found[BN_PATH_BYTES], folder[BN_PATH_BYTES];
    const char *text = bn_shipped_path(found, "datasets/heldout/stories.txt");
    struct bn_topology topology;
    if (!o.threads && bn_topology_read(&topology))
        bn_cmd_fail(&cmd, 1, "hwloc cannot read this machine; give --threads.");
    if (!o.threads) o.threads = (int)topology.n_like_cores;
    if (!o.text && !access(text, R_OK)) o.text = text;
    char *paths[] = {realpath(o.model, NULL), o.text ? realpath(o.text, NULL) : NULL,
                     realpath(o.data_dir ? o.data_dir : bn_shipped_path(folder, "datasets"), NULL)};
    if (paths[0]) o.model = paths[0]; /* those that cannot be read are errors later; all live as long as the program */
    if (paths[1]) o.text = paths[1];
    if (paths[2]) o.data_dir = paths[2];
}

/* How many searches of this kind have ended; the file is beside the plans. */
static const char *count_path(void)
{
    static char path[600];
    snprintf(path, sizeof path, "%s/%016llx-x%d.searches", o.folder, (unsigned long long)o.fingerprint, o.threads);
    return path;
}

/* A search that was interrupted goes on; --force begins another one. */
static void find_attempt(void)
{
    FILE *f = fopen(count_path(), "r");
    int ended = 0;
    if (f && fscanf(f, "%d", &ended) != 1) ended = 0;
    if (f) fclose(f);
    o.attempt = force || !ended ? ended + 1 : ended;
}

static void note_end(void)
{
    struct bn_output *out;
    struct bn_error err;
    if (bn_output_open(&out, count_path(), &err)) bn_cmd_fail(&cmd, 1, "%s", err.text);
    fprintf(bn_output_stream(out), "%d\n", o.attempt);
    if (bn_output_commit(out, &err)) bn_cmd_fail(&cmd, 1, "%s", err.text);
}

/* The folder of the plans is beside the database. */
static void make_folder(void)
{
    const char *slash = strrchr(o.db_path, '/');
    snprintf(o.folder, sizeof o.folder, "%.*s.plans", (int)sizeof o.folder - 16, o.db_path);
    if (slash) {
        char parent[512];
        snprintf(parent, sizeof parent, "%.*s", (int)(slash - o.db_path), o.db_path);
        mkdir(parent, 0777);
    }
    if (mkdir(o.folder, 0777) && access(o.folder, W_OK))
        bn_cmd_fail(&cmd, 1, "Could not make the folder %s.", o.folder);
}

int main(int argc, char **argv)
{
    struct bn_error err = {0};
    struct bn_config_file known;
    if (bn_cmd_parse(&cmd, argc, argv)) bn_cmd_fail(&cmd, 2, "\"%s\" is not an option; --help lists them.", argv[1]);
    if (!o.model) bn_cmd_fail(&cmd, 2, "Give a model with --model FILE.");
    if (bn_cpus_suffice(o.threads, &err)) bn_cmd_fail(&cmd, 2, "%s", err.text);
    if (budget && bn_budget_read(&o.budget_s, budget, &err)) bn_cmd_fail(&cmd, 2, "%s", err.text);
    o.lock_policy = bn_lock_policy(wait, no_lock);
    o.accuracy_budget = (double)accuracy_points / 100;
    fill_in();
    read_model();
    if (!output) output = default_output();
    if (!force && !access(output, R_OK) && bn_config_read(&known, output, NULL) == BN_OK &&
        known.fingerprint == o.fingerprint) {
        printf("%s has the options for this model on this machine; --force searches again\n", BN_PRINTABLE(output));
        bn_config_release(&known);
        return bn_cmd_finish(cmd.name, 0);
    }
    make_folder();
    find_attempt();
    if (bn_optimize_search(&o, &err)) bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
    if (o.interrupted) bn_cmd_fail(&cmd, 130, "Interrupted; the same command goes on.");
    if (bn_optimize_write(&o, output, &err)) bn_cmd_fail(&cmd, 1, "%s", err.text);
    note_end();
    for (size_t i = 0; i < o.n; i++)
        if (o.at[i].evidence[0]) puts(o.at[i].evidence);
    printf("%s\nwritten to %s: give it with --config\n", o.verdict, BN_PRINTABLE(output));
    return bn_cmd_finish(cmd.name, 0);
}
