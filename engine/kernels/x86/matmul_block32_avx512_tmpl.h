/* matmul_block32_avx512_tmpl.h - body for formats of blocks of 32 weights with one f16 scale (Q8_0, Q4_0) times int8,
 * sixteen blocks a step: vpdpbusd of unsigned codes, a tree that gives one sum a block, and one fused multiply-add for
 * all sixteen. One token passes through ROWS rows at a time, which are far apart, so that memory is read as a few long
 * streams; up to eight tokens share the codes of one row.
 *
 * The including file defines:
 * - struct block: as stored, with the f16 scale `d`;
 * - OFFSET: how far an unsigned code is above its weight;
 * - ROWS: rows of one token at a time;
 * - REFERENCE: the ref variant's function, for matrices wider than MOST_COLS;
 * - int block_of(int lane): which block of a step a lane holds;
 * - void arrange(int8_t *to, const int8_t *x): 512 activations in the order of the codes;
 * - void load_step(__m512i code[8], __m256i *d, const struct block *w): codes of a step, and scales by lane;
 * - __m512i sum_step(const __m512i code[8], const int8_t *x): sums by lane.
 * Gives: matmul. */
#include "engine/kernels/lanes/lanes.h"

#define TOKENS     8
#define STEP_COLS  512
#define MOST_COLS  32768 /* wider matrices go to REFERENCE */
#define FAR_BYTES  8192  /* ahead of the weights, to L2 */
#define NEAR_BYTES 1024  /* and to L1 */

/* The activations of up to TOKENS tokens as the rows need them, step by step. */
struct step_columns {
    __m512i offset; /* OFFSET times the sum of each lane's activations */
    v16 x_scale;
    int8_t x[STEP_COLS]; /* zeros after the last */
};
struct columns {
    struct step_columns of[MOST_COLS / STEP_COLS * TOKENS]; /* [step][tokens] */
};

static void prepare(struct columns *p, const struct bn_block_args *a, int t, int tokens)
{
    __m512i offset[8];
    for (int i = 0; i < 8; i++) offset[i] = _mm512_set1_epi8((char)OFFSET);
    for (int k = 0; k < a->cols; k += STEP_COLS)
        for (int c = 0; c < tokens; c++) {
            const int8_t *x = a->x + (size_t)(t + c) * a->x_stride + k;
            const float *x_scale = a->x_scale + (size_t)(t + c) * a->x_scale_stride + k / 256;
            struct step_columns *s = &p->of[k / STEP_COLS * tokens + c];
            int8_t padded[STEP_COLS] = {0};
            float scale[16];
            memcpy(padded, x, a->cols - k < STEP_COLS ? (size_t)(a->cols - k) : STEP_COLS);
            arrange(s->x, padded);
            s->offset = sum_step(offset, s->x);
            for (int i = 0; i < 16; i++) scale[i] = k + 32 * block_of(i) < a->cols ? x_scale[block_of(i) / 8] : 0.0f;
            s->x_scale = v16_load(scale);
        }
}

/* Prefetches the lines after this step. One row of one token is faster without. */
BN_INLINE void ask_for(const struct block *w)
{
    BN_UNROLL for (int i = 0; i < (int)sizeof *w; i += 4) /* sixteen blocks, a line at a time */
    {
        _mm_prefetch((const char *)w + 16 * i + FAR_BYTES, _MM_HINT_T1);
        _mm_prefetch((const char *)w + 16 * i + NEAR_BYTES, _MM_HINT_T0);
    }
}

/* Adds sixteen blocks of one row; only the lanes in `keep` count. */
BN_INLINE void step(v16 lane[TOKENS], const struct block *w, const struct step_columns *p, __mmask16 keep,
                    const int tokens)
{
    __m512i code[8];
    __m256i d;
    load_step(code, &d, w);
    v16 scale = _mm512_cvtph_ps(d);
    BN_UNROLL for (int c = 0; c < TOKENS; c++)
    {
        if (c >= tokens) continue;
        v16 sum = _mm512_cvtepi32_ps(_mm512_sub_epi32(sum_step(code, p[c].x), p[c].offset));
        lane[c] = _mm512_mask3_fmadd_ps(sum, v16_mul(scale, p[c].x_scale), lane[c], keep);
    }
}

/* The last step of a row that is not a multiple of 16 blocks: zeros past its end. */
static __attribute__((noinline)) __mmask16 end_of_row(struct block tail[16], const struct block *w, int blocks)
{
    __mmask16 keep = 0;
    memset(tail, 0, 16 * sizeof *tail);
    memcpy(tail, w, (size_t)blocks * sizeof *tail);
    for (int i = 0; i < 16; i++) keep |= (__mmask16)((block_of(i) < blocks) << i);
    return keep;
}

BN_INLINE float reduce(v16 lane)
{
    float by_lane[16], by_block[16];
    v16_store(by_lane, lane);
    BN_UNROLL for (int i = 0; i < 16; i++) by_block[block_of(i)] = by_lane[i];
    return v16_sum(v16_load(by_block));
}

/* Rows m, m + apart, ... with the tokens of p, of which the first is t. */
BN_INLINE void tile(const struct bn_block_args *a, const struct columns *p, int m, int apart, int t, const int rows,
                    const int tokens)
{
    const struct block *w[ROWS];
    struct block tail[16];
    v16 lane[ROWS][TOKENS];
    int blocks = a->cols / 32, b = 0;
    BN_UNROLL for (int r = 0; r < ROWS; r++)
    {
        w[r] = (const void *)((const char *)a->w + (size_t)(r < rows ? m + r * apart : m) * a->row_bytes);
        BN_UNROLL for (int c = 0; c < TOKENS; c++) lane[r][c] = v16_set(0.0f);
    }
    for (; b + 16 <= blocks; b += 16) BN_UNROLL for (int r = 0; r < ROWS; r++)
        {
            if (r >= rows) continue;
            if (rows * tokens > 1) ask_for(w[r] + b);
            step(lane[r], w[r] + b, p->of + b / 16 * tokens, 0xffff, tokens);
        }
    if (b < blocks) BN_UNROLL for (int r = 0; r < ROWS; r++)
        {
            if (r >= rows) continue;
            __mmask16 keep = end_of_row(tail, w[r] + b, blocks - b);
            step(lane[r], tail, p->of + b / 16 * tokens, keep, tokens);
        }
    BN_UNROLL for (int r = 0; r < ROWS; r++) BN_UNROLL for (int c = 0; c < TOKENS; c++) if (r < rows && c < tokens)
        a->y[(size_t)(t + c) * a->y_stride + (size_t)(m + r * apart)] = reduce(lane[r][c]);
}

BN_INLINE int rows_at_once(const int tokens) { return tokens == 1 ? ROWS : 1; }
#include "engine/kernels/x86/matmul_by_tokens_tmpl.h"
