/* matmul_binary_avx512vnni.c - matmul_planes_avx512_tmpl.h for one plane: a chunk is 32 bytes, twice in a vector, and
 * each of its parts one bit of the first 32 and the next bit of the second. */
#include "engine/kernels/lanes/lanes.h"
#include "engine/kernels/x86/avx512.h"

#define PLANES      1
#define CHUNK_BYTES 32
#define PLACES      4

/* `low` in the first half, `high` in the second. */
BN_INLINE __m512i halves(__m256i low, __m256i high) { return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1); }
BN_INLINE __m512i load_chunk(const uint8_t *w, int cols)
{
    (void)cols;
    return _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)w));
}
BN_INLINE __m512i part(__m512i w, const int f, const int plane)
{
    (void)plane;
    return _mm512_and_si512(w,
                            halves(_mm256_set1_epi8((char)(1 << 2 * f)), _mm256_set1_epi8((char)(1 << (2 * f + 1)))));
}
BN_INLINE __m512i settle(__m512i v, const int place)
{
    return _mm512_srav_epi32(v, halves(_mm256_set1_epi32(2 * place), _mm256_set1_epi32(2 * place + 1)));
}
BN_INLINE __m512i shifted(__m512i w, const int f)
{
    const __m512i by = halves(_mm256_set1_epi16((short)(2 * f)), _mm256_set1_epi16((short)(2 * f + 1)));
    return _mm512_and_si512(_mm512_srlv_epi16(w, by), _mm512_set1_epi8(1));
}
#include "engine/kernels/x86/matmul_planes_avx512_tmpl.h"

BN_KERNEL(matmul_binary, avx512vnni, BN_CPU_AVX512VNNI, matmul);
