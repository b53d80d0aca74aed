/* read.c - a run of the database as cells: the median of every worker process and phase. */
#include "harness/compare/compare.h"
#include "harness/core/error.h"
#include "harness/stats/sample.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Cut at a whole character, so that it stays a text of JSON. */
#define COPY(to, query, column) bn_printable(to, sizeof(to), bn_query_text(query, column))

int64_t bn_compare_find_run(struct bn_store *store, const char *word, int64_t than, struct bn_error *err)
{
    struct bn_query *q;
    char *end;
    int64_t number = strtoll(word, &end, 10), found = 0;
    bool last = !strcmp(word, "last"), previous = !strcmp(word, "previous");
    if (!last && !previous && (*end || number < 1))
        return bn_harness_fail(err, BN_ERR_USAGE,
                               "A run is a number, last or previous, not \"%s\"; bitnet-bench status lists them.",
                               word),
               0;
    /* ids follow the order in which runs came into this database, by import and merge too; time follows started_at */
    const char *sql = last ? "SELECT run_id FROM v_runs WHERE n_finished > 0 AND ?1 = ?1 ORDER BY started_at DESC, "
                             "run_id DESC LIMIT 1"
                      : previous ? "SELECT r.run_id FROM v_runs r JOIN v_runs h ON h.run_id = ?1 WHERE (r.started_at, "
                                   "r.run_id) < (h.started_at, h.run_id) AND r.n_finished > 0 AND r.plan = h.plan AND "
                                   "r.source = h.source ORDER BY r.started_at DESC, r.run_id DESC LIMIT 1"
                                 : "SELECT run_id FROM v_runs WHERE run_id = ?1";
    if (bn_query_open(&q, store, err, sql, "i", last || previous ? than : number)) return 0;
    if (bn_query_next(q)) found = bn_query_int(q, 0);
    if (bn_query_end(q, BN_OK, err)) return 0;
    if (!found)
        bn_harness_fail(err, BN_ERR_USAGE,
                        "The database has no run \"%s\" with results; bitnet-bench status lists its runs.", word);
    return found;
}

/* Room for one more in an array that doubles. */
static void *grow(void *array, size_t n, size_t size)
{
    return n & (n - 1) ? array : realloc(array, (n ? 2 * n : 1) * size);
}

static enum bn_status no_memory(struct bn_error *err)
{
    return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory comparing runs.");
}

static enum bn_status read_head(struct bn_compare_run *run, struct bn_store *store, struct bn_error *err)
{
    struct bn_query *q;
    enum bn_status status = bn_query_open(
        &q, store, err, "SELECT started_at, plan, commit_id, machine FROM v_runs WHERE run_id = ?", "i", run->run_id);
    if (status) return status;
    if (bn_query_next(q))
        COPY(run->started_at, q, 0), COPY(run->plan, q, 1), COPY(run->commit, q, 2), COPY(run->machine, q, 3);
    return bn_query_end(q, status, err);
}

static void free_config(struct bn_compare_config *c)
{
    free(c->engine), free(c->model), free(c->model_hash), free(c->model_file);
    free(c->workload), free(c->kernel), free(c->options), free(c->series);
}

/* False without memory. */
static bool take_config(struct bn_compare_config *c, struct bn_query *q)
{
    *c = (struct bn_compare_config){.config_id = bn_query_int(q, 0),
                                    .threads = (int)bn_query_int(q, 8),
                                    .fill = (int)bn_query_int(q, 9),
                                    .prefill = (int)bn_query_int(q, 10),
                                    .decode = (int)bn_query_int(q, 11),
                                    .build_id = bn_query_int(q, 13)};
    char **const texts[] = {&c->engine, &c->model,   &c->model_hash, &c->workload,
                            &c->kernel, &c->options, &c->series,     &c->model_file};
    static const int columns[] = {1, 2, 3, 4, 5, 6, 7, 12};
    bool ok = true;
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        ok &= (*texts[i] = strdup(bn_query_text(q, columns[i]))) != NULL;
    return ok;
}

static enum bn_status read_configs(struct bn_compare_run *run, struct bn_store *store, struct bn_error *err)
{
    struct bn_query *q;
    enum bn_status status = bn_query_open(
        &q, store, err,
        "SELECT c.config_id, c.engine, c.model, coalesce(c.model_hash, ''), c.workload, c.kernel, c.options, c.series, "
        "c.threads, c.fill_tokens, c.prefill_tokens, c.decode_tokens, c.model_file, max(coalesce(p.build_id, "
        "r.build_id))"
        " FROM v_points p JOIN v_configs c USING (config_id) JOIN v_runs r USING (run_id) WHERE p.run_id = ? GROUP BY "
        "c.config_id ORDER BY c.config_id",
        "i", run->run_id);
    if (status) return status;
    while (!status && bn_query_next(q)) {
        struct bn_compare_config *more = grow(run->configs, run->n_configs, sizeof *more);
        if (more) run->configs = more;
        if (!more || !take_config(&run->configs[run->n_configs++], q)) status = no_memory(err);
    }
    return bn_query_end(q, status, err);
}

struct stream { /* the process and phase whose samples are coming in */
    struct bn_compare_run *run;
    struct bn_compare_cell cell;
    int64_t point;
    double *x;
    size_t n;
};

static bool close_cell(struct stream *s)
{
    if (!s->n) return true;
    struct bn_compare_cell *more = grow(s->run->cells, s->run->n_cells, sizeof *more);
    if (!more) return false;
    s->run->cells = more;
    s->cell.ns = bn_sample_median(s->x, s->n);
    s->cell.n_samples = (int64_t)s->n;
    s->run->cells[s->run->n_cells++] = s->cell;
    s->n = 0;
    return true;
}

static bool take(struct stream *s, struct bn_query *q)
{
    if (bn_query_int(q, 0) != s->point || strcmp(bn_query_text(q, 1), s->cell.phase)) {
        if (!close_cell(s)) return false;
        s->point = bn_query_int(q, 0);
        s->cell = (struct bn_compare_cell){.config_id = bn_query_int(q, 2), .round = bn_query_int(q, 3)};
        COPY(s->cell.phase, q, 1), COPY(s->cell.hash, q, 5);
    }
    double *more = grow(s->x, s->n, sizeof *more);
    if (!more) return false;
    s->x = more;
    s->x[s->n++] = bn_query_double(q, 4);
    return true;
}

static int by_config(const void *a, const void *b)
{
    const struct bn_compare_cell *x = a, *y = b;
    if (x->config_id != y->config_id) return x->config_id < y->config_id ? -1 : 1;
    if (strcmp(x->phase, y->phase)) return strcmp(x->phase, y->phase);
    return (x->round > y->round) - (x->round < y->round);
}

static enum bn_status read_cells(struct bn_compare_run *run, struct bn_store *store, struct bn_error *err)
{
    struct bn_query *q;
    struct stream s = {.run = run, .point = -1};
    enum bn_status status = bn_query_open(&q, store, err,
                                          "SELECT s.point_id, s.phase, s.config_id, s.round, s.ns_per_token, s.hash "
                                          "FROM v_samples s WHERE s.run_id = ? ORDER BY s.point_id, s.phase",
                                          "i", run->run_id);
    if (status) return status;
    while (!status && bn_query_next(q))
        if (!take(&s, q)) status = no_memory(err);
    if (!status && !close_cell(&s)) status = no_memory(err);
    status = bn_query_end(q, status, err);
    free(s.x);
    if (run->n_cells) qsort(run->cells, run->n_cells, sizeof *run->cells, by_config);
    return status;
}

enum bn_status bn_compare_read(struct bn_compare_run *run, struct bn_store *store, int64_t run_id, struct bn_error *err)
{
    *run = (struct bn_compare_run){.run_id = run_id};
    enum bn_status status = read_head(run, store, err);
    if (!status) status = read_configs(run, store, err);
    if (!status) status = read_cells(run, store, err);
    if (status) bn_compare_run_release(run);
    return status;
}

void bn_compare_run_release(struct bn_compare_run *run)
{
    for (size_t i = 0; i < run->n_configs; i++) free_config(&run->configs[i]);
    free(run->cells);
    free(run->configs);
    *run = (struct bn_compare_run){0};
}
