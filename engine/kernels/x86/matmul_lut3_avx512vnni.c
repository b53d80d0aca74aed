/* matmul_lut3_avx512vnni.c - ternary times int8 by table look-up in registers. For every token and every three columns a vector holds
 * the 27 sums that three weights can make of three activations; vpermw takes 32 rows' sums out of it at once, vpaddw adds them.
 * That is 96 multiply-adds in two instructions, one of which runs on every vector pipe, where vpdpbusd does 64
 * on two pipes of four.
 * Sums have 16 bits. Those of a chunk cannot overflow; whether the next chunk's may be added to them is decided by the activations
 * (the sum of their sizes bounds every sum), else they join 32-bit partial sums, which live in y until the last chunk scales them.
 * One token (decode): the words are taken apart on their way, tables of a row stay in L2, weights come as four ascending streams.
 * Several tokens: a chunk of four panels is taken apart once into L1; tables and 16-bit sums of a block of tokens and rows stay in L2. */
#include "engine/kernels/lanes/lanes.h"
#include "engine/kernels/lut3.h"
#include "engine/kernels/x86/avx512.h"

enum {
    CHUNK = 5, /* units: 80 look-ups of sums up to 3 x 127 stay within 16 bits */
    LOOKUPS = 16 * CHUNK,
    DECODE_CHUNKS = 29, /* of one token: tables of 6,960 columns, 145 KiB, stay in L2 */
    STREAMS = 4,        /* in which one token reads the weights, */
    FAR_AHEAD = 4096,   /* asked for into L2 and L1 this many bytes before: without, half the speed */
    NEAR_AHEAD = 1024,
    TILE_PANELS = 4,
    TILE_TOKENS = 6, /* 24 sums, 4 index vectors, a table: all registers */
    BLOCK_TILES = 11,  /* of tokens: tables of 330 KiB */
    BLOCK_PANELS = 80, /* 16-bit sums of 330 KiB */
    MOST_SUM = 32767
};

/* ---- tables ---------------------------------------------------------------------------------------------------------------- */
/* Weights of code 0..26 (27..31: none) for the activations of a byte group [p, p+16, p+32, 0]: the order is that in which
 * vpackssdw interleaves two vectors of 16 integers, words 8l+0..3 from the first and 8l+4..7 from the second. */
#define W(c)     (((c) / 9 % 3 - 1) & 255) | (((c) / 3 % 3 - 1) & 255) << 8 | (((c) % 3 - 1) & 255) << 16
#define BIAS(c)  (-128 * ((c) / 9 % 3 + (c) / 3 % 3 + (c) % 3 - 3))
#define FOUR(f, c) f(c), f(c + 1), f(c + 2), f(c + 3)
#define CODES(f, c) {FOUR(f, (c)), FOUR(f, (c) + 8), FOUR(f, (c) + 16), FOUR(f, (c) + 24)}
static const int32_t weights[2][16] = {CODES(W, 0), CODES(W, 4)};
static const int32_t biases[2][16] = {CODES(BIAS, 0), CODES(BIAS, 4)}; /* activations enter as x + 128 */

struct table_maker {
    __m512i weights[2], biases[2], groups;
};

static struct table_maker table_maker(void)
{
    struct table_maker m = {.groups = _mm512_add_epi32(_mm512_set1_epi32(0x00201000), _mm512_mullo_epi32(_mm512_set1_epi32(0x010101), _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)))};
    for (int i = 0; i < 2; i++) m.weights[i] = _mm512_loadu_si512(weights[i]), m.biases[i] = _mm512_loadu_si512(biases[i]);
    return m;
}

/* The 16 tables of one unit; `bytes` of x belong to the row. */
BN_INLINE void make_tables(int16_t *table, size_t step, const int8_t *x, int bytes, const struct table_maker *m)
{
    _Alignas(64) int32_t group[16];
    __m512i codes = _mm512_maskz_loadu_epi8(bytes < BN_LUT3_UNIT ? ((uint64_t)1 << bytes) - 1 : ((uint64_t)1 << BN_LUT3_UNIT) - 1, x);
    codes = _mm512_xor_si512(codes, _mm512_set1_epi8((char)0x80));
    _mm512_store_si512(group, _mm512_permutexvar_epi8(m->groups, codes));
    BN_UNROLL for (int p = 0; p < 16; p++, table += step)
    {
        __m512i bytes4 = _mm512_set1_epi32(group[p]), low = m->biases[0], high = m->biases[1];
        dot_add(&low, bytes4, m->weights[0]);
        dot_add(&high, bytes4, m->weights[1]);
        _mm512_store_si512(table, _mm512_packs_epi32(low, high));
    }
}

/* ---- indexes --------------------------------------------------------------------------------------------------------------- */
/* Code k of a word; multiplies leave the pipes of vpermw free. */
BN_INLINE __m512i digit(__m512i w, const int k) { return k == 0 ? w : _mm512_mulhi_epu16(w, _mm512_set1_epi16((short)(1 << (16 - 5 * k)))); }

BN_INLINE void take_apart(__m512i index[16], const uint8_t *words)
{
    BN_UNROLL for (int i = 0; i < 5; i++)
    {
        __m512i w = _mm512_loadu_si512(words + 64 * i);
        BN_UNROLL for (int k = 0; k < 3; k++) index[3 * i + k] = digit(w, k);
        index[15] = i ? _mm512_shldi_epi16(index[15], w, 1) : _mm512_srli_epi16(w, 15);
    }
}

/* Two look-ups, written out: two permutes, then two additions, run at one look-up a cycle on Zen 4, where one permute, one
 * addition in turn take 1.22 (the additions then take turns on the permutes' pipes). */
BN_INLINE void add_two(__m512i *sum0, __m512i index0, __m512i table0, __m512i *sum1, __m512i index1, __m512i table1)
{
    __m512i found0, found1;
    __asm__("vpermw %4, %5, %2\n\tvpermw %6, %7, %3\n\tvpaddw %2, %0, %0\n\tvpaddw %3, %1, %1"
            : "+v"(*sum0), "+v"(*sum1), "=&v"(found0), "=&v"(found1)
            : "v"(table0), "v"(index0), "v"(table1), "v"(index1));
}
/* ---- sums ------------------------------------------------------------------------------------------------------------------ */
/* What of a matrix is multiplied: units first .. first + units - 1, for rows begin..end-1. */
struct chunk {
    const struct bn_ternary_args *a;
    int begin, end, first, units;
    bool fresh;          /* 16-bit sums begin at 0 */
    bool joins;          /* and join y after this chunk, */
    bool opens, closes;  /* as the first to do so; as the last, who scale */
};

/* Partial sums of rows m .. m+15, which live in y; `mask`: rows that belong to the range, when not the whole panel does. */
BN_INLINE __m512i partial(const float *y, const bool whole, __mmask16 mask, const bool opens)
{
    return opens ? _mm512_setzero_si512() : whole ? _mm512_loadu_si512(y) : _mm512_maskz_loadu_epi32(mask, y);
}
BN_INLINE void put(const struct bn_ternary_args *a, int t, int m, float *y, __m512i total, const bool whole, __mmask16 mask, const bool closes)
{
    if (closes) {
        __m512 w_scale = !a->w_scale_step ? _mm512_set1_ps(*a->w_scale) : whole ? _mm512_loadu_ps(a->w_scale + m) : _mm512_maskz_loadu_ps(mask, a->w_scale + m);
        total = _mm512_castps_si512(_mm512_mul_ps(_mm512_cvtepi32_ps(total), _mm512_mul_ps(_mm512_set1_ps(a->x_scale[t]), w_scale)));
    }
    if (whole) _mm512_storeu_si512(y, total);
    else _mm512_mask_storeu_epi32(y, mask, total);
}

/* Rows of a panel that belong to the range. */
static uint32_t rows_of(const struct chunk *c, int panel)
{
    int low = c->begin - panel * BN_LUT3_PANEL, high = c->end - panel * BN_LUT3_PANEL;
    return (uint32_t)((high >= 32 ? 0xffffffffu : ((uint64_t)1 << high) - 1) & (low <= 0 ? 0xffffffffu : 0xffffffffu << low));
}

/* Adds 16-bit sums to 32-bit ones: rows 0..15 stand in even words, 16..31 in odd ones. */
BN_INLINE void widen(__m512i total[2], __m512i sum)
{
    total[0] = _mm512_dpwssd_epi32(total[0], sum, _mm512_set1_epi32(1));
    total[1] = _mm512_dpwssd_epi32(total[1], sum, _mm512_set1_epi32(1 << 16));
}

BN_INLINE void join_panel(const struct chunk *c, int t, int panel, __m512i sum, const bool whole, const bool opens, const bool closes)
{
    int m = panel * BN_LUT3_PANEL;
    uint32_t rows = whole ? 0 : rows_of(c, panel);
    float *y = c->a->y + (size_t)t * c->a->y_stride + m;
    __m512i total[2] = {partial(y, whole, (__mmask16)rows, opens), partial(y + 16, whole, (__mmask16)(rows >> 16), opens)};
    widen(total, sum);
    put(c->a, t, m, y, total[0], whole, (__mmask16)rows, closes);
    put(c->a, t, m + 16, y + 16, total[1], whole, (__mmask16)(rows >> 16), closes);
}

/* The sums [tokens][TILE_PANELS] of `panels` panels for tokens t .. t + tokens - 1. */
BN_INLINE void join_tile(const struct chunk *c, int panel, int panels, int t, int tokens, const __m512i (*sums)[TILE_PANELS], const bool whole, const bool opens, const bool closes)
{
    for (int i = 0; i < tokens; i++)
        for (int p = 0; p < panels; p++) join_panel(c, t + i, panel + p, sums[i][p], whole, opens, closes);
}

static void join(const struct chunk *c, int panel, int panels, int t, int tokens, const __m512i (*sums)[TILE_PANELS])
{
    bool whole = panel * BN_LUT3_PANEL >= c->begin && (panel + panels) * BN_LUT3_PANEL <= c->end;
    if (!whole) join_tile(c, panel, panels, t, tokens, sums, false, c->opens, c->closes);
    else if (!c->opens && !c->closes) join_tile(c, panel, panels, t, tokens, sums, true, false, false);
    else join_tile(c, panel, panels, t, tokens, sums, true, c->opens, c->closes);
}

static int past_panels(int row) { return (row + BN_LUT3_PANEL - 1) / BN_LUT3_PANEL; }

static const uint8_t *words_of(const struct chunk *c, int panel) { return c->a->w + bn_lut3_panel_at(panel, c->a->cols) + (size_t)c->first * BN_LUT3_UNIT_BYTES; }

/* Takes at most `units` units from `first` on; false when there are none. */
static bool take(struct chunk *c, int units)
{
    int left = bn_lut3_units(c->a->cols) - c->first;
    c->units = left < units ? left : units;
    return left > 0;
}

static void tables_of_token(const struct chunk *c, int t, int16_t *table, size_t step, const struct table_maker *m)
{
    const int8_t *x = c->a->x + (size_t)t * c->a->x_stride;
    for (int u = c->first; u < c->first + c->units; u++, table += 16 * step)
        make_tables(table, step, x + u * BN_LUT3_UNIT, (int)BN_A256_BYTES(c->a->cols) - u * BN_LUT3_UNIT, m);
}

/* ---- one token ------------------------------------------------------------------------------------------------------------- */
/* Look-ups of one unit in `streams` panels, whose words are `apart` bytes apart. */
BN_INLINE void add_unit(__m512i sum[STREAMS], const uint8_t *words, size_t apart, const int16_t (*table)[32], const int streams)
{
    __m512i w[STREAMS], last[STREAMS];
    BN_UNROLL for (int i = 0; i < 5; i++)
    {
        BN_UNROLL for (int s = 0; s < streams; s++)
        {
            const uint8_t *at = words + (size_t)s * apart + 64 * i;
            w[s] = _mm512_loadu_si512(at);
            _mm_prefetch((const char *)at + FAR_AHEAD, _MM_HINT_T1);
            _mm_prefetch((const char *)at + NEAR_AHEAD, _MM_HINT_T0);
            last[s] = i ? _mm512_shldi_epi16(last[s], w[s], 1) : _mm512_srli_epi16(w[s], 15);
        }
        BN_UNROLL for (int k = 0; k < 3; k++)
        {
            __m512i found = _mm512_load_si512(table[3 * i + k]);
            BN_UNROLL for (int s = 0; s < streams; s += 2) add_two(&sum[s], digit(w[s], k), found, &sum[s + 1], digit(w[s + 1], k), found);
        }
    }
    __m512i found = _mm512_load_si512(table[15]);
    BN_UNROLL for (int s = 0; s < streams; s += 2) add_two(&sum[s], last[s], found, &sum[s + 1], last[s + 1], found);
}

/* Panels panel, panel + apart, ...: several long streams are read faster than one (engine/performance.md). */
BN_INLINE void add_streams(const struct chunk *c, int panel, int apart, const int16_t (*tables)[32], const int streams)
{
    size_t bytes = bn_lut3_panel_at(apart, c->a->cols);
    const uint8_t *words = words_of(c, panel);
    __m512i total[STREAMS][2];
    BN_UNROLL for (int s = 0; s < streams; s++)
    {
        uint32_t rows = rows_of(c, panel + s * apart);
        const float *y = c->a->y + (panel + s * apart) * BN_LUT3_PANEL;
        BN_UNROLL for (int h = 0; h < 2; h++) total[s][h] = partial(y + 16 * h, false, (__mmask16)(rows >> 16 * h), c->opens);
    }
    for (int left = c->units; left > 0; left -= CHUNK) {
        __m512i sum[STREAMS];
        BN_UNROLL for (int s = 0; s < streams; s++) sum[s] = _mm512_setzero_si512();
        for (int u = left < CHUNK ? left : CHUNK; u > 0; u--, words += BN_LUT3_UNIT_BYTES, tables += 16) add_unit(sum, words, bytes, tables, streams);
        BN_UNROLL for (int s = 0; s < streams; s++) widen(total[s], sum[s]);
    }
    BN_UNROLL for (int s = 0; s < streams; s++)
    {
        uint32_t rows = rows_of(c, panel + s * apart);
        int m = (panel + s * apart) * BN_LUT3_PANEL;
        BN_UNROLL for (int h = 0; h < 2; h++) put(c->a, 0, m + 16 * h, c->a->y + m + 16 * h, total[s][h], false, (__mmask16)(rows >> 16 * h), c->closes);
    }
}

static void one_token(struct chunk *c, const struct table_maker *m)
{
    _Alignas(64) int16_t tables[DECODE_CHUNKS * LOOKUPS][32];
    int first = c->begin / BN_LUT3_PANEL, past = past_panels(c->end), apart = (past - first) / STREAMS;
    for (c->opens = true; take(c, DECODE_CHUNKS * CHUNK); c->first += c->units, c->opens = false) {
        c->closes = c->first + c->units == bn_lut3_units(c->a->cols);
        tables_of_token(c, 0, tables[0], 32, m);
        for (int panel = first; panel < first + apart; panel++) add_streams(c, panel, apart, tables, STREAMS);
        for (int panel = first + STREAMS * apart; panel < past; panel += 2) add_streams(c, panel, panel + 1 < past, tables, 2);
    }
}

/* ---- several tokens -------------------------------------------------------------------------------------------------------- */
typedef int16_t table_row[TILE_TOKENS][32];   /* tables of one look-up */
typedef uint16_t index_row[TILE_PANELS][32];
typedef __m512i tile_sums[TILE_TOKENS][TILE_PANELS];
struct block {
    _Alignas(64) table_row tables[BLOCK_TILES][LOOKUPS];
    index_row index[LOOKUPS];
    tile_sums sums[BLOCK_PANELS / TILE_PANELS][BLOCK_TILES];
};

BN_INLINE void add_tile(const struct chunk *c, tile_sums sums, const index_row *index, const table_row *tables, const int panels, const int tokens)
{
    tile_sums sum;
    BN_UNROLL for (int i = 0; i < tokens; i++)
        BN_UNROLL for (int p = 0; p < panels; p++) sum[i][p] = c->fresh ? _mm512_setzero_si512() : sums[i][p];
    for (int n = 16 * c->units; n > 0; n--, index++, tables++) {
        __m512i at[TILE_PANELS];
        BN_UNROLL for (int p = 0; p < panels; p++) at[p] = _mm512_load_si512((*index)[p]);
        BN_UNROLL for (int i = 0; i < tokens; i++)
        {
            __m512i table = _mm512_load_si512((*tables)[i]);
            BN_UNROLL for (int p = 0; p < panels; p += 2) add_two(&sum[i][p], at[p], table, &sum[i][p + 1], at[p + 1], table);
        }
    }
    BN_UNROLL for (int i = 0; i < tokens; i++)
        BN_UNROLL for (int p = 0; p < panels; p++) sums[i][p] = sum[i][p];
}

BN_INLINE void add_tokens(const struct chunk *c, tile_sums sums, const index_row *index, const table_row *tables, const int panels, int tokens)
{
    switch (tokens) {
    case 2: add_tile(c, sums, index, tables, panels, 2); break;
    case 3: add_tile(c, sums, index, tables, panels, 3); break;
    case 4: add_tile(c, sums, index, tables, panels, 4); break;
    case 5: add_tile(c, sums, index, tables, panels, 5); break;
    case 6: add_tile(c, sums, index, tables, panels, 6); break;
    }
}

/* Two panels at least: a last one alone is taken twice. */
static void write_index(const struct chunk *c, struct block *b, int panel, int panels)
{
    for (int p = 0; p < panels; p++) {
        const uint8_t *words = words_of(c, panel + p < past_panels(c->end) ? panel + p : panel);
        for (int u = 0; u < c->units; u++, words += BN_LUT3_UNIT_BYTES) {
            __m512i index[16];
            take_apart(index, words);
            BN_UNROLL for (int i = 0; i < 16; i++) _mm512_store_si512(b->index[16 * u + i][p], index[i]);
        }
    }
}

/* Tokens t0 .. t0 + n - 1 of a block, in tiles as equal as can be: two tokens at least. */
struct tokens {
    int t0, n, tiles;
};
static int tile_begin(const struct tokens *t, int i) { return t->n * i / t->tiles; }

static void chunk_of_block(const struct chunk *c, struct block *b, const struct tokens *tokens, const struct table_maker *m)
{
    int past = past_panels(c->end);
    for (int i = 0; i < tokens->tiles; i++)
        for (int t = tile_begin(tokens, i); t < tile_begin(tokens, i + 1); t++)
            tables_of_token(c, tokens->t0 + t, b->tables[i][0][t - tile_begin(tokens, i)], sizeof(table_row) / sizeof(int16_t), m);
    tile_sums *sums = b->sums[0];
    for (int panel = c->begin / BN_LUT3_PANEL; panel < past; panel += TILE_PANELS, sums += BLOCK_TILES) {
        int panels = past - panel < TILE_PANELS ? past - panel : TILE_PANELS;
        write_index(c, b, panel, panels > 2 ? TILE_PANELS : 2);
        for (int i = 0; i < tokens->tiles; i++) {
            int t = tile_begin(tokens, i), n = tile_begin(tokens, i + 1) - t;
            if (panels > 2) add_tokens(c, sums[i], b->index, b->tables[i], TILE_PANELS, n);
            else add_tokens(c, sums[i], b->index, b->tables[i], 2, n);
            if (c->joins) join(c, panel, panels, tokens->t0 + t, n, sums[i]);
        }
    }
}

/* No sum over the chunk from unit `first` on is larger, whatever the weights. */
static int largest_sum(const struct chunk *c, const struct tokens *tokens, int first)
{
    int begin = first * BN_LUT3_UNIT, end = begin + CHUNK * BN_LUT3_UNIT, bytes = (int)BN_A256_BYTES(c->a->cols), largest = 0;
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

static void one_block(struct chunk *c, struct block *b, const struct tokens *tokens, const struct table_maker *m)
{
    int reach = largest_sum(c, tokens, 0), next;
    c->fresh = c->opens = true;
    for (c->first = 0; take(c, CHUNK); c->first += c->units, reach += next) {
        next = largest_sum(c, tokens, c->first + c->units);
        c->closes = c->first + c->units == bn_lut3_units(c->a->cols);
        c->joins = c->closes || reach + next > MOST_SUM;
        chunk_of_block(c, b, tokens, m);
        c->fresh = c->joins;
        if (!c->joins) continue;
        c->opens = false;
        reach = 0;
    }
}

/* Blocks as equal as can be. */
static void many_tokens(const struct bn_ternary_args *a, int begin, int end, const struct table_maker *m)
{
    struct block b;
    int first = begin / BN_LUT3_PANEL, panels = past_panels(end) - first, tiles = (panels + TILE_PANELS - 1) / TILE_PANELS;
    int most = BLOCK_TILES * TILE_TOKENS, token_blocks = (a->n + most - 1) / most, row_blocks = (panels + BLOCK_PANELS - 1) / BLOCK_PANELS;
    for (int i = 0; i < token_blocks; i++) {
        struct tokens tokens = {a->n * i / token_blocks, a->n * (i + 1) / token_blocks - a->n * i / token_blocks, 0};
        tokens.tiles = (tokens.n + TILE_TOKENS - 1) / TILE_TOKENS;
        for (int j = 0; j < row_blocks; j++) {
            int m0 = (first + tiles * j / row_blocks * TILE_PANELS) * BN_LUT3_PANEL, m1 = (first + tiles * (j + 1) / row_blocks * TILE_PANELS) * BN_LUT3_PANEL;
            struct chunk c = {.a = a, .begin = m0 > begin ? m0 : begin, .end = m1 < end ? m1 : end};
            one_block(&c, &b, &tokens, m);
        }
    }
}

static void matmul(const struct bn_ternary_args *a, int row_begin, int row_end)
{
    struct table_maker m = table_maker();
    if (row_begin >= row_end) return;
    if (a->n == 1) one_token(&(struct chunk){.a = a, .begin = row_begin, .end = row_end}, &m);
    else many_tokens(a, row_begin, row_end, &m);
}

BN_KERNEL(matmul_lut3, avx512vnni, BN_CPU_AVX512VNNI, matmul);
