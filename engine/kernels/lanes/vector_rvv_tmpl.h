/* vector_rvv_tmpl.h - what vector.h leaves to the instruction set: RISC-V vectors (RVV 1.0) of at least 128 bits. Of
 * longer ones 128 bits are used here; ternary products use them whole (kernels/riscv). */

static inline v4f v4_fma(v4f x, v4f y, v4f z) { return __builtin_elementwise_fma(x, y, z); }
static inline v4i v4_pairs(v4i total, v8s a, v8s b)
{
    v4i p = (v4i)a, q = (v4i)b;
    return total + ((v4i)((v4u)p << 16) >> 16) * ((v4i)((v4u)q << 16) >> 16) + (p >> 16) * (q >> 16);
}
static inline v16b v16_bytes(v4i a, v4i b, v4i c, v4i d) { return V16_LOW(V8_LOW(a, b), V8_LOW(c, d)); }
#include "engine/kernels/lanes/vector_dot16_tmpl.h"
