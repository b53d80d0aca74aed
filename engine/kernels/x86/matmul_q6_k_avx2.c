/* matmul_q6_k_avx2.c - Q6_K times int8: codes 0..63 by vpmaddubsw (at most 2 * 63 * 127 = 16,002), sub-block scales by
 * vpmaddwd; the offset of 32 is taken off through the same product with 32 in place of the codes. */
#include "engine/kernels/lanes/lanes.h"

struct block {
    uint8_t low[128], high[64];
    int8_t scale[16];
    uint16_t d;
};

/* Codes 32f..32f+31 of a half of a block, f = 0..3. */
BN_INLINE __m256i codes(__m256i low, __m256i high, const int f)
{
    low = _mm256_and_si256(f < 2 ? low : _mm256_srli_epi16(low, 4), _mm256_set1_epi8(15));
    high = f == 0 ? _mm256_slli_epi16(high, 4) : f == 1 ? _mm256_slli_epi16(high, 2) : f == 2 ? high : _mm256_srli_epi16(high, 2);
    return _mm256_or_si256(low, _mm256_and_si256(high, _mm256_set1_epi8(0x30)));
}

/* Word pairs of the scales 2i and 2i+1, eight times each: the two sub-blocks of 32 codes. */
BN_INLINE __m256i two_scales(__m256i scales, const int i)
{
    __m256i at = _mm256_setr_epi16(0x0100, 0x0100, 0x0100, 0x0100, 0x0100, 0x0100, 0x0100, 0x0100, 0x0302, 0x0302, 0x0302, 0x0302, 0x0302, 0x0302, 0x0302, 0x0302);
    return _mm256_shuffle_epi8(scales, _mm256_add_epi8(at, _mm256_set1_epi8((char)(4 * i))));
}

/* Exact sum of one block, over eight lanes. */
BN_INLINE __m256i block_sum(const struct block *w, const int8_t *x)
{
    __m256i words = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)w->scale)), sum = _mm256_setzero_si256();
    BN_UNROLL for (int h = 0; h < 2; h++)
    {
        __m256i high = _mm256_loadu_si256((const __m256i *)(w->high + 32 * h));
        __m256i scales = h ? _mm256_permute4x64_epi64(words, 0xee) : _mm256_permute4x64_epi64(words, 0x44);
        BN_UNROLL for (int f = 0; f < 4; f++)
        {
            __m256i low = _mm256_loadu_si256((const __m256i *)(w->low + 64 * h + f % 2 * 32));
            __m256i xv = _mm256_loadu_si256((const __m256i *)(x + 128 * h + 32 * f));
            __m256i dot = _mm256_sub_epi16(_mm256_maddubs_epi16(codes(low, high, f), xv), _mm256_maddubs_epi16(_mm256_set1_epi8(32), xv));
            sum = _mm256_add_epi32(sum, _mm256_madd_epi16(dot, two_scales(scales, f)));
        }
    }
    return sum;
}

BN_INLINE int32_t total_of(__m256i s)
{
    __m128i x = _mm_add_epi32(_mm256_castsi256_si128(s), _mm256_extracti128_si256(s, 1));
    x = _mm_add_epi32(x, _mm_unpackhi_epi64(x, x));
    return _mm_cvtsi128_si32(_mm_add_epi32(x, _mm_shuffle_epi32(x, 1)));
}

BN_INLINE float row(const struct block *w, const int8_t *x, const float *x_scale, int blocks)
{
    float lane[16] = {0};
    for (int b = 0; b < blocks; b++) {
        float scale = _cvtsh_ss(w[b].d) * x_scale[b];
        lane[b % 16] = fmaf((float)total_of(block_sum(w + b, x + 256 * b)), scale, lane[b % 16]);
    }
    return v16_sum(v16_load(lane));
}

static void matmul(const struct bn_block_args *a, int row_begin, int row_end)
{
    for (int m = row_begin; m < row_end; m++) {
        const struct block *w = (const void *)((const char *)a->w + (size_t)m * a->row_bytes);
        for (int t = 0; t < a->n; t++)
            a->y[(size_t)t * a->y_stride + (size_t)m] = row(w, a->x + (size_t)t * a->x_stride, a->x_scale + (size_t)t * a->x_scale_stride, a->cols / 256);
    }
}

BN_KERNEL(matmul_q6_k, avx2, BN_CPU_AVX2, matmul);
