/* exact.c - compares declared work and output of two builds. */
#include "harness/gate/exact.h"
#include <stdio.h>
#include <string.h>

static const char *const figures[] = {"calls", "weight_bytes", "kv_bytes", "macs", "kernel_calls"};
enum { N_FIGURES = 5, N_OLD_FIGURES = 4 }; /* workers of before do not count kernel calls */

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

static uint64_t figure(const json_t *reply, const char *op, const char *what)
{
    return (uint64_t)json_integer_value(json_object_get(json_object_get(json_object_get(reply, "ops"), op), what));
}

static uint64_t total(const json_t *reply, const char *what)
{
    const char *op;
    json_t *value;
    uint64_t sum = 0;
    json_object_foreach(json_object_get(reply, "ops"), op, value) sum +=
        (uint64_t)json_integer_value(json_object_get(value, what));
    return sum;
}

static bool has(const json_t *reply, const char *what)
{
    const char *op;
    json_t *value;
    json_object_foreach(json_object_get(reply, "ops"), op, value) if (json_object_get(value, what)) return true;
    return false;
}

static void compare_ops(struct bn_exact_result *result, const char *workload, int n_figures, const json_t *base,
                        const json_t *head)
{
    const char *op;
    json_t *value;
    json_object_foreach(json_object_get(base, "ops"), op, value) for (int i = 0; i < n_figures; i++)
        add(result, workload, op, figures[i], figure(base, op, figures[i]), figure(head, op, figures[i]));
    json_object_foreach(json_object_get(head, "ops"), op, value) /* operations that base does not have */
        for (int i = 0; i < n_figures && !json_object_get(json_object_get(base, "ops"), op); i++)
            add(result, workload, op, figures[i], 0, figure(head, op, figures[i]));
}

void bn_exact_compare(struct bn_exact_result *result, const char *workload, const json_t *base, const json_t *head)
{
    const json_t *replies[] = {base, head};
    for (int i = 0; i < 2; i++) {
        const char *hash = json_string_value(json_object_get(replies[i], "hash"));
        snprintf(result->hash[i], sizeof result->hash[i], "%s", hash ? hash : "");
    }
    result->output_changed |= strcmp(result->hash[0], result->hash[1]) != 0 || !result->hash[0][0];
    int n_figures = has(base, figures[N_FIGURES - 1]) && has(head, figures[N_FIGURES - 1]) ? N_FIGURES : N_OLD_FIGURES;
    compare_ops(result, workload, n_figures, base, head);
    for (int i = 0; i < n_figures; i++) {
        add(result, workload, "total", figures[i], total(base, figures[i]), total(head, figures[i]));
        result->more_work |= total(head, figures[i]) > total(base, figures[i]);
    }
    const json_t *a = json_object_get(base, "allocations"), *b = json_object_get(head, "allocations");
    if (!json_is_integer(a) || !json_is_integer(b)) return; /* not counted in this kind of build */
    add(result, workload, "total", "allocations", (uint64_t)json_integer_value(a), (uint64_t)json_integer_value(b));
    result->more_work |= json_integer_value(b) > json_integer_value(a);
}

static enum bn_status compare_workload(struct bn_exact_result *result, struct bn_dialogue *workers,
                                       const struct bn_gate_workload *workload, struct bn_error *err)
{
    json_t *replies[2] = {NULL, NULL};
    char command[64];
    enum bn_status status = BN_OK;
    snprintf(command, sizeof command, "count %s", workload->command);
    for (int side = 0; side < 2 && !status; side++) { /* twice: the first pass may set up what later ones keep */
        json_t *first = NULL;
        status = bn_dialogue_ask(&workers[side], command, &first, err);
        json_decref(first);
        if (!status) status = bn_dialogue_ask(&workers[side], command, &replies[side], err);
    }
    if (!status) bn_exact_compare(result, workload->name, replies[0], replies[1]);
    for (int side = 0; side < 2; side++) json_decref(replies[side]);
    return status;
}

enum bn_status bn_exact_run(struct bn_exact_result *result, struct bn_pairs *pairs, struct bn_error *err)
{
    struct bn_dialogue workers[2] = {0};
    memset(result, 0, sizeof *result);
    enum bn_status status = BN_OK;
    for (int side = 0; side < 2 && !status; side++)
        status = bn_pairs_worker(pairs, side, NULL, &workers[side], NULL, err);
    for (int w = 0; w < pairs->n_workloads && !status; w++)
        status = compare_workload(result, workers, &pairs->workloads[w], err);
    for (int side = 0; side < 2; side++) bn_dialogue_close(&workers[side]);
    if (!status) status = bn_pairs_check(pairs, err);
    result->measured = !status && result->n_compared > 0;
    return status;
}
