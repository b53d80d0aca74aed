/* lut3_part.h - a product in parts, for matmul_lut3 with AVX-512: which rows and units, the tables for them, and 16-bit
 * sums joining y. */
#ifndef BN_KERNELS_LUT3_PART_H
#define BN_KERNELS_LUT3_PART_H
#include "engine/kernels/lanes/lanes.h"
#include "engine/kernels/lut3.h"
#include "engine/kernels/x86/avx512.h"

enum {
    CHUNK = 5, /* units: 80 look-ups of sums up to 3 x 127 stay within 16 bits */
    ENTRIES = 16 * CHUNK,
    MOST_SUM = 32767,
    TILE_PANELS = 4,
    TILE_TOKENS = 6 /* 24 sums, 4 index vectors, a table, two sums looked up: 31 registers */
};

/* ---- tables ---- */
/* Weights of code 0..26 (27..31: none) for the activations of a byte group [p, p+16, p+32, 0]: in the order
 * in which vpackssdw interleaves two vectors of 16 integers, words 8l+0..3 from the first and 8l+4..7 from the second.
 */
#define W(c)       (((c) / 9 % 3 - 1) & 255) | (((c) / 3 % 3 - 1) & 255) << 8 | (((c) % 3 - 1) & 255) << 16
#define BIAS(c)    (-128 * ((c) / 9 % 3 + (c) / 3 % 3 + (c) % 3 - 3))
#define FOUR(f, c) f(c), f(c + 1), f(c + 2), f(c + 3)
#define CODES(f, c)                                                                                                    \
    {                                                                                                                  \
        FOUR(f, (c)), FOUR(f, (c) + 8), FOUR(f, (c) + 16), FOUR(f, (c) + 24)                                           \
    }
static const int32_t weights[2][16] = {CODES(W, 0), CODES(W, 4)};
static const int32_t biases[2][16] = {CODES(BIAS, 0), CODES(BIAS, 4)}; /* activations enter as x + 128 */

/* The 16 tables of one unit, `step` numbers apart; `bytes` of x belong to the row. */
BN_INLINE void make_tables(int16_t *table, size_t step, const int8_t *x, int bytes)
{
    const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i byte =
        _mm512_add_epi32(_mm512_set1_epi32(0x00201000), _mm512_mullo_epi32(_mm512_set1_epi32(0x010101), lane));
    _Alignas(64) int32_t group[16];
    __m512i codes = _mm512_maskz_loadu_epi8(
        bytes < BN_LUT3_UNIT ? ((uint64_t)1 << bytes) - 1 : ((uint64_t)1 << BN_LUT3_UNIT) - 1, x);
    codes = _mm512_xor_si512(codes, _mm512_set1_epi8((char)0x80));
    _mm512_store_si512(group, _mm512_permutexvar_epi8(byte, codes));
    __asm__("" : "+m"(group)); /* broadcast from memory; otherwise gcc takes the vector apart */
    BN_UNROLL for (int p = 0; p < 16; p++, table += step)
    {
        __m512i four = _mm512_set1_epi32(group[p]), low = _mm512_loadu_si512(biases[0]),
                high = _mm512_loadu_si512(biases[1]);
        dot_add(&low, four, _mm512_loadu_si512(weights[0]));
        dot_add(&high, four, _mm512_loadu_si512(weights[1]));
        _mm512_store_si512(table, _mm512_packs_epi32(low, high));
    }
}

/* ---- a product in parts ---- */
/* Rows begin..end-1, units first .. first + units - 1. */
struct part {
    const struct bn_ternary_args *a;
    int begin, end, first, units;
    bool fresh;         /* 16-bit sums begin at 0, */
    bool joins;         /* and join y after this part, */
    bool opens, closes; /* as the first to do so; as the last, which also scales */
};

/* Tokens t0 .. t0 + n - 1, in full tiles and a last one. */
struct tokens {
    int t0, n, tiles;
};
static struct tokens tokens_of(int t0, int n) { return (struct tokens){t0, n, (n + TILE_TOKENS - 1) / TILE_TOKENS}; }
static int tile_begin(const struct tokens *t, int i) { return i < t->tiles ? i * TILE_TOKENS : t->n; }

static int past_panels(int row) { return (row + BN_LUT3_PANEL - 1) / BN_LUT3_PANEL; }
static const uint8_t *words_of(const struct part *c, int panel)
{
    return c->a->w + bn_lut3_panel_at(panel, c->a->cols) + (size_t)c->first * BN_LUT3_UNIT_BYTES;
}

/* Takes the next chunk; false when the row is done. */
static bool take_chunk(struct part *c)
{
    int left = bn_lut3_units(c->a->cols) - c->first;
    c->units = left < CHUNK ? left : CHUNK;
    c->closes = left <= CHUNK;
    return left > 0;
}

/* [look-up][token of the tile][32] */
static void make_tile_tables(const struct part *c, int16_t *table, int t0, int tokens)
{
    size_t step = (size_t)tokens * 32;
    for (int t = t0; t < t0 + tokens; t++, table += 32) {
        const int8_t *x = c->a->x + (size_t)t * c->a->x_stride;
        for (int u = 0; u < c->units; u++)
            make_tables(table + (size_t)u * 16 * step, step, x + (c->first + u) * BN_LUT3_UNIT,
                        (int)BN_A256_BYTES(c->a->cols) - (c->first + u) * BN_LUT3_UNIT);
    }
}

/* No sum over the chunk from unit `first` on is larger, whatever the weights. */
static int largest_sum(const struct part *c, const struct tokens *tokens, int first)
{
    int begin = first * BN_LUT3_UNIT, end = begin + CHUNK * BN_LUT3_UNIT, bytes = (int)BN_A256_BYTES(c->a->cols),
        largest = 0;
    if (end > bytes) end = bytes;
    for (int t = tokens->t0; t < tokens->t0 + tokens->n; t++) {
        const int8_t *x = c->a->x + (size_t)t * c->a->x_stride;
        __m512i sum = _mm512_setzero_si512();
        for (int k = begin; k < end; k += 64) {
            __mmask64 mask = end - k < 64 ? ((uint64_t)1 << (end - k)) - 1 : ~(uint64_t)0;
            sum = _mm512_dpbusd_epi32(sum, _mm512_abs_epi8(_mm512_maskz_loadu_epi8(mask, x + k)), _mm512_set1_epi8(1));
        }
        int size = _mm512_reduce_add_epi32(sum);
        if (size > largest) largest = size;
    }
    return largest;
}

/* Can the 16-bit sums, which reach `reach`, take in another chunk after this one? */
static void decide_join(struct part *c, const struct tokens *tokens, int *reach)
{
    int next = c->closes ? 0 : largest_sum(c, tokens, c->first + c->units);
    c->joins = c->closes || *reach + next > MOST_SUM;
    *reach = c->joins ? next : *reach + next;
}

/* ---- joining 32-bit sums ---- */
BN_INLINE __m512i partial(const float *y, const bool whole, __mmask16 mask, const bool opens)
{
    return opens ? _mm512_setzero_si512() : whole ? _mm512_loadu_si512(y) : _mm512_maskz_loadu_epi32(mask, y);
}

/* Rows m .. m+15 of token t, those of `mask` when not all belong to the range. */
BN_INLINE void put(const struct bn_ternary_args *a, int t, int m, float *y, __m512i total, const bool whole,
                   __mmask16 mask, const bool closes)
{
    if (closes) {
        __m512 w_scale = !a->w_scale_step ? _mm512_set1_ps(*a->w_scale)
                         : whole          ? _mm512_loadu_ps(a->w_scale + m)
                                          : _mm512_maskz_loadu_ps(mask, a->w_scale + m);
        total = _mm512_castps_si512(
            _mm512_mul_ps(_mm512_cvtepi32_ps(total), _mm512_mul_ps(_mm512_set1_ps(a->x_scale[t]), w_scale)));
    }
    if (whole)
        _mm512_storeu_si512(y, total);
    else
        _mm512_mask_storeu_epi32(y, mask, total);
}

/* Rows 0..15 of a panel are in even words, 16..31 in odd ones. */
BN_INLINE void join_panel(const struct part *c, int t, int panel, __m512i sum, const bool whole, const bool opens,
                          const bool closes)
{
    int m = panel * BN_LUT3_PANEL, low = c->begin - m, high = c->end - m;
    uint64_t rows =
        whole ? 0
              : (high >= 32 ? 0xffffffffu : ((uint64_t)1 << high) - 1) & (low <= 0 ? 0xffffffffu : 0xffffffffu << low);
    __mmask16 even = (__mmask16)rows, odd = (__mmask16)(rows >> 16);
    float *y = c->a->y + (size_t)t * c->a->y_stride + m;
    put(c->a, t, m, y, _mm512_dpwssd_epi32(partial(y, whole, even, opens), sum, _mm512_set1_epi32(1)), whole, even,
        closes);
    put(c->a, t, m + 16, y + 16,
        _mm512_dpwssd_epi32(partial(y + 16, whole, odd, opens), sum, _mm512_set1_epi32(1 << 16)), whole, odd, closes);
}

typedef __m512i tile_sums[TILE_TOKENS][TILE_PANELS];

/* Panels panel, panel + apart, ... for tokens t .. t + tokens - 1. */
BN_INLINE void join_tile(const struct part *c, int panel, int apart, int panels, int t, int tokens, tile_sums sums,
                         const bool whole, const bool opens, const bool closes)
{
    for (int i = 0; i < tokens; i++)
        for (int p = 0; p < panels; p++) join_panel(c, t + i, panel + p * apart, sums[i][p], whole, opens, closes);
}

static void join(const struct part *c, int panel, int apart, int panels, int t, int tokens, tile_sums sums)
{
    bool whole = panel * BN_LUT3_PANEL >= c->begin && (panel + (panels - 1) * apart + 1) * BN_LUT3_PANEL <= c->end;
    if (!whole)
        join_tile(c, panel, apart, panels, t, tokens, sums, false, c->opens, c->closes);
    else if (!c->opens && !c->closes)
        join_tile(c, panel, apart, panels, t, tokens, sums, true, false, false);
    else
        join_tile(c, panel, apart, panels, t, tokens, sums, true, c->opens, c->closes);
}
#endif
