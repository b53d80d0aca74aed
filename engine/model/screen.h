/* screen.h - exact screening of the output head: only rows that can be among the best k are computed from the weights
 * themselves.
 *
 * A second, shorter copy of the head (q8_0) gives approximate logits first. For a row w with copy v and an input x with
 * int8 form z, w.x - v.z = (w - v).z + w.(x - z), so |w.x - v.z| <= |w - v| |z| + |w| |x - z|           (Cauchy and
 * Schwarz) in real numbers. Both kernels compute in floats: a sum of n products by fmaf in the reference order is off
 * by at most g |w| |x| with g = n 2^-24 / (1 - n 2^-24), n the longest chain of additions: cols / 16 + 4 for float
 * rows, less for q8_0. The bound uses g = 2 (cols / 16 + 32) 2^-24 for both, which leaves room for the roundings of the
 * comparison too. Norms are taken in double and rounded up. A row is skipped only when its upper bound is below
 * the k-th best lower bound: then k rows are above it whatever the roundings. Comparisons with NaN keep the row. Rows
 * that are kept come from the same kernel with the same bits.
 *
 * Why q8_0, and why heads of f16, bf16 and f32 alone: engine/performance.md. */
#ifndef BN_MODEL_SCREEN_H
#define BN_MODEL_SCREEN_H
#include "engine/model/weights.h"

struct bn_screen {
    struct bn_linear plane; /* the head in q8_0; data NULL: no screening */
    float *error, *norm;    /* [rows] not below |w - plane| and |w| */
    struct bn_weight_memory memory;
};
/* Makes the copy on all cores: 8.5 bits a weight and 8 bytes a row. BN_ERR_UNSUPPORTED for heads that are short
 * already. */
enum bn_status bn_screen_open(struct bn_screen *screen, const struct bn_linear *head, struct bn_error *err);
void bn_screen_close(struct bn_screen *screen);

/* What an input adds to the bounds: bound of a row = error * per_error + norm * per_norm. */
struct bn_screen_input {
    float per_error, per_norm;
};
/* x [cols] and what quantize_b256 made of it. */
struct bn_screen_input bn_screen_input(const float *x, const int8_t *codes, const float *scale, int cols);
/* The k-th best lower bound of rows begin..end-1, whose approximate logits are given (indexed by row); -INFINITY: fewer
 * rows. k <= BN_MAX_TOP. */
float bn_screen_floor(const struct bn_screen *screen, struct bn_screen_input in, const float *logits, int begin,
                      int end, int k);

static inline float bn_screen_bound(const struct bn_screen *s, struct bn_screen_input in, int row)
{
    return s->error[row] * in.per_error + s->norm[row] * in.per_norm;
}
static inline bool bn_screen_keeps(const struct bn_screen *s, struct bn_screen_input in, const float *logits, int row,
                                   float floor)
{
    return !(logits[row] + bn_screen_bound(s, in, row) < floor);
}
#endif
