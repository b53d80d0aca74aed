/* matmul_lut3_avx512vnni.c - ternary times int8 by table look-up in registers. For every token and every three columns
 * a vector holds the 27 sums that three weights can make of three activations; vpermw picks 32 rows' sums from it at
 * once, vpaddw adds them. That is 96 multiply-adds in two instructions, one of which runs on every vector pipe, where
 * vpdpbusd does 64 on two pipes of four. Sums have 16 bits. Those of a chunk cannot overflow; whether the next chunk's
 * may be added to them is decided by the activations (the sum of their magnitudes bounds every sum), else they join
 * 32-bit partial sums, which live in y until the last chunk scales them. Few tokens (decode): tables of whole rows stay
 * in L2, weights are read once, as four long streams. Many tokens (prefill): tables of a chunk and 16-bit sums of a
 * block of tokens and rows stay in L2, words of four panels in L1. */
#include "engine/kernels/x86/lut3_tile.h"

enum {
    BLOCK_TILES = 11,  /* of tokens: tables of 330 KiB */
    BLOCK_PANELS = 80, /* 16-bit sums of 330 KiB */
    FEW_TOKENS = 4,    /* read weights as streams; */
    FEW_CHUNKS = 29    /* chunks, 6,960 columns, whose tables are kept: 145 KiB per token */
};

/* ---- few tokens ---- */
/* What a pass over some columns needs: their tables, and after which chunk sums join. */
struct span {
    _Alignas(64) int16_t tables[FEW_CHUNKS * ENTRIES * FEW_TOKENS * 32];
    struct part chunks[FEW_CHUNKS];
    int n;
};

/* Takes as many chunks as fit. */
static bool take_span(struct span *s, struct part *c, const struct tokens *tokens)
{
    int reach = largest_sum(c, tokens, c->first);
    for (s->n = 0; s->n < FEW_CHUNKS && take_chunk(c); s->n++, c->first += c->units) {
        decide_join(c, tokens, &reach);
        if (s->n == FEW_CHUNKS - 1) c->joins = true;
        make_tile_tables(c, s->tables + s->n * ENTRIES * tokens->n * 32, tokens->t0, tokens->n);
        s->chunks[s->n] = *c;
        c->fresh = c->joins;
        if (c->joins) c->opens = false;
    }
    return s->n > 0;
}

/* Panels panel, panel + apart, ... (apart 0: one panel, taken twice): four long streams are read faster than one, or
 * than adjacent ones (engine/performance.md). */
BN_INLINE void add_streams(const struct span *s, int panel, int apart, const int panels, const int tokens)
{
    tile_sums sums;
    for (int i = 0; i < s->n; i++) {
        const struct part *c = &s->chunks[i];
        const uint8_t *words[TILE_PANELS];
        BN_UNROLL for (int p = 0; p < panels; p++) words[p] = words_of(c, panel + p * apart);
        add_tile(sums, c->units, c->fresh, words, s->tables + i * ENTRIES * tokens * 32, panels, tokens, true);
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
        for (int panel = first + TILE_PANELS * apart; panel < past; panel += 2)
            add_streams(s, panel, panel + 1 < past, 2, tokens);
    }
}

static void few_tokens(const struct bn_ternary_args *a, int begin, int end)
{
    _Static_assert(sizeof(struct span) <= BN_KERNEL_SCRATCH, "a span is too large");
    struct span *restrict s = a->scratch;
    switch (a->n) {
    case 1:
        each_stream(s, a, begin, end, 1);
        break;
    case 2:
        each_stream(s, a, begin, end, 2);
        break;
    case 3:
        each_stream(s, a, begin, end, 3);
        break;
    case 4:
        each_stream(s, a, begin, end, 4);
        break;
    }
}

/* ---- many tokens ---- */
struct block {
    _Alignas(64) int16_t tables[BLOCK_TILES][ENTRIES * TILE_TOKENS * 32];
    tile_sums sums[BLOCK_PANELS / TILE_PANELS][BLOCK_TILES];
};

BN_INLINE void add_tokens(const struct part *c, tile_sums sums, const uint8_t *const words[TILE_PANELS],
                          const int16_t *tables, const int panels, int tokens)
{
    switch (tokens) {
    case 1:
        add_tile(sums, c->units, c->fresh, words, tables, panels, 1, false);
        break;
    case 2:
        add_tile(sums, c->units, c->fresh, words, tables, panels, 2, false);
        break;
    case 3:
        add_tile(sums, c->units, c->fresh, words, tables, panels, 3, false);
        break;
    case 4:
        add_tile(sums, c->units, c->fresh, words, tables, panels, 4, false);
        break;
    case 5:
        add_tile(sums, c->units, c->fresh, words, tables, panels, 5, false);
        break;
    case TILE_TOKENS:
        if (panels == TILE_PANELS)
            add_full_tile(sums, c->units, c->fresh, words, tables);
        else
            add_tile(sums, c->units, c->fresh, words, tables, panels, TILE_TOKENS, false);
    }
}

/* Prefetches the i-th of n parts of the chunk's words of four panels. */
static void ask_ahead(const struct part *c, int panel, int i, int n)
{
    int lines = c->units * BN_LUT3_UNIT_BYTES / 64;
    for (int p = panel; p < panel + TILE_PANELS && p < past_panels(c->end); p++)
        for (int k = lines * i / n; k < lines * (i + 1) / n; k++)
            _mm_prefetch((const char *)words_of(c, p) + 64 * k, _MM_HINT_T1);
}

static void add_block(const struct part *c, struct block *b, const struct tokens *tokens)
{
    int past = past_panels(c->end);
    tile_sums *sums = b->sums[0];
    for (int i = 0; i < tokens->tiles; i++)
        make_tile_tables(c, b->tables[i], tokens->t0 + tile_begin(tokens, i),
                         tile_begin(tokens, i + 1) - tile_begin(tokens, i));
    for (int panel = c->begin / BN_LUT3_PANEL; panel < past; panel += TILE_PANELS, sums += BLOCK_TILES) {
        int panels = past - panel < TILE_PANELS ? past - panel : TILE_PANELS;
        const uint8_t *words[TILE_PANELS];
        for (int p = 0; p < TILE_PANELS; p++) words[p] = words_of(c, p < panels ? panel + p : panel);
        for (int i = 0; i < tokens->tiles; i++) {
            int t = tile_begin(tokens, i), n = tile_begin(tokens, i + 1) - t;
            ask_ahead(c, panel + TILE_PANELS, i, tokens->tiles);
            if (panels > 2)
                add_tokens(c, sums[i], words, b->tables[i], TILE_PANELS, n);
            else
                add_tokens(c, sums[i], words, b->tables[i], 2, n);
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

/* Blocks as equal as possible. */
static void many_tokens(const struct bn_ternary_args *a, int begin, int end)
{
    _Static_assert(sizeof(struct block) <= BN_KERNEL_SCRATCH, "a block is too large");
    struct block *restrict b = a->scratch;
    int first = begin / BN_LUT3_PANEL, panels = past_panels(end) - first,
        tiles = (panels + TILE_PANELS - 1) / TILE_PANELS;
    int most = BLOCK_TILES * TILE_TOKENS, token_blocks = (a->n + most - 1) / most,
        row_blocks = (panels + BLOCK_PANELS - 1) / BLOCK_PANELS;
    for (int i = 0; i < token_blocks; i++) {
        int t0 = a->n * i / token_blocks;
        struct tokens tokens = tokens_of(t0, a->n * (i + 1) / token_blocks - t0);
        for (int j = 0; j < row_blocks; j++) {
            int m0 = (first + tiles * j / row_blocks * TILE_PANELS) * BN_LUT3_PANEL,
                m1 = (first + tiles * (j + 1) / row_blocks * TILE_PANELS) * BN_LUT3_PANEL;
            multiply_block(
                &(struct part){
                    .a = a, .begin = m0 > begin ? m0 : begin, .end = m1 < end ? m1 : end, .fresh = true, .opens = true},
                b, &tokens);
        }
    }
}

static void matmul(const struct bn_ternary_args *a, int row_begin, int row_end)
{
    if (row_begin >= row_end) return;
    if (a->n <= FEW_TOKENS)
        few_tokens(a, row_begin, row_end);
    else
        many_tokens(a, row_begin, row_end);
}

BN_KERNEL(matmul_lut3, avx512vnni, BN_CPU_AVX512VNNI, matmul);
