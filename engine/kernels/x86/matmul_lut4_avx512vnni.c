/* matmul_lut4_avx512vnni.c - two planes of signs times int8 by table look-up in registers. For every token and every
 * four columns a vector holds the 16 sums that four signs can make of four activations, twice; vpermw picks those of
 * 32 rows at once, vpaddw adds them: 11 instructions for 256 weights of two planes, where vpdpbusd takes 8 and as many
 * masks. Sums have 16 bits. Those of a chunk of 256 columns cannot overflow; whether the next chunk's may be added to
 * them is decided by the activations (the sum of their magnitudes bounds every sum), else they join 32-bit sums. Tables
 * of whole rows stay in L2, weights are read as four long streams. */
#include "engine/kernels/lanes/lanes.h"
#include "engine/kernels/lut4.h"
#include "engine/kernels/x86/avx512.h"

enum {
    TILE_PANELS = 4,
    TILE_TOKENS = 3,   /* 24 sums, a word, two index vectors, two sums looked up, a table: 30 registers */
    CHUNK_WORDS = 32,  /* 256 columns: 64 look-ups of sums up to 4 x 127 stay within 16 bits */
    ENTRY = 32,        /* numbers of a table */
    MOST_TABLES = 160, /* chunks times tokens: 640 KiB */
    MOST_CHUNKS = BN_LUT4_MOST_COLS / 256,
    MOST_SUM = 32767,
    FAR_AHEAD = 4096, /* distances in bytes at which a stream is asked for, into L2 and into L1 */
    NEAR_AHEAD = 1024
};

/* Some tokens from t on: their tables [word][2][tokens][ENTRY], and after which chunk 16-bit sums join. */
struct tables {
    _Alignas(64) int16_t at[MOST_TABLES * CHUNK_WORDS * 2 * ENTRY];
    bool joins[MOST_CHUNKS];
    int chunks;
};

/* ---- tables ---- */
/* Signs of entry c for the activations of four fields, the first of which is bit 3, in the order in which vpackssdw
 * interleaves two vectors of 16 integers: words 8l+0..3 from the first and 8l+4..7 from the second. Activations enter
 * as x + 128. */
#define SIGN(c, f) ((c) >> (3 - (f)) & 1 ? 1 : -1)
#define W(c)                                                                                                           \
    (SIGN(c, 0) & 255) | (SIGN(c, 1) & 255) << 8 | (SIGN(c, 2) & 255) << 16 | (int32_t)((SIGN(c, 3) & 255u) << 24)
#define BIAS(c)    (-128 * (SIGN(c, 0) + SIGN(c, 1) + SIGN(c, 2) + SIGN(c, 3)))
#define FOUR(f, c) f((c)&15), f(((c) + 1) & 15), f(((c) + 2) & 15), f(((c) + 3) & 15)
#define ENTRIES(f, c)                                                                                                  \
    {                                                                                                                  \
        FOUR(f, (c)), FOUR(f, (c) + 8), FOUR(f, (c) + 16), FOUR(f, (c) + 24)                                           \
    }
static const int32_t signs[2][16] = {ENTRIES(W, 0), ENTRIES(W, 4)};
static const int32_t biases[2][16] = {ENTRIES(BIAS, 0), ENTRIES(BIAS, 4)};

/* Activations x, x + 64, x + 128, x + 192, and those of the next 15 bytes, side by side, plus 128. */
BN_INLINE __m512i sixteen_groups(const int8_t *x)
{
    const __m512i byte =
        _mm512_add_epi32(_mm512_set1_epi32(0x30201000),
                         _mm512_mullo_epi32(_mm512_set1_epi32(0x01010101),
                                            _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)));
    __m128i field[4];
    BN_UNROLL for (int f = 0; f < 4; f++) field[f] = _mm_loadu_si128((const __m128i *)(const void *)(x + 64 * f));
    __m512i all = _mm512_inserti32x4(_mm512_castsi128_si512(field[0]), field[1], 1);
    all = _mm512_inserti32x4(_mm512_inserti32x4(all, field[2], 2), field[3], 3);
    return _mm512_xor_si512(_mm512_permutexvar_epi8(byte, all), _mm512_set1_epi8((char)0x80));
}

/* The tables of 16 bytes of a row, `step` numbers apart. */
BN_INLINE void make_tables(int16_t *table, size_t step, const int8_t *x)
{
    _Alignas(64) int32_t group[16];
    _mm512_store_si512(group, sixteen_groups(x));
    __asm__("" : "+m"(group)); /* broadcast from memory; otherwise gcc takes the vector apart */
    BN_UNROLL for (int i = 0; i < 16; i++, table += step)
    {
        __m512i four = _mm512_set1_epi32(group[i]), low = _mm512_loadu_si512(biases[0]),
                high = _mm512_loadu_si512(biases[1]);
        dot_add(&low, four, _mm512_loadu_si512(signs[0]));
        dot_add(&high, four, _mm512_loadu_si512(signs[1]));
        _mm512_store_si512(table, _mm512_packs_epi32(low, high));
    }
}

/* No sum over the 256 activations is larger, whatever the signs. */
BN_INLINE int largest_sum(const int8_t *x)
{
    __m512i sum = _mm512_setzero_si512();
    BN_UNROLL for (int f = 0; f < 4; f++) sum =
        _mm512_add_epi64(sum, _mm512_sad_epu8(_mm512_abs_epi8(_mm512_loadu_si512(x + 64 * f)), _mm512_setzero_si512()));
    return (int)_mm512_reduce_add_epi64(sum);
}

static int words_of_chunk(const struct bn_ternary_args *a, int chunk)
{
    int left = a->cols / 8 - chunk * CHUNK_WORDS;
    return left < CHUNK_WORDS ? left : CHUNK_WORDS;
}

static void make(struct tables *s, const struct bn_ternary_args *a, int t0, int tokens)
{
    int reach[TILE_TOKENS] = {0};
    s->chunks = (a->cols + 255) / 256;
    for (int c = 0; c < s->chunks; c++) {
        s->joins[c] = c + 1 == s->chunks;
        for (int t = 0; t < tokens; t++) {
            const int8_t *x = a->x + (size_t)(t0 + t) * a->x_stride + c * 256;
            int16_t *table = s->at + ((size_t)c * CHUNK_WORDS * 2 * (size_t)tokens + (size_t)t) * ENTRY;
            size_t step = (size_t)tokens * ENTRY;
            for (int byte = 0; byte < 2 * words_of_chunk(a, c); byte += 16)
                make_tables(table + (size_t)byte * step, step, x + byte);
            reach[t] += largest_sum(x);
            if (c > 0 && reach[t] > MOST_SUM) s->joins[c - 1] = true;
        }
        for (int t = 0; c > 0 && s->joins[c - 1] && t < tokens; t++)
            reach[t] = largest_sum(a->x + (size_t)(t0 + t) * a->x_stride + c * 256);
    }
}

/* ---- look-ups ---- */
typedef __m512i tile_sums[TILE_TOKENS][TILE_PANELS][2];      /* of each plane, 32 rows */
typedef __m512i tile_totals[TILE_TOKENS][TILE_PANELS][2][2]; /* the same, then rows 0..15 and 16..31 of a panel */

/* Two look-ups in assembly: lut3_tile.h says why. */
BN_INLINE void add_two(__m512i sum[2], __m512i first, __m512i second, __m512i table)
{
    __m512i found0, found1;
    __asm__("vpermw %4, %5, %2\n\tvpermw %4, %6, %3\n\tvpaddw %2, %0, %0\n\tvpaddw %3, %1, %1"
            : "+v"(sum[0]), "+v"(sum[1]), "=&v"(found0), "=&v"(found1)
            : "v"(table), "v"(first), "v"(second));
}

BN_INLINE void add_word(tile_sums sum, const uint8_t *word, size_t step, const int16_t *table, const int panels,
                        const int tokens)
{
    BN_UNROLL for (int p = 0; p < panels; p++)
    {
        _mm_prefetch((const char *)word + (size_t)p * step + FAR_AHEAD, _MM_HINT_T1);
        _mm_prefetch((const char *)word + (size_t)p * step + NEAR_AHEAD, _MM_HINT_T0);
    }
    BN_UNROLL for (int g = 0; g < 2; g++) BN_UNROLL for (int p = 0; p < panels; p++)
    {
        __m512i w = _mm512_loadu_si512(word + (size_t)p * step), first = g ? _mm512_srli_epi16(w, 8) : w,
                second = _mm512_srli_epi16(w, g ? 12 : 4);
        BN_UNROLL for (int t = 0; t < tokens; t++)
            add_two(sum[t][p], first, second, _mm512_load_si512(table + (g * tokens + t) * ENTRY));
    }
}

BN_INLINE void join(tile_totals total, tile_sums sum, const int panels, const int tokens)
{
    BN_UNROLL for (int t = 0; t < tokens; t++) BN_UNROLL for (int p = 0; p < panels; p++)
        BN_UNROLL for (int plane = 0; plane < 2; plane++)
    {
        total[t][p][plane][0] = _mm512_dpwssd_epi32(total[t][p][plane][0], sum[t][p][plane], _mm512_set1_epi32(1));
        total[t][p][plane][1] =
            _mm512_dpwssd_epi32(total[t][p][plane][1], sum[t][p][plane], _mm512_set1_epi32(1 << 16));
        sum[t][p][plane] = _mm512_setzero_si512();
    }
}

/* Rows m..m+15 of token t, as far as they belong to begin..end-1. */
BN_INLINE void put(const struct bn_ternary_args *a, int begin, int end, int t, int m, __m512i first, __m512i second)
{
    int low = m < begin ? begin - m : 0, high = end - m < 16 ? end - m : 16;
    if (low >= high) return;
    __mmask16 rows = (__mmask16)(((1u << high) - 1) & ~((1u << low) - 1));
    __m512 s1, s2;
    load_pairs(&s1, &s2, a->w_scale + 2 * m, rows);
    __m512 sum =
        _mm512_add_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(first), s1), _mm512_mul_ps(_mm512_cvtepi32_ps(second), s2));
    _mm512_mask_storeu_ps(a->y + (size_t)t * a->y_stride + m, rows, _mm512_mul_ps(_mm512_set1_ps(a->x_scale[t]), sum));
}

/* Panels panel, panel + apart, ... for tokens t0, t0 + 1, ... */
BN_INLINE void tile(const struct tables *s, const struct bn_ternary_args *a, int begin, int end, int panel, int apart,
                    int t0, const int panels, const int tokens)
{
    const uint8_t *word = a->w + bn_lut4_panel_at(panel, a->cols);
    size_t step = bn_lut4_panel_at(apart, a->cols);
    const int16_t *table = s->at;
    tile_sums sum;
    tile_totals total;
    BN_UNROLL for (int t = 0; t < tokens; t++) BN_UNROLL for (int p = 0; p < panels; p++)
        BN_UNROLL for (int i = 0; i < 2; i++) sum[t][p][i] = total[t][p][i][0] = total[t][p][i][1] =
            _mm512_setzero_si512();
    for (int c = 0; c < s->chunks; c++) {
        for (int i = words_of_chunk(a, c); i > 0; i--, word += BN_LUT4_WORD_BYTES, table += 2 * tokens * ENTRY)
            add_word(sum, word, step, table, panels, tokens);
        if (s->joins[c]) join(total, sum, panels, tokens);
    }
    for (int t = 0; t < tokens; t++)
        for (int p = 0; p < panels; p++)
            for (int half = 0; half < 2; half++)
                put(a, begin, end, t0 + t, (panel + p * apart) * BN_LUT4_PANEL + 16 * half, total[t][p][0][half],
                    total[t][p][1][half]);
}

BN_INLINE void columns(struct tables *s, const struct bn_ternary_args *a, int begin, int end, int t0, const int tokens)
{
    int panel = begin / BN_LUT4_PANEL, past = bn_lut4_panels(end), apart = (past - panel) / TILE_PANELS,
        whole = panel + apart * TILE_PANELS;
    make(s, a, t0, tokens);
    for (int i = 0; i < apart; i++) tile(s, a, begin, end, panel + i, apart, t0, TILE_PANELS, tokens);
    for (; whole < past; whole++) tile(s, a, begin, end, whole, 0, t0, 1, tokens);
}

static void matmul(const struct bn_ternary_args *a, int row_begin, int row_end)
{
    _Static_assert(sizeof(struct tables) <= BN_KERNEL_SCRATCH, "tables are too large");
    struct tables *restrict s = a->scratch;
    if (row_begin >= row_end) return;
    int most = MOST_TABLES / ((a->cols + 255) / 256), at_once = most < TILE_TOKENS ? most : TILE_TOKENS;
    for (int t = 0, n; t < a->n; t += n) {
        n = a->n - t < at_once ? a->n - t : at_once;
        if (n == 3)
            columns(s, a, row_begin, row_end, t, 3);
        else if (n == 2)
            columns(s, a, row_begin, row_end, t, 2);
        else
            columns(s, a, row_begin, row_end, t, 1);
    }
}

BN_KERNEL(matmul_lut4, avx512vnni, BN_CPU_AVX512VNNI, matmul);
