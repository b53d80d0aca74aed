/* matmul_binary_256_tmpl.h - body of one plane of signs times int8 on 256-bit vectors, for AVX2 (vpmaddubsw) and
 * AVX-VNNI (vpdpbusd).
 *
 * The including file defines:
 * - FLUSH_CHUNKS: chunks of 256 weights that DOT may sum before FLUSH;
 * - DOT(sum, bit, x): `sum` plus the products of bits and signed activations;
 * - FLUSH(total, sum): eight 32-bit totals plus `sum`.
 * Gives: matmul. */
#include "engine/kernels/x86/store_planes.h"

#define TILE_ROWS   4           /* of one token, or tokens of one row */
#define BLOCK_BYTES (256 << 10) /* of weights; stays in L2 while all tokens pass */

BN_INLINE __m256i bit(__m256i w, const int j)
{
    return _mm256_and_si256(j ? _mm256_srli_epi16(w, j) : w, _mm256_set1_epi8(1));
}

BN_INLINE __m128i sum4(const __m256i v[4])
{
    __m256i all = _mm256_hadd_epi32(_mm256_hadd_epi32(v[0], v[1]), _mm256_hadd_epi32(v[2], v[3]));
    return _mm_add_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
}

/* The chunks begin..end-1 of `rows` rows `step` bytes apart, or of one row for `tokens` tokens: added to `total`. */
BN_INLINE void chunks(const struct bn_ternary_args *a, const uint8_t *w, size_t step, const int8_t *x, int begin,
                      int end, __m256i total[4], const int rows, const int tokens)
{
    const int n = rows > tokens ? rows : tokens;
    __m256i sum[4];
    BN_UNROLL for (int i = 0; i < n; i++) sum[i] = _mm256_setzero_si256();
    for (int b = begin; b < end; b++) {
        __m256i row[4];
        BN_UNROLL for (int r = 0; r < rows; r++) row[r] =
            _mm256_loadu_si256((const __m256i *)(w + (size_t)r * step + b * 32));
        BN_UNROLL for (int j = 0; j < 8; j++) BN_UNROLL for (int i = 0; i < n; i++)
        {
            const int8_t *xv = x + (tokens > 1 ? (size_t)i * a->x_stride : 0) + b * 256 + 32 * j;
            sum[i] = DOT(sum[i], bit(row[rows > 1 ? i : 0], j), _mm256_loadu_si256((const __m256i *)xv));
            __asm__("" : "+x"(sum[i])); /* otherwise gcc keeps products in memory */
        }
    }
    BN_UNROLL for (int i = 0; i < n; i++) total[i] = FLUSH(total[i], sum[i]);
}

BN_INLINE void tile(const struct bn_ternary_args *a, int m, int apart, int t, const int rows, const int tokens)
{
    const uint8_t *w = a->w + (size_t)m * a->row_bytes;
    const int8_t *x = a->x + (size_t)t * a->x_stride;
    __m256i total[4];
    int32_t dot[4];
    int n = a->cols / 256;
    BN_UNROLL for (int i = 0; i < 4; i++) total[i] = _mm256_setzero_si256();
    for (int b = 0; b < n; b += FLUSH_CHUNKS)
        chunks(a, w, (size_t)apart * a->row_bytes, x, b, n - b < FLUSH_CHUNKS ? n : b + FLUSH_CHUNKS, total, rows,
               tokens);
    if (tokens == 1) {
        store_binary(a, m, apart, t, sum4(total), rows);
        return;
    }
    _mm_storeu_si128((__m128i *)dot, sum4(total));
    for (int c = 0; c < tokens; c++) store_binary(a, m, 0, t + c, _mm_cvtsi32_si128(dot[c]), 1);
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
