/* matmul_q6_k_sse41.c - Q6_K times int8: |code| by pmaddubsw with the activations' signs (at most 2 * 32 * 127 =
 * 8,128), sub-block scales by pmaddwd. Four rows, a quarter of the range apart, share a reduction. */
#include "engine/kernels/lanes/lanes.h"

#define ROWS 4

struct block {
    uint8_t low[128], high[64];
    int8_t scale[16];
    uint16_t d;
};

/* Codes -32..31 of half `s` of quarter f of a half of a block. */
BN_INLINE __m128i codes(const struct block *w, const int h, const int f, const int s)
{
    __m128i low = _mm_loadu_si128((const __m128i *)(w->low + 64 * h + f % 2 * 32 + 16 * s)),
            high = _mm_loadu_si128((const __m128i *)(w->high + 32 * h + 16 * s));
    low = _mm_and_si128(f < 2 ? low : _mm_srli_epi16(low, 4), _mm_set1_epi8(15));
    high = f == 0   ? _mm_slli_epi16(high, 4)
           : f == 1 ? _mm_slli_epi16(high, 2)
           : f == 2 ? high
                    : _mm_srli_epi16(high, 2);
    return _mm_sub_epi8(_mm_or_si128(low, _mm_and_si128(high, _mm_set1_epi8(0x30))), _mm_set1_epi8(32));
}

/* Exact sums of a block over four lanes. */
BN_INLINE __m128i block_sum(const struct block *w, const int8_t *x)
{
    __m128i sum = _mm_setzero_si128();
    BN_UNROLL for (int h = 0; h < 2; h++) BN_UNROLL for (int f = 0; f < 4; f++) BN_UNROLL for (int s = 0; s < 2; s++)
    {
        __m128i code = codes(w, h, f, s), scale = _mm_set1_epi16(w->scale[8 * h + 2 * f + s]),
                xv = _mm_loadu_si128((const __m128i *)(x + 128 * h + 32 * f + 16 * s));
        __m128i products = _mm_maddubs_epi16(_mm_abs_epi8(code), _mm_sign_epi8(xv, code));
        sum = _mm_add_epi32(sum, _mm_madd_epi16(products, scale));
    }
    return sum;
}

/* bn_reduce16 over vectors. */
BN_INLINE __m128 reduce(__m128 lane[16])
{
    for (int i = 0; i < 8; i++) lane[i] = _mm_add_ps(lane[i], lane[i + 8]);
    for (int i = 0; i < 4; i++) lane[i] = _mm_add_ps(lane[i], lane[i + 4]);
    return _mm_add_ps(_mm_add_ps(lane[0], lane[2]), _mm_add_ps(lane[1], lane[3]));
}

/* Token t of rows m, m + apart, ... */
BN_INLINE void tile(const struct bn_block_args *a, int m, int apart, int t, const int rows)
{
    const struct block *w[ROWS];
    const int8_t *x = a->x + (size_t)t * a->x_stride;
    const float *x_scale = a->x_scale + (size_t)t * a->x_scale_stride;
    __m128 lane[16];
    float y[ROWS];
    for (int r = 0; r < ROWS; r++)
        w[r] = (const void *)((const char *)a->w + (size_t)(r < rows ? m + r * apart : m) * a->row_bytes);
    for (int i = 0; i < 16; i++) lane[i] = _mm_setzero_ps();
    for (int b = 0; b < a->cols / 256; b++) {
        __m128i s[ROWS];
        BN_UNROLL for (int r = 0; r < ROWS; r++) s[r] =
            r < rows ? block_sum(w[r] + b, x + 256 * b) : _mm_setzero_si128();
        __m128 d = v4_of_f16(_mm_setr_epi32(w[0][b].d, w[1][b].d, w[2][b].d, w[3][b].d));
        __m128i sum = _mm_hadd_epi32(_mm_hadd_epi32(s[0], s[1]), _mm_hadd_epi32(s[2], s[3]));
        lane[b % 16] = v4_fma(_mm_cvtepi32_ps(sum), _mm_mul_ps(d, _mm_set1_ps(x_scale[b])), lane[b % 16]);
    }
    _mm_storeu_ps(y, reduce(lane));
    for (int r = 0; r < rows; r++) a->y[(size_t)t * a->y_stride + (size_t)(m + r * apart)] = y[r];
}

static void matmul(const struct bn_block_args *a, int row_begin, int row_end)
{
    int apart = (row_end - row_begin) / ROWS;
    for (int m = row_begin; m < row_begin + apart; m++)
        for (int t = 0; t < a->n; t++) tile(a, m, apart, t, ROWS);
    for (int m = row_begin + ROWS * apart; m < row_end; m++)
        for (int t = 0; t < a->n; t++) tile(a, m, 0, t, 1);
}

BN_KERNEL(matmul_q6_k, sse41, BN_CPU_SSE41, matmul);
