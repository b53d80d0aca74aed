/* summary.c - the end of a sweep: counts, table of results, exit code. */
#include "harness/sweep/sweep.h"
#include "harness/core/cell.h"
#include <jansson.h>
#include <stdio.h>

static struct bn_query *ask(const struct bn_sweep *s, const char *sql)
{
    struct bn_query *q;
    return bn_query_open(&q, s->store, NULL, sql, "i", s->run_id) ? NULL : q;
}

struct bn_sweep_state bn_sweep_state(const struct bn_sweep *s)
{
    struct bn_sweep_state at = {0};
    struct bn_query *q = ask(
        s,
        "SELECT n_points, n_finished, n_failed, n_skipped, n_open, (SELECT count(*) FROM v_outputs o WHERE o.run_id = "
        "r.run_id AND hash IS NOT NULL AND contradicts) FROM v_runs r WHERE run_id = ?");
    if (!q) return at;
    if (bn_query_next(q))
        at =
            (struct bn_sweep_state){(size_t)bn_query_int(q, 0), (size_t)bn_query_int(q, 1), (size_t)bn_query_int(q, 2),
                                    (size_t)bn_query_int(q, 3), (size_t)bn_query_int(q, 4), (size_t)bn_query_int(q, 5)};
    bn_query_close(q);
    return at;
}

static const char results_sql[] =
    "SELECT model, workload, series, phase, n, median_ns, tokens_per_s FROM v_results WHERE run_id = ?"
    " ORDER BY model, rtrim(workload, '0123456789'), length(workload), workload, phase, tokens_per_s";

static void print_results(const struct bn_sweep *s)
{
    struct bn_query *q = ask(s, results_sql);
    if (!q) return;
    printf("%-20s %-16s %-28s %-8s %6s %12s %12s\n", "model", "workload", "series", "phase", "n", "ms/token",
           "tokens/s");
    while (bn_query_next(q)) {
        bn_cell_put(stdout, bn_query_text(q, 0), 20);
        bn_cell_put(stdout, bn_query_text(q, 1), 16);
        bn_cell_put(stdout, bn_query_text(q, 2), 28);
        printf("%-8s %6s %12.4f %12.1f\n", BN_PRINTABLE(bn_query_text(q, 3)), BN_PRINTABLE(bn_query_text(q, 4)),
               bn_query_double(q, 5) / 1e6, bn_query_double(q, 6));
    }
    bn_query_close(q);
}

static json_t *results_json(const struct bn_sweep *s)
{
    json_t *results = json_array();
    struct bn_query *q = ask(s, results_sql);
    while (q && bn_query_next(q))
        json_array_append_new(results, json_pack("{ss ss ss ss sI sf sf}", "model", bn_query_text(q, 0), "workload",
                                                 bn_query_text(q, 1), "series", bn_query_text(q, 2), "phase",
                                                 bn_query_text(q, 3), "n", (json_int_t)bn_query_int(q, 4), "median_ns",
                                                 bn_query_double(q, 5), "tokens_per_s", bn_query_double(q, 6)));
    bn_query_close(q);
    return results;
}

static void print_json(const struct bn_sweep *s, const struct bn_sweep_state *at, bool interrupted)
{
    json_t *root = json_pack("{si ss sI sI sI sI sI sI sb sb so}", "schema", 1, "database", s->db_path, "run",
                             (json_int_t)s->run_id, "points", (json_int_t)at->n_points, "finished",
                             (json_int_t)at->n_finished, "failed", (json_int_t)at->n_failed, "skipped",
                             (json_int_t)at->n_skipped, "open", (json_int_t)at->n_open, "resumed", (int)s->resumed,
                             "interrupted", (int)interrupted, "results", results_json(s));
    json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    putchar('\n');
    json_decref(root);
}

static void print_text(const struct bn_sweep *s, const struct bn_sweep_state *at, bool interrupted)
{
    if (!interrupted) print_results(s);
    printf("run %lld in %s: %zu finished, %zu failed, %zu skipped%s", (long long)s->run_id, BN_PRINTABLE(s->db_path),
           at->n_finished, at->n_failed, at->n_skipped, at->n_open ? "" : "\n");
    if (at->n_open) printf(", %zu to do; the same command goes on\n", at->n_open);
}

int bn_sweep_conclude(const struct bn_sweep *s, bool interrupted, bool json)
{
    struct bn_sweep_state at = bn_sweep_state(s);
    if (json)
        print_json(s, &at, interrupted);
    else
        print_text(s, &at, interrupted);
    struct bn_error err;
    if (bn_store_unread(s->store, &err)) return fprintf(stderr, "bitnet-bench sweep: %s\n", err.text), 1;
    if (interrupted) return 130;
    return at.n_other_output ? 4 : at.n_failed ? 1 : at.n_finished ? 0 : 5;
}
