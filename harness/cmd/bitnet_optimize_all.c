/* bitnet_optimize_all.c - searches the options for what is fastest for one model on this machine, verifies it, and
 * writes it for --config. */
#include "engine/cmdline.h"
#include "harness/optimize/optimize.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct bn_optimize o = {.db_path = "out/optimize.db", .budget_s = 300, .threads = 1};
static const char *output, *budget;
static bool force, wait, no_lock;
static const struct bn_cmd_option options[] = {
    {"model", "FILE", BN_CMD_STRING, &o.model, "model to choose options for"},
    {"output", "FILE", BN_CMD_STRING, &output, "file for --config (default: out/optimized/MODEL-MACHINE.json)"},
    {"budget", "TIME", BN_CMD_STRING, &budget, "about how long to search: 90s, 5m (default), 1h"},
    {"threads", "N", BN_CMD_INT, &o.threads, "threads of the runs that are compared (1)", .min = 1, .max = 1024},
    {"db", "FILE", BN_CMD_STRING, &o.db_path, "database of the search (default out/optimize.db)"},
    {"force", NULL, BN_CMD_FLAG, &force, "search although this model has a file for this machine"},
    {"wait", NULL, BN_CMD_FLAG, &wait, "wait while another measurement uses these CPUs"},
    {"no-lock", NULL, BN_CMD_FLAG, &no_lock, "measure although another measurement may use these CPUs"},
    {"worker", "FILE", BN_CMD_STRING, &o.worker, "measuring program (default: bitnet-worker beside this one)"},
    {0}};
static const struct bn_cmd cmd = {
    "bitnet-optimize-all", "choose the options that are fastest for a model on this machine", "--model FILE [options]",
    options,
    "Only EXACT options are searched: the output stays the same to the bit. Interrupted, the same command goes on.\n"
    "Exit codes: 0 written (also when the defaults are best), 1 failed, 2 usage, 130 interrupted."};

static double parse_budget(const char *text)
{
    char *end;
    double x = strtod(text, &end), unit = !*end || !strcmp(end, "s") ? 1
                                          : !strcmp(end, "m")        ? 60
                                          : !strcmp(end, "h")        ? 3600
                                                                     : 0;
    if (end == text || !unit || !(x > 0) || x * unit > 1e6)
        bn_cmd_fail(&cmd, 2, "--budget takes a time such as 90s, 5m or 1h, not \"%s\".", text);
    return x * unit;
}

static void read_fingerprint(void)
{
    struct bn_model *model;
    struct bn_error err = {0};
    if (bn_model_open(&model, o.model, NULL, &err) != BN_OK) bn_cmd_fail(&cmd, 1, "%s", err.text);
    o.fingerprint = bn_model_fingerprint(model);
    bn_model_close(model);
}

static const char *default_output(void)
{
    static char path[512];
    char machine[256];
    bn_machine_name(machine, sizeof machine);
    for (char *p = machine; *p; p++)
        if (!isalnum((unsigned char)*p)) *p = '-';
    mkdir("out", 0777), mkdir("out/optimized", 0777);
    snprintf(path, sizeof path, "out/optimized/%016llx-%s.json", (unsigned long long)o.fingerprint, machine);
    return path;
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
    if (budget) o.budget_s = parse_budget(budget);
    o.lock_policy = no_lock ? BN_LOCK_NONE : wait ? BN_LOCK_WAIT : BN_LOCK_REFUSE;
    char *path = realpath(o.model, NULL);
    if (path) o.model = path;
    read_fingerprint();
    if (!output) output = default_output();
    if (!force && !access(output, R_OK) && bn_config_read(&known, output, NULL) == BN_OK &&
        known.fingerprint == o.fingerprint) {
        printf("%s has the options for this model on this machine; --force searches again\n", BN_PRINTABLE(output));
        bn_config_release(&known), free(path);
        return bn_cmd_finish(cmd.name, 0);
    }
    make_folder();
    if (bn_optimize_search(&o, &err)) bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 2 : 1, "%s", err.text);
    if (o.interrupted) bn_cmd_fail(&cmd, 130, "Interrupted; the same command goes on.");
    if (bn_optimize_write(&o, output, &err)) bn_cmd_fail(&cmd, 1, "%s", err.text);
    for (size_t i = 0; i < o.n; i++)
        if (o.at[i].evidence[0]) puts(o.at[i].evidence);
    printf("%s\nwritten to %s: give it with --config\n", o.verdict, BN_PRINTABLE(output));
    free(path);
    return bn_cmd_finish(cmd.name, 0);
}
