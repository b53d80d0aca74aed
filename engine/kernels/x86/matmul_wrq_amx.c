/* matmul_wrq_amx.c - matmul_amx_tmpl.h for two planes of signs: the two tiles of codes are the planes of 16 rows, so
 * that the activations are read once for both sums. */
#include "engine/kernels/lanes/lanes.h"
#include "engine/kernels/x86/amx.h"
#include "engine/kernels/x86/avx512.h"

#define PANEL_ROWS   TILE
#define FEWER_TOKENS bn_kernel_matmul_wrq_avx512vnni

static void unpack(code_tile (*codes)[2], const struct bn_ternary_args *a, int m, int end, int k)
{
    const __m512i one = _mm512_set1_epi8(1);
    __m512i v[TILE];
    load_columns(v, a, m, end, k, PANEL_ROWS);
    BN_UNROLL for (int f = 0; f < 4; f++) BN_UNROLL for (int i = 0; i < TILE; i++) BN_UNROLL for (int p = 0; p < 2; p++)
        _mm512_store_si512(codes[f][p][i], _mm512_and_si512(_mm512_srli_epi16(v[i], 7 - p - 2 * f), one));
}

/* sum b x = 2 sum p x - sum x */
BN_INLINE __m512 plane_sums(const int32_t *sums, int32_t x_sum)
{
    return _mm512_cvtepi32_ps(
        _mm512_sub_epi32(_mm512_slli_epi32(_mm512_loadu_si512(sums), 1), _mm512_set1_epi32(x_sum)));
}

static void store_tile(const struct bn_ternary_args *a, const int32_t (*sums)[2 * TILE], int t, int m, int rows)
{
    const __mmask16 mask = (__mmask16)((1u << rows) - 1);
    __m512 s1, s2;
    load_pairs(&s1, &s2, a->w_scale + 2 * (size_t)m, mask);
    for (int c = 0; c < TILE; c++, t++) {
        __m512 first = _mm512_mul_ps(plane_sums(sums[c], a->x_sum[t]), s1),
               second = _mm512_mul_ps(plane_sums(sums[c] + TILE, a->x_sum[t]), s2),
               y = _mm512_mul_ps(_mm512_set1_ps(a->x_scale[t]), _mm512_add_ps(first, second));
        _mm512_mask_storeu_ps(a->y + (size_t)t * a->y_stride + m, mask, y);
    }
}
#include "engine/kernels/x86/matmul_amx_tmpl.h"

BN_KERNEL(matmul_wrq, amx, BN_CPU_AVX512VNNI | BN_CPU_AMX, matmul);
