/* fault.h - numbers that left their range during a pass: found where they would vanish, named where they began.
 *
 * A row that is not finite does not stay visible: int8 quantisation turns NaN into codes, an f16 cache turns 70,000
 * into infinity. Threads look at what is about to vanish (inputs of quantisation, keys and values, logits) and note the
 * first fault they see; bn_pass_run then widens a cache that is too narrow and runs the pass again, or has the pass
 * repeated with every result looked at, to name the first layer and operation. */
#ifndef BN_MODEL_FAULT_H
#define BN_MODEL_FAULT_H
#include "engine/model/crew.h"
#include <float.h>

struct bn_lane;
struct bn_row;

struct bn_fault {
    bool found, narrow; /* narrow: finite, and more than the KV cache's type holds */
    int layer;          /* -1: embedding and head */
    enum bn_op op;
    int row; /* of the pass */
};

/* Are all of x[0 .. n - 1] numbers within -most .. most? NaN never is. */
bool bn_all_within(const float *x, size_t n, float most);
/* The same for FLT_MAX in a quarter of the time: a sum that is finite has finite terms only. */
bool bn_all_finite(const float *x, size_t n);

/* Notes that row `row` of the pass left its range in `op` of the lane's layer. Keeps the thread's first fault. */
void bn_fault_note(const struct bn_lane *lane, enum bn_op op, int row, bool narrow);
/* The same for n values of a row that must be finite. */
static inline void bn_fault_look(const struct bn_lane *lane, enum bn_op op, int row, const float *x, size_t n)
{
    if (!bn_all_finite(x, n)) bn_fault_note(lane, op, row, false);
}
/* After an operation whose results [rows][stride] are complete, in a pass that is repeated to find where they stopped
 * to be finite (crew->searching): looks at the thread's rows. */
void bn_fault_search(const struct bn_lane *lane, enum bn_op op, const float *x, size_t stride, size_t n);

/* Of the double precision pass: looks at n values of a row. */
void bn_fault_look64(struct bn_crew *crew, int layer, enum bn_op op, int row, const double *x, size_t n);

void bn_faults_clear(struct bn_crew *crew);
/* The first fault of all threads in the order of the pass, or NULL. */
const struct bn_fault *bn_faults_first(const struct bn_crew *crew);
/* Names the layer, the operation and the token of `row`, and in a batch the number of its sequence. */
enum bn_status bn_fault_fail(const struct bn_fault *fault, const struct bn_row *row, struct bn_error *err);
#endif
