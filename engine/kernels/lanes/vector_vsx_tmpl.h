/* vector_vsx_tmpl.h - what vector.h leaves to the instruction set: VSX (POWER8 and later; ppc64le always has it).
 * vmsummbm adds the products of four signed and four unsigned bytes to 32 bits. */
#include <altivec.h>
#undef bool /* altivec.h makes these words keywords */
#define bool _Bool
#undef vector
#undef pixel

static inline v4f v4_fma(v4f x, v4f y, v4f z) { return vec_madd(x, y, z); }
static inline v4i v4_pairs(v4i total, v8s a, v8s b) { return vec_msum(a, b, total); }
static inline v16b v16_bytes(v4i a, v4i b, v4i c, v4i d) { return V16_LOW(V8_LOW(a, b), V8_LOW(c, d)); }

#define V16_DOTS (1 << 20)
static inline v4i v16_dot(v4i sum, v16b code, v16b x) { return vec_msum(x, (__vector unsigned char)code, sum); }
static inline v4i v16_flush(v4i total, v4i sum) { return total + sum; }
