/* matmul_amx_tmpl.h - body of matrices of two-bit codes times int8 by AMX tiles (tdpbsud). Two tiles of codes, unpacked
 * once into a panel that stays in L1 while the tokens pass, with four tiles of sums and two of activations use all
 * eight.
 *
 * The including file defines, after it has included amx.h:
 * - PANEL_ROWS: rows of a panel;
 * - unpack(codes, a, m, end, k): the columns k..k+255 of the rows of a panel from m on, as two tiles for each 64 of
 *   them; rows past `end` repeat the last one;
 * - store_tile(a, sums, t, m, rows): y of `rows` rows from m on for the 16 tokens from t on, from the sums of both
 * tiles;
 * - FEWER_TOKENS: the variant that takes less than 16 tokens.
 * Gives: matmul. */
#define PANEL_STEPS 16 /* 32 KiB of codes, of the 48 KiB of L1 that CPUs with AMX have */
#define SLOTS       8  /* tiles of tokens for which sums are kept: 16 KiB */

struct scratch {
    _Alignas(64) code_tile codes[PANEL_STEPS][2];
    int32_t sums[SLOTS][TILE][2 * TILE];
};

/* Columns k.. of the rows from m on into the panel; returns the number of steps. */
static int fill_panel(struct scratch *s, const struct bn_ternary_args *a, int m, int end, int k)
{
    int steps = 0;
    for (; steps < PANEL_STEPS && k < a->cols; steps += 4, k += 4 * STEP) unpack(s->codes + steps, a, m, end, k);
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
    int32_t(*sum)[TILE][2 * TILE] = s->sums + tile % SLOTS;
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

/* Rows m..end-1, at most PANEL_ROWS, for the tiles of tokens begin..finish-1, at most SLOTS. */
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
        store_tile(a, (const int32_t(*)[2 * TILE]) s->sums[tile - begin], first_token(a, tile), m, end - m);
}

extern const struct bn_kernel_variant FEWER_TOKENS;

static void matmul(const struct bn_ternary_args *a, int row_begin, int row_end)
{
    struct scratch scratch;
    int tiles = (a->n + TILE - 1) / TILE;
    if (a->n < TILE) {
        ((bn_matmul_i2_fn *)FEWER_TOKENS.function)(a, row_begin, row_end);
        return;
    }
    _tile_loadconfig(&full_tiles);
    for (int m = row_begin; m < row_end; m += PANEL_ROWS)
        for (int tile = 0; tile < tiles; tile += SLOTS)
            block(a, &scratch, m, row_end - m < PANEL_ROWS ? row_end : m + PANEL_ROWS, tile,
                  tiles - tile < SLOTS ? tiles : tile + SLOTS);
    _tile_release();
}
