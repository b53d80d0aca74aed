/* matmul_wrq_avx512vnni.c - matmul_planes_avx512_tmpl.h for two planes: a chunk is 64 bytes, and each of its parts two
 * bits of all of them. */
#include "engine/kernels/lanes/lanes.h"
#include "engine/kernels/x86/avx512.h"

#define PLANES      2
#define CHUNK_BYTES 64
#define PLACES      2

BN_INLINE __m512i load_chunk(const uint8_t *w, int cols)
{
    return cols < 256 ? _mm512_maskz_loadu_epi64(0x0f, w) : _mm512_loadu_si512(w);
}
/* One shift for two parts leaves two places, so that the sums of four rows fit the registers. */
BN_INLINE __m512i part(__m512i w, const int f, const int plane)
{
    return _mm512_and_si512(f < 2 ? _mm512_srli_epi16(w, 4) : w,
                            _mm512_set1_epi8((char)((plane ? 1 : 3) << (f % 2 ? 0 : 2))));
}
BN_INLINE __m512i settle(__m512i v, const int place) { return place ? v : _mm512_srai_epi32(v, 2); }
BN_INLINE __m512i shifted(__m512i w, const int f)
{
    return _mm512_and_si512(f < 3 ? _mm512_srli_epi16(w, 6 - 2 * f) : w, _mm512_set1_epi8(3));
}
#include "engine/kernels/x86/matmul_planes_avx512_tmpl.h"

BN_KERNEL(matmul_wrq, avx512vnni, BN_CPU_AVX512VNNI, matmul);
