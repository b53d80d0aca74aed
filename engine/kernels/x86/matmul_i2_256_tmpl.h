/* matmul_i2_256_tmpl.h - body of ternary times int8 on 256-bit vectors, for AVX2 (vpmaddubsw) and AVX-VNNI (vpdpbusd).
 *
 * The including file defines:
 * - TILE_TOKENS: tokens of a tile;
 * - FLUSH_BLOCKS: blocks of 128 weights that DOT may sum before FLUSH;
 * - DOT(sum, code, x): `sum` plus the products of unsigned codes and signed activations;
 * - FLUSH(total, sum): eight 32-bit totals plus `sum`.
 * Gives: matmul. */
#include "engine/kernels/lanes/lanes.h"
#include "engine/kernels/x86/store4.h"

#define TILE_ROWS   4
#define BLOCK_BYTES (256 << 10) /* of weights; stays in L2 while all tokens pass */

BN_INLINE __m256i field(__m256i w, const int f)
{
    return _mm256_and_si256(f < 3 ? _mm256_srli_epi16(w, 6 - 2 * f) : w, _mm256_set1_epi8(3));
}

BN_INLINE __m128i sum4(__m256i a, __m256i b, __m256i c, __m256i d)
{
    __m256i all = _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));
    return _mm_add_epi32(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
}

/* The blocks begin..end-1 of rows `step` bytes apart: their sums added to `total`. */
BN_INLINE void blocks(const struct bn_ternary_args *a, const uint8_t *w, size_t step, const int8_t *x, int begin,
                      int end, __m256i total[TILE_ROWS][TILE_TOKENS], const int rows, const int tokens)
{
    __m256i sum[TILE_ROWS][TILE_TOKENS];
    BN_UNROLL for (int r = 0; r < rows; r++) BN_UNROLL for (int c = 0; c < tokens; c++) sum[r][c] =
        _mm256_setzero_si256();
    for (int b = begin; b < end; b++) {
        const int8_t *xb = x + b / 2 * 256 + b % 2 * 32;
        BN_UNROLL for (int f = 0; f < 4; f++)
        {
            __m256i code[TILE_ROWS];
            BN_UNROLL for (int r = 0; r < rows; r++) code[r] =
                field(_mm256_loadu_si256((const __m256i *)(w + (size_t)r * step + b * 32)), f);
            BN_UNROLL for (int c = 0; c < tokens; c++)
            {
                __m256i xv = _mm256_loadu_si256((const __m256i *)(xb + (size_t)c * a->x_stride + 64 * f));
                BN_UNROLL for (int r = 0; r < rows; r++)
                {
                    sum[r][c] = DOT(sum[r][c], code[r], xv);
                    __asm__(""
                            : "+x"(sum[r][c])); /* otherwise gcc adds up the products first and keeps them in memory */
                }
            }
        }
    }
    BN_UNROLL for (int r = 0; r < rows; r++) BN_UNROLL for (int c = 0; c < tokens; c++) total[r][c] =
        FLUSH(total[r][c], sum[r][c]);
}

BN_INLINE void tile(const struct bn_ternary_args *a, int m, int apart, int t, const int rows, const int tokens)
{
    const uint8_t *w = a->w + (size_t)m * a->row_bytes;
    const int8_t *x = a->x + (size_t)t * a->x_stride;
    __m256i total[TILE_ROWS][TILE_TOKENS];
    int n = a->cols / 128, b = 0;
    BN_UNROLL for (int r = 0; r < TILE_ROWS; r++) BN_UNROLL for (int c = 0; c < TILE_TOKENS; c++) total[r][c] =
        _mm256_setzero_si256();
    for (; b < n; b += FLUSH_BLOCKS)
        blocks(a, w, (size_t)apart * a->row_bytes, x, b, n - b < FLUSH_BLOCKS ? n : b + FLUSH_BLOCKS, total, rows,
               tokens);
    BN_UNROLL for (int c = 0; c < tokens; c++)
        store4(a, m, apart, t + c, sum4(total[0][c], total[1][c], total[2][c], total[3][c]), rows);
}

/* `tokens` tokens from t for rows begin..end-1: the rows of a tile are a quarter of them apart, so that they are read
 * as four ascending streams; adjacent rows are three times slower from memory. */
BN_INLINE void column(const struct bn_ternary_args *a, int begin, int end, int t, const int tokens)
{
    int apart = (end - begin) / TILE_ROWS;
    for (int m = begin; m < begin + apart; m++) tile(a, m, apart, t, TILE_ROWS, tokens);
    for (int m = begin + TILE_ROWS * apart; m < end; m++) tile(a, m, 0, t, 1, tokens);
}

/* The tokens from t on for the rows row_begin..row_end-1. */
static void by_tiles(const struct bn_ternary_args *a, int row_begin, int row_end, int t)
{
    int rows =
        a->n == 1 ? row_end - row_begin : (int)(BLOCK_BYTES / (a->row_bytes + 1)) / TILE_ROWS * TILE_ROWS + TILE_ROWS;
    for (int begin = row_begin; begin < row_end; begin += rows) {
        int end = row_end - begin < rows ? row_end : begin + rows, c = t;
        for (; c + TILE_TOKENS <= a->n; c += TILE_TOKENS) column(a, begin, end, c, TILE_TOKENS);
        for (; c < a->n; c++) column(a, begin, end, c, 1);
    }
}

#define TABLE_TOKENS     16
#define TABLE_LEAST      12
#define TABLE_LEAST_ROWS 96
#include "engine/kernels/x86/matmul_i2_table_tmpl.h"

static void matmul(const struct bn_ternary_args *a, int row_begin, int row_end)
{
    if (a->n >= TABLE_LEAST && row_end - row_begin >= TABLE_LEAST_ROWS)
        by_table(a, row_begin, row_end);
    else
        by_tiles(a, row_begin, row_end, 0);
}
