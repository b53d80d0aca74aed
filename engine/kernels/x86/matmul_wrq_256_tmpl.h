/* matmul_wrq_256_tmpl.h - body of two planes of signs times int8 on 256-bit vectors, for AVX2 (vpmaddubsw) and AVX-VNNI
 * (vpdpbusd): each field of the packed bytes is read once and feeds both sums.
 *
 * The including file defines:
 * - FLUSH_BLOCKS: blocks of 128 weights that DOT may sum before FLUSH;
 * - DOT(sum, code, x): `sum` plus the products of unsigned codes and signed activations;
 * - FLUSH(total, sum): eight 32-bit totals plus `sum`.
 * Gives: matmul. */
#include "engine/kernels/x86/store_planes.h"

#define TILE_ROWS   4           /* of one token, or tokens of one row */
#define BLOCK_BYTES (256 << 10) /* of weights; stays in L2 while all tokens pass */

BN_INLINE __m256i field(__m256i w, const int f)
{
    return _mm256_and_si256(f < 3 ? _mm256_srli_epi16(w, 6 - 2 * f) : w, _mm256_set1_epi8(3));
}

BN_INLINE __m128i sum4(const __m256i v[4])
{
    __m256i all = _mm256_hadd_epi32(_mm256_hadd_epi32(v[0], v[1]), _mm256_hadd_epi32(v[2], v[3]));
    return _mm_add_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
}

/* Sums of codes, and of the bits of the second plane, each for rows or tokens 0..3. */
struct sums {
    __m256i code[4], second[4];
};

BN_INLINE void add(struct sums *s, int i, __m256i code, __m256i x)
{
    s->code[i] = DOT(s->code[i], code, x);
    s->second[i] = DOT(s->second[i], _mm256_and_si256(code, _mm256_set1_epi8(1)), x);
    __asm__("" : "+x"(s->code[i]), "+x"(s->second[i])); /* otherwise gcc keeps products in memory */
}

/* The blocks begin..end-1 of `rows` rows `step` bytes apart, or of one row for `tokens` tokens: added to `total`. */
BN_INLINE void blocks(const struct bn_ternary_args *a, const uint8_t *w, size_t step, const int8_t *x, int begin,
                      int end, struct sums *total, const int rows, const int tokens)
{
    const int n = rows > tokens ? rows : tokens;
    struct sums s;
    BN_UNROLL for (int i = 0; i < n; i++) s.code[i] = s.second[i] = _mm256_setzero_si256();
    for (int b = begin; b < end; b++) {
        const int8_t *xb = x + b / 2 * 256 + b % 2 * 32;
        BN_UNROLL for (int f = 0; f < 4; f++)
        {
            if (tokens == 1) {
                __m256i xv = _mm256_loadu_si256((const __m256i *)(xb + 64 * f));
                BN_UNROLL for (int r = 0; r < rows; r++)
                    add(&s, r, field(_mm256_loadu_si256((const __m256i *)(w + (size_t)r * step + b * 32)), f), xv);
            } else {
                __m256i code = field(_mm256_loadu_si256((const __m256i *)(w + b * 32)), f);
                BN_UNROLL for (int c = 0; c < tokens; c++)
                    add(&s, c, code, _mm256_loadu_si256((const __m256i *)(xb + (size_t)c * a->x_stride + 64 * f)));
            }
        }
    }
    BN_UNROLL for (int i = 0; i < n; i++)
    {
        total->code[i] = FLUSH(total->code[i], s.code[i]);
        total->second[i] = FLUSH(total->second[i], s.second[i]);
    }
}

BN_INLINE void tile(const struct bn_ternary_args *a, int m, int apart, int t, const int rows, const int tokens)
{
    const uint8_t *w = a->w + (size_t)m * a->row_bytes;
    const int8_t *x = a->x + (size_t)t * a->x_stride;
    struct sums total;
    int32_t code[4], second[4];
    int n = a->cols / 128;
    BN_UNROLL for (int i = 0; i < 4; i++) total.code[i] = total.second[i] = _mm256_setzero_si256();
    for (int b = 0; b < n; b += FLUSH_BLOCKS)
        blocks(a, w, (size_t)apart * a->row_bytes, x, b, n - b < FLUSH_BLOCKS ? n : b + FLUSH_BLOCKS, &total, rows,
               tokens);
    __m128i codes = sum4(total.code), seconds = sum4(total.second);
    if (tokens == 1) {
        store_wrq(a, m, apart, t, codes, seconds, rows);
        return;
    }
    _mm_storeu_si128((__m128i *)code, codes);
    _mm_storeu_si128((__m128i *)second, seconds);
    for (int c = 0; c < tokens; c++)
        store_wrq(a, m, 0, t + c, _mm_cvtsi32_si128(code[c]), _mm_cvtsi32_si128(second[c]), 1);
}

/* Token t for rows begin..end-1: the rows of a tile are a quarter of them apart, so that they are read as four
 * ascending streams. */
static void one_token(const struct bn_ternary_args *a, int begin, int end, int t)
{
    int apart = (end - begin) / TILE_ROWS;
    for (int m = begin; m < begin + apart; m++) tile(a, m, apart, t, TILE_ROWS, 1);
    for (int m = begin + TILE_ROWS * apart; m < end; m++) tile(a, m, 0, t, 1, 1);
}

static void matmul(const struct bn_ternary_args *a, int row_begin, int row_end)
{
    int rows =
        a->n == 1 ? row_end - row_begin : (int)(BLOCK_BYTES / (a->row_bytes + 1)) / TILE_ROWS * TILE_ROWS + TILE_ROWS;
    for (int begin = row_begin; begin < row_end; begin += rows) {
        int end = row_end - begin < rows ? row_end : begin + rows, t = 0;
        for (; t + 4 <= a->n; t += 4)
            for (int m = begin; m < end; m++) tile(a, m, 0, t, 1, 4);
        for (; t < a->n; t++) one_token(a, begin, end, t);
    }
}
