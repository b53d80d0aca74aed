/* blame.h - which operation a slow-down is in: both builds watched by the observer in turns, and the instructions of
 * the operation whose time grew most. */
#ifndef BN_GATE_BLAME_H
#define BN_GATE_BLAME_H
#include "harness/gate/pairs.h"

struct bn_gate_blame {
    bool found;
    char reason[160]; /* why not */
    int workload;
    char op[16];
    double ns[2], share[2]; /* base, head: of the operation; share of the workload's time */
    double grown;           /* its part of the time that all operations together gained */
    double instructions[2]; /* of the operation, on one thread; NAN: not counted */
};
/* Fills *blame for one workload; source: "perf", "callgrind" or NULL, as the instruction tier counted. Fails only when
 * a worker does. */
enum bn_status bn_gate_blame(struct bn_gate_blame *blame, struct bn_pairs *pairs, int workload, const char *source,
                             struct bn_error *err);
/* "attn: 21.3 % -> 30.1 % of its time, ..." */
void bn_gate_blame_text(const struct bn_gate_blame *blame, char *text, size_t cap);
#endif
