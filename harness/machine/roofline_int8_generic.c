/* roofline_int8_generic.c - int8 multiply-adds as the compiler vectorises them, for CPUs without a loop of their own.
 */
#include "harness/machine/roofline.h"

enum { N = 4096 };

static uint64_t run(uint64_t rounds, int32_t *sink)
{
    static int8_t a[N], b[N];
    int32_t total = *sink;
    for (uint64_t r = 0; r < rounds; r++) {
        int32_t sum = 0;
        a[r % N] = (int8_t)total;
        for (int i = 0; i < N; i++) sum += (int32_t)a[i] * b[i];
        total += sum;
    }
    *sink = total;
    return rounds * N;
}
const struct bn_int8_peak bn_int8_peak_generic = {"int8 dot product, compiler's vectors", run};
