/* matmul_block32_avx512.h - formats of blocks of 32 weights with one f16 scale (Q8_0, Q4_0) times int8, sixteen blocks a
 * step: vpdpbusd of unsigned codes, a tree that gives one sum a block, and one fused multiply-add for all sixteen.
 * The including file defines struct block, OFFSET (how far a code is above its weight), load_pair(): the codes of two blocks,
 * and REFERENCE. */
#include "engine/kernels/lanes/lanes.h"

#define TOKENS 4
#define STEP_COLS 512
#define MOST_COLS 65536 /* wider matrices go to REFERENCE */

BN_INLINE __m512i pairs_to_lanes(__m512i a, __m512i b, __m512i c, __m512i d)
{
    __m512i ab = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
    __m512i cd = _mm512_add_epi32(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
    return _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
}

/* Eight vectors, each two blocks of 8 sums: the sixteen totals in the order of the blocks. */
BN_INLINE __m512i sum_blocks(const __m512i s[8])
{
    const __m512i order = _mm512_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15);
    __m512i p = pairs_to_lanes(s[0], s[1], s[2], s[3]), q = pairs_to_lanes(s[4], s[5], s[6], s[7]);
    __m512i sum = _mm512_add_epi32(_mm512_shuffle_i32x4(p, q, 0x88), _mm512_shuffle_i32x4(p, q, 0xdd));
    return _mm512_permutexvar_epi32(order, sum);
}

BN_INLINE v16 scales_of(const struct block *w)
{
    uint16_t d[16];
    BN_UNROLL for (int b = 0; b < 16; b++) d[b] = w[b].d;
    return v16_load_f16(d);
}

/* The activations of up to TOKENS tokens as the rows need them. */
struct columns {
    const int8_t *x[TOKENS];
    const float *x_scale[TOKENS];
    int8_t x_tail[TOKENS][STEP_COLS];                /* the last, incomplete step, zeros behind it */
    __m512i offset[TOKENS][MOST_COLS / STEP_COLS];   /* OFFSET times the sum of each block's activations */
};

static void prepare(struct columns *p, const struct bn_block_args *a, int t, int tokens)
{
    for (int c = 0; c < tokens; c++) {
        p->x[c] = a->x + (size_t)(t + c) * a->x_stride;
        p->x_scale[c] = a->x_scale + (size_t)(t + c) * a->x_scale_stride;
        int tail = a->cols % STEP_COLS;
        memset(p->x_tail[c], 0, STEP_COLS);
        memcpy(p->x_tail[c], p->x[c] + a->cols - tail, (size_t)tail);
        for (int k = 0; k < a->cols; k += STEP_COLS) {
            const int8_t *x = k + STEP_COLS <= a->cols ? p->x[c] + k : p->x_tail[c];
            __m512i s[8];
            for (int i = 0; i < 8; i++)
                s[i] = _mm512_dpbusd_epi32(_mm512_setzero_si512(), _mm512_set1_epi8((char)OFFSET), _mm512_loadu_si512(x + 64 * i));
            p->offset[c][k / STEP_COLS] = sum_blocks(s);
        }
    }
}

/* x_scale of sixteen blocks from block `b` of `blocks`. */
BN_INLINE v16 x_scales(const float *x_scale, int b, int blocks)
{
    float first = x_scale[b / 8], second = b + 8 < blocks ? x_scale[b / 8 + 1] : 0.0f;
    return _mm512_mask_mov_ps(v16_set(second), 0xff, v16_set(first));
}

/* Adds sixteen blocks from block `b` of one row, of which the first `n` count. */
BN_INLINE void step(v16 lane[TOKENS], const struct block *w, const struct columns *p, int b, int blocks, int n, const int tokens)
{
    __m512i code[8];
    v16 d = scales_of(w);
    BN_UNROLL for (int i = 0; i < 8; i++) code[i] = load_pair(w + 2 * i);
    BN_UNROLL for (int c = 0; c < tokens; c++)
    {
        const int8_t *x = n == 16 ? p->x[c] + b * 32 : p->x_tail[c];
        __m512i s[8];
        BN_UNROLL for (int i = 0; i < 8; i++) s[i] = _mm512_dpbusd_epi32(_mm512_setzero_si512(), code[i], _mm512_loadu_si512(x + 64 * i));
        v16 sum = _mm512_cvtepi32_ps(_mm512_sub_epi32(sum_blocks(s), p->offset[c][b / 16]));
        v16 next = v16_fma(sum, v16_mul(d, x_scales(p->x_scale[c], b, blocks)), lane[c]);
        lane[c] = n == 16 ? next : v16_keep(next, n, lane[c]);
    }
}

BN_INLINE void row(const struct bn_block_args *a, const struct columns *p, int m, int t, const int tokens)
{
    const struct block *w = (const void *)((const char *)a->w + (size_t)m * a->row_bytes);
    int blocks = a->cols / 32, b = 0;
    v16 lane[TOKENS];
    BN_UNROLL for (int c = 0; c < tokens; c++) lane[c] = v16_set(0.0f);
    for (; b + 16 <= blocks; b += 16) step(lane, w + b, p, b, blocks, 16, tokens);
    if (b < blocks) {
        struct block tail[16];
        memset(tail, 0, sizeof tail);
        memcpy(tail, w + b, (size_t)(blocks - b) * sizeof *w);
        step(lane, tail, p, b, blocks, blocks - b, tokens);
    }
    BN_UNROLL for (int c = 0; c < tokens; c++) a->y[(size_t)(t + c) * a->y_stride + (size_t)m] = v16_sum(lane[c]);
}

static void matmul(const struct bn_block_args *a, int row_begin, int row_end)
{
    struct columns p;
    if (a->cols > MOST_COLS) {
        REFERENCE(a, row_begin, row_end);
        return;
    }
    for (int t = 0, tokens; t < a->n; t += tokens) {
        tokens = a->n - t >= TOKENS ? TOKENS : 1;
        prepare(&p, a, t, tokens);
        if (tokens == TOKENS)
            for (int m = row_begin; m < row_end; m++) row(a, &p, m, t, TOKENS);
        else
            for (int m = row_begin; m < row_end; m++) row(a, &p, m, t, 1);
    }
}
