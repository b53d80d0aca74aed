/* noise.c - how much whole runs of one build differ on the head's machine: what a difference of two runs must stand out
 * from. Earlier (or later) runs of any build that was measured twice count, the fixed reference of nightly runs too. */
#include "harness/compare/compare.h"
#include "harness/core/error.h"
#include "harness/stats/sample.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS_MOST = 20 }; /* the newest; older ones say little about the machine of today */
#define RESOLUTION 1e-4  /* no two runs agree more closely than 0.01 % */

struct value { /* of one run */
    int64_t build, config, run;
    char phase[12];
    double log_ns;
};
struct values {
    struct value *at;
    size_t n;
};

static bool compared(const struct bn_comparison *c, const struct bn_compare_cell *cell)
{
    for (size_t i = 0; i < c->n_lines; i++)
        if (cell->config_id == c->lines[i].head.config->config_id ||
            cell->config_id == c->lines[i].base.config->config_id)
            return true;
    return false;
}

static int64_t build_of(const struct bn_compare_run *run, int64_t config)
{
    for (size_t i = 0; i < run->n_configs; i++)
        if (run->configs[i].config_id == config) return run->configs[i].build_id;
    return 0;
}

/* The cells of one config and phase, which follow each other, become one value. */
static enum bn_status take_run(struct values *v, const struct bn_comparison *c, const struct bn_compare_run *run,
                               struct bn_error *err)
{
    double *x = malloc((run->n_cells + 1) * sizeof *x);
    struct value *more = realloc(v->at, (v->n + run->n_cells + 1) * sizeof *more);
    if (more) v->at = more;
    for (size_t i = 0, end; x && more && i < run->n_cells; i = end) {
        const struct bn_compare_cell *cell = &run->cells[i];
        for (end = i; end < run->n_cells && run->cells[end].config_id == cell->config_id &&
                      !strcmp(run->cells[end].phase, cell->phase);
             end++)
            x[end - i] = log(run->cells[end].ns);
        int64_t build = build_of(run, cell->config_id);
        if (!build || !compared(c, cell)) continue;
        struct value *to = &v->at[v->n++];
        *to = (struct value){.build = build, .config = cell->config_id, .run = run->run_id};
        memcpy(to->phase, cell->phase, sizeof to->phase);
        to->log_ns = bn_sample_median(x, end - i);
    }
    free(x);
    return x && more ? BN_OK : bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory comparing runs.");
}

static enum bn_status read_runs(struct values *v, const struct bn_comparison *c, struct bn_store *store,
                                struct bn_error *err)
{
    int64_t ids[RUNS_MOST];
    size_t n = 0;
    struct bn_query *q;
    enum bn_status status = bn_query_open(
        &q, store, err,
        "SELECT r.run_id FROM v_runs r JOIN v_runs h ON h.run_id = ?1 AND h.machine_id = r.machine_id WHERE r.run_id "
        "NOT IN (?1, ?2) AND r.n_finished > 0 ORDER BY r.started_at DESC, r.run_id DESC LIMIT ?3",
        "iii", c->head.run_id, c->base.run_id, (int64_t)RUNS_MOST);
    if (status) return status;
    while (n < RUNS_MOST && bn_query_next(q)) ids[n++] = bn_query_int(q, 0);
    status = bn_query_end(q, BN_OK, err);
    for (size_t i = 0; !status && i < n; i++) {
        struct bn_compare_run run;
        status = bn_compare_read(&run, store, ids[i], err);
        if (status) break;
        status = take_run(v, c, &run, err);
        bn_compare_run_release(&run);
    }
    return status;
}

static int by_group(const void *a, const void *b) /* phase, build, config */
{
    const struct value *x = a, *y = b;
    int phase = strcmp(x->phase, y->phase);
    if (phase) return phase;
    if (x->build != y->build) return x->build < y->build ? -1 : 1;
    return (x->config > y->config) - (x->config < y->config);
}

static int by_run(const void *a, const void *b)
{
    const struct value *x = a, *y = b;
    return (x->run > y->run) - (x->run < y->run);
}

/* The first value that is of another phase, build or config than the value at `i`. */
static size_t group_end(const struct values *v, size_t i)
{
    size_t end = i + 1;
    while (end < v->n && !by_group(&v->at[i], &v->at[end])) end++;
    return end;
}

/* Sum of squares about the mean of each build's runs; config 0: of all configs. */
static double spread(const struct values *v, const char *phase, int64_t config)
{
    double squares = 0, n = 0;
    for (size_t i = 0, end; i < v->n; i = end) {
        double mean = 0, count = (double)((end = group_end(v, i)) - i);
        for (size_t j = i; j < end; j++) mean += v->at[j].log_ns / count;
        if (strcmp(v->at[i].phase, phase) || (config && v->at[i].config != config)) continue;
        for (size_t j = i; j < end; j++) squares += (v->at[j].log_ns - mean) * (v->at[j].log_ns - mean);
        n += count - 1;
    }
    return n > 0 ? squares / n : 0;
}

/* All lines of a run share its moment, so that only runs count, however many configs (and builds) they have. */
static int freedom(const struct values *v)
{
    int sum = 0;
    for (size_t i = 0, end; i < v->n; i = end) {
        size_t most = 0;
        for (end = i; end < v->n && !strcmp(v->at[i].phase, v->at[end].phase) && v->at[i].build == v->at[end].build;) {
            size_t group = end;
            end = group_end(v, group);
            most = end - group > most ? end - group : most;
        }
        if (!strcmp(v->at[i].phase, v->at[0].phase)) sum += (int)most - 1;
    }
    return sum;
}

enum bn_status bn_compare_read_noise(struct bn_comparison *c, struct bn_store *store, struct bn_error *err)
{
    struct values v = {0};
    enum bn_status status = read_runs(&v, c, store, err);
    if (!status && v.n) {
        qsort(v.at, v.n, sizeof *v.at, by_group);
        c->noise.freedom = freedom(&v);
        for (size_t i = 0; i < c->n_lines; i++) {
            struct bn_compare_line *l = &c->lines[i];
            const char *phase = l->base.cells->phase;
            double own =
                fmax(spread(&v, phase, l->base.config->config_id), spread(&v, phase, l->head.config->config_id));
            l->noise = sqrt(2 * fmax(fmax(own, spread(&v, phase, 0)), RESOLUTION * RESOLUTION));
        }
        qsort(v.at, v.n, sizeof *v.at, by_run);
        for (size_t i = 0; i < v.n; i++) c->noise.n_runs += !i || v.at[i].run != v.at[i - 1].run;
        if (c->noise.freedom >= (int)c->noise.n_runs) c->noise.freedom = (int)c->noise.n_runs - 1;
    }
    free(v.at);
    return status;
}
