/* matmul_planes_avx512_tmpl.h - body of planes of signs times int8 (matmul_wrq, matmul_binary) by vpdpbusd on 64 lanes.
 * Part f of a chunk of 256 columns is what meets the f-th 64 of their activations. One token (decode) reads four long
 * streams, masks parts in place and divides the sums at the end (matmul_i2_avx512vnni.c says why); several tokens share
 * parts shifted down.
 *
 * The including file defines:
 * - PLANES: 2 or 1;
 * - CHUNK_BYTES, load_chunk(w, cols): bytes of a chunk, and a vector of it when `cols` columns are left;
 * - PLACES: places in a byte at which one_token counts, each with a sum of its own;
 * - part(w, f, plane): part f of a chunk at place f % PLACES, codes (2 p1 + p2, or p) of plane 0, or p2 of plane 1;
 * - settle(v, place): 32-bit sums of it, divided by what the place counts;
 * - shifted(w, f): codes of part f as bytes.
 * Gives: matmul. Include lanes.h and avx512.h first. */
#include "engine/kernels/tiles/store_planes.h"

#define STREAMS     4            /* rows of one token */
#define TILE_ROWS   (4 / PLANES) /* four sums a token: of the rows' codes, then with two planes of their second ones */
#define TILE_TOKENS 4
#define BLOCK_BYTES (256 << 10) /* of weights; stays in a 1 MiB L2 while all tokens pass */

/* Adds a chunk of the rows from w on, `step` bytes from one to the next. */
BN_INLINE void add_chunk(__m512i sum[PLANES][STREAMS][PLACES], const uint8_t *w, size_t step, const int8_t *x, int cols,
                         const bool ahead)
{
    __m512i xv[4];
    BN_UNROLL for (int f = 0; f < 4; f++) xv[f] = _mm512_loadu_si512(x + 64 * f);
    BN_UNROLL for (int r = 0; r < STREAMS; r++)
    {
        if (ahead) ask_row_ahead(w + (size_t)r * step);
        __m512i chunk = load_chunk(w + (size_t)r * step, cols);
        BN_UNROLL for (int p = 0; p < PLANES; p++) BN_UNROLL for (int f = 0; f < 4; f++)
            dot_add(&sum[p][r][f % PLACES], part(chunk, f, p), xv[f]);
    }
}

/* Four rows, `apart` rows from one to the next, of the first token. */
BN_INLINE void one_token(const struct bn_ternary_args *a, int m, int apart, const bool ahead)
{
    const uint8_t *w = a->w + (size_t)m * a->row_bytes;
    size_t step = (size_t)apart * a->row_bytes;
    __m512i sum[PLANES][STREAMS][PLACES], total[PLANES][STREAMS];
    int k = 0;
    BN_UNROLL for (int p = 0; p < PLANES; p++) BN_UNROLL for (int r = 0; r < STREAMS; r++)
        BN_UNROLL for (int f = 0; f < PLACES; f++) sum[p][r][f] = _mm512_setzero_si512();
    for (; k + 256 <= a->cols; k += 256, w += CHUNK_BYTES) add_chunk(sum, w, step, a->x + k, 256, ahead);
    if (k < a->cols) add_chunk(sum, w, step, a->x + k, a->cols - k, false);
    BN_UNROLL for (int p = 0; p < PLANES; p++) BN_UNROLL for (int r = 0; r < STREAMS; r++)
    {
        total[p][r] = settle(sum[p][r][0], 0);
        BN_UNROLL for (int f = 1; f < PLACES; f++) total[p][r] = _mm512_add_epi32(total[p][r], settle(sum[p][r][f], f));
    }
    __m512i *code = total[0], *second = total[PLANES - 1];
    store_planes(a, PLANES, m, apart, 0, sum4(code[0], code[1], code[2], code[3]),
                 sum4(second[0], second[1], second[2], second[3]), STREAMS);
}

BN_INLINE void store_sums(const struct bn_ternary_args *a, int m, int apart, int t, const __m512i v[4], const int rows)
{
    int32_t sum[4];
    _mm_storeu_si128((__m128i *)sum, sum4(v[0], v[1], v[2], v[3]));
    for (int r = 0; r < rows; r++)
        bn_plane_sums_store(a, PLANES, m + r * apart, t, sum[r], sum[TILE_ROWS * (PLANES - 1) + r]);
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
    BN_UNROLL for (int i = 0; i < 4; i++) BN_UNROLL for (int c = 0; c < TILE_TOKENS; c++) sum[i][c] =
        _mm512_setzero_si512();
    for (int k = 0; k < a->cols; k += 256, w += CHUNK_BYTES) {
        if (a->row_bytes >= AHEAD_BYTES) BN_UNROLL for (int r = 0; r < rows; r++) ask_row_ahead(w + (size_t)r * step);
        BN_UNROLL for (int f = 0; f < 4; f++) add_part(sum, w, step, x + k, a->x_stride, a->cols - k, f, rows, tokens);
    }
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
    int rows = (int)(BLOCK_BYTES / (a->row_bytes + 1)) / TILE_ROWS * TILE_ROWS + TILE_ROWS;
    if (a->n == 1) {
        int apart = (row_end - row_begin) / STREAMS;
        for (int m = row_begin; m < row_begin + apart; m++)
            if (a->row_bytes >= AHEAD_BYTES)
                one_token(a, m, apart, true);
            else
                one_token(a, m, apart, false);
        for (int m = row_begin + STREAMS * apart; m < row_end; m++) tile(a, m, 0, 0, 1, 1);
        return;
    }
    for (int begin = row_begin; begin < row_end; begin += rows) {
        int end = row_end - begin < rows ? row_end : begin + rows, t = 0;
        for (; t + TILE_TOKENS <= a->n; t += TILE_TOKENS) column(a, begin, end, t, TILE_TOKENS);
        if (a->n - t == 3) column(a, begin, end, t, 3);
        if (a->n - t == 2) column(a, begin, end, t, 2);
        if (a->n - t == 1) column(a, begin, end, t, 1);
    }
}
