/* bench_compare.c - bitnet-bench compare: two runs, or two values of a factor inside one run. */
#include "harness/compare/compare.h"
#include "engine/cmdline.h"
#include <stdio.h>
#include <string.h>

int bn_bench_compare(int argc, char **argv);

static const char *db_path = "out/bench.db", *factor;
static float least_percent = 1;
static bool across, unpaired, json, csv;
static const struct bn_cmd_option options[] = {
    {"db", "FILE", BN_CMD_STRING, &db_path,
     "results database (default out/bench.db); bitnet-bench merge brings two into one"},
    {"factor", "NAME=VALUE", BN_CMD_STRING, &factor,
     "inside one run: every other kernel, threads, engine or option NAME against VALUE"},
    {"unpaired", NULL, BN_CMD_FLAG, &unpaired,
     "accept runs of different times as proof: exit 3 if the head is slower (the machine may have changed)"},
    {"across", NULL, BN_CMD_FLAG, &across,
     "compare runs of different machines, models or engines anyway, and list what differs"},
    {"least", "PERCENT", BN_CMD_FLOAT, &least_percent, "smallest change to report (default 1)", .min = 0, .max = 100},
    {"json", NULL, BN_CMD_FLAG, &json, "print one JSON object"},
    {"csv", NULL, BN_CMD_FLAG, &csv, "print one line of CSV per comparison"},
    {0}};
static const struct bn_cmd cmd = {
    "bitnet-bench compare",
    "ratio of times with interval and verdict, config by config",
    "[BASE [HEAD]] | [RUN] --factor NAME=VALUE  [options]",
    options,
    "BASE and HEAD are runs: a number, last, or previous (default: previous last). A worker process is one value (its "
    "median);\n"
    "a verdict needs 4 processes a side (rounds of the plan), more with many lines.\n"
    "Compare two builds in one run, where their rounds alternate (the plan says engines: [bitnet, base]):\n"
    "    bitnet-bench sweep PLAN --engine base=OLD/bitnet-worker\n"
    "    bitnet-bench compare --factor engine=base\n"
    "Two runs are of different times, and the machine differs too. They must differ by more than runs of one build do; "
    "sweep a\n"
    "build 4 times or more, or everything is unclear. A slower run still ends with 5: add --unpaired to make it 3.\n",
    "0 nothing is slower, 1 failed, 2 usage, 3 slower (builds in one run, or --unpaired), 4 other output, 5 refused, "
    "nothing to compare, or unclear"};

static void read_run(struct bn_compare_run *run, struct bn_store *store, const char *word, int64_t than)
{
    struct bn_error err = {0};
    int64_t id = bn_compare_find_run(store, word, than, &err);
    if (!id) bn_cmd_fail(&cmd, err.status == BN_ERR_USAGE ? 5 : 1, "%s", err.text);
    if (bn_compare_read(run, store, id, &err)) bn_cmd_fail(&cmd, 1, "%s", err.text);
}

/* The first fields that differ, in a sentence; --across prints a line for each. */
static void __attribute__((noreturn)) refuse(const struct bn_comparison *c)
{
    enum { TOLD = 4 };
    char fields[512] = "";
    size_t n = 0;
    for (size_t i = 0; i < c->n_differences && i < TOLD && n < sizeof fields; i++) {
        const struct bn_compare_difference *d = &c->differences[i];
        n += (size_t)snprintf(fields + n, sizeof fields - n, "%s%.40s (%.30s, %.30s)", i ? ", " : "", d->name, d->base,
                              d->head);
    }
    if (c->n_differences > TOLD && n < sizeof fields)
        snprintf(fields + n, sizeof fields - n, " and %zu more", c->n_differences - TOLD);
    bn_cmd_fail(&cmd, 5, "Runs %lld and %lld are of different %s: %s; add --across to compare them all the same.",
                (long long)c->base.run_id, (long long)c->head.run_id,
                !strcmp(c->differences[0].kind, "machine") ? "machines" : "models", BN_PRINTABLE(fields));
}

static void compare_runs(struct bn_comparison *c, struct bn_store *store, const char *base, const char *head)
{
    struct bn_error err = {0};
    read_run(&c->head, store, head ? head : "last", 0);
    read_run(&c->base, store, base ? base : "previous", c->head.run_id);
    if (bn_compare_obstacles(store, c, &err)) bn_cmd_fail(&cmd, 1, "%s", err.text);
    if (c->n_differences && !across) refuse(c);
    if (bn_compare_runs(c, across, &err)) bn_cmd_fail(&cmd, 1, "%s", err.text);
    if (bn_compare_read_noise(c, store, &err)) bn_cmd_fail(&cmd, 1, "%s", err.text);
}

static void compare_factor(struct bn_comparison *c, struct bn_store *store, const char *run)
{
    struct bn_error err = {0};
    char name[64];
    const char *equals = strchr(factor, '=');
    if (!equals || equals == factor || !equals[1] || equals - factor >= (int)sizeof name)
        bn_cmd_fail(&cmd, 2, "--factor takes NAME=VALUE, e.g. kernel=ref or kv_type=f16, not \"%s\".", factor);
    snprintf(name, sizeof name, "%.*s", (int)(equals - factor), factor);
    read_run(&c->base, store, run ? run : "last", 0);
    if (bn_compare_factor(c, name, equals + 1, &err)) bn_cmd_fail(&cmd, 1, "%s", err.text);
}

/* Builds in one run: the engines of a line give the hash of their output, as only our workers do. Other values of a
 * factor (and other programs) are a choice, and no regression. */
static bool are_builds(const struct bn_compare_line *l)
{
    return factor && !strncmp(factor, "engine=", 7) && l->base.hash[0] && l->head.hash[0];
}

static int conclude(const struct bn_comparison *c, const char **verdict)
{
    size_t n[4] = {0}, changed = 0, slower = 0;
    bool runs = c->head.run_id != 0;
    for (size_t i = 0; i < c->n_lines; i++) {
        const struct bn_compare_line *l = &c->lines[i];
        n[l->verdict]++;
        changed += l->other_output && (runs || are_builds(l));
        slower += l->verdict == BN_COMPARE_SLOWER && (runs || are_builds(l));
    }
    if (changed && !across) return *verdict = "output changed", 4;
    if (slower && runs && !unpaired) return *verdict = "slower, but at another time: unclear", 5;
    if (slower) return *verdict = "slower", 3;
    if (n[BN_COMPARE_UNCLEAR] == c->n_lines) return *verdict = "unclear", 5;
    return *verdict = n[BN_COMPARE_SLOWER] + n[BN_COMPARE_FASTER] ? "differences found" : "no difference found", 0;
}

int bn_bench_compare(int argc, char **argv)
{
    struct bn_store *store;
    struct bn_comparison c = {0};
    struct bn_error err = {0};
    const char *verdict;
    int n = bn_cmd_parse(&cmd, argc, argv);
    if (n > (factor ? 1 : 2))
        bn_cmd_fail(&cmd, 2, factor ? "Name one run beside --factor." : "Name two runs: the base and the head.");
    if (json && csv) bn_cmd_fail(&cmd, 2, "Give one of --json and --csv.");
    bn_cmd_needs(&cmd, "unpaired", !factor, "two runs");
    if (unpaired)
        fprintf(stderr, "bitnet-bench compare: warning: two runs of different times: what the machine did in between "
                        "may look like a change of the code\n");
    if (bn_store_open(&store, db_path, BN_STORE_READ, &err)) bn_cmd_fail(&cmd, 1, "%s", err.text);
    if (bn_store_note(store)[0]) fprintf(stderr, "bitnet-bench compare: warning: %s\n", bn_store_note(store));
    if (factor)
        compare_factor(&c, store, n ? argv[1] : NULL);
    else
        compare_runs(&c, store, n ? argv[1] : NULL, n > 1 ? argv[2] : NULL);
    if (!c.n_lines)
        bn_cmd_fail(&cmd, 5,
                    factor ? "No config of this run has %s and another one beside it."
                           : "The two runs have no config in common%s.",
                    factor   ? factor
                    : across ? ""
                             : "; --across also compares engines by model and workload");
    bn_compare_judge(&c, (double)least_percent / 100);
    if (bn_compare_operations(&c, store, &err)) bn_cmd_fail(&cmd, 1, "%s", err.text);
    bn_store_close(store);
    int code = conclude(&c, &verdict);
    bn_compare_print(&c, json ? BN_COMPARE_JSON : csv ? BN_COMPARE_CSV : BN_COMPARE_TEXT, verdict);
    bn_comparison_release(&c);
    return code;
}
