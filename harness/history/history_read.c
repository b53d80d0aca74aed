/* history_read.c - from the database's views to series over time. */
#include "harness/history/history.h"
#include "harness/history/join.h"
#include "harness/core/error.h"
#include "harness/stats/sample.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cell { /* median of one worker process */
    int64_t config, run;
    int phase; /* of phases.list */
    double ns;
};
struct list {
    void *at;
    size_t n, cap, size;
};

/* Room for one more at the end; NULL if memory runs out. */
static void *more(struct list *list)
{
    if (list->n == list->cap) {
        size_t cap = list->cap ? 2 * list->cap : 256;
        void *at = realloc(list->at, cap * list->size);
        if (!at) return NULL;
        list->at = at;
        list->cap = cap;
    }
    return (char *)list->at + list->size * list->n++;
}

static enum bn_status no_memory(struct bn_error *err)
{
    snprintf(err->text, sizeof err->text, "Out of memory for the history.");
    return err->status = BN_ERR_MEMORY;
}

static bool close_cell(struct list *cells, struct list *samples, struct cell key)
{
    if (!samples->n) return true;
    struct cell *cell = more(cells);
    if (!cell) return false;
    bn_sample_sort(samples->at, samples->n);
    *cell = key;
    cell->ns = bn_sample_quantile_sorted(samples->at, samples->n, 0.5);
    samples->n = 0;
    return true;
}

/* Streams the samples once, in the order they are stored: those of one process and phase are adjacent. */
static enum bn_status read_cells(struct list *cells, struct bn_store *store, const char *since, struct bn_error *err)
{
    struct bn_query *query;
    struct list samples = {.size = sizeof(double)};
    struct cell key = {0};
    int64_t point = -1;
    enum bn_status status = bn_query_open(
        &query, store, err,
        "SELECT point_id, phase, config_id, "
        "run_id, ns_per_token FROM v_samples WHERE run_id IN (SELECT run_id FROM v_runs WHERE started_at >= ?)",
        "s", since);
    if (status) return status;
    while (!status && bn_query_next(query)) {
        int phase = bn_sample_phase_find(bn_query_text(query, 1));
        if (phase < 0) {
            status = bn_harness_fail(err, BN_ERR_FORMAT, "The database has samples of an unknown phase, \"%s\".",
                                     BN_PRINTABLE(bn_query_text(query, 1)));
            continue;
        }
        if (bn_query_int(query, 0) != point || phase != key.phase) {
            if (!close_cell(cells, &samples, key)) status = no_memory(err);
            point = bn_query_int(query, 0);
            key = (struct cell){bn_query_int(query, 2), bn_query_int(query, 3), phase, 0};
        }
        double *sample = more(&samples);
        if (sample)
            *sample = bn_query_double(query, 4);
        else
            status = no_memory(err);
    }
    if (!status && !close_cell(cells, &samples, key)) status = no_memory(err);
    status = bn_query_end(query, status, err);
    free(samples.at);
    return status;
}

static int by_series(const void *a, const void *b) /* config, phase, run, time */
{
    const struct cell *x = a, *y = b;
    if (x->config != y->config) return x->config < y->config ? -1 : 1;
    if (x->phase != y->phase) return x->phase - y->phase;
    if (x->run != y->run) return x->run < y->run ? -1 : 1;
    return (x->ns > y->ns) - (x->ns < y->ns);
}

static int by_run(const void *a, const void *b) /* config, phase, run */
{
    struct cell x = *(const struct cell *)a, y = *(const struct cell *)b;
    x.ns = y.ns = 0;
    return by_series(&x, &y);
}

/* Several processes of one run become their median; the list stays sorted. */
static void merge_processes(struct list *cells)
{
    struct cell *at = cells->at;
    size_t kept = 0;
    if (cells->n) qsort(at, cells->n, sizeof *at, by_series);
    for (size_t i = 0, end; i < cells->n; i = end) {
        for (end = i + 1; end < cells->n && !by_run(&at[i], &at[end]);) end++;
        double middle = 0.5 * (at[(i + end - 1) / 2].ns + at[(i + end) / 2].ns);
        at[kept] = at[i];
        at[kept++].ns = middle;
    }
    cells->n = kept;
}

struct run { /* what v_runs says; sorted by run_id */
    int64_t run_id, machine_id;
    char when[32], commit[48], machine[96];
};

static enum bn_status read_runs(struct list *runs, struct bn_store *store, const char *since, struct bn_error *err)
{
    struct bn_query *query;
    enum bn_status status =
        bn_query_open(&query, store, err,
                      "SELECT run_id, machine_id, started_at, commit_id, machine FROM v_runs WHERE started_at >= ? "
                      "ORDER BY run_id",
                      "s", since);
    if (status) return status;
    while (!status && bn_query_next(query)) {
        struct run *run = more(runs);
        if (!run) {
            status = no_memory(err);
            continue;
        }
        run->run_id = bn_query_int(query, 0);
        run->machine_id = bn_query_int(query, 1);
        bn_printable(run->when, sizeof run->when, bn_query_text(query, 2));
        bn_printable(run->commit, sizeof run->commit, bn_query_text(query, 3));
        bn_printable(run->machine, sizeof run->machine, bn_query_text(query, 4));
    }
    return bn_query_end(query, status, err);
}

static int by_id(const void *key, const void *run)
{
    int64_t a = *(const int64_t *)key, b = ((const struct run *)run)->run_id;
    return (a > b) - (a < b);
}

static int by_time(const void *a, const void *b)
{
    return strcmp(((const struct bn_history_run *)a)->when, ((const struct bn_history_run *)b)->when);
}

struct known { /* an acknowledgement */
    int64_t config, run;
    int phase; /* of phases.list */
    double ratio;
    char why[128];
};

static enum bn_status read_known(struct list *known, struct bn_store *store, struct bn_error *err)
{
    struct bn_query *query;
    enum bn_status status =
        bn_query_open(&query, store, err, "SELECT config_id, run_id, phase, ratio, why FROM v_acknowledgements", "");
    if (status) return status;
    while (!status && bn_query_next(query)) {
        struct known *k = more(known);
        if (!k) {
            status = no_memory(err);
            continue;
        }
        *k = (struct known){bn_query_int(query, 0), bn_query_int(query, 1),
                            bn_sample_phase_find(bn_query_text(query, 2)), bn_query_double(query, 3), ""};
        bn_printable(k->why, sizeof k->why, bn_query_text(query, 4));
    }
    return bn_query_end(query, status, err);
}

struct reading {
    struct bn_history *history;
    struct bn_store *store;
    const struct bn_history_query *query;
    struct list cells, runs, known;
    struct bn_history_join *joins;
    size_t n_joins;
};

static struct bn_history_track *add_track(struct bn_history *history, const struct bn_history_track *like)
{
    struct bn_history_track *tracks = realloc(history->tracks, (history->n_tracks + 1) * sizeof *tracks);
    if (!tracks) return NULL;
    history->tracks = tracks;
    tracks[history->n_tracks] = *like;
    return &tracks[history->n_tracks++];
}

static double reference_ns(const struct reading *r, const struct cell *cell, int64_t reference)
{
    struct cell key = *cell, *found = NULL;
    key.config = reference;
    if (reference) found = bsearch(&key, r->cells.at, r->cells.n, sizeof key, by_run);
    return found ? found->ns : NAN;
}

/* What is known of this run of the cell's series. */
static void put_known(const struct reading *r, const struct cell *cell, struct bn_history_run *run)
{
    const struct known *k = r->known.at;
    for (size_t i = 0; i < r->known.n; i++) {
        if (k[i].run != cell->run || k[i].phase != cell->phase || k[i].ratio <= run->accepted ||
            bn_history_joined(r->joins, r->n_joins, k[i].config) != cell->config)
            continue;
        run->accepted = k[i].ratio;
        memcpy(run->why, k[i].why, sizeof run->why);
    }
}

/* The cells [from, to) of one config and phase that ran on `machine` become a track. */
static enum bn_status read_track(struct reading *r, const struct cell *cells, size_t n, const struct run *first,
                                 int64_t reference, struct bn_history_track *track, struct bn_error *err)
{
    track->runs = calloc(n, sizeof *track->runs);
    track->n_runs = 0;
    if (!track->runs) return no_memory(err);
    bn_printable(track->machine, sizeof track->machine, first->machine);
    for (size_t i = 0; i < n; i++) {
        const struct run *run = bsearch(&cells[i].run, r->runs.at, r->runs.n, sizeof *run, by_id);
        if (!run || run->machine_id != first->machine_id) continue;
        struct bn_history_run *to = &track->runs[track->n_runs++];
        *to = (struct bn_history_run){
            .run_id = run->run_id, .ns = cells[i].ns, .reference_ns = reference_ns(r, &cells[i], reference)};
        memcpy(to->when, run->when, sizeof to->when);
        memcpy(to->commit, run->commit, sizeof to->commit);
        put_known(r, &cells[i], to);
    }
    qsort(track->runs, track->n_runs, sizeof *track->runs, by_time);
    enum bn_status status = bn_history_analyse(track, r->query->least, err);
    if (!status && !add_track(r->history, track)) status = no_memory(err);
    if (status) free(track->runs);
    return status;
}

/* Names of the config, and the config of the reference that does the same; *wanted is false for another
 * engine's config. */
static enum bn_status read_config(struct reading *r, int64_t config, struct bn_history_track *track, int64_t *reference,
                                  bool *wanted, struct bn_error *err)
{
    struct bn_query *query;
    enum bn_status status = bn_query_open(
        &query, r->store, err,
        "SELECT c.model, c.workload, c.series, (SELECT max(o.config_id) FROM v_configs o WHERE o.engine = ? "
        "AND o.model_id IS c.model_id "
        "AND o.workload = c.workload AND o.fill_tokens = c.fill_tokens AND o.prefill_tokens = "
        "c.prefill_tokens AND o.decode_tokens = "
        "c.decode_tokens AND o.threads = c.threads) FROM v_configs c WHERE c.config_id = ? AND c.engine = ?",
        "sis", r->query->reference ? r->query->reference : "", config, r->query->engine);
    if (status) return status;
    if ((*wanted = bn_query_next(query))) {
        bn_printable(track->model, sizeof track->model, bn_query_text(query, 0));
        bn_printable(track->workload, sizeof track->workload, bn_query_text(query, 1));
        bn_printable(track->series, sizeof track->series, bn_query_text(query, 2));
        *reference = bn_query_null(query, 3) ? 0 : bn_query_int(query, 3);
    }
    return bn_query_end(query, status, err);
}

/* One config and phase: a track for every machine it ran on. */
static enum bn_status read_series(struct reading *r, const struct cell *cells, size_t n, struct bn_error *err)
{
    struct bn_history_track track = {.config_id = cells->config};
    int64_t reference = 0;
    bool wanted;
    enum bn_status status = read_config(r, cells->config, &track, &reference, &wanted, err);
    if (status || !wanted) return status;
    snprintf(track.phase, sizeof track.phase, "%s", bn_sample_phases[cells->phase]);
    for (size_t i = 0; i < r->n_joins; i++)
        if (bn_history_joined(r->joins, r->n_joins, r->joins[i].to) == cells->config)
            memcpy(track.joined, r->joins[i].fields, sizeof track.joined);
    for (size_t i = 0; i < n && !status; i++) {
        const struct run *run = bsearch(&cells[i].run, r->runs.at, r->runs.n, sizeof *run, by_id);
        bool seen = !run;
        for (size_t j = 0; j < i && !seen; j++) {
            const struct run *earlier = bsearch(&cells[j].run, r->runs.at, r->runs.n, sizeof *run, by_id);
            seen = earlier && earlier->machine_id == run->machine_id;
        }
        if (!seen) status = read_track(r, cells, n, run, reference, &track, err);
    }
    return status;
}

enum bn_status bn_history_read(struct bn_history *history, struct bn_store *store, const struct bn_history_query *query,
                               struct bn_error *err)
{
    struct reading r = {.history = history,
                        .store = store,
                        .query = query,
                        .cells = {.size = sizeof(struct cell)},
                        .runs = {.size = sizeof(struct run)},
                        .known = {.size = sizeof(struct known)}};
    *history = (struct bn_history){0};
    enum bn_status status = read_runs(&r.runs, store, query->since, err);
    if (!status) status = read_cells(&r.cells, store, query->since, err);
    if (!status) status = read_known(&r.known, store, err);
    if (!status) status = bn_history_joins(store, query, &r.joins, &r.n_joins, err);
    struct cell *joined = r.cells.at;
    for (size_t i = 0; !status && i < r.cells.n; i++)
        joined[i].config = bn_history_joined(r.joins, r.n_joins, joined[i].config);
    if (!status) merge_processes(&r.cells);
    const struct cell *cells = r.cells.at;
    for (size_t i = 0, end; i < r.cells.n && !status; i = end) {
        for (end = i + 1;
             end < r.cells.n && cells[end].config == cells[i].config && cells[end].phase == cells[i].phase;)
            end++;
        status = read_series(&r, cells + i, end - i, err);
    }
    free(r.cells.at);
    free(r.runs.at);
    free(r.known.at);
    free(r.joins);
    if (status) bn_history_release(history);
    return status;
}

void bn_history_release(struct bn_history *history)
{
    for (size_t i = 0; i < history->n_tracks; i++) free(history->tracks[i].runs);
    free(history->tracks);
    *history = (struct bn_history){0};
}
