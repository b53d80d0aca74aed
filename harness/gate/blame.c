/* blame.c - times the operations of both builds and counts one. */
#include "harness/gate/blame.h"
#include "harness/gate/instructions.h"
#include "harness/stats/sample.h"
#include "harness/worker/figures.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROUNDS = 15, OPS_MOST = 32 };

struct times { /* of the operations that both builds know, [side][op][round] */
    int n;
    char name[OPS_MOST][16];
    double ns[2][OPS_MOST][ROUNDS];
};

static int find(struct times *t, const char *name)
{
    int i = 0;
    while (i < t->n && strcmp(t->name[i], name)) i++;
    if (i == OPS_MOST) return -1;
    if (i == t->n) snprintf(t->name[t->n++], sizeof t->name[0], "%s", name);
    return i;
}

static enum bn_status ask(struct times *t, struct bn_dialogue *worker, int side, int round, const char *command,
                          struct bn_error *err)
{
    json_t *reply = NULL, *figures;
    const char *name;
    enum bn_status status = bn_dialogue_ask(worker, command, &reply, err);
    json_object_foreach(json_object_get(reply, "ops"), name, figures)
    {
        int op = find(t, name);
        if (op >= 0 && round >= 0) t->ns[side][op][round] = (double)bn_figures_take(figures).ns;
    }
    json_decref(reply);
    return status;
}

/* Round -1 warms up. */
static enum bn_status time_parts(struct times *t, struct bn_pairs *pairs, struct bn_dialogue *workers, int workload,
                                 struct bn_error *err)
{
    char command[64];
    enum bn_status status = BN_OK;
    snprintf(command, sizeof command, "parts %s", pairs->workloads[workload].command);
    bn_pairs_expect(pairs, workload, 10);
    for (int round = -1; round < ROUNDS && !status; round++)
        for (int turn = 0; turn < 2 && !status; turn++) {
            int side = (round + turn) & 1;
            status = ask(t, &workers[side], side, round, command, err);
        }
    return status;
}

static void choose(struct bn_gate_blame *b, const struct times *t)
{
    double sum[2] = {0, 0}, worst = -INFINITY;
    int op = -1;
    for (int i = 0; i < t->n; i++) {
        double base = bn_sample_median(t->ns[0][i], ROUNDS), head = bn_sample_median(t->ns[1][i], ROUNDS);
        sum[0] += base, sum[1] += head;
        if (head - base <= worst) continue;
        worst = head - base, op = i;
        b->ns[0] = base, b->ns[1] = head;
    }
    b->found = op >= 0 && worst > 0 && sum[0] > 0 && sum[1] > sum[0];
    if (!b->found) {
        snprintf(b->reason, sizeof b->reason, "no operation takes longer while it is watched");
        return;
    }
    snprintf(b->op, sizeof b->op, "%s", t->name[op]);
    for (int side = 0; side < 2; side++) b->share[side] = b->ns[side] / sum[side];
    b->grown = worst / (sum[1] - sum[0]);
}

static bool both_know(json_t *const hello[2], const char *verb)
{
    return bn_gate_knows(hello[0], verb) && bn_gate_knows(hello[1], verb);
}

static enum bn_status count(struct bn_gate_blame *b, struct bn_pairs *pairs, const char *source, struct bn_error *err)
{
    char command[96];
    enum bn_status status = BN_OK;
    snprintf(command, sizeof command, "isolate %s %s", b->op, pairs->workloads[b->workload].command);
    for (int side = 0; side < 2 && source && !status; side++) {
        struct bn_instructions_of of = {side, b->workload, command, NAN, ""};
        status = bn_instructions_count(pairs, source, &of, err);
        b->instructions[side] = of.count;
    }
    return status;
}

enum bn_status bn_gate_blame(struct bn_gate_blame *b, struct bn_pairs *pairs, int workload, const char *source,
                             struct bn_error *err)
{
    static struct times times;
    struct bn_dialogue workers[2] = {0};
    json_t *hello[2] = {NULL, NULL};
    enum bn_status status = BN_OK;
    *b = (struct bn_gate_blame){.workload = workload, .instructions = {NAN, NAN}};
    times.n = 0;
    for (int side = 0; side < 2 && !status; side++)
        status = bn_pairs_worker(pairs, side, 0, &workers[side], &hello[side], err);
    bool able = !status && both_know(hello, "parts");
    if (able) status = time_parts(&times, pairs, workers, workload, err);
    for (int side = 0; side < 2; side++) bn_dialogue_close(&workers[side]), json_decref(hello[side]);
    if (status) return status;
    if (able)
        choose(b, &times);
    else
        snprintf(b->reason, sizeof b->reason, "a build is from before workers timed their operations");
    return b->found ? count(b, pairs, source, err) : BN_OK;
}

void bn_gate_blame_text(const struct bn_gate_blame *b, char *text, size_t cap)
{
    int n =
        snprintf(text, cap, "%s: %.1f %% -> %.1f %% of its time, %+.1f %% and %.0f %% of what all operations gained",
                 b->op, 100 * b->share[0], 100 * b->share[1], 100 * (b->ns[1] / b->ns[0] - 1), 100 * b->grown);
    if (n < 0 || (size_t)n >= cap) return;
    if (isnan(b->instructions[0]) || isnan(b->instructions[1]) || b->instructions[0] <= 0)
        snprintf(text + n, cap - (size_t)n, "; its instructions were not counted");
    else
        snprintf(text + n, cap - (size_t)n, "; instructions %+.2f %%",
                 100 * (b->instructions[1] / b->instructions[0] - 1));
}
