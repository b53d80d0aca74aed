/* dot16.h - adds the products of sixteen signed bytes to four totals: sdot where the instruction set has it, else
 * widening multiplies. The two differ in which product goes to which total; the sum of all four is the same integer. |w
 * * x| is below 2^14 in every encoding, so two products fit 16 bits. */
#ifndef BN_ARM_DOT16_H
#define BN_ARM_DOT16_H
#include <arm_neon.h>

static inline int32x4_t dot16(int32x4_t total, int8x16_t w, int8x16_t x)
{
#ifdef __ARM_FEATURE_DOTPROD
    return vdotq_s32(total, w, x);
#else
    return vpadalq_s16(total, vmlal_high_s8(vmull_s8(vget_low_s8(w), vget_low_s8(x)), w, x));
#endif
}
#endif
