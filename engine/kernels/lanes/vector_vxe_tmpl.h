/* vector_vxe_tmpl.h - what vector.h leaves to the instruction set: the vector facility of z14 and later (its first
 * extension has vectors of floats). Big-endian. */
#include <vecintrin.h>

static inline v4f v4_fma(v4f x, v4f y, v4f z) { return vec_madd(x, y, z); }
static inline v4i v4_pairs(v4i total, v8s a, v8s b) { return vec_moadd(a, b, vec_meadd(a, b, total)); }
static inline v16b v16_bytes(v4i a, v4i b, v4i c, v4i d) { return V16_LOW(V8_LOW(a, b), V8_LOW(c, d)); }

#define V16_DOTS 40 /* a 16-bit lane gains at most 2 * 3 * 127 = 762 each time */
static inline v4i v16_dot(v4i sum, v16b code, v16b x) { return (v4i)vec_moadd(code, x, vec_meadd(code, x, (v8s)sum)); }
static inline v4i v16_flush(v4i total, v4i sum) { return v4_pairs(total, (v8s)sum, v8_set(1)); }
