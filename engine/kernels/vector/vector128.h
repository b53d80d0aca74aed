/* vector128.h - 16-byte vectors of the tiles (kernels/tiles), in vectors of the compiler. */
#ifndef BN_KERNELS_VECTOR_VECTOR128_H
#define BN_KERNELS_VECTOR_VECTOR128_H
#include "engine/kernels/lanes/lanes.h"

#define VECTOR  v4i
#define KEEP(x) (void)(x)
BN_INLINE v4i zero(void) { return v4i_set(0); }
BN_INLINE v4i load(const void *p) { return (v4i)v16_load_bytes(p); }
BN_INLINE v4i byte_set(const int b) { return v4i_set(b * 0x01010101); }

/* The bits of `mask` of each byte shifted right; shifted left. */
BN_INLINE v4i bits(v4i w, const int shift, const int mask) { return (v4i)((v8u)w >> shift) & byte_set(mask); }
BN_INLINE v4i bits_up(v4i w, const int shift, const int mask) { return (v4i)((v8u)w << shift) & byte_set(mask); }
BN_INLINE v4i minus(v4i bytes, const int b) { return (v4i)((v16b)bytes - (v16b)byte_set(b)); }

/* Sums of codes 0..3 times signed bytes. */
#define DOT(sum, code, x) v16_dot(sum, (v16b)(code), (v16b)(x))
#define FLUSH(total, sum) v16_flush(total, sum)

/* Sums of two products of signed bytes, |w| <= 128 and |x| <= 127, as 16-bit integers; their sum, each times `scale`.
 */
BN_INLINE v4i products(v4i w, v4i x)
{
    return (v4i)(v8_first((v16b)w) * v8_first((v16b)x) + v8_second((v16b)w) * v8_second((v16b)x));
}
BN_INLINE v4i add_scaled(v4i total, v4i products, int scale)
{
    return v4_pairs(total, (v8s)products, v8_set((int16_t)scale));
}

/* The totals of four vectors of 32-bit integers. */
BN_INLINE v4i sum4(v4i a, v4i b, v4i c, v4i d)
{
    v4i low = V4_EVEN(a, b) + V4_ODD(a, b), high = V4_EVEN(c, d) + V4_ODD(c, d);
    return V4_EVEN(low, high) + V4_ODD(low, high);
}
#endif
