/* exp.h - our own exp for floats: the same bits in scalar code and in every vector width.
 *
 * exp(x) = 2^n * p(r), n = round(x / ln 2), r = x - n ln 2 in two steps, p a polynomial of degree 7. Only +, *, fma and
 * integer operations on the exponent, so nothing depends on libm or on the instruction set. Within 1.0 ulp of exp over
 * the whole range (checked by checkkern); x < -87 gives 0, x > 88.72 gives infinity, NaN stays NaN. */
#ifndef BN_KERNELS_EXP_H
#define BN_KERNELS_EXP_H
#include "engine/core/half.h"
#include <math.h>

#define BN_EXP_LOW    -87.0f
#define BN_EXP_HIGH   88.72283f
#define BN_EXP_LOG2E  0x1.715476p+0f
#define BN_EXP_MAGIC  0x1.8p+23f /* adding it leaves round(x) in the low bits */
#define BN_EXP_LN2_HI 0x1.62e4p-1f
#define BN_EXP_LN2_LO 0x1.7f7d1cp-20f
/* exp(r) = 1 + r + r^2 (C2 + r (C3 + ...)) on |r| <= ln 2 / 2 */
#define BN_EXP_C2 0x1p-1f
#define BN_EXP_C3 0x1.555554p-3f
#define BN_EXP_C4 0x1.55548ep-5f
#define BN_EXP_C5 0x1.11127p-7f
#define BN_EXP_C6 0x1.6d8d2ep-10f
#define BN_EXP_C7 0x1.9f0876p-13f

static inline float bn_exp(float x)
{
    if (x < BN_EXP_LOW) return 0.0f;
    if (x > BN_EXP_HIGH) return INFINITY;
    if (x != x) return x;
    float shifted = fmaf(x, BN_EXP_LOG2E, BN_EXP_MAGIC), n = shifted - BN_EXP_MAGIC;
    float r = fmaf(n, -BN_EXP_LN2_LO, fmaf(n, -BN_EXP_LN2_HI, x));
    float p = fmaf(r, BN_EXP_C7, BN_EXP_C6);
    p = fmaf(r, p, BN_EXP_C5);
    p = fmaf(r, p, BN_EXP_C4);
    p = fmaf(r, p, BN_EXP_C3);
    p = fmaf(r, p, BN_EXP_C2);
    p = fmaf(r * r, p, r) + 1.0f;
    return bn_float_of_bits(bn_bits_of_float(p) + (bn_bits_of_float(shifted) << 23));
}
#endif
