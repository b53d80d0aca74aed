/* exact.c - compares declared work and output of two builds. */
#include "harness/gate/exact.h"
#include "harness/core/fnv.h"
#include "harness/worker/figures.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const double watched_times = 10; /* how much longer work takes that is hashed and counted, on one thread */

static void add(struct bn_exact_result *result, const char *workload, const char *op, const char *what, uint64_t base,
                uint64_t head)
{
    result->n_compared++;
    if (base == head || result->n_rows == BN_EXACT_ROWS) return;
    struct bn_exact_row *row = &result->rows[result->n_rows++];
    snprintf(row->workload, sizeof row->workload, "%s", workload);
    snprintf(row->op, sizeof row->op, "%s", op);
    snprintf(row->what, sizeof row->what, "%s", what);
    row->base = base;
    row->head = head;
}

/* Of one operation; op NULL: of all. */
static struct bn_figures figures(const json_t *reply, const char *op)
{
    const json_t *ops = json_object_get(reply, "ops");
    if (op) return bn_figures_take(json_object_get(ops, op));
    struct bn_figures sum = {0};
    json_t *value;
    json_object_foreach((json_t *)ops, op, value) bn_figures_add(&sum, bn_figures_take(value));
    return sum;
}

/* Does any operation have it? */
static bool has(const json_t *reply, int i)
{
    const char *op;
    json_t *value;
    json_object_foreach(json_object_get(reply, "ops"), op,
                        value) if (json_object_get(value, bn_figure[i].name)) return true;
    return false;
}

/* Of one operation, or of all; true when a figure grew. */
static bool compare_figures(struct bn_exact_result *result, const char *workload, const char *op, const json_t *base,
                            const json_t *head)
{
    struct bn_figures was = figures(base, op), is = figures(head, op);
    bool grew = false;
    for (int i = 0; i < BN_N_FIGURES; i++) {
        bool said = !bn_figure[i].recent || (has(base, i) && has(head, i));
        if (!bn_figure[i].exact || !said) continue;
        add(result, workload, op ? op : "total", bn_figure[i].name, *bn_figure_of(&was, i), *bn_figure_of(&is, i));
        grew |= *bn_figure_of(&is, i) > *bn_figure_of(&was, i);
    }
    return grew;
}

static void compare_ops(struct bn_exact_result *result, const char *workload, const json_t *base, const json_t *head)
{
    const char *op;
    json_t *value, *ops = json_object_get(base, "ops");
    json_object_foreach(ops, op, value) compare_figures(result, workload, op, base, head);
    json_object_foreach(json_object_get(head, "ops"), op, value) /* operations that base does not have */
        if (!json_object_get(ops, op)) compare_figures(result, workload, op, base, head);
    result->more_work |= compare_figures(result, workload, NULL, base, head);
}

/* A worker that computes nothing has the hash of nothing, on both sides the same. */
static bool idle(const json_t *reply, const char *hash, bool works)
{
    char nothing[24];
    struct bn_figures f = figures(reply, NULL);
    snprintf(nothing, sizeof nothing, "%016" PRIx64, BN_FNV_BASIS);
    return !hash[0] || !strcmp(hash, nothing) || (works && !f.calls && !f.macs);
}

static json_int_t threads(const json_t *reply)
{
    const json_t *n = json_object_get(reply, "threads");
    return n ? json_integer_value(n) : 1;
}

static struct bn_exact_output *add_output(struct bn_exact_result *result, const char *workload, int threads,
                                          const char *base, const char *head)
{
    static struct bn_exact_output spare;          /* where there is no room left */
    for (int i = 0; i < result->n_outputs; i++) { /* asked twice, in two ways */
        struct bn_exact_output *o = &result->outputs[i];
        if (o->changed && o->threads == threads && !strcmp(o->workload, workload)) return o;
    }
    struct bn_exact_output *o = result->n_outputs < BN_EXACT_OUTPUTS ? &result->outputs[result->n_outputs++] : &spare;
    *o = (struct bn_exact_output){.threads = threads};
    snprintf(o->workload, sizeof o->workload, "%s", workload);
    bn_printable(o->hash[0], sizeof o->hash[0], base);
    bn_printable(o->hash[1], sizeof o->hash[1], head);
    o->changed = strcmp(base, head) != 0 || !base[0];
    result->output_changed |= o->changed;
    return o;
}

void bn_exact_compare_output(struct bn_exact_result *result, const char *workload, int threads, const char *base,
                             const char *head)
{
    add_output(result, workload, threads, base, head);
}

static const char *hash_of(const json_t *reply)
{
    const char *hash = json_string_value(json_object_get(reply, "hash"));
    return hash ? hash : "";
}

void bn_exact_compare(struct bn_exact_result *result, const char *workload, const json_t *base, const json_t *head)
{
    struct bn_exact_output *o = add_output(result, workload, (int)threads(head), hash_of(base), hash_of(head));
    bool works = json_object_get(base, "ops") || json_object_get(head, "ops");
    o->idle[0] = idle(base, o->hash[0], works), o->idle[1] = idle(head, o->hash[1], works);
    compare_ops(result, workload, base, head);
    const json_t *a = json_object_get(base, "allocations"), *b = json_object_get(head, "allocations");
    if (!json_is_integer(a) || !json_is_integer(b)) return; /* not counted in this kind of build */
    add(result, workload, "total", "allocations", (uint64_t)json_integer_value(a), (uint64_t)json_integer_value(b));
    result->more_work |= json_integer_value(b) > json_integer_value(a);
}

typedef char hash_text[24];
typedef hash_text hashes[BN_GATE_WORKLOADS];

static enum bn_status compare_workload(struct bn_exact_result *result, struct bn_dialogue *workers,
                                       const struct bn_gate_workload *workload, char *base_hash, struct bn_error *err)
{
    json_t *replies[2] = {NULL, NULL};
    char command[64];
    enum bn_status status = BN_OK;
    snprintf(command, sizeof command, "count %s", workload->command);
    for (int side = 0; side < 2 && !status; side++) { /* twice: the first pass may set up state that later ones keep */
        json_t *first = NULL;
        status = bn_dialogue_ask(&workers[side], command, &first, err);
        json_decref(first);
        if (!status) status = bn_dialogue_ask(&workers[side], command, &replies[side], err);
    }
    if (!status) bn_exact_compare(result, workload->name, replies[0], replies[1]);
    snprintf(base_hash, sizeof(hash_text), "%s", hash_of(replies[0]));
    for (int side = 0; side < 2; side++) json_decref(replies[side]);
    return status;
}

/* Declared work, and the outputs of its one thread. */
static enum bn_status compare_work(struct bn_exact_result *result, struct bn_pairs *pairs, hashes base,
                                   struct bn_error *err)
{
    struct bn_dialogue workers[2] = {0};
    enum bn_status status = BN_OK;
    for (int side = 0; side < 2 && !status; side++) status = bn_pairs_worker(pairs, side, 0, &workers[side], NULL, err);
    for (int w = 0; w < pairs->n_workloads && !status; w++) {
        bn_pairs_expect(pairs, w, watched_times);
        status = compare_workload(result, workers, &pairs->workloads[w], base[w], err);
    }
    for (int side = 0; side < 2; side++) bn_dialogue_close(&workers[side]);
    return status;
}

/* The outputs of one side with that many threads; empty where its build cannot say. */
static enum bn_status hash_all(struct bn_pairs *pairs, int side, int threads, hashes found, bool *said,
                               struct bn_error *err)
{
    struct bn_dialogue worker;
    json_t *hello = NULL;
    enum bn_status status = bn_pairs_worker(pairs, side, threads, &worker, &hello, err);
    if (status) return status;
    *said = bn_gate_knows(hello, "hash");
    for (int w = 0; w < pairs->n_workloads && *said && !status; w++) {
        char command[64];
        json_t *answer = NULL;
        snprintf(command, sizeof command, "hash %s", pairs->workloads[w].command);
        bn_pairs_expect(pairs, w, watched_times);
        status = bn_dialogue_ask(&worker, command, &answer, err);
        snprintf(found[w], sizeof found[w], "%s", hash_of(answer));
        json_decref(answer);
    }
    json_decref(hello);
    bn_dialogue_close(&worker);
    return status;
}

static enum bn_status compare_outputs(struct bn_exact_result *result, struct bn_pairs *pairs, const hashes of_one,
                                      int threads, struct bn_error *err)
{
    hashes found[2];
    bool said[2] = {false};
    enum bn_status status = BN_OK;
    for (int side = 0; side < 2 && !status; side++)
        status = hash_all(pairs, side, threads, found[side], &said[side], err);
    for (int w = 0; w < pairs->n_workloads && said[1] && !status; w++)
        bn_exact_compare_output(result, pairs->workloads[w].name, threads, said[0] ? found[0][w] : of_one[w],
                                found[1][w]);
    return status;
}

enum bn_status bn_exact_run(struct bn_exact_result *result, struct bn_pairs *pairs, struct bn_error *err)
{
    hashes base = {0};
    memset(result, 0, sizeof *result);
    enum bn_status status = compare_work(result, pairs, base, err);
    const int threads[] = {1, 2, pairs->n_threads};
    for (int i = 0; i < (pairs->n_threads > 2 ? 3 : 2) && !status; i++)
        status = compare_outputs(result, pairs, base, threads[i], err);
    if (!status) status = bn_pairs_check(pairs, err);
    result->measured = !status && result->n_compared > 0;
    return status;
}
