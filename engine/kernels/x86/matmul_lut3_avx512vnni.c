/* matmul_lut3_avx512vnni.c - ternary times int8 by table look-up in registers. For every token and every three columns a vector holds
 * the 27 sums that three weights can make of three activations; vpermw takes 32 rows' sums out of it at once, vpaddw adds them.
 * That is 96 multiply-adds in two instructions, one of which runs on every vector pipe, where vpdpbusd does 64
 * on two pipes of four.
 * Sums have 16 bits. Those of a chunk cannot overflow; whether the next chunk's may be added to them is decided by the activations
 * (the sum of their sizes bounds every sum), else they join 32-bit partial sums, which live in y until the last chunk scales them.
 * Few tokens (decode): tables of whole rows stay in L2, weights are read once, as four long streams.
 * Many tokens (prefill): tables of a chunk and 16-bit sums of a block of tokens and rows stay in L2, words of four panels in L1. */
#include "engine/kernels/lanes/lanes.h"
#include "engine/kernels/lut3.h"
#include "engine/kernels/x86/avx512.h"

enum {
    CHUNK = 5, /* units: 80 look-ups of sums up to 3 x 127 stay within 16 bits */
    LOOKUPS = 16 * CHUNK,
    MOST_SUM = 32767,
    TILE_PANELS = 4,
    TILE_TOKENS = 6,    /* 24 sums, 4 index vectors, a table, two sums found: 31 registers */
    BLOCK_TILES = 11,   /* of tokens: tables of 330 KiB */
    BLOCK_PANELS = 80,  /* 16-bit sums of 330 KiB */
    FEW_TOKENS = 4,     /* read weights as streams; */
    FEW_CHUNKS = 29,    /* of so many chunks, 6,960 columns, the tables are kept: 145 KiB a token */
    FAR_AHEAD = 4096,   /* bytes from which lines of a stream are asked for into L2, and into L1: without, half the speed */
    NEAR_AHEAD = 1024
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

/* The 16 tables of one unit, `step` numbers apart; `bytes` of x belong to the row. */
BN_INLINE void make_tables(int16_t *table, size_t step, const int8_t *x, int bytes)
{
    const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i byte = _mm512_add_epi32(_mm512_set1_epi32(0x00201000), _mm512_mullo_epi32(_mm512_set1_epi32(0x010101), lane));
    _Alignas(64) int32_t group[16];
    __m512i codes = _mm512_maskz_loadu_epi8(bytes < BN_LUT3_UNIT ? ((uint64_t)1 << bytes) - 1 : ((uint64_t)1 << BN_LUT3_UNIT) - 1, x);
    codes = _mm512_xor_si512(codes, _mm512_set1_epi8((char)0x80));
    _mm512_store_si512(group, _mm512_permutexvar_epi8(byte, codes));
    __asm__("" : "+m"(group)); /* they are broadcast from memory: gcc would take the vector apart */
    BN_UNROLL for (int p = 0; p < 16; p++, table += step)
    {
        __m512i four = _mm512_set1_epi32(group[p]), low = _mm512_loadu_si512(biases[0]), high = _mm512_loadu_si512(biases[1]);
        dot_add(&low, four, _mm512_loadu_si512(weights[0]));
        dot_add(&high, four, _mm512_loadu_si512(weights[1]));
        _mm512_store_si512(table, _mm512_packs_epi32(low, high));
    }
}

/* ---- a product in parts ---------------------------------------------------------------------------------------------------- */
/* Rows begin..end-1, units first .. first + units - 1. */
struct part {
    const struct bn_ternary_args *a;
    int begin, end, first, units;
    bool fresh;         /* 16-bit sums begin at 0, */
    bool joins;         /* and join y after this part, */
    bool opens, closes; /* as the first to do so; as the last, who scale */
};

/* Tokens t0 .. t0 + n - 1, in tiles as equal as can be. */
struct tokens {
    int t0, n, tiles;
};
static struct tokens tokens_of(int t0, int n) { return (struct tokens){t0, n, (n + TILE_TOKENS - 1) / TILE_TOKENS}; }
static int tile_begin(const struct tokens *t, int i) { return t->n * i / t->tiles; }

static int past_panels(int row) { return (row + BN_LUT3_PANEL - 1) / BN_LUT3_PANEL; }
static const uint8_t *words_of(const struct part *c, int panel) { return c->a->w + bn_lut3_panel_at(panel, c->a->cols) + (size_t)c->first * BN_LUT3_UNIT_BYTES; }

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
            make_tables(table + (size_t)u * 16 * step, step, x + (c->first + u) * BN_LUT3_UNIT, (int)BN_A256_BYTES(c->a->cols) - (c->first + u) * BN_LUT3_UNIT);
    }
}

/* No sum over the chunk from unit `first` on is larger, whatever the weights. */
static int largest_sum(const struct part *c, const struct tokens *tokens, int first)
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

/* May the 16-bit sums, which reach `reach`, take up another chunk after this one? */
static void decide_join(struct part *c, const struct tokens *tokens, int *reach)
{
    int next = c->closes ? 0 : largest_sum(c, tokens, c->first + c->units);
    c->joins = c->closes || *reach + next > MOST_SUM;
    *reach = c->joins ? next : *reach + next;
}

/* ---- joining 32-bit sums --------------------------------------------------------------------------------------------------- */
BN_INLINE __m512i partial(const float *y, const bool whole, __mmask16 mask, const bool opens)
{
    return opens ? _mm512_setzero_si512() : whole ? _mm512_loadu_si512(y) : _mm512_maskz_loadu_epi32(mask, y);
}

/* Rows m .. m+15 of token t, those of `mask` when not all belong to the range. */
BN_INLINE void put(const struct bn_ternary_args *a, int t, int m, float *y, __m512i total, const bool whole, __mmask16 mask, const bool closes)
{
    if (closes) {
        __m512 w_scale = !a->w_scale_step ? _mm512_set1_ps(*a->w_scale) : whole ? _mm512_loadu_ps(a->w_scale + m) : _mm512_maskz_loadu_ps(mask, a->w_scale + m);
        total = _mm512_castps_si512(_mm512_mul_ps(_mm512_cvtepi32_ps(total), _mm512_mul_ps(_mm512_set1_ps(a->x_scale[t]), w_scale)));
    }
    if (whole) _mm512_storeu_si512(y, total);
    else _mm512_mask_storeu_epi32(y, mask, total);
}

/* Rows 0..15 of a panel stand in even words, 16..31 in odd ones. */
BN_INLINE void join_panel(const struct part *c, int t, int panel, __m512i sum, const bool whole, const bool opens, const bool closes)
{
    int m = panel * BN_LUT3_PANEL, low = c->begin - m, high = c->end - m;
    uint64_t rows = whole ? 0 : (high >= 32 ? 0xffffffffu : ((uint64_t)1 << high) - 1) & (low <= 0 ? 0xffffffffu : 0xffffffffu << low);
    __mmask16 even = (__mmask16)rows, odd = (__mmask16)(rows >> 16);
    float *y = c->a->y + (size_t)t * c->a->y_stride + m;
    put(c->a, t, m, y, _mm512_dpwssd_epi32(partial(y, whole, even, opens), sum, _mm512_set1_epi32(1)), whole, even, closes);
    put(c->a, t, m + 16, y + 16, _mm512_dpwssd_epi32(partial(y + 16, whole, odd, opens), sum, _mm512_set1_epi32(1 << 16)), whole, odd, closes);
}

typedef __m512i tile_sums[TILE_TOKENS][TILE_PANELS];

/* Panels panel, panel + apart, ... for tokens t .. t + tokens - 1. */
BN_INLINE void join_tile(const struct part *c, int panel, int apart, int panels, int t, int tokens, tile_sums sums, const bool whole, const bool opens, const bool closes)
{
    for (int i = 0; i < tokens; i++)
        for (int p = 0; p < panels; p++) join_panel(c, t + i, panel + p * apart, sums[i][p], whole, opens, closes);
}

static void join(const struct part *c, int panel, int apart, int panels, int t, int tokens, tile_sums sums)
{
    bool whole = panel * BN_LUT3_PANEL >= c->begin && (panel + (panels - 1) * apart + 1) * BN_LUT3_PANEL <= c->end;
    if (!whole) join_tile(c, panel, apart, panels, t, tokens, sums, false, c->opens, c->closes);
    else if (!c->opens && !c->closes) join_tile(c, panel, apart, panels, t, tokens, sums, true, false, false);
    else join_tile(c, panel, apart, panels, t, tokens, sums, true, c->opens, c->closes);
}

/* ---- look-ups -------------------------------------------------------------------------------------------------------------- */
/* Two look-ups, written out: two permutes, then two additions, run at one look-up a cycle on Zen 4, where one permute and one
 * addition in turn take 1.22: the additions then sit on the permutes' pipes. */
BN_INLINE void add_two(__m512i *sum0, __m512i index0, __m512i *sum1, __m512i index1, __m512i table)
{
    __m512i found0, found1;
    __asm__("vpermw %4, %5, %2\n\tvpermw %4, %6, %3\n\tvpaddw %2, %0, %0\n\tvpaddw %3, %1, %1"
            : "+v"(*sum0), "+v"(*sum1), "=&v"(found0), "=&v"(found1)
            : "v"(table), "v"(index0), "v"(index1));
}

BN_INLINE void add_lookup(tile_sums sum, const __m512i index[TILE_PANELS], const int16_t *table, const int panels, const int tokens)
{
    BN_UNROLL for (int i = 0; i < tokens; i++)
    {
        __m512i found = _mm512_load_si512(table + 32 * i);
        BN_UNROLL for (int p = 0; p < panels; p += 2) add_two(&sum[i][p], index[p], &sum[i][p + 1], index[p + 1], found);
    }
}

/* The next of a word's three codes: w >> 5, by a multiply, which leaves the pipes of vpermw free. */
static const _Alignas(64) uint16_t shift5[32] = {2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048,
                                                 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048};
BN_INLINE void next_code(__m512i *w) { __asm__("vpmulhuw %1, %0, %0" : "+v"(*w) : "m"(*(const __m512i *)(const void *)shift5)); }
/* The last code: what was in *w goes up, the top bits of five words come in from below. */
BN_INLINE void take_top_bit(__m512i *w, const uint8_t *word) { __asm__("vpshldw $1, %1, %0, %0" : "+v"(*w) : "m"(*(const __m512i_u *)(const void *)word)); }

/* Units of some panels (words[p]) times the tables [look-up][tokens][32]. */
BN_INLINE void add_tile(tile_sums sums, int units, bool fresh, const uint8_t *const words[TILE_PANELS], const int16_t *tables, const int panels, const int tokens, const bool stream)
{
    tile_sums sum;
    __m512i w[TILE_PANELS];
    BN_UNROLL for (int i = 0; i < tokens; i++)
        BN_UNROLL for (int p = 0; p < panels; p++) sum[i][p] = fresh ? _mm512_setzero_si512() : sums[i][p];
    for (size_t at = 0, end = (size_t)units * BN_LUT3_UNIT_BYTES; at < end;) {
        for (int i = 0; i < 5; i++, at += 64) {
            BN_UNROLL for (int p = 0; p < panels; p++)
            {
                w[p] = _mm512_loadu_si512(words[p] + at);
                if (!stream) continue;
                _mm_prefetch((const char *)words[p] + at + FAR_AHEAD, _MM_HINT_T1);
                _mm_prefetch((const char *)words[p] + at + NEAR_AHEAD, _MM_HINT_T0);
            }
            BN_UNROLL for (int k = 0; k < 3; k++, tables += tokens * 32)
            {
                if (k) BN_UNROLL for (int p = 0; p < panels; p++) next_code(&w[p]);
                add_lookup(sum, w, tables, panels, tokens);
            }
        }
        BN_UNROLL for (int p = 0; p < panels; p++)
            BN_UNROLL for (int i = 0; i < 5; i++) take_top_bit(&w[p], words[p] + at - BN_LUT3_UNIT_BYTES + 64 * i);
        add_lookup(sum, w, tables, panels, tokens);
        tables += tokens * 32;
    }
    BN_UNROLL for (int i = 0; i < tokens; i++)
        BN_UNROLL for (int p = 0; p < panels; p++) sums[i][p] = sum[i][p];
}

/* ---- few tokens ------------------------------------------------------------------------------------------------------------ */
/* What a pass over some columns needs: their tables, and after which chunk sums join. */
struct span {
    _Alignas(64) int16_t tables[FEW_CHUNKS * LOOKUPS * FEW_TOKENS * 32];
    struct part chunks[FEW_CHUNKS];
    int n;
};

/* Takes as many chunks as there is room for. */
static bool take_span(struct span *s, struct part *c, const struct tokens *tokens)
{
    int reach = largest_sum(c, tokens, c->first);
    for (s->n = 0; s->n < FEW_CHUNKS && take_chunk(c); s->n++, c->first += c->units) {
        decide_join(c, tokens, &reach);
        if (s->n == FEW_CHUNKS - 1) c->joins = true;
        make_tile_tables(c, s->tables + s->n * LOOKUPS * tokens->n * 32, tokens->t0, tokens->n);
        s->chunks[s->n] = *c;
        c->fresh = c->joins;
        if (c->joins) c->opens = false;
    }
    return s->n > 0;
}

/* Panels panel, panel + apart, ... (apart 0: one panel, taken twice): four long streams are read faster than one or neighbours (engine/performance.md). */
BN_INLINE void add_streams(const struct span *s, int panel, int apart, const int panels, const int tokens)
{
    tile_sums sums;
    for (int i = 0; i < s->n; i++) {
        const struct part *c = &s->chunks[i];
        const uint8_t *words[TILE_PANELS];
        BN_UNROLL for (int p = 0; p < panels; p++) words[p] = words_of(c, panel + p * apart);
        add_tile(sums, c->units, c->fresh, words, s->tables + i * LOOKUPS * tokens * 32, panels, tokens, true);
        if (c->joins) join(c, panel, apart, apart ? panels : 1, 0, tokens, sums);
    }
}

BN_INLINE void each_stream(struct span *s, const struct bn_ternary_args *a, int begin, int end, const int tokens)
{
    struct part c = {.a = a, .begin = begin, .end = end, .fresh = true, .opens = true};
    struct tokens all = tokens_of(0, tokens);
    int first = begin / BN_LUT3_PANEL, past = past_panels(end), apart = (past - first) / TILE_PANELS;
    while (take_span(s, &c, &all)) {
        for (int panel = first; panel < first + apart; panel++) add_streams(s, panel, apart, TILE_PANELS, tokens);
        for (int panel = first + TILE_PANELS * apart; panel < past; panel += 2) add_streams(s, panel, panel + 1 < past, 2, tokens);
    }
}

static void few_tokens(const struct bn_ternary_args *a, int begin, int end)
{
    struct span s;
    switch (a->n) {
    case 1: each_stream(&s, a, begin, end, 1); break;
    case 2: each_stream(&s, a, begin, end, 2); break;
    case 3: each_stream(&s, a, begin, end, 3); break;
    case 4: each_stream(&s, a, begin, end, 4); break;
    }
}

/* ---- many tokens ----------------------------------------------------------------------------------------------------------- */
struct block {
    _Alignas(64) int16_t tables[BLOCK_TILES][LOOKUPS * TILE_TOKENS * 32];
    tile_sums sums[BLOCK_PANELS / TILE_PANELS][BLOCK_TILES];
};

BN_INLINE void add_tokens(const struct part *c, tile_sums sums, const uint8_t *const words[TILE_PANELS], const int16_t *tables, const int panels, int tokens)
{
    switch (tokens) {
    case 1: add_tile(sums, c->units, c->fresh, words, tables, panels, 1, false); break;
    case 2: add_tile(sums, c->units, c->fresh, words, tables, panels, 2, false); break;
    case 3: add_tile(sums, c->units, c->fresh, words, tables, panels, 3, false); break;
    case 4: add_tile(sums, c->units, c->fresh, words, tables, panels, 4, false); break;
    case 5: add_tile(sums, c->units, c->fresh, words, tables, panels, 5, false); break;
    case 6: add_tile(sums, c->units, c->fresh, words, tables, panels, 6, false); break;
    }
}

/* Asks for the i-th of n parts of the chunk's words of four panels. */
static void ask_ahead(const struct part *c, int panel, int i, int n)
{
    int lines = c->units * BN_LUT3_UNIT_BYTES / 64;
    for (int p = panel; p < panel + TILE_PANELS && p < past_panels(c->end); p++)
        for (int k = lines * i / n; k < lines * (i + 1) / n; k++) _mm_prefetch((const char *)words_of(c, p) + 64 * k, _MM_HINT_T1);
}

static void add_block(const struct part *c, struct block *b, const struct tokens *tokens)
{
    int past = past_panels(c->end);
    tile_sums *sums = b->sums[0];
    for (int i = 0; i < tokens->tiles; i++) make_tile_tables(c, b->tables[i], tokens->t0 + tile_begin(tokens, i), tile_begin(tokens, i + 1) - tile_begin(tokens, i));
    for (int panel = c->begin / BN_LUT3_PANEL; panel < past; panel += TILE_PANELS, sums += BLOCK_TILES) {
        int panels = past - panel < TILE_PANELS ? past - panel : TILE_PANELS;
        const uint8_t *words[TILE_PANELS];
        for (int p = 0; p < TILE_PANELS; p++) words[p] = words_of(c, p < panels ? panel + p : panel);
        for (int i = 0; i < tokens->tiles; i++) {
            int t = tile_begin(tokens, i), n = tile_begin(tokens, i + 1) - t;
            ask_ahead(c, panel + TILE_PANELS, i, tokens->tiles);
            if (panels > 2) add_tokens(c, sums[i], words, b->tables[i], TILE_PANELS, n);
            else add_tokens(c, sums[i], words, b->tables[i], 2, n);
            if (c->joins) join(c, panel, 1, panels, tokens->t0 + t, n, sums[i]);
        }
    }
}

static void multiply_block(struct part *c, struct block *b, const struct tokens *tokens)
{
    int reach = largest_sum(c, tokens, 0);
    for (; take_chunk(c); c->first += c->units) {
        decide_join(c, tokens, &reach);
        add_block(c, b, tokens);
        c->fresh = c->joins;
        if (c->joins) c->opens = false;
    }
}

/* Blocks as equal as can be. */
static void many_tokens(const struct bn_ternary_args *a, int begin, int end)
{
    struct block b;
    int first = begin / BN_LUT3_PANEL, panels = past_panels(end) - first, tiles = (panels + TILE_PANELS - 1) / TILE_PANELS;
    int most = BLOCK_TILES * TILE_TOKENS, token_blocks = (a->n + most - 1) / most, row_blocks = (panels + BLOCK_PANELS - 1) / BLOCK_PANELS;
    for (int i = 0; i < token_blocks; i++) {
        int t0 = a->n * i / token_blocks;
        struct tokens tokens = tokens_of(t0, a->n * (i + 1) / token_blocks - t0);
        for (int j = 0; j < row_blocks; j++) {
            int m0 = (first + tiles * j / row_blocks * TILE_PANELS) * BN_LUT3_PANEL, m1 = (first + tiles * (j + 1) / row_blocks * TILE_PANELS) * BN_LUT3_PANEL;
            multiply_block(&(struct part){.a = a, .begin = m0 > begin ? m0 : begin, .end = m1 < end ? m1 : end, .fresh = true, .opens = true}, &b, &tokens);
        }
    }
}

static void matmul(const struct bn_ternary_args *a, int row_begin, int row_end)
{
    if (row_begin >= row_end) return;
    if (a->n <= FEW_TOKENS) few_tokens(a, row_begin, row_end);
    else many_tokens(a, row_begin, row_end);
}

BN_KERNEL(matmul_lut3, avx512vnni, BN_CPU_AVX512VNNI, matmul);
