/* vector_neon32_tmpl.h - what vector.h leaves to the instruction set: NEON of 32-bit ARM, with VFPv4. Its vectors of
 * floats are not those of IEEE 754 (subnormal numbers count as 0), so the compiler makes four instructions of VFP of
 * every float operation; integers are vectors. */
#include <arm_neon.h>
#include <math.h>

static inline v4f v4_fma(v4f x, v4f y, v4f z)
{
    return (v4f){fmaf(x[0], y[0], z[0]), fmaf(x[1], y[1], z[1]), fmaf(x[2], y[2], z[2]), fmaf(x[3], y[3], z[3])};
}
static inline v4i v4_pairs(v4i total, v8s a, v8s b)
{
    int16x8_t p = (int16x8_t)a, q = (int16x8_t)b;
    int32x4_t low = vmull_s16(vget_low_s16(p), vget_low_s16(q)), high = vmull_s16(vget_high_s16(p), vget_high_s16(q));
    return total + (v4i)vcombine_s32(vpadd_s32(vget_low_s32(low), vget_high_s32(low)),
                                     vpadd_s32(vget_low_s32(high), vget_high_s32(high)));
}
static inline v16b v16_bytes(v4i a, v4i b, v4i c, v4i d)
{
    int16x8_t low = vcombine_s16(vmovn_s32((int32x4_t)a), vmovn_s32((int32x4_t)b)),
              high = vcombine_s16(vmovn_s32((int32x4_t)c), vmovn_s32((int32x4_t)d));
    return (v16b)vcombine_s8(vmovn_s16(low), vmovn_s16(high));
}

#define V16_DOTS 40 /* a 16-bit lane gains at most 2 * 3 * 127 = 762 each time */
static inline v4i v16_dot(v4i sum, v16b code, v16b x)
{
    int8x16_t c = (int8x16_t)code, y = (int8x16_t)x;
    return (v4i)vmlal_s8(vmlal_s8((int16x8_t)sum, vget_low_s8(c), vget_low_s8(y)), vget_high_s8(c), vget_high_s8(y));
}
static inline v4i v16_flush(v4i total, v4i sum) { return (v4i)vpadalq_s16((int32x4_t)total, (int16x8_t)sum); }
