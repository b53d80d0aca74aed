/* half.h - 16-bit floats to and from float, in integer arithmetic: the same bits on every machine. */
#ifndef BN_FORMAT_HALF_H
#define BN_FORMAT_HALF_H
#include "engine/format/little_endian.h"

static inline float bn_float_of_bits(uint32_t u)
{
    float f;
    memcpy(&f, &u, sizeof f);
    return f;
}
static inline uint32_t bn_bits_of_float(float f)
{
    uint32_t u;
    memcpy(&u, &f, sizeof u);
    return u;
}

/* IEEE binary16 to float, exact. A subnormal is (0.5 + m * 2^-24) - 0.5, which float holds exactly. */
static inline float bn_f16_to_f32(uint16_t h)
{
    uint32_t sign = (uint32_t)(h & 0x8000) << 16, exponent = h >> 10 & 31, mantissa = h & 0x3ff;
    if (exponent == 0) {
        float f = bn_float_of_bits(0x3f000000u | mantissa) - 0.5f;
        return bn_float_of_bits(sign | bn_bits_of_float(f));
    }
    return bn_float_of_bits(sign | (exponent == 31 ? 0x7f800000u : (exponent + 112) << 23) | mantissa << 13);
}

/* Float to IEEE binary16, round half to even; too large becomes infinity, NaN stays a (quiet) NaN. */
static inline uint16_t bn_f32_to_f16(float f)
{
    uint32_t u = bn_bits_of_float(f), sign = u >> 16 & 0x8000, a = u & 0x7fffffff;
    if (a > 0x7f800000) return (uint16_t)(sign | 0x7e00);
    if (a >= 0x477ff000) return (uint16_t)(sign | 0x7c00);
    if (a < 0x38800000) /* subnormal: adding 0.5 leaves the rounded multiple of 2^-24 in the low bits */
        return (uint16_t)(sign | (bn_bits_of_float(bn_float_of_bits(a) + 0.5f) - 0x3f000000));
    return (uint16_t)(sign | ((a - 0x38000000 + 0xfff + (a >> 13 & 1)) >> 13));
}

static inline float bn_bf16_to_f32(uint16_t b) { return bn_float_of_bits((uint32_t)b << 16); }

/* Float to bfloat16, round half to even, NaN made quiet (FORMATS.md 3.7). */
static inline uint16_t bn_f32_to_bf16(float f)
{
    uint32_t u = bn_bits_of_float(f);
    if ((u & 0x7fffffff) > 0x7f800000) return (uint16_t)(u >> 16 | 64);
    return (uint16_t)((u + 0x7fff + (u >> 16 & 1)) >> 16);
}

/* As files hold it. */
static inline float bn_load_f16(const void *p) { return bn_f16_to_f32(bn_load_u16(p)); }
#endif
