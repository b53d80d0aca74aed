/* neon.h - lanes.h for AArch64: four vector registers of four lanes. */
#ifndef BN_LANES_NEON_H
#define BN_LANES_NEON_H
#include <arm_neon.h>
#include <string.h>

typedef struct {
    float32x4_t a, b, c, d;
} v16;
#define V16_REGISTERS 8

static inline v16 v16_set(float f)
{
    float32x4_t v = vdupq_n_f32(f);
    return (v16){v, v, v, v};
}
static inline v16 v16_load(const float *p)
{
    return (v16){vld1q_f32(p), vld1q_f32(p + 4), vld1q_f32(p + 8), vld1q_f32(p + 12)};
}
static inline void v16_store(float *p, v16 v)
{
    vst1q_f32(p, v.a);
    vst1q_f32(p + 4, v.b);
    vst1q_f32(p + 8, v.c);
    vst1q_f32(p + 12, v.d);
}
static inline v16 v16_load_n(const float *p, int n)
{
    float copy[16] = {0};
    memcpy(copy, p, (size_t)(n < 16 ? n : 16) * sizeof *copy);
    return v16_load(copy);
}
static inline void v16_store_n(float *p, v16 v, int n)
{
    float copy[16];
    v16_store(copy, v);
    memcpy(p, copy, (size_t)(n < 16 ? n : 16) * sizeof *copy);
}

/* Four f16 or bf16 numbers. */
static inline float32x4_t v4_of_f16(uint16x4_t h) { return vcvt_f32_f16(vreinterpret_f16_u16(h)); }
static inline float32x4_t v4_of_bf16(uint16x4_t h) { return vreinterpretq_f32_u32(vshll_n_u16(h, 16)); }
static inline v16 v16_load_f16(const uint16_t *p)
{
    return (v16){v4_of_f16(vld1_u16(p)), v4_of_f16(vld1_u16(p + 4)), v4_of_f16(vld1_u16(p + 8)),
                 v4_of_f16(vld1_u16(p + 12))};
}
static inline v16 v16_load_bf16(const uint16_t *p)
{
    return (v16){v4_of_bf16(vld1_u16(p)), v4_of_bf16(vld1_u16(p + 4)), v4_of_bf16(vld1_u16(p + 8)),
                 v4_of_bf16(vld1_u16(p + 12))};
}
static inline v16 v16_load_f16_n(const uint16_t *p, int n)
{
    uint16_t copy[16] = {0};
    memcpy(copy, p, (size_t)n * sizeof *copy);
    return v16_load_f16(copy);
}
static inline v16 v16_load_bf16_n(const uint16_t *p, int n)
{
    uint16_t copy[16] = {0};
    memcpy(copy, p, (size_t)n * sizeof *copy);
    return v16_load_bf16(copy);
}
static inline void v16_store_f16(uint16_t *p, v16 v)
{
    vst1_u16(p, vreinterpret_u16_f16(vcvt_f16_f32(v.a)));
    vst1_u16(p + 4, vreinterpret_u16_f16(vcvt_f16_f32(v.b)));
    vst1_u16(p + 8, vreinterpret_u16_f16(vcvt_f16_f32(v.c)));
    vst1_u16(p + 12, vreinterpret_u16_f16(vcvt_f16_f32(v.d)));
}

/* Rounds half to even and stores 16 bytes. Values are within -127..127. */
static inline void v16_store_i8(int8_t *p, v16 v)
{
    int16x8_t low = vcombine_s16(vmovn_s32(vcvtnq_s32_f32(v.a)), vmovn_s32(vcvtnq_s32_f32(v.b)));
    int16x8_t high = vcombine_s16(vmovn_s32(vcvtnq_s32_f32(v.c)), vmovn_s32(vcvtnq_s32_f32(v.d)));
    vst1q_s8(p, vcombine_s8(vmovn_s16(low), vmovn_s16(high)));
}

static inline float32x4_t v4_larger(float32x4_t x, float32x4_t y) { return vbslq_f32(vcgtq_f32(x, y), x, y); }
static inline float32x4_t v4_smaller(float32x4_t x, float32x4_t y) { return vbslq_f32(vcltq_f32(x, y), x, y); }
#define V16_BOTH(name, intrinsic)                                                                                      \
    static inline v16 name(v16 x, v16 y)                                                                               \
    {                                                                                                                  \
        return (v16){intrinsic(x.a, y.a), intrinsic(x.b, y.b), intrinsic(x.c, y.c), intrinsic(x.d, y.d)};              \
    }
V16_BOTH(v16_add, vaddq_f32)
V16_BOTH(v16_sub, vsubq_f32)
V16_BOTH(v16_mul, vmulq_f32)
V16_BOTH(v16_div, vdivq_f32)
V16_BOTH(v16_max, v4_larger)  /* a > b ? a : b; the hardware's fmax treats NaN differently */
V16_BOTH(v16_min, v4_smaller) /* a < b ? a : b */
/* bits(a) + (bits(b) << 23): a times 2 to the integer in b's low bits. */
static inline float32x4_t v4_add_exponent(float32x4_t x, float32x4_t y)
{
    return vreinterpretq_f32_u32(vaddq_u32(vreinterpretq_u32_f32(x), vshlq_n_u32(vreinterpretq_u32_f32(y), 23)));
}
V16_BOTH(v16_add_exponent, v4_add_exponent)
#undef V16_BOTH

static inline v16 v16_fma(v16 x, v16 y, v16 z)
{
    return (v16){vfmaq_f32(z.a, x.a, y.a), vfmaq_f32(z.b, x.b, y.b), vfmaq_f32(z.c, x.c, y.c),
                 vfmaq_f32(z.d, x.d, y.d)};
}
static inline v16 v16_abs(v16 x) { return (v16){vabsq_f32(x.a), vabsq_f32(x.b), vabsq_f32(x.c), vabsq_f32(x.d)}; }
static inline v16 v16_neg(v16 x) { return (v16){vnegq_f32(x.a), vnegq_f32(x.b), vnegq_f32(x.c), vnegq_f32(x.d)}; }

/* Lanes n.. of x become those of `other`; x starts at lane `first`. */
static inline float32x4_t v4_keep(float32x4_t x, int n, float32x4_t other, int first)
{
    static const int32_t lane[4] = {0, 1, 2, 3};
    return vbslq_f32(vcltq_s32(vld1q_s32(lane), vdupq_n_s32(n - first)), x, other);
}
static inline v16 v16_keep(v16 x, int n, v16 other)
{
    return (v16){v4_keep(x.a, n, other.a, 0), v4_keep(x.b, n, other.b, 4), v4_keep(x.c, n, other.c, 8),
                 v4_keep(x.d, n, other.d, 12)};
}
static inline v16 v16_where_less(v16 x, v16 y, v16 then, v16 otherwise)
{
    return (v16){
        vbslq_f32(vcltq_f32(x.a, y.a), then.a, otherwise.a), vbslq_f32(vcltq_f32(x.b, y.b), then.b, otherwise.b),
        vbslq_f32(vcltq_f32(x.c, y.c), then.c, otherwise.c), vbslq_f32(vcltq_f32(x.d, y.d), then.d, otherwise.d)};
}
static inline v16 v16_where_nan(v16 x, v16 then, v16 otherwise)
{
    return (v16){
        vbslq_f32(vceqq_f32(x.a, x.a), otherwise.a, then.a), vbslq_f32(vceqq_f32(x.b, x.b), otherwise.b, then.b),
        vbslq_f32(vceqq_f32(x.c, x.c), otherwise.c, then.c), vbslq_f32(vceqq_f32(x.d, x.d), otherwise.d, then.d)};
}

/* bn_reduce16: lanes i and i+8, i+4, i+2, i+1. */
static inline float v16_sum(v16 v)
{
    float32x4_t y = vaddq_f32(vaddq_f32(v.a, v.c), vaddq_f32(v.b, v.d));
    float32x2_t x = vadd_f32(vget_low_f32(y), vget_high_f32(y));
    return vget_lane_f32(x, 0) + vget_lane_f32(x, 1);
}
/* The same tree with (a > b ? a : b). */
static inline float v16_largest(v16 v)
{
    float32x4_t y = v4_larger(v4_larger(v.a, v.c), v4_larger(v.b, v.d));
    float32x2_t low = vget_low_f32(y), high = vget_high_f32(y), x = vbsl_f32(vcgt_f32(low, high), low, high);
    return vget_lane_f32(x, 0) > vget_lane_f32(x, 1) ? vget_lane_f32(x, 0) : vget_lane_f32(x, 1);
}
/* Sum of 32 codes. */
static inline int32_t sum32_i8(const int8_t *q) { return vaddlvq_s8(vld1q_s8(q)) + vaddlvq_s8(vld1q_s8(q + 16)); }

/* ---- sixteen columns of four int8, [16][4], times four codes of 16 bits (attention_q8_0.h) ---- */
typedef struct {
    int16x8_t low[4], high[4]; /* columns 0-7 and 8-15 of each of the four */
} v16x4;
typedef struct {
    int32x4_t a, b, c, d;
} v16_sums;
static inline v16x4 v16x4_load(const int8_t *p)
{
    v16x4 x;
    int8x16x4_t bytes = vld4q_s8(p);
    for (int i = 0; i < 4; i++) x.low[i] = vmovl_s8(vget_low_s8(bytes.val[i])), x.high[i] = vmovl_high_s8(bytes.val[i]);
    return x;
}
static inline v16x4 v16x4_load_for_signed(const int8_t *p) { return v16x4_load(p); }
static inline void v16_sums_start(v16_sums *s, int32_t sum_of_signed)
{
    (void)sum_of_signed;
    s->a = s->b = s->c = s->d = vdupq_n_s32(0);
}
static inline void v16_sums_add(v16_sums *s, v16x4 x, const int32_t four[2])
{
    int16x4_t c = vreinterpret_s16_s32(vld1_s32(four));
#define V16_SUMS_ADD(i)                                                                                                \
    s->a = vmlal_lane_s16(s->a, vget_low_s16(x.low[i]), c, i), s->b = vmlal_high_lane_s16(s->b, x.low[i], c, i);       \
    s->c = vmlal_lane_s16(s->c, vget_low_s16(x.high[i]), c, i), s->d = vmlal_high_lane_s16(s->d, x.high[i], c, i)
    V16_SUMS_ADD(0);
    V16_SUMS_ADD(1);
    V16_SUMS_ADD(2);
    V16_SUMS_ADD(3);
#undef V16_SUMS_ADD
}
static inline void v16_sums_add_signed(v16_sums *s, v16x4 x, const int32_t four[2]) { v16_sums_add(s, x, four); }
static inline v16 v16_of_sums(const v16_sums *s)
{
    return (v16){vcvtq_f32_s32(s->a), vcvtq_f32_s32(s->b), vcvtq_f32_s32(s->c), vcvtq_f32_s32(s->d)};
}
/* Sixteen codes from the low bits of the lanes. */
static inline int32x2_t v4_codes(float32x4_t x) { return vreinterpret_s32_s16(vmovn_s32(vreinterpretq_s32_f32(x))); }
static inline void v16_store_codes(int32_t (*fours)[2], v16 x)
{
    vst1_s32(fours[0], v4_codes(x.a));
    vst1_s32(fours[1], v4_codes(x.b));
    vst1_s32(fours[2], v4_codes(x.c));
    vst1_s32(fours[3], v4_codes(x.d));
}
static inline void v16_store_signed_codes(int32_t (*fours)[2], v16 x) { v16_store_codes(fours, x); }
#endif
