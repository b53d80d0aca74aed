/* matmul_planes_tile_tmpl.h - body of planes of signs times int8 (matmul_wrq, matmul_binary), on vectors of 16 or 32
 * bytes: four rows of one token, or four tokens of one row. A field of the packed bytes is read once, for both planes.
 *
 * The including file defines, after it has included the vector128.h or vector256.h of its instruction set:
 * - PLANES: 2 or 1;
 * - FLUSH_BLOCKS: blocks of 32 packed bytes that DOT may sum before FLUSH;
 * - DOT(sum, code, x): `sum` plus the products of unsigned codes and signed activations;
 * - FLUSH(total, sum): 32-bit totals plus `sum`.
 * Gives: matmul. */
#include "engine/kernels/tiles/store_planes.h"

#define TILE        4 /* rows of one token, or tokens of one row */
#define FIELDS      (8 / PLANES)
#define BLOCK_COLS  (32 * FIELDS)
#define BLOCK_BYTES (256 << 10) /* of weights; stays in L2 while all tokens pass */

/* Sums of codes, and with two planes of the bits of the second, each for rows or tokens 0..3. */
struct sums {
    VECTOR code[TILE], second[TILE];
};

/* Field f of a block of 32 bytes, and where its activations begin in a row of them. */
BN_INLINE VECTOR field(VECTOR w, const int f) { return PLANES == 2 ? bits(w, 6 - 2 * f, 3) : bits(w, f, 1); }
BN_INLINE size_t first_of(int block, const int f)
{
    size_t b = (size_t)block;
    return PLANES == 2 ? b / 2 * 256 + b % 2 * 32 + 64 * (size_t)f : b * BLOCK_COLS + 32 * (size_t)f;
}

BN_INLINE void add(struct sums *s, int i, VECTOR code, VECTOR x)
{
    s->code[i] = DOT(s->code[i], code, x);
    KEEP(s->code[i]); /* otherwise gcc keeps products in memory */
    if (PLANES == 1) return;
    s->second[i] = DOT(s->second[i], bits(code, 0, 1), x);
    KEEP(s->second[i]);
}

/* 16 or 32 bytes at `at` of a block of rows `step` bytes apart, or of one row for several tokens. */
BN_INLINE void add_field(struct sums *s, const struct bn_ternary_args *a, const uint8_t *w, size_t step,
                         const int8_t *x, const int f, const int rows, const int tokens)
{
    if (tokens == 1) {
        VECTOR xv = load(x);
        BN_UNROLL for (int r = 0; r < rows; r++) add(s, r, field(load(w + (size_t)r * step), f), xv);
    } else {
        VECTOR code = field(load(w), f);
        BN_UNROLL for (int c = 0; c < tokens; c++) add(s, c, code, load(x + (size_t)c * a->x_stride));
    }
}

/* The blocks begin..end-1, added to `total`. */
BN_INLINE void blocks(const struct bn_ternary_args *a, const uint8_t *w, size_t step, const int8_t *x, int begin,
                      int end, struct sums *total, const int rows, const int tokens)
{
    const int n = rows > tokens ? rows : tokens;
    struct sums s;
    BN_UNROLL for (int i = 0; i < n; i++) s.code[i] = s.second[i] = zero();
    for (int b = begin; b < end; b++)
        BN_UNROLL for (int f = 0; f < FIELDS; f++) BN_UNROLL for (size_t part = 0; part < 32; part += sizeof(VECTOR))
            add_field(&s, a, w + (size_t)b * 32 + part, step, x + first_of(b, f) + part, f, rows, tokens);
    BN_UNROLL for (int i = 0; i < n; i++)
    {
        total->code[i] = FLUSH(total->code[i], s.code[i]);
        if (PLANES == 2) total->second[i] = FLUSH(total->second[i], s.second[i]);
    }
}

BN_INLINE void tile(const struct bn_ternary_args *a, int m, int apart, int t, const int rows, const int tokens)
{
    const uint8_t *w = a->w + (size_t)m * a->row_bytes;
    const int8_t *x = a->x + (size_t)t * a->x_stride;
    struct sums total;
    int n = a->cols / BLOCK_COLS;
    BN_UNROLL for (int i = 0; i < TILE; i++) total.code[i] = total.second[i] = zero();
    for (int b = 0; b < n; b += FLUSH_BLOCKS)
        blocks(a, w, (size_t)apart * a->row_bytes, x, b, n - b < FLUSH_BLOCKS ? n : b + FLUSH_BLOCKS, &total, rows,
               tokens);
    four_ints code = sum4(total.code[0], total.code[1], total.code[2], total.code[3]);
    four_ints second = sum4(total.second[0], total.second[1], total.second[2], total.second[3]);
    if (tokens == 1)
        store_planes(a, PLANES, m, apart, t, code, second, rows);
    else
        store_tokens(a, PLANES, m, t, code, second, tokens);
}

/* Token t for rows begin..end-1: the rows of a tile are a quarter of them apart, so that they are read as four
 * ascending streams. */
static void one_token(const struct bn_ternary_args *a, int begin, int end, int t)
{
    int apart = (end - begin) / TILE;
    for (int m = begin; m < begin + apart; m++) tile(a, m, apart, t, TILE, 1);
    for (int m = begin + TILE * apart; m < end; m++) tile(a, m, 0, t, 1, 1);
}

static void matmul(const struct bn_ternary_args *a, int row_begin, int row_end)
{
    int rows = a->n == 1 ? row_end - row_begin : (int)(BLOCK_BYTES / (a->row_bytes + 1)) / TILE * TILE + TILE;
    for (int begin = row_begin; begin < row_end; begin += rows) {
        int end = row_end - begin < rows ? row_end : begin + rows, t = 0;
        for (; t + TILE <= a->n; t += TILE)
            for (int m = begin; m < end; m++) tile(a, m, 0, t, 1, TILE);
        for (; t < a->n; t++) one_token(a, begin, end, t);
    }
}
