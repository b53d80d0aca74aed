/* half.h - 16-bit floats to and from float, in integer arithmetic: the same bits as the hardware conversions (round
 * half to even). */
#ifndef BN_CORE_HALF_H
#define BN_CORE_HALF_H
#include <stdint.h>
#include <string.h>

static inline float bn_float_of_bits(uint32_t bits)
{
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}
static inline uint32_t bn_bits_of_float(float f)
{
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    return bits;
}
static inline float bn_bf16_to_f32(uint16_t h) { return bn_float_of_bits((uint32_t)h << 16); }

static inline float bn_f16_to_f32(uint16_t h)
{
    uint32_t sign = (uint32_t)(h & 0x8000) << 16, magnitude = h & 0x7fff;
    if (magnitude < 0x400) { /* zero and subnormals: a multiple of 2^-24 */
        float f = (float)magnitude * 0x1p-24f;
        return bn_float_of_bits(sign | bn_bits_of_float(f));
    }
    if (magnitude > 0x7c00) return bn_float_of_bits(sign | 0x7fc00000 | magnitude << 13); /* NaN, quieted */
    if (magnitude == 0x7c00) return bn_float_of_bits(sign | 0x7f800000);
    return bn_float_of_bits(sign | ((magnitude << 13) + 0x38000000));
}

static inline uint16_t bn_f32_to_f16(float f)
{
    uint32_t u = bn_bits_of_float(f), sign = u >> 16 & 0x8000;
    u &= 0x7fffffff;
    if (u > 0x7f800000) return (uint16_t)(sign | 0x7e00 | (u >> 13 & 0x3ff));
    if (u >= 0x47800000) return (uint16_t)(sign | 0x7c00);
    if (u < 0x38800000) /* below 2^-14: adding 0.5 rounds at 2^-24, the unit of subnormals */
        return (uint16_t)(sign | (bn_bits_of_float(bn_float_of_bits(u) + 0.5f) - 0x3f000000));
    u += 0xfff + (u >> 13 & 1);
    return (uint16_t)(sign | (u - 0x38000000) >> 13);
}

/* Float to bfloat16, round half to even, NaN made quiet (FORMATS.md 3.7). */
static inline uint16_t bn_f32_to_bf16(float f)
{
    uint32_t u = bn_bits_of_float(f);
    if ((u & 0x7fffffff) > 0x7f800000) return (uint16_t)(u >> 16 | 64);
    return (uint16_t)((u + 0x7fff + (u >> 16 & 1)) >> 16);
}
#endif
