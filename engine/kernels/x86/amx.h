/* amx.h - what matrix products by AMX tiles share: 16 tokens x 64 columns of activations, straight from memory, times
 * 64 columns x 16 rows of codes. */
#ifndef BN_KERNELS_AMX_H
#define BN_KERNELS_AMX_H
#include "engine/kernels/lanes/lanes.h"

#define TILE 16 /* tokens, or rows */
#define STEP 64 /* columns of a tile */

/* Codes of 64 columns of 16 rows, as tdpbsud reads them: [column / 4][row][column % 4]. */
typedef uint8_t code_tile[TILE][STEP];

struct tile_config { /* what ldtilecfg reads */
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
};
static const struct tile_config full_tiles = {
    1, 0, {0}, {STEP, STEP, STEP, STEP, STEP, STEP, STEP, STEP}, {TILE, TILE, TILE, TILE, TILE, TILE, TILE, TILE}};

/* gcc 12 does not know that tile instructions read and write memory. */
BN_INLINE void memory_barrier(void) { __asm__ volatile("" ::: "memory"); }

/* v[i] lane j becomes v[j] lane i. */
BN_INLINE void transpose16(__m512i v[16])
{
    __m512i a[16], b[16];
    BN_UNROLL for (int i = 0; i < 16; i += 2)
    {
        a[i] = _mm512_unpacklo_epi32(v[i], v[i + 1]);
        a[i + 1] = _mm512_unpackhi_epi32(v[i], v[i + 1]);
    }
    BN_UNROLL for (int i = 0; i < 16; i += 4) BN_UNROLL for (int j = 0; j < 2; j++)
    {
        b[i + 2 * j] = _mm512_unpacklo_epi64(a[i + j], a[i + j + 2]);
        b[i + 2 * j + 1] = _mm512_unpackhi_epi64(a[i + j], a[i + j + 2]);
    }
    BN_UNROLL for (int j = 0; j < 4;
                   j++) /* b[4 * i + j]: columns j, j + 4, j + 8, j + 12 of the rows 4 * i .. 4 * i + 3 */
    {
        __m512i low0 = _mm512_shuffle_i32x4(b[j], b[4 + j], 0x88),
                low1 = _mm512_shuffle_i32x4(b[8 + j], b[12 + j], 0x88);
        __m512i high0 = _mm512_shuffle_i32x4(b[j], b[4 + j], 0xdd),
                high1 = _mm512_shuffle_i32x4(b[8 + j], b[12 + j], 0xdd);
        v[j] = _mm512_shuffle_i32x4(low0, low1, 0x88);
        v[j + 8] = _mm512_shuffle_i32x4(low0, low1, 0xdd);
        v[j + 4] = _mm512_shuffle_i32x4(high0, high1, 0x88);
        v[j + 12] = _mm512_shuffle_i32x4(high0, high1, 0xdd);
    }
}

/* The packed columns k..k+255 of 16 rows from m on, four bytes of each row in a vector. Rows past `end` repeat the last
 * one. A panel reads pieces of its rows, which no hardware prefetcher follows: the lines of the rows `panel_rows`
 * further are asked for. */
BN_INLINE void load_columns(__m512i v[TILE], const struct bn_ternary_args *a, int m, int end, int k, int panel_rows)
{
    __mmask8 mask = a->cols - k < 256 ? 0x0f : 0xff;
    BN_UNROLL for (int i = 0; i < TILE; i++)
    {
        const uint8_t *w = a->w + (size_t)(m + i < end ? m + i : end - 1) * a->row_bytes + k / 4;
        v[i] = _mm512_maskz_loadu_epi64(mask, w);
        _mm_prefetch((const char *)w + (size_t)panel_rows * a->row_bytes, _MM_HINT_T1);
    }
    transpose16(v);
}
#endif
