/* matmul_planes_avx512_tmpl.h - body of planes of signs times int8 (matmul_wrq, matmul_binary) by vpdpbusd on 64 lanes.
 * Part f of a chunk of 256 columns is what meets the f-th 64 of their activations. One token (decode) masks parts in
 * place and divides the sums at the end (matmul_i2_avx512vnni.c says why); several tokens share parts shifted down.
 *
 * The including file defines:
 * - PLANES: 2 or 1;
 * - CHUNK_BYTES, load_chunk(w, cols): bytes of a chunk, and a vector of it when `cols` columns are left;
 * - part(w, f, plane): part f of a chunk in place, codes (2 p1 + p2, or p) of plane 0, or p2 of plane 1;
 * - settle(v, f): 32-bit sums of it, divided by what the place counts;
 * - shifted(w, f): codes of part f as bytes.
 * Gives: matmul. Include lanes.h and avx512.h first. */
#include "engine/kernels/x86/store_planes.h"

#define TILE_ROWS   (4 / PLANES) /* four sums a token: of the rows' codes, then with two planes of their second ones */
#define TILE_TOKENS 4
#define BLOCK_BYTES (256 << 10) /* of weights; stays in a 1 MiB L2 while all tokens pass */

BN_INLINE void store_sums(const struct bn_ternary_args *a, int m, int apart, int t, const __m512i v[4], const int rows)
{
    int32_t sum[4];
    _mm_storeu_si128((__m128i *)sum, sum4(v[0], v[1], v[2], v[3]));
    for (int r = 0; r < rows; r++) store_row(a, PLANES, m + r * apart, t, sum[r], sum[TILE_ROWS * (PLANES - 1) + r]);
}

/* TILE_ROWS rows from w on, `step` bytes from one to the next. */
BN_INLINE void one_token(__m512i total[4], const uint8_t *w, size_t step, const int8_t *x, int cols)
{
    __m512i sum[4][4];
    BN_UNROLL for (int i = 0; i < 4; i++) BN_UNROLL for (int f = 0; f < 4; f++) sum[i][f] = _mm512_setzero_si512();
    for (; cols > 0; cols -= 256, w += CHUNK_BYTES, x += 256) {
        __m512i xv[4];
        BN_UNROLL for (int f = 0; f < 4; f++) xv[f] = _mm512_loadu_si512(x + 64 * f);
        BN_UNROLL for (int r = 0; r < TILE_ROWS; r++)
        {
            __m512i chunk = load_chunk(w + (size_t)r * step, cols);
            BN_UNROLL for (int p = 0; p < PLANES; p++) BN_UNROLL for (int f = 0; f < 4; f++)
                dot_add(&sum[TILE_ROWS * p + r][f], part(chunk, f, p), xv[f]);
        }
    }
    BN_UNROLL for (int i = 0; i < 4; i++) total[i] =
        _mm512_add_epi32(_mm512_add_epi32(settle(sum[i][0], 0), settle(sum[i][1], 1)),
                         _mm512_add_epi32(settle(sum[i][2], 2), settle(sum[i][3], 3)));
}

BN_INLINE void add_part(__m512i sum[4][TILE_TOKENS], const uint8_t *w, size_t step, const int8_t *x, size_t x_stride,
                        int cols, const int f, const int rows, const int tokens)
{
    __m512i code[4];
    BN_UNROLL for (int r = 0; r < rows; r++)
    {
        code[r] = shifted(load_chunk(w + (size_t)r * step, cols), f);
        if (PLANES == 2) code[TILE_ROWS % 4 + r] = _mm512_and_si512(code[r], _mm512_set1_epi8(1));
    }
    BN_UNROLL for (int c = 0; c < tokens; c++)
    {
        __m512i xv = _mm512_loadu_si512(x + (size_t)c * x_stride + 64 * f);
        BN_UNROLL for (int p = 0; p < PLANES; p++) BN_UNROLL for (int r = 0; r < rows; r++)
            dot_add(&sum[TILE_ROWS * p + r][c], code[TILE_ROWS * p + r], xv);
    }
}

BN_INLINE void tile(const struct bn_ternary_args *a, int m, int apart, int t, const int rows, const int tokens)
{
    const uint8_t *w = a->w + (size_t)m * a->row_bytes;
    const int8_t *x = a->x + (size_t)t * a->x_stride;
    size_t step = (size_t)apart * a->row_bytes;
    __m512i sum[4][TILE_TOKENS];
    if (tokens == 1 && rows == TILE_ROWS) {
        __m512i v[4];
        one_token(v, w, step, x, a->cols);
        store_sums(a, m, apart, t, v, rows);
        return;
    }
    BN_UNROLL for (int i = 0; i < 4; i++) BN_UNROLL for (int c = 0; c < TILE_TOKENS; c++) sum[i][c] =
        _mm512_setzero_si512();
    for (int k = 0; k < a->cols; k += 256, w += CHUNK_BYTES)
        BN_UNROLL for (int f = 0; f < 4; f++) add_part(sum, w, step, x + k, a->x_stride, a->cols - k, f, rows, tokens);
    BN_UNROLL for (int c = 0; c < tokens; c++)
    {
        const __m512i v[4] = {sum[0][c], sum[1][c], sum[2][c], sum[3][c]};
        store_sums(a, m, apart, t + c, v, rows);
    }
}

/* `tokens` tokens from t for rows begin..end-1: the rows of a tile are far apart, so that they are read as long
 * ascending streams. */
BN_INLINE void column(const struct bn_ternary_args *a, int begin, int end, int t, const int tokens)
{
    int apart = (end - begin) / TILE_ROWS;
    for (int m = begin; m < begin + apart; m++) tile(a, m, apart, t, TILE_ROWS, tokens);
    for (int m = begin + TILE_ROWS * apart; m < end; m++) tile(a, m, 0, t, 1, tokens);
}

static void matmul(const struct bn_ternary_args *a, int row_begin, int row_end)
{
    int rows =
        a->n == 1 ? row_end - row_begin : (int)(BLOCK_BYTES / (a->row_bytes + 1)) / TILE_ROWS * TILE_ROWS + TILE_ROWS;
    for (int begin = row_begin; begin < row_end; begin += rows) {
        int end = row_end - begin < rows ? row_end : begin + rows, t = 0;
        for (; t + TILE_TOKENS <= a->n; t += TILE_TOKENS) column(a, begin, end, t, TILE_TOKENS);
        if (a->n - t == 3) column(a, begin, end, t, 3);
        if (a->n - t == 2) column(a, begin, end, t, 2);
        if (a->n - t == 1) column(a, begin, end, t, 1);
    }
}
