/* vector_sse2_tmpl.h - what vector.h leaves to the instruction set: SSE2, the baseline of x86-64. */
#define V16_FMA
#include "engine/kernels/lanes/fma_by_double_tmpl.h"

static inline v4i v4_pairs(v4i total, v8s a, v8s b) { return total + (v4i)_mm_madd_epi16((__m128i)a, (__m128i)b); }
static inline v16b v16_bytes(v4i a, v4i b, v4i c, v4i d)
{
    return (v16b)_mm_packs_epi16(_mm_packs_epi32((__m128i)a, (__m128i)b), _mm_packs_epi32((__m128i)c, (__m128i)d));
}
#include "engine/kernels/lanes/vector_dot16_tmpl.h"
