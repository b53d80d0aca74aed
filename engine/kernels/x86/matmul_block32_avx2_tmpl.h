/* matmul_block32_avx2_tmpl.h - body for formats of blocks of 32 weights with one f16 scale (Q8_0, Q4_0) times int8,
 * sixteen blocks a step.
 *
 * The including file defines:
 * - struct block: as stored, with the f16 scale `d`;
 * - __m256i load_block(const struct block *w): its 32 weights as signed bytes.
 * Gives: matmul. */
#include "engine/kernels/lanes/lanes.h"

/* Sum of |w| * (x with the sign of w): vpmaddubsw stays below 2 * 128 * 127 = 32,512. */
BN_INLINE __m256i dot(__m256i w, __m256i x)
{
    __m256i words = _mm256_maddubs_epi16(_mm256_abs_epi8(w), _mm256_sign_epi8(x, w));
    return _mm256_madd_epi16(words, _mm256_set1_epi16(1));
}

/* The totals of eight vectors, one a lane. */
BN_INLINE __m256i sum8(const __m256i s[8])
{
    __m256i p = _mm256_hadd_epi32(_mm256_hadd_epi32(s[0], s[1]), _mm256_hadd_epi32(s[2], s[3]));
    __m256i q = _mm256_hadd_epi32(_mm256_hadd_epi32(s[4], s[5]), _mm256_hadd_epi32(s[6], s[7]));
    return _mm256_add_epi32(_mm256_permute2x128_si256(p, q, 0x20), _mm256_permute2x128_si256(p, q, 0x31));
}

/* Adds blocks b..b+n-1 (n <= 8) of one row to eight lanes; those past n are left unchanged. */
BN_INLINE __m256 add8(__m256 lane, const struct block *w, const int8_t *x, float x_scale, int n)
{
    __m256i s[8];
    uint16_t d[8] = {0};
    if (n >= 8) {
        BN_UNROLL for (int i = 0; i < 8; i++)
        {
            s[i] = dot(load_block(w + i), _mm256_loadu_si256((const __m256i *)(x + 32 * i)));
            d[i] = w[i].d;
        }
    } else {
        for (int i = 0; i < 8; i++) s[i] = _mm256_setzero_si256();
        for (int i = 0; i < n; i++) {
            s[i] = dot(load_block(w + i), _mm256_loadu_si256((const __m256i *)(x + 32 * i)));
            d[i] = w[i].d;
        }
    }
    __m256 scale = _mm256_mul_ps(_mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)d)), _mm256_set1_ps(x_scale));
    __m256 next = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum8(s)), scale, lane);
    return n >= 8 ? next : _mm256_blendv_ps(lane, next, _mm256_castsi256_ps(v16_first8(n)));
}

BN_INLINE float row(const struct block *w, const int8_t *x, const float *x_scale, int blocks)
{
    v16 lane = v16_set(0.0f);
    for (int b = 0; b < blocks; b += 16) {
        lane.a = add8(lane.a, w + b, x + b * 32, x_scale[b / 8], blocks - b);
        if (b + 8 < blocks) lane.b = add8(lane.b, w + b + 8, x + b * 32 + 256, x_scale[b / 8 + 1], blocks - b - 8);
    }
    return v16_sum(lane);
}

static void matmul(const struct bn_block_args *a, int row_begin, int row_end)
{
    for (int m = row_begin; m < row_end; m++) {
        const struct block *w = (const void *)((const char *)a->w + (size_t)m * a->row_bytes);
        for (int t = 0; t < a->n; t++)
            a->y[(size_t)t * a->y_stride + (size_t)m] =
                row(w, a->x + (size_t)t * a->x_stride, a->x_scale + (size_t)t * a->x_scale_stride, a->cols / 32);
    }
}
