/* matmul_i2_avx512vnni.c - ternary times int8 by vpdpbusd on 64 lanes: codes 0..2 are the unsigned side, activations
 * the signed side, and the sum of the activations is subtracted at the end (sum (code - 1) q = sum code q - sum q). One
 * token (decode) reads as four long streams, several tokens share tiles of 4 rows x 4 tokens, many tokens go by lookup.
 */
#include "engine/kernels/lanes/lanes.h"
#include "engine/kernels/x86/avx512.h"
#include "engine/kernels/tiles/store4.h"

#define TILE_ROWS   4
#define TILE_TOKENS 4           /* six would fit the registers but is 4 % slower */
#define BLOCK_BYTES (256 << 10) /* of weights; stays in a 1 MiB L2 while all tokens pass */

/* 64 bytes of codes: field f holds the bits 7-6, 5-4, 3-2, 1-0 for f = 0..3. */
BN_INLINE __m512i field(__m512i w, const int f)
{
    return _mm512_and_si512(f < 3 ? _mm512_srli_epi16(w, 6 - 2 * f) : w, _mm512_set1_epi8(3));
}

/* One step over 256 columns: `load` is the mask of bytes that belong to the row. */
#define STEP(load)                                                                                                     \
    BN_UNROLL for (int f = 0; f < 4; f++)                                                                              \
    {                                                                                                                  \
        __m512i code[TILE_ROWS];                                                                                       \
        BN_UNROLL for (int r = 0; r < rows; r++) code[r] = field(load(w + (size_t)r * step + k / 4), f);               \
        BN_UNROLL for (int c = 0; c < tokens; c++)                                                                     \
        {                                                                                                              \
            __m512i xv = _mm512_loadu_si512(x + (size_t)c * a->x_stride + k + 64 * f);                                 \
            BN_UNROLL for (int r = 0; r < rows; r++) dot_add(&sum[r][c], code[r], xv);                                 \
        }                                                                                                              \
    }
#define HALF(p) _mm512_maskz_loadu_epi64(0x0f, p)

BN_INLINE void tile(const struct bn_ternary_args *a, int m, int apart, int t, const int rows, const int tokens)
{
    const uint8_t *w = a->w + (size_t)m * a->row_bytes;
    const int8_t *x = a->x + (size_t)t * a->x_stride;
    __m512i sum[TILE_ROWS][TILE_TOKENS];
    size_t step = (size_t)apart * a->row_bytes;
    int k = 0;
    BN_UNROLL for (int r = 0; r < TILE_ROWS; r++) BN_UNROLL for (int c = 0; c < TILE_TOKENS; c++) sum[r][c] =
        _mm512_setzero_si512();
    for (; k + 256 <= a->cols; k += 256) {
        if (a->row_bytes >= AHEAD_BYTES)
            BN_UNROLL for (int r = 0; r < rows; r++) ask_row_ahead(w + (size_t)r * step + k / 4);
        STEP(_mm512_loadu_si512)
    }
    if (k < a->cols) STEP(HALF)
    BN_UNROLL for (int c = 0; c < tokens; c++)
        store4(a, m, apart, t + c, sum4(sum[0][c], sum[1][c], sum[2][c], sum[3][c]), rows);
}

/* One token. Reading from memory is limited by how many cache lines are in flight, and that is limited by the queues of
 * the core (engine/performance.md): every instruction and every load that waits behind a missing line counts. Hence
 *  - fields are masked in place, not shifted: field f counts 4^(3-f) times and is divided after the sum
 * (exact);
 *  - four rows share the activations in registers; as memory operands they cost a quarter of the speed;
 *  - they are a quarter of the range apart, so that it is read as four long ascending streams: two pairs of adjacent
 * rows ran at a third of the speed from memory, and equally fast from cache;
 *  - weights are operands of vpandd: only the end of a row that is not a multiple of 256 is loaded under a mask. */
BN_INLINE void add_masked(__m512i sum[4], __m512i w, const __m512i x[4])
{
    BN_UNROLL for (int f = 0; f < 4; f++)
        dot_add(&sum[f], _mm512_and_si512(w, _mm512_set1_epi8((char)(3 << (6 - 2 * f)))), x[f]);
}

BN_INLINE __m512i join_fields(const __m512i sum[4])
{
    __m512i high = _mm512_add_epi32(_mm512_srai_epi32(sum[0], 6), _mm512_srai_epi32(sum[1], 4));
    return _mm512_add_epi32(high, _mm512_add_epi32(_mm512_srai_epi32(sum[2], 2), sum[3]));
}

/* The sums of four rows from w on, `apart` bytes from one to the next, each over 16 lanes. */
BN_INLINE void four_rows(__m512i total[4], const uint8_t *w, size_t apart, const int8_t *x, int cols, const bool ahead)
{
    __m512i sum[4][4], xv[4];
    int k = 0;
    BN_UNROLL for (int r = 0; r < 4; r++) BN_UNROLL for (int f = 0; f < 4; f++) sum[r][f] = _mm512_setzero_si512();
    for (; k + 256 <= cols; k += 256, w += 64) {
        BN_UNROLL for (int f = 0; f < 4; f++) xv[f] = _mm512_loadu_si512(x + k + 64 * f);
        BN_UNROLL for (int r = 0; r < 4; r++)
        {
            if (ahead) ask_row_ahead(w + (size_t)r * apart);
            add_masked(sum[r], _mm512_loadu_si512(w + (size_t)r * apart), xv);
        }
    }
    if (k < cols) {
        BN_UNROLL for (int f = 0; f < 4; f++) xv[f] = _mm512_loadu_si512(x + k + 64 * f);
        BN_UNROLL for (int r = 0; r < 4; r++) add_masked(sum[r], HALF(w + (size_t)r * apart), xv);
    }
    BN_UNROLL for (int r = 0; r < 4; r++) total[r] = join_fields(sum[r]);
}

BN_INLINE void by_four_rows(const struct bn_ternary_args *a, int begin, int end, const bool ahead)
{
    int apart = (end - begin) / 4, m = begin;
    for (; m < begin + apart; m++) {
        __m512i sum[4];
        four_rows(sum, a->w + (size_t)m * a->row_bytes, (size_t)apart * a->row_bytes, a->x, a->cols, ahead);
        store4(a, m, apart, 0, sum4(sum[0], sum[1], sum[2], sum[3]), 4);
    }
    for (m = begin + 4 * apart; m < end; m++) tile(a, m, 0, 0, 1, 1);
}

static void one_token(const struct bn_ternary_args *a, int begin, int end)
{
    if (a->row_bytes < AHEAD_BYTES)
        by_four_rows(a, begin, end, false);
    else
        by_four_rows(a, begin, end, true);
}

/* `tokens` tokens from t for rows begin..end-1: the rows of a tile are a quarter of them apart, so that they are read
 * as four ascending streams; see below. */
BN_INLINE void column(const struct bn_ternary_args *a, int begin, int end, int t, const int tokens)
{
    int apart = (end - begin) / TILE_ROWS;
    for (int m = begin; m < begin + apart; m++) tile(a, m, apart, t, TILE_ROWS, tokens);
    for (int m = begin + TILE_ROWS * apart; m < end; m++) tile(a, m, 0, t, 1, tokens);
}

static void block(const struct bn_ternary_args *a, int begin, int end, int t)
{
    for (; t + TILE_TOKENS <= a->n; t += TILE_TOKENS) column(a, begin, end, t, TILE_TOKENS);
    switch (a->n - t) {
    case 3:
        column(a, begin, end, t, 3);
        break;
    case 2:
        column(a, begin, end, t, 2);
        break;
    case 1:
        column(a, begin, end, t, 1);
        break;
    }
}

/* The tokens from t on for the rows row_begin..row_end-1. */
static void by_tiles(const struct bn_ternary_args *a, int row_begin, int row_end, int t)
{
    int rows = (int)(BLOCK_BYTES / (a->row_bytes + 1)) / TILE_ROWS * TILE_ROWS + TILE_ROWS;
    for (int m = row_begin; m < row_end; m += rows) block(a, m, row_end - m < rows ? row_end : m + rows, t);
}

#define TABLE_TOKENS     32
#define TABLE_LEAST      28
#define TABLE_LEAST_ROWS 384
#include "engine/kernels/x86/matmul_i2_table_tmpl.h"

static void matmul(const struct bn_ternary_args *a, int row_begin, int row_end)
{
    if (a->n == 1)
        one_token(a, row_begin, row_end);
    else if (a->n >= TABLE_LEAST && row_end - row_begin >= TABLE_LEAST_ROWS)
        by_table(a, row_begin, row_end);
    else
        by_tiles(a, row_begin, row_end, 0);
}

BN_KERNEL(matmul_i2, avx512vnni, BN_CPU_AVX512VNNI, matmul);
