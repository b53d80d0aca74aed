/* bench_status.c - bitnet-bench status: what a database holds, what is still to do, what went wrong and why, and
 * whether the file is sound. */
#include "engine/cmdline.h"
#include "harness/store/store.h"
#include <jansson.h>
#include <stdio.h>
#include <string.h>

int bn_bench_status(int argc, char **argv);

static const char *db_path = "out/bench.db";
static int only_run;
static bool json;
static const struct bn_cmd_option options[] = {
    {"db", "FILE", BN_CMD_STRING, &db_path, "results database (default out/bench.db)"},
    {"run", "N", BN_CMD_INT, &only_run, "only this run", .min = 1, .max = 2147483647},
    {"json", NULL, BN_CMD_FLAG, &json, "print one JSON object"},
    {0}};
static const struct bn_cmd cmd = {"bitnet-bench status",
                                  "runs of a database, points done, failed and skipped with reasons, integrity",
                                  "[--db FILE] [--run N]",
                                  options,
                                  NULL,
                                  "0 ok, 1 the database is damaged or cannot be read, 2 usage, 5 it holds no such run"};

static const char runs_sql[] =
    "SELECT run_id, started_at, source, plan, n_points, n_finished, n_failed, n_skipped, n_open, coalesce(machine, '')"
    " FROM v_runs WHERE ?1 IN (0, run_id) ORDER BY started_at, run_id";
static const char reasons_sql[] = "SELECT state, count(*), min(workload || ' ' || series), count(DISTINCT config_id), "
                                  "reason FROM v_failures WHERE run_id = ?"
                                  " GROUP BY state, reason ORDER BY state, count(*) DESC, reason";

static struct bn_query *ask(struct bn_store *store, const char *sql, int64_t number)
{
    struct bn_query *q;
    struct bn_error err;
    if (bn_query_open(&q, store, &err, sql, "i", number)) bn_cmd_fail(&cmd, 1, "%s", err.text);
    return q;
}

static void end(struct bn_query *q)
{
    struct bn_error err;
    if (bn_query_end(q, BN_OK, &err)) bn_cmd_fail(&cmd, 1, "%s", err.text);
}

static const char *state_of(struct bn_query *run)
{
    return bn_query_int(run, 8) ? "to go on" : bn_query_int(run, 6) ? "with failures" : "done";
}

static void print_run(struct bn_store *store, struct bn_query *run)
{
    printf("run %lld  %.19s  %s %s  %s\n", (long long)bn_query_int(run, 0), BN_PRINTABLE(bn_query_text(run, 1)),
           BN_PRINTABLE(bn_query_text(run, 2)), BN_PRINTABLE(bn_query_text(run, 3)),
           BN_PRINTABLE(bn_query_text(run, 9)));
    if (bn_query_int(run, 4))
        printf("    %lld points: %lld finished, %lld failed, %lld skipped, %lld to do (%s)\n",
               (long long)bn_query_int(run, 4), (long long)bn_query_int(run, 5), (long long)bn_query_int(run, 6),
               (long long)bn_query_int(run, 7), (long long)bn_query_int(run, 8), state_of(run));
    char reason[1024];
    struct bn_query *q = ask(store, reasons_sql, bn_query_int(run, 0));
    while (bn_query_next(q)) {
        printf("    %lld %s: %s (%s", (long long)bn_query_int(q, 1), BN_PRINTABLE(bn_query_text(q, 0)),
               bn_printable(reason, sizeof reason, bn_query_text(q, 4)), BN_PRINTABLE(bn_query_text(q, 2)));
        if (bn_query_int(q, 3) > 1) printf(" and %lld more", (long long)bn_query_int(q, 3) - 1);
        printf(")\n");
    }
    end(q);
}

static json_t *run_json(struct bn_store *store, struct bn_query *run)
{
    json_t *reasons = json_array();
    struct bn_query *q = ask(store, reasons_sql, bn_query_int(run, 0));
    while (bn_query_next(q))
        json_array_append_new(reasons,
                              json_pack("{ss sI ss sI ss}", "state", bn_query_text(q, 0), "points",
                                        (json_int_t)bn_query_int(q, 1), "example", bn_query_text(q, 2), "configs",
                                        (json_int_t)bn_query_int(q, 3), "reason", bn_query_text(q, 4)));
    end(q);
    return json_pack("{sI ss ss ss ss sI sI sI sI sI so}", "run", (json_int_t)bn_query_int(run, 0), "started_at",
                     bn_query_text(run, 1), "source", bn_query_text(run, 2), "plan", bn_query_text(run, 3), "machine",
                     bn_query_text(run, 9), "planned", (json_int_t)bn_query_int(run, 4), "finished",
                     (json_int_t)bn_query_int(run, 5), "failed", (json_int_t)bn_query_int(run, 6), "skipped",
                     (json_int_t)bn_query_int(run, 7), "open", (json_int_t)bn_query_int(run, 8), "reasons", reasons);
}

static void print_json(json_t *runs, const char *damage, int64_t unsealed)
{
    json_t *root = json_pack("{ss si sb ss* sI so}", "database", db_path, "schema_version", bn_store_version(),
                             "intact", (int)!damage, "damage", damage, "unsealed", (json_int_t)unsealed, "runs", runs);
    json_dumpf(root, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(root);
}

static void print_end(int runs, int64_t points, int64_t whole)
{
    printf("%s: %d run%s, schema version %d, integrity ok", BN_PRINTABLE(db_path), runs, runs == 1 ? "" : "s",
           bn_store_version());
    if (points + whole)
        printf(", but lost rows of %lld points and %lld runs of an older version would not be noticed",
               (long long)points, (long long)whole);
    putchar('\n');
}

int bn_bench_status(int argc, char **argv)
{
    struct bn_store *store;
    struct bn_error err = {0};
    int n = 0;
    if (bn_cmd_parse(&cmd, argc, argv))
        bn_cmd_fail(&cmd, 2, "\"%s\" is not an option; bitnet-bench status --help lists them.", argv[1]);
    if (bn_store_open(&store, db_path, BN_STORE_READ, &err)) {
        if (json && err.status == BN_ERR_FORMAT) print_json(json_array(), err.text, 0);
        bn_cmd_fail(&cmd, 1, "%s", err.text);
    }
    if (bn_store_note(store)[0]) fprintf(stderr, "bitnet-bench status: warning: %s\n", bn_store_note(store));
    struct bn_query *run = ask(store, runs_sql, only_run);
    json_t *runs = json_array();
    for (; bn_query_next(run); n++) {
        if (json)
            json_array_append_new(runs, run_json(store, run));
        else
            print_run(store, run);
    }
    end(run);
    int64_t points, whole;
    if (bn_store_unsealed(store, &points, &whole, &err)) bn_cmd_fail(&cmd, 1, "%s", err.text);
    if (json)
        print_json(runs, NULL, points + whole);
    else {
        json_decref(runs);
        print_end(n, points, whole);
    }
    bn_store_close(store);
    return n ? 0 : 5;
}
