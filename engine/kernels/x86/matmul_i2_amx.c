/* matmul_i2_amx.c - ternary times int8 by AMX tiles (tdpbsud): 16 tokens x 64 columns of activations, straight from
 * memory, times 64 columns x 16 rows of codes, unpacked once into a panel that stays in L1 while the tokens pass. Four
 * tiles of sums, two of activations and two of codes use all eight. Fewer than 16 tokens are left to avx512vnni. */
#include "engine/kernels/lanes/lanes.h"
#include "engine/kernels/x86/avx512.h"

#define TILE        16 /* tokens, or rows */
#define STEP        64 /* columns of a tile */
#define PANEL_ROWS  (2 * TILE)
#define PANEL_STEPS 16 /* 32 KiB of codes, of the 48 KiB of L1 that CPUs with AMX have */
#define SLOTS       8  /* tiles of tokens for which sums are kept: 16 KiB */

struct scratch {
    _Alignas(64)
        uint8_t codes[PANEL_STEPS][2][TILE][STEP]; /* of tile [step][half of the rows]: [column / 4][row][column % 4] */
    int32_t sums[SLOTS][TILE][PANEL_ROWS];
};

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

/* The columns k..k+255 of 16 rows into one half of four steps. Missing rows repeat the last one. A block reads pieces
 * of 32 rows, which no hardware prefetcher follows: the lines of the next block are asked for while this one is
 * computed.
 */
static void unpack(struct scratch *s, int step, int half, const struct bn_ternary_args *a, int m, int end, int k)
{
    __m512i v[TILE];
    __mmask8 mask = a->cols - k < 256 ? 0x0f : 0xff;
    BN_UNROLL for (int i = 0; i < TILE; i++)
    {
        const uint8_t *w = a->w + (size_t)(m + i < end ? m + i : end - 1) * a->row_bytes + k / 4;
        v[i] = _mm512_maskz_loadu_epi64(mask, w);
        _mm_prefetch((const char *)w + PANEL_ROWS * a->row_bytes, _MM_HINT_T1);
    }
    transpose16(v);
    BN_UNROLL for (int f = 0; f < 4; f++) BN_UNROLL for (int i = 0; i < TILE; i++) _mm512_store_si512(
        s->codes[step + f][half][i], _mm512_and_si512(_mm512_srli_epi16(v[i], 6 - 2 * f), _mm512_set1_epi8(3)));
}

/* Columns k.. of the rows m..m+31 into the panel; returns the number of steps. */
static int fill_panel(struct scratch *s, const struct bn_ternary_args *a, int m, int end, int k)
{
    int steps = 0;
    for (; steps < PANEL_STEPS && k < a->cols; steps += 4, k += 4 * STEP)
        for (int half = 0; half < 2; half++) unpack(s, steps, half, a, m + half * TILE, end, k);
    memory_barrier();
    return steps;
}

/* Tokens of a tile: the last tile begins early, so that all have 16. */
static int first_token(const struct bn_ternary_args *a, int tile)
{
    return (tile + 1) * TILE <= a->n ? tile * TILE : a->n - TILE;
}

/* Adds the panel, whose columns begin at k, times one or two tiles of tokens to their sums. */
BN_INLINE void multiply(struct scratch *s, const struct bn_ternary_args *a, int tile, int k, int steps, const int tiles)
{
    const int8_t *x0 = a->x + (size_t)first_token(a, tile) * a->x_stride + k,
                 *x1 = a->x + (size_t)first_token(a, tile + tiles - 1) * a->x_stride + k;
    int32_t(*sum)[TILE][PANEL_ROWS] = s->sums + tile % SLOTS;
    const size_t sum_stride = sizeof **sum;
    _tile_loadd(0, sum[0][0], sum_stride);
    _tile_loadd(1, sum[0][0] + TILE, sum_stride);
    if (tiles == 2) {
        _tile_loadd(2, sum[1][0], sum_stride);
        _tile_loadd(3, sum[1][0] + TILE, sum_stride);
    }
    for (int i = 0; i < steps; i++) {
        _tile_loadd(6, s->codes[i][0], STEP);
        _tile_loadd(7, s->codes[i][1], STEP);
        _tile_loadd(4, x0 + STEP * i, a->x_stride);
        _tile_dpbsud(0, 4, 6);
        _tile_dpbsud(1, 4, 7);
        if (tiles == 2) {
            _tile_loadd(5, x1 + STEP * i, a->x_stride);
            _tile_dpbsud(2, 5, 6);
            _tile_dpbsud(3, 5, 7);
        }
    }
    _tile_stored(0, sum[0][0], sum_stride);
    _tile_stored(1, sum[0][0] + TILE, sum_stride);
    if (tiles == 2) {
        _tile_stored(2, sum[1][0], sum_stride);
        _tile_stored(3, sum[1][0] + TILE, sum_stride);
    }
}

/* y of at most 16 rows from m on, for the tile of tokens that begins at t. */
static void store_tile(const struct bn_ternary_args *a, const int32_t (*sums)[PANEL_ROWS], int t, int m, int rows)
{
    __mmask16 mask = (__mmask16)(rows < TILE ? (1u << rows) - 1 : 0xffff);
    __m512 w_scale = a->w_scale_step ? _mm512_maskz_loadu_ps(mask, a->w_scale + m) : _mm512_set1_ps(*a->w_scale);
    for (int c = 0; c < TILE; c++, t++) {
        __m512i sum = _mm512_sub_epi32(_mm512_loadu_si512(sums[c]), _mm512_set1_epi32(a->x_sum[t]));
        __m512 y = _mm512_mul_ps(_mm512_cvtepi32_ps(sum), _mm512_mul_ps(_mm512_set1_ps(a->x_scale[t]), w_scale));
        _mm512_mask_storeu_ps(a->y + (size_t)t * a->y_stride + m, mask, y);
    }
}

/* Rows m..end-1, at most 32, for the tiles of tokens begin..finish-1, at most 8. */
static void block(const struct bn_ternary_args *a, struct scratch *s, int m, int end, int begin, int finish)
{
    memset(s->sums, 0, sizeof s->sums);
    for (int k = 0; k < a->cols; k += PANEL_STEPS * STEP) {
        int steps = fill_panel(s, a, m, end, k), tile = begin;
        for (; tile + 2 <= finish; tile += 2) multiply(s, a, tile, k, steps, 2);
        if (tile < finish) multiply(s, a, tile, k, steps, 1);
    }
    memory_barrier();
    for (int tile = begin; tile < finish; tile++)
        for (int r = 0; r < end - m; r += TILE)
            store_tile(a, (const int32_t(*)[PANEL_ROWS])(s->sums[tile - begin][0] + r), first_token(a, tile), m + r,
                       end - m - r);
}

extern const struct bn_kernel_variant bn_kernel_matmul_i2_avx512vnni;

static void matmul(const struct bn_ternary_args *a, int row_begin, int row_end)
{
    struct scratch scratch;
    int tiles = (a->n + TILE - 1) / TILE;
    if (a->n < TILE) {
        ((bn_matmul_i2_fn *)bn_kernel_matmul_i2_avx512vnni.function)(a, row_begin, row_end);
        return;
    }
    _tile_loadconfig(&full_tiles);
    for (int m = row_begin; m < row_end; m += PANEL_ROWS)
        for (int tile = 0; tile < tiles; tile += SLOTS)
            block(a, &scratch, m, row_end - m < PANEL_ROWS ? row_end : m + PANEL_ROWS, tile,
                  tiles - tile < SLOTS ? tiles : tile + SLOTS);
    _tile_release();
}

BN_KERNEL(matmul_i2, amx, BN_CPU_AVX512VNNI | BN_CPU_AMX, matmul);
