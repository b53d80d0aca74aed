/* matmul_float_tmpl.h - specification of weights that widen to float exactly, times float activations. Lane i sums
 * w[k] * x[k] over k = i modulo 16, ascending, by fmaf; then bn_reduce16. The including file has defined
 *   WEIGHT    type of a weight
 *   WIDEN(w)  the weight as float */
#include "engine/kernels/kernels.h"
#include <math.h>

static float dot(const WEIGHT *w, const float *x, int cols)
{
    float lane[16] = {0};
    for (int k = 0; k < cols; k++) lane[k % 16] = fmaf(WIDEN(w[k]), x[k], lane[k % 16]);
    return bn_reduce16(lane);
}

static void matmul(const struct bn_float_args *a, int row_begin, int row_end)
{
    for (int m = row_begin; m < row_end; m++) {
        const WEIGHT *w = (const void *)((const char *)a->w + (size_t)m * a->row_bytes);
        for (int t = 0; t < a->n; t++)
            a->y[(size_t)t * a->y_stride + (size_t)m] = dot(w, a->x + (size_t)t * a->x_stride, a->cols);
    }
}
