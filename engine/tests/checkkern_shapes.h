/* checkkern_shapes.h - what `checkkern --bench` times: one call of an operation on a shape of the 2B4T model. Weights
 * and caches are walked through a region much larger than the caches of the CPU, as decode does. A new operation gets a
 * row in checkkern_shapes.c. */
#ifndef BN_CHECKKERN_SHAPES_H
#define BN_CHECKKERN_SHAPES_H
#include "engine/tests/checkkern.h"
#include "engine/tests/checkkern_limits.h"

/* rows and cols as in the model, n tokens or queries; attention: rows positions of one kv head of size cols. */
struct shape {
    enum bn_kernel_op op;
    int rows, cols, n;
    enum limit limit;
    const char *text;
    enum bn_kv_type type;
};
extern const struct shape bench_shapes[];
extern const int n_bench_shapes;
/* Fills the inputs and the region, and says where that is; false if memory runs out. Must precede the first call. */
bool bench_fill(const void **ring, size_t *bytes);
void bench_call(any_fn fn, const struct shape *shape);
/* Work of one call: bytes of weights, cache or vectors that it must read or write, and multiply-adds (0: negligible).
 */
double bench_bytes(const struct shape *shape);
double bench_macs(const struct shape *shape);
#endif
