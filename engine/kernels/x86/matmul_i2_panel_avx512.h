/* matmul_i2_panel_avx512.h - ternary times int8 for many tokens: 64 rows at a time are transposed into a panel that stays in
 * cache while all tokens pass. A vector of the panel holds 4 columns of 16 rows, so that the sums of 16 rows lie in one
 * register: activations are broadcast, four columns at a time, and nothing is summed across lanes.
 *
 * The panel keeps the codes packed. It is passed over once for each of the four fields of a byte, masked where they stand: field f
 * counts 4^(3-f) times, and the sums are divided by four between passes, which leaves no remainder. One vpandd prepares a vector
 * of codes; with shifts the loop falls from 98 % of the vpdpbusd peak to 90 %. */
#define PANEL_VECTORS 4                    /* of 16 rows */
#define PANEL_ROWS    (16 * PANEL_VECTORS)
#define PANEL_TOKENS  6                    /* 24 accumulators + 4 code vectors + activations + mask fill the registers */
#define PANEL_COLS    16384                /* most columns; the panel takes 256 KiB of stack then */
#define PANEL_LEAST   24                   /* tokens for which the transposition pays (engine/performance.md) */

struct panel {
    __m512i codes[PANEL_COLS / 16][PANEL_VECTORS];
};

/* v[i] lane j becomes v[j] lane i. */
BN_INLINE void transpose16(__m512i v[16])
{
    __m512i a[16];
    BN_UNROLL for (int i = 0; i < 16; i += 2)
    {
        a[i] = _mm512_unpacklo_epi32(v[i], v[i + 1]);
        a[i + 1] = _mm512_unpackhi_epi32(v[i], v[i + 1]);
    }
    BN_UNROLL for (int i = 0; i < 16; i += 4)
        BN_UNROLL for (int j = 0; j < 2; j++)
        {
            v[i + 2 * j] = _mm512_unpacklo_epi64(a[i + j], a[i + j + 2]);
            v[i + 2 * j + 1] = _mm512_unpackhi_epi64(a[i + j], a[i + j + 2]);
        }
    /* v[4g + j] holds in its quarter q lane 4q + j of the vectors 4g..4g+3 */
    BN_UNROLL for (int j = 0; j < 4; j++)
    {
        __m512i even_low = _mm512_shuffle_i32x4(v[j], v[4 + j], 0x88), odd_low = _mm512_shuffle_i32x4(v[j], v[4 + j], 0xdd);
        __m512i even_high = _mm512_shuffle_i32x4(v[8 + j], v[12 + j], 0x88), odd_high = _mm512_shuffle_i32x4(v[8 + j], v[12 + j], 0xdd);
        a[j] = _mm512_shuffle_i32x4(even_low, even_high, 0x88);
        a[4 + j] = _mm512_shuffle_i32x4(odd_low, odd_high, 0x88);
        a[8 + j] = _mm512_shuffle_i32x4(even_low, even_high, 0xdd);
        a[12 + j] = _mm512_shuffle_i32x4(odd_low, odd_high, 0xdd);
    }
    BN_UNROLL for (int i = 0; i < 16; i++) v[i] = a[i];
}

/* Rows m..end-1 into the panel; rows it has no more of repeat the last one. */
static void fill_panel(struct panel *panel, const struct bn_ternary_args *a, int m, int end)
{
    for (int p = 0; p < PANEL_VECTORS; p++, m += 16) {
        const uint8_t *w[16];
        for (int i = 0; i < 16; i++) w[i] = a->w + (size_t)(m + i < end ? m + i : end - 1) * a->row_bytes;
        for (int k = 0; k < a->cols; k += 256) {
            __mmask8 part = a->cols - k >= 256 ? 0xff : 0x0f;
            __m512i v[16];
            BN_UNROLL for (int i = 0; i < 16; i++) v[i] = _mm512_maskz_loadu_epi64(part, w[i] + k / 4);
            transpose16(v);
            BN_UNROLL for (int i = 0; i < 16; i++) panel->codes[k / 16 + i][p] = v[i];
        }
    }
}

/* Adds field f of all columns; x: the field's activations of the first token. */
BN_INLINE void add_field(__m512i sum[PANEL_VECTORS][PANEL_TOKENS], const struct panel *panel, const struct bn_ternary_args *a, const int8_t *x,
                         int f, const int tokens)
{
    const __m512i mask = _mm512_set1_epi8((char)(0xc0 >> 2 * f)), *w = panel->codes[0];
    for (int k = 0; k < a->cols; k += 256, x += 192)
        for (const int8_t *end = x + 64; x < end; x += 4, w += PANEL_VECTORS) {
            __m512i code[PANEL_VECTORS];
            BN_UNROLL for (int p = 0; p < PANEL_VECTORS; p++) code[p] = _mm512_and_si512(w[p], mask);
            BN_UNROLL for (int c = 0; c < tokens; c++)
            {
                int32_t four;
                memcpy(&four, x + (size_t)c * a->x_stride, sizeof four);
                __m512i xv = _mm512_set1_epi32(four);
                BN_UNROLL for (int p = 0; p < PANEL_VECTORS; p++) dot_add(&sum[p][c], code[p], xv);
            }
        }
}

/* y of the rows m..end-1 from the sums of one vector of rows. */
BN_INLINE void store_panel(const struct bn_ternary_args *a, int m, int end, int t, const __m512i *sum, const int tokens)
{
    const float *ws = a->w_scale + (size_t)m * (size_t)a->w_scale_step;
    v16 scale = a->w_scale_step ? v16_load_n(ws, end - m) : v16_set(*ws);
    BN_UNROLL for (int c = 0; c < tokens; c++)
    {
        v16 dot = _mm512_cvtepi32_ps(_mm512_sub_epi32(sum[c], _mm512_set1_epi32(a->x_sum[t + c])));
        v16_store_n(a->y + (size_t)(t + c) * a->y_stride + m, v16_mul(dot, v16_mul(v16_set(a->x_scale[t + c]), scale)), end - m);
    }
}

BN_INLINE void panel_tile(const struct panel *panel, const struct bn_ternary_args *a, int m, int end, int t, const int tokens)
{
    __m512i sum[PANEL_VECTORS][PANEL_TOKENS];
    const int8_t *x = a->x + (size_t)t * a->x_stride;
    BN_UNROLL for (int p = 0; p < PANEL_VECTORS; p++)
        BN_UNROLL for (int c = 0; c < tokens; c++) sum[p][c] = _mm512_setzero_si512();
    for (int f = 0; f < 4; f++, x += 64) {
        BN_UNROLL for (int p = 0; p < PANEL_VECTORS; p++)
            BN_UNROLL for (int c = 0; c < tokens; c++) sum[p][c] = _mm512_srai_epi32(sum[p][c], 2);
        add_field(sum, panel, a, x, f, tokens);
    }
    BN_UNROLL for (int p = 0; p < PANEL_VECTORS; p++)
        if (m + 16 * p < end) store_panel(a, m + 16 * p, end, t, sum[p], tokens);
}

/* Asks for part `part` of `parts` of the rows that the next panel is made of: their lines are far apart when they are
 * transposed, and a core's prefetchers do not see them coming. */
BN_INLINE void ask_for_part(const uint8_t *w, size_t bytes, int part, int parts)
{
    const uint8_t *end = w + bytes * (size_t)(part + 1) / (size_t)parts;
    for (w += bytes * (size_t)part / (size_t)parts; w < end; w += 64) _mm_prefetch((const char *)w, _MM_HINT_T1);
}

/* All tokens with the rows m..end-1, at most PANEL_ROWS; `next` rows follow them. */
static void multiply_panel(const struct panel *panel, const struct bn_ternary_args *a, int m, int end, int next)
{
    const uint8_t *w = a->w + (size_t)end * a->row_bytes;
    int t = 0;
    for (; t + PANEL_TOKENS <= a->n; t += PANEL_TOKENS) {
        ask_for_part(w, (size_t)next * a->row_bytes, t / PANEL_TOKENS, a->n / PANEL_TOKENS);
        panel_tile(panel, a, m, end, t, PANEL_TOKENS);
    }
    for (; t + 2 <= a->n; t += 2) panel_tile(panel, a, m, end, t, 2);
    if (t < a->n) panel_tile(panel, a, m, end, t, 1);
}

static void matmul_by_panels(const struct bn_ternary_args *a, int begin, int end)
{
    struct panel panel;
    for (int m = begin, m_end; m < end; m = m_end) {
        m_end = end - m < PANEL_ROWS ? end : m + PANEL_ROWS;
        fill_panel(&panel, a, m, m_end);
        multiply_panel(&panel, a, m, m_end, end - m_end < PANEL_ROWS ? end - m_end : PANEL_ROWS);
    }
}
