/* operation.c - which operation of the engine a difference is in: times of operations that the sweep took in passes of
 * their own (plan: ops), per token, of the slowest thread, mean over the points of each side. */
#include "harness/compare/compare.h"
#include "harness/core/error.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { OPS_MOST = 32 };
struct times { /* of both sides, 0: the side has none of it */
    int n;
    char name[OPS_MOST][16];
    double ns[2][OPS_MOST];
};

static int find(struct times *t, const char *name)
{
    int i = 0;
    while (i < t->n && strcmp(t->name[i], name)) i++;
    if (i == OPS_MOST) return -1;
    if (i == t->n) snprintf(t->name[t->n++], sizeof t->name[0], "%s", name);
    return i;
}

static enum bn_status read_side(struct times *t, int side, struct bn_store *store, int64_t run_id,
                                const struct bn_compare_side *of, struct bn_error *err)
{
    struct bn_query *q;
    enum bn_status status = bn_query_open(
        &q, store, err,
        "SELECT op, avg(ns) FROM (SELECT point_id, op, max(ns) AS ns FROM (SELECT point_id, op, thread, 1.0 * sum(ns) "
        "/ "
        "max(n_tokens) AS ns FROM v_op_layers WHERE run_id = ? AND config_id = ? AND phase = ? GROUP BY point_id, op, "
        "thread) GROUP BY point_id, op) GROUP BY op",
        "iis", run_id, of->config->config_id, of->cells->phase);
    if (status) return status;
    while (bn_query_next(q)) {
        int op = find(t, bn_query_text(q, 0));
        if (op >= 0) t->ns[side][op] = bn_query_double(q, 1);
    }
    return bn_query_end(q, BN_OK, err);
}

/* The largest change in the direction of the verdict. */
static void choose(struct bn_compare_operation *o, const struct times *t, int direction)
{
    double sum[2] = {0, 0}, worst = 0;
    int op = -1;
    for (int i = 0; i < t->n; i++) {
        double change = direction * (t->ns[1][i] - t->ns[0][i]);
        sum[0] += t->ns[0][i], sum[1] += t->ns[1][i];
        if (change > worst) worst = change, op = i;
    }
    if (!(sum[0] > 0) || !(sum[1] > 0))
        snprintf(o->reason, sizeof o->reason, "operations were not timed on both sides (ops: true in the plan)");
    else if (op < 0)
        snprintf(o->reason, sizeof o->reason, "no operation changed in that direction while it was watched");
    if (o->reason[0]) return;
    snprintf(o->op, sizeof o->op, "%s", t->name[op]);
    o->base_ns = t->ns[0][op], o->head_ns = t->ns[1][op];
    double all = direction * (sum[1] - sum[0]);
    o->part = all > 0 ? worst / all : NAN;
}

enum bn_status bn_compare_operations(struct bn_comparison *c, struct bn_store *store, struct bn_error *err)
{
    int64_t head_id = c->head.run_id ? c->head.run_id : c->base.run_id;
    enum bn_status status = BN_OK;
    for (size_t i = 0; i < c->n_lines && !status; i++) {
        struct bn_compare_line *l = &c->lines[i];
        struct times times = {0};
        if (l->verdict != BN_COMPARE_SLOWER && l->verdict != BN_COMPARE_FASTER) continue;
        status = read_side(&times, 0, store, c->base.run_id, &l->base, err);
        if (!status) status = read_side(&times, 1, store, head_id, &l->head, err);
        if (!status) choose(&l->operation, &times, l->verdict == BN_COMPARE_SLOWER ? 1 : -1);
    }
    return status;
}
