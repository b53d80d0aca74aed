/* log.h - our own ln of positive normal floats: the same bits on every machine, within 1 ulp
 * (engine/tests/test_kv_score.c). */
#ifndef BN_KERNELS_LOG_H
#define BN_KERNELS_LOG_H
#include "engine/core/half.h"

/* x = m * 2^n with m in [2/3, 4/3); ln m = 2 (t + t^3/3 + t^5/5 + ...), t = (m - 1) / (m + 1), |t| <= 1/5. */
static inline float bn_log(float x)
{
    uint32_t bits = bn_bits_of_float(x);
    int exponent = ((int32_t)bits - 0x3f2aaaab) >> 23;
    double m = (double)bn_float_of_bits(bits - ((uint32_t)exponent << 23)), t = (m - 1) / (m + 1), square = t * t,
           sum = 0;
    for (int i = 15; i > 0; i -= 2) sum = sum * square + 1.0 / i;
    return (float)(2 * t * sum + exponent * 0x1.62e42fefa39efp-1);
}
#endif
