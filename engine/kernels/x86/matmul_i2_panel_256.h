/* matmul_i2_panel_256.h - matmul_i2_256.h for many tokens: the rows of a panel are transposed and unpacked once and stay in L2
 * while all tokens pass. A vector holds 4 columns of 8 rows, so that nothing is summed across lanes: activations are broadcast,
 * four columns at a time. Uses DOT, FLUSH and FLUSH_BLOCKS. */
#define PANEL_VECTORS 2                   /* of 8 rows */
#define PANEL_ROWS    (8 * PANEL_VECTORS)
#define PANEL_TOKENS  4                   /* 8 sums + 2 code vectors + activations + product in 16 registers */
#define PANEL_COLS    16384               /* most columns; the panel takes 256 KiB of stack then */
#define PANEL_LEAST   16                  /* tokens for which the transposition pays */
#define PANEL_FLUSH   (FLUSH_BLOCKS / 8)  /* a 16-bit lane sums 64 products of a block here, 8 in the row tiles */

struct panel {
    __m256i codes[PANEL_COLS / 4][PANEL_VECTORS];
};

/* v[i] lane j becomes v[j] lane i. */
BN_INLINE void transpose8(__m256i v[8])
{
    __m256i a[8], b[8];
    BN_UNROLL for (int i = 0; i < 8; i += 2)
    {
        a[i] = _mm256_unpacklo_epi32(v[i], v[i + 1]);
        a[i + 1] = _mm256_unpackhi_epi32(v[i], v[i + 1]);
    }
    BN_UNROLL for (int i = 0; i < 8; i += 4)
        BN_UNROLL for (int j = 0; j < 2; j++)
        {
            b[i + 2 * j] = _mm256_unpacklo_epi64(a[i + j], a[i + j + 2]);
            b[i + 2 * j + 1] = _mm256_unpackhi_epi64(a[i + j], a[i + j + 2]);
        }
    BN_UNROLL for (int j = 0; j < 4; j++)
    {
        v[j] = _mm256_permute2x128_si256(b[j], b[4 + j], 0x20);
        v[4 + j] = _mm256_permute2x128_si256(b[j], b[4 + j], 0x31);
    }
}

/* Rows m..end-1 into the panel; rows it has no more of repeat the last one. */
static void fill_panel(struct panel *panel, const struct bn_ternary_args *a, int m, int end)
{
    for (int p = 0; p < PANEL_VECTORS; p++, m += 8) {
        const uint8_t *w[8];
        for (int i = 0; i < 8; i++) w[i] = a->w + (size_t)(m + i < end ? m + i : end - 1) * a->row_bytes;
        for (int b = 0; b < a->cols / 128; b++) {
            __m256i v[8];
            BN_UNROLL for (int i = 0; i < 8; i++) v[i] = _mm256_loadu_si256((const __m256i *)(w[i] + b * 32));
            transpose8(v);
            BN_UNROLL for (int f = 0; f < 4; f++)
                BN_UNROLL for (int i = 0; i < 8; i++) panel->codes[b * 32 + f * 8 + i][p] = field(v[i], f);
        }
    }
}

/* Adds the block of 128 columns whose codes begin at w. */
BN_INLINE void panel_block(__m256i sum[PANEL_VECTORS][PANEL_TOKENS], const __m256i (*w)[PANEL_VECTORS], const int8_t *x, size_t x_stride, const int tokens)
{
    for (int f = 0; f < 4; f++, x += 64)
        BN_UNROLL for (int j = 0; j < 8; j++, w++)
            BN_UNROLL for (int c = 0; c < tokens; c++)
            {
                int32_t four;
                memcpy(&four, x + (size_t)c * x_stride + 4 * j, sizeof four);
                __m256i xv = _mm256_set1_epi32(four);
                BN_UNROLL for (int p = 0; p < PANEL_VECTORS; p++)
                {
                    sum[p][c] = DOT(sum[p][c], w[0][p], xv);
                    __asm__("" : "+x"(sum[p][c])); /* see matmul_i2_256.h */
                }
            }
}

/* y of the rows m..end-1 from the sums of one vector of rows. */
BN_INLINE void store_panel(const struct bn_ternary_args *a, int m, int end, int t, const __m256i *total, const int tokens)
{
    for (int c = 0; c < tokens; c++) {
        int32_t sum[8];
        _mm256_storeu_si256((__m256i *)sum, total[c]);
        float *y = a->y + (size_t)(t + c) * a->y_stride;
        for (int i = 0; i < 8 && m + i < end; i++)
            y[m + i] = (float)(sum[i] - a->x_sum[t + c]) * (a->x_scale[t + c] * a->w_scale[(size_t)(m + i) * (size_t)a->w_scale_step]);
    }
}

BN_INLINE void panel_tile(const struct panel *panel, const struct bn_ternary_args *a, int m, int end, int t, const int tokens)
{
    __m256i total[PANEL_VECTORS][PANEL_TOKENS];
    const int8_t *x = a->x + (size_t)t * a->x_stride;
    int blocks = a->cols / 128;
    memset(total, 0, sizeof total);
    for (int b = 0; b < blocks;) {
        __m256i sum[PANEL_VECTORS][PANEL_TOKENS];
        int flush = blocks - b < PANEL_FLUSH ? blocks : b + PANEL_FLUSH;
        BN_UNROLL for (int p = 0; p < PANEL_VECTORS; p++)
            BN_UNROLL for (int c = 0; c < tokens; c++) sum[p][c] = _mm256_setzero_si256();
        for (; b < flush; b++) panel_block(sum, panel->codes + b * 32, x + b / 2 * 256 + b % 2 * 32, a->x_stride, tokens);
        BN_UNROLL for (int p = 0; p < PANEL_VECTORS; p++)
            BN_UNROLL for (int c = 0; c < tokens; c++) total[p][c] = FLUSH(total[p][c], sum[p][c]);
    }
    for (int p = 0; p < PANEL_VECTORS; p++) store_panel(a, m + 8 * p, end, t, total[p], tokens);
}

static void matmul_by_panels(const struct bn_ternary_args *a, int begin, int end)
{
    struct panel panel;
    for (int m = begin; m < end; m += PANEL_ROWS) {
        int t = 0;
        fill_panel(&panel, a, m, end);
        for (; t + PANEL_TOKENS <= a->n; t += PANEL_TOKENS) panel_tile(&panel, a, m, end, t, PANEL_TOKENS);
        for (; t < a->n; t++) panel_tile(&panel, a, m, end, t, 1);
    }
}
