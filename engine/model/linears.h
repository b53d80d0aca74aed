/* linears.h - a pass's linears: inputs made ready for the form of the weights, rows of the product cut over the
 * threads. */
#ifndef BN_MODEL_LINEARS_H
#define BN_MODEL_LINEARS_H
#include "engine/model/lane.h"

/* A thread's part of a product: rows r0..r1 for n tokens from `first` on. */
struct bn_part {
    int r0, r1, first, n;
};
struct bn_part bn_part_of(const struct bn_lane *lane, const struct bn_linear *linear, int rows);

/* Normalises `in` (weights NULL: as it is) into row t of the lane's activations, in the form that the linear takes. */
void bn_prepare_token(struct bn_lane *lane, const struct bn_linear *linear, const float *in, const float *norm, int t);
/* The same for each token of the lane's part. */
void bn_prepare(struct bn_lane *lane, const struct bn_linear *linear, const float *in, size_t in_stride,
                const float *norm);
/* Shows the input just prepared to the crew's collector, on every thread, after the barrier that completes it. */
void bn_show_input(const struct bn_lane *lane, enum bn_op op, const struct bn_linear *linear, const float *in,
                   size_t in_stride, const float *norm);
bool bn_same_input(const struct bn_linear *a, const struct bn_linear *b);
/* Rows r0..r1 of the linear for tokens first .. first + n - 1 of the prepared activations. */
void bn_multiply(struct bn_lane *lane, const struct bn_linear *linear, float *y, size_t y_stride, int first, int n,
                 int r0, int r1);
/* Linears that share an input, as one list of rows cut evenly over the threads; ends with a barrier. */
void bn_linears(struct bn_lane *lane, enum bn_op op, const struct bn_linear *linears, int count, float *const *out,
                const size_t *stride, const float *in, size_t in_stride, const float *norm);
#endif
