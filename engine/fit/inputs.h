/* inputs.h - what the linears of a pass take in, shown to a collector: one mechanism for calibration and weighted fits.
 *
 * A site is what linears of one operation share: the input of q, k and v; of o; of gate and up; of down. Set `inputs`
 * of an opened crew; take NULL costs one comparison a site. `take` is called on every thread of the crew, each with
 * columns of its own (c0..c1) of all rows, once the rows are complete and before the linears are multiplied: what a
 * collector keeps by column needs no lock and does not depend on the number of threads or the size of passes. A model
 * with norms of single projections shows a site once for each of them. The double precision pass shows nothing. */
#ifndef BN_FIT_INPUTS_H
#define BN_FIT_INPUTS_H
#include "engine/bitnet.h"

struct bn_input_rows {
    int site;       /* bn_site */
    int thread;     /* 0 .. n_threads - 1 of the crew */
    const float *x; /* [n][stride] after all norms, before quantisation */
    size_t stride;
    int n, cols, c0, c1; /* c0 >= c1: nothing for this thread */
};
struct bn_input_probe {
    void *self;
    void (*take)(void *self, const struct bn_input_rows *rows);
};

#define BN_SITES_PER_LAYER 4
/* op: BN_OP_QKV, BN_OP_O, BN_OP_GATE_UP or BN_OP_DOWN. */
static inline int bn_site(int layer, enum bn_op op)
{
    int place = op == BN_OP_QKV ? 0 : op == BN_OP_O ? 1 : op == BN_OP_GATE_UP ? 2 : 3;
    return layer * BN_SITES_PER_LAYER + place;
}
#endif
