/* matmul_q6_k_avx2.c - Q6_K times int8: codes 0..63 by vpmaddubsw (at most 2 * 63 * 127 = 16,002), sub-block
 * scales by vpmaddwd; the offset of 32 is subtracted through the sums of the activations of each sub-block. A
 * tile is four sums, which share the reductions: four rows of one token, a quarter of the range apart, or one
 * row of up to four tokens. */
#include "engine/kernels/lanes/lanes.h"

#define SUMS       4
#define MOST_COLS  65536 /* wider matrices go to the reference */
#define FAR_BYTES  8192  /* ahead of the weights, to L2 */
#define NEAR_BYTES 1024  /* and to L1 */

struct block {
    uint8_t low[128], high[64];
    int8_t scale[16];
    uint16_t d;
};

/* Codes 32f..32f+31 of a half of a block, f = 0..3. */
BN_INLINE __m256i codes(__m256i low, __m256i high, const int f)
{
    low = _mm256_and_si256(f < 2 ? low : _mm256_srli_epi16(low, 4), _mm256_set1_epi8(15));
    high = f == 0   ? _mm256_slli_epi16(high, 4)
           : f == 1 ? _mm256_slli_epi16(high, 2)
           : f == 2 ? high
                    : _mm256_srli_epi16(high, 2);
    return _mm256_or_si256(low, _mm256_and_si256(high, _mm256_set1_epi8(0x30)));
}

/* Word pairs of the scales 2i and 2i+1, eight times each: the two sub-blocks of 32 codes. */
BN_INLINE __m256i two_scales(__m256i scales, const int i)
{
    __m256i at = _mm256_setr_epi16(0x0100, 0x0100, 0x0100, 0x0100, 0x0100, 0x0100, 0x0100, 0x0100, 0x0302, 0x0302,
                                   0x0302, 0x0302, 0x0302, 0x0302, 0x0302, 0x0302);
    return _mm256_shuffle_epi8(scales, _mm256_add_epi8(at, _mm256_set1_epi8((char)(4 * i))));
}

/* What the rows need of the activations. */
struct columns {
    const int8_t *x[SUMS];
    float x_scale[MOST_COLS / 256][SUMS]; /* of the token of each sum of a tile */
    /* -16 times the sum of each 16; doubled scales subtract 32 from every code */
    int16_t offset[MOST_COLS / 256][SUMS][16];
};

static void prepare(struct columns *p, const struct bn_block_args *a, int t, int tokens)
{
    for (int c = 0; c < tokens; c++) p->x[c] = a->x + (size_t)(t + c) * a->x_stride;
    for (int b = 0; b < a->cols / 256; b++) {
        for (int c = 0; c < tokens; c++)
            for (int g = 0; g < 16; g++) {
                int sum = 0;
                for (int i = 0; i < 16; i++) sum += p->x[c][256 * b + 16 * g + i];
                p->offset[b][c][g] = (int16_t)(-16 * sum);
            }
        for (int i = 0; i < SUMS; i++)
            p->x_scale[b][i] = a->x_scale[(size_t)(t + i % tokens) * a->x_scale_stride + (size_t)b];
    }
}

/* Exact sums of block b of one row for each token, over eight lanes. */
BN_INLINE void block_sums(__m256i sum[SUMS], const struct block *w, const struct columns *p, int b, const int tokens)
{
    __m256i words = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)w->scale)),
            doubled = _mm256_add_epi16(words, words);
    BN_UNROLL for (int i = 0; i < 4; i++)
    {
        _mm_prefetch((const char *)w + 64 * i + FAR_BYTES, _MM_HINT_T1);
        _mm_prefetch((const char *)w + 64 * i + NEAR_BYTES, _MM_HINT_T0);
    }
    BN_UNROLL for (int c = 0; c < SUMS; c++)
    {
        if (c >= tokens) continue;
        sum[c] = _mm256_madd_epi16(doubled, _mm256_loadu_si256((const __m256i *)p->offset[b][c]));
    }
    BN_UNROLL for (int h = 0; h < 2; h++)
    {
        __m256i high = _mm256_loadu_si256((const __m256i *)(w->high + 32 * h));
        __m256i scales = h ? _mm256_permute4x64_epi64(words, 0xee) : _mm256_permute4x64_epi64(words, 0x44);
        BN_UNROLL for (int f = 0; f < 4; f++)
        {
            __m256i low = _mm256_loadu_si256((const __m256i *)(w->low + 64 * h + f % 2 * 32));
            __m256i code = codes(low, high, f), scale = two_scales(scales, f);
            BN_UNROLL for (int c = 0; c < SUMS; c++)
            {
                if (c >= tokens) continue;
                __m256i x = _mm256_loadu_si256((const __m256i *)(p->x[c] + 256 * b + 128 * h + 32 * f));
                sum[c] = _mm256_add_epi32(sum[c], _mm256_madd_epi16(_mm256_maddubs_epi16(code, x), scale));
            }
        }
    }
}

BN_INLINE __m128i totals(const __m256i s[SUMS])
{
    __m256i four = _mm256_hadd_epi32(_mm256_hadd_epi32(s[0], s[1]), _mm256_hadd_epi32(s[2], s[3]));
    return _mm_add_epi32(_mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1));
}

/* bn_reduce16 over vectors. */
BN_INLINE __m128 reduce(__m128 lane[16])
{
    BN_UNROLL for (int i = 0; i < 8; i++) lane[i] = _mm_add_ps(lane[i], lane[i + 8]);
    BN_UNROLL for (int i = 0; i < 4; i++) lane[i] = _mm_add_ps(lane[i], lane[i + 4]);
    return _mm_add_ps(_mm_add_ps(lane[0], lane[2]), _mm_add_ps(lane[1], lane[3]));
}

/* Rows m, m + apart, ... with the tokens of p, of which the first is t: sum i is that of row i / tokens and
 * token i % tokens. */
BN_INLINE void tile(const struct bn_block_args *a, const struct columns *p, int m, int apart, int t, const int rows,
                    const int tokens)
{
    const struct block *w[SUMS];
    __m128 lane[16];
    float y[SUMS];
    BN_UNROLL for (int r = 0; r < SUMS; r++)
    {
        w[r] = (const void *)((const char *)a->w + (size_t)(r < rows ? m + r * apart : m) * a->row_bytes);
    }
    BN_UNROLL for (int i = 0; i < 16; i++) lane[i] = _mm_setzero_ps();
    for (int b = 0; b < a->cols / 256; b++) {
        __m256i sum[SUMS];
        uint64_t d = 0;
        BN_UNROLL for (int i = 0; i < SUMS; i++) sum[i] = _mm256_setzero_si256();
        BN_UNROLL for (int r = 0; r < SUMS; r++)
        {
            if (r < rows) block_sums(sum + r, w[r] + b, p, b, tokens);
            d |= (uint64_t)w[r][b].d << 16 * r;
        }
        __m128 scale = _mm_mul_ps(_mm_cvtph_ps(_mm_cvtsi64_si128((long long)d)), _mm_loadu_ps(p->x_scale[b]));
        lane[b % 16] = _mm_fmadd_ps(_mm_cvtepi32_ps(totals(sum)), scale, lane[b % 16]);
    }
    _mm_storeu_ps(y, reduce(lane));
    BN_UNROLL for (int i = 0; i < SUMS; i++)
    {
        if (i >= rows * tokens) continue;
        a->y[(size_t)(t + i % tokens) * a->y_stride + (size_t)(m + i / tokens * apart)] = y[i];
    }
}

BN_INLINE int rows_at_once(const int tokens) { return tokens == 1 ? SUMS : 1; }
#define TOKENS SUMS
extern const struct bn_kernel_variant bn_kernel_matmul_q6_k_ref;
#define REFERENCE ((bn_matmul_q6_k_fn *)bn_kernel_matmul_q6_k_ref.function)
#include "engine/kernels/x86/matmul_by_tokens_tmpl.h"

BN_KERNEL(matmul_q6_k, avx2, BN_CPU_AVX2, matmul);
