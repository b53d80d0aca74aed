/* matmul_i2_amx.c - matmul_amx_tmpl.h for ternary weights: the two tiles of codes are 32 rows. */
#include "engine/kernels/lanes/lanes.h"
#include "engine/kernels/x86/amx.h"
#include "engine/kernels/x86/avx512.h"

#define PANEL_ROWS   (2 * TILE)
#define FEWER_TOKENS bn_kernel_matmul_i2_avx512vnni

static void unpack_half(code_tile (*codes)[2], int half, const struct bn_ternary_args *a, int m, int end, int k)
{
    __m512i v[TILE];
    load_columns(v, a, m + half * TILE, end, k, PANEL_ROWS);
    BN_UNROLL for (int f = 0; f < 4; f++) BN_UNROLL for (int i = 0; i < TILE; i++) _mm512_store_si512(
        codes[f][half][i], _mm512_and_si512(_mm512_srli_epi16(v[i], 6 - 2 * f), _mm512_set1_epi8(3)));
}

BN_INLINE void unpack(code_tile (*codes)[2], const struct bn_ternary_args *a, int m, int end, int k)
{
    for (int half = 0; half < 2; half++) unpack_half(codes, half, a, m, end, k);
}

/* Sixteen rows from m on, the first `rows` of them. */
static void store_half(const struct bn_ternary_args *a, const int32_t (*sums)[2 * TILE], int t, int m, int rows)
{
    __mmask16 mask = (__mmask16)(rows < TILE ? (1u << rows) - 1 : 0xffff);
    __m512 w_scale = a->w_scale_step ? _mm512_maskz_loadu_ps(mask, a->w_scale + m) : _mm512_set1_ps(*a->w_scale);
    for (int c = 0; c < TILE; c++, t++) {
        __m512i sum = _mm512_sub_epi32(_mm512_loadu_si512(sums[c]), _mm512_set1_epi32(a->x_sum[t]));
        __m512 y = _mm512_mul_ps(_mm512_cvtepi32_ps(sum), _mm512_mul_ps(_mm512_set1_ps(a->x_scale[t]), w_scale));
        _mm512_mask_storeu_ps(a->y + (size_t)t * a->y_stride + m, mask, y);
    }
}

BN_INLINE void store_tile(const struct bn_ternary_args *a, const int32_t (*sums)[2 * TILE], int t, int m, int rows)
{
    store_half(a, sums, t, m, rows);
    if (rows > TILE) store_half(a, (const int32_t(*)[2 * TILE])(sums[0] + TILE), t, m + TILE, rows - TILE);
}
#include "engine/kernels/x86/matmul_amx_tmpl.h"

BN_KERNEL(matmul_i2, amx, BN_CPU_AVX512VNNI | BN_CPU_AMX, matmul);
