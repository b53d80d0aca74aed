/* matmul_i2_table_tmpl.h - body of matmul_i2 for many tokens, without multiplications: a byte of I2_S holds the codes
 * of four columns, and a table holds the 81 sums that these can form with the activations of 32 tokens. A byte then
 * costs one or two loads that add, 64 bytes of 16-bit sums in all, where vpmaddubsw and vpaddw together do 32 products.
 * Tables serve all rows of a block, so many rows make them cheap. Code 3, which counts as +2 and which no ternary file
 * uses, is not in the tables: it is detected when a block is packed.
 *
 * The including file defines:
 * - TABLE_TOKENS: tokens of a vector, 16 or 32;
 * - TABLE_LEAST, TABLE_LEAST_ROWS: tokens and rows from which this is faster than the tiles;
 * - by_tiles(args, begin, end, t): computes the tokens from t on.
 * Gives: by_table(args, begin, end). Include lanes.h first. */
#define TABLE_ROWS    1280 /* most rows of a block: with the tables 640 KiB, of which 310 are in use at a time */
#define TABLE_BYTES   8    /* tables at a time: 40 KiB */
#define TABLE_STEPS   (64 / TABLE_BYTES)
#define TABLE_PASSES  2 /* of 32 tokens over a packed chunk */
#define TABLE_VECTORS (32 / TABLE_TOKENS)

typedef int16_t sums16 __attribute__((vector_size(2 * TABLE_TOKENS))); /* of TABLE_TOKENS tokens */

struct tables {
    _Alignas(64)
        uint8_t index[TABLE_STEPS][TABLE_ROWS][TABLE_BYTES]; /* of a chunk of 256 columns: 27 c0 + 9 c1 + 3 c2 + c3 */
    sums16 table[TABLE_BYTES][81][TABLE_VECTORS];
    sums16 sum[TABLE_PASSES][TABLE_ROWS]
              [TABLE_VECTORS]; /* of as many chunks as are sure to fit 16 bits: at least one, 256 * 127 */
    __m256i total[TABLE_PASSES][TABLE_ROWS][4]; /* 32 bits */
    sums16 x[4][64][TABLE_VECTORS];             /* activations of the chunk by field and byte */
};

/* Bytes of four codes become places in a table; `threes` gathers bits where a code is 3. */
BN_INLINE __m256i to_index(__m256i w, __m256i *threes)
{
    const __m256i low_nibble = _mm256_set1_epi8(15);
    const __m256i place = _mm256_setr_epi8(0, 1, 2, 0, 3, 4, 5, 0, 6, 7, 8, 0, 0, 0, 0, 0, 0, 1, 2, 0, 3, 4, 5, 0, 6, 7,
                                           8, 0, 0, 0, 0, 0);
    const __m256i place9 = _mm256_setr_epi8(0, 9, 18, 0, 27, 36, 45, 0, 54, 63, 72, 0, 0, 0, 0, 0, 0, 9, 18, 0, 27, 36,
                                            45, 0, 54, 63, 72, 0, 0, 0, 0, 0);
    *threes = _mm256_or_si256(*threes,
                              _mm256_and_si256(w, _mm256_and_si256(_mm256_srli_epi16(w, 1), _mm256_set1_epi8(0x55))));
    return _mm256_add_epi8(_mm256_shuffle_epi8(place, _mm256_and_si256(w, low_nibble)),
                           _mm256_shuffle_epi8(place9, _mm256_and_si256(_mm256_srli_epi16(w, 4), low_nibble)));
}

/* 32 bytes of four rows into four steps of `index`. */
BN_INLINE void pack4(struct tables *l, int step, int r, const uint8_t *const w[4], size_t at, __m256i *threes)
{
    __m256i v[4], pair[4];
    BN_UNROLL for (int i = 0; i < 4; i++) v[i] = to_index(_mm256_loadu_si256((const __m256i *)(w[i] + at)), threes);
    BN_UNROLL for (int i = 0; i < 2; i++)
    {
        pair[i] = _mm256_unpacklo_epi64(v[2 * i], v[2 * i + 1]);
        pair[2 + i] = _mm256_unpackhi_epi64(v[2 * i], v[2 * i + 1]);
    }
    BN_UNROLL for (int i = 0; i < 2; i++)
    {
        _mm256_storeu_si256((__m256i *)l->index[step + i][r],
                            _mm256_permute2x128_si256(pair[2 * i], pair[2 * i + 1], 0x20));
        _mm256_storeu_si256((__m256i *)l->index[step + 2 + i][r],
                            _mm256_permute2x128_si256(pair[2 * i], pair[2 * i + 1], 0x31));
    }
}

/* The chunk at column k of the rows begin..end-1; returns its steps, 0 if it contains a code 3. Rows past the last
 * repeat it. */
static int pack(struct tables *l, const struct bn_ternary_args *a, int begin, int end, int k)
{
    __m256i threes = _mm256_setzero_si256();
    int halves = a->cols - k < 256 ? 1 : 2;
    for (int m = begin; m < end; m += 4) {
        const uint8_t *w[4];
        for (int i = 0; i < 4; i++) w[i] = a->w + (size_t)(m + i < end ? m + i : end - 1) * a->row_bytes + k / 4;
        for (int i = 0; i < 4; i++) _mm_prefetch((const char *)w[i] + 64, _MM_HINT_T1);
        for (int h = 0; h < halves; h++) pack4(l, h * TABLE_STEPS / 2, m - begin, w, (size_t)h * 32, &threes);
    }
    return _mm256_testz_si256(threes, threes) ? halves * TABLE_STEPS / 2 : 0;
}

/* v[i] byte j becomes v[j] byte i. */
BN_INLINE void transpose_bytes(__m128i v[16])
{
    BN_UNROLL for (int stage = 0; stage < 4; stage++)
    {
        __m128i u[16];
        BN_UNROLL for (int i = 0; i < 8; i++)
        {
            u[2 * i] = _mm_unpacklo_epi8(v[i], v[i + 8]);
            u[2 * i + 1] = _mm_unpackhi_epi8(v[i], v[i + 8]);
        }
        BN_UNROLL for (int i = 0; i < 16; i++) v[i] = u[i];
    }
}

/* Activations of the chunk at column k for 16 tokens from t on, half 0 or 1 of 32; missing tokens are zero.
 * Returns the largest sum of magnitudes of a token. */
static int spread(struct tables *l, const struct bn_ternary_args *a, int t, int k, int half)
{
    int16_t token[16];
    int most = 0;
    __m256i magnitude = _mm256_setzero_si256();
    for (int j = 0; j < 256; j += 16) {
        __m128i v[16];
        for (int i = 0; i < 16; i++)
            v[i] = t + i < a->n ? _mm_loadu_si128((const __m128i *)(a->x + (size_t)(t + i) * a->x_stride + k + j))
                                : _mm_setzero_si128();
        transpose_bytes(v);
        BN_UNROLL for (int i = 0; i < 16; i++)
        {
            __m256i x = _mm256_cvtepi8_epi16(v[i]);
            _mm256_store_si256((__m256i *)l->x[j / 64][j % 64 + i] + half, x);
            magnitude = _mm256_add_epi16(magnitude, _mm256_abs_epi16(x));
        }
    }
    _mm256_storeu_si256((__m256i *)token, magnitude);
    for (int i = 0; i < 16; i++) most = token[i] > most ? token[i] : most;
    return most;
}

/* All sums of (code - 1) * x for the byte `b` of the chunk. */
BN_INLINE void fill_table(sums16 (*table)[TABLE_VECTORS], const struct tables *l, int b, int vector)
{
    sums16 x[4], last[9];
    BN_UNROLL for (int f = 0; f < 4; f++) x[f] = l->x[f][b][vector];
    BN_UNROLL for (int i = 0; i < 9; i++) last[i] = (int16_t)(i / 3 - 1) * x[2] + (int16_t)(i % 3 - 1) * x[3];
    for (int c0 = -1; c0 < 2; c0++)
        for (int c1 = -1; c1 < 2; c1++, table += 9) {
            sums16 first = (int16_t)c0 * x[0] + (int16_t)c1 * x[1];
            BN_UNROLL for (int i = 0; i < 9; i++) table[i][vector] = first + last[i];
        }
}

BN_INLINE void add_to_total(__m256i *total, sums16 sum, const bool begins)
{
#if TABLE_TOKENS == 32
    __m512i *wide = (__m512i *)total, low = _mm512_cvtepi16_epi32(_mm512_castsi512_si256((__m512i)sum)),
            high = _mm512_cvtepi16_epi32(_mm512_extracti64x4_epi64((__m512i)sum, 1));
    wide[0] = begins ? low : _mm512_add_epi32(wide[0], low);
    wide[1] = begins ? high : _mm512_add_epi32(wide[1], high);
#else
    __m256i low = _mm256_cvtepi16_epi32(_mm256_castsi256_si128((__m256i)sum)),
            high = _mm256_cvtepi16_epi32(_mm256_extracti128_si256((__m256i)sum, 1));
    total[0] = begins ? low : _mm256_add_epi32(total[0], low);
    total[1] = begins ? high : _mm256_add_epi32(total[1], high);
#endif
}

/* Adds a step of the chunk to the sums of all rows, or starts them. */
BN_INLINE void look_up(sums16 (*sums)[TABLE_VECTORS], const struct tables *l, int step, int rows, const int vectors,
                       const bool begins)
{
    const char *table = (const char *)l->table;
    const uint8_t(*at_row)[TABLE_BYTES] = l->index[step];
    for (sums16(*end)[TABLE_VECTORS] = sums + rows; sums < end; sums++, at_row++) {
        uint64_t index;
        sums16 sum[TABLE_VECTORS];
        memcpy(&index, at_row, sizeof index);
        BN_UNROLL for (int v = 0; v < vectors; v++) sum[v] = begins ? (sums16){0} : sums[0][v];
        BN_UNROLL for (int g = 0; g < TABLE_BYTES; g++)
        {
            uint64_t at = (g ? index >> (8 * g - 6) : index << 6) & 255 << 6; /* an entry has 64 bytes */
            const sums16 *entry = (const sums16 *)(table + (size_t)g * sizeof l->table[0] + at);
            BN_UNROLL for (int v = 0; v < vectors; v++) sum[v] += entry[v];
        }
        BN_UNROLL for (int v = 0; v < vectors; v++) sums[0][v] = sum[v];
    }
}

BN_INLINE void chunk(struct tables *l, int p, int steps, int rows, const int vectors, bool begins)
{
    for (int s = 0; s < steps; s++, begins = false) {
        for (int g = 0; g < TABLE_BYTES; g++)
            for (int v = 0; v < vectors; v++) fill_table(l->table[g], l, s * TABLE_BYTES + g, v);
        if (begins)
            look_up(l->sum[p], l, s, rows, vectors, true);
        else
            look_up(l->sum[p], l, s, rows, vectors, false);
    }
}

/* Adds the sums to the totals, or begins them. */
BN_INLINE void flush(struct tables *l, int p, int rows, const int vectors, const bool begins)
{
    for (int r = 0; r < rows; r++)
        BN_UNROLL for (int v = 0; v < vectors; v++)
            add_to_total(l->total[p][r] + v * TABLE_TOKENS / 8, l->sum[p][r][v], begins);
}

BN_INLINE void flush_into(struct tables *l, int p, int rows, const int vectors, bool begun)
{
    if (begun)
        flush(l, p, rows, vectors, false);
    else
        flush(l, p, rows, vectors, true);
}

/* v[i] lane j becomes v[j] lane i. */
BN_INLINE void transpose8(__m256i v[8])
{
    __m256i a[8], b[8];
    BN_UNROLL for (int i = 0; i < 8; i += 2)
    {
        a[i] = _mm256_unpacklo_epi32(v[i], v[i + 1]);
        a[i + 1] = _mm256_unpackhi_epi32(v[i], v[i + 1]);
    }
    BN_UNROLL for (int i = 0; i < 8; i += 4) BN_UNROLL for (int j = 0; j < 2; j++)
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

/* y of 8 rows from m on, `rows` of them, for `tokens` tokens from t on. */
BN_INLINE void store8(const struct bn_ternary_args *a, __m256i sum[8], __m256 w_scale, int m, int rows, int t,
                      int tokens)
{
    transpose8(sum);
    for (int c = 0; c < tokens; c++) {
        __m256 y = _mm256_mul_ps(_mm256_cvtepi32_ps(sum[c]), _mm256_mul_ps(_mm256_set1_ps(a->x_scale[t + c]), w_scale));
        float *to = a->y + (size_t)(t + c) * a->y_stride + m;
        if (rows == 8)
            _mm256_storeu_ps(to, y);
        else
            memcpy(to, &y, (size_t)rows * sizeof *to);
    }
}

/* y of the rows begin..end-1 from the totals of the tokens t..finish-1. Lines of y are filled one after another. */
static void store_totals(const __m256i (*total)[4], const struct bn_ternary_args *a, int begin, int end, int t,
                         int finish)
{
    for (int m = begin; m < end; m += 8) {
        float scale[8];
        int rows = end - m < 8 ? end - m : 8;
        for (int i = 0; i < 8; i++) scale[i] = a->w_scale[(size_t)(i < rows ? m + i : m) * (size_t)a->w_scale_step];
        for (int v = 0; t + 8 * v < finish; v++) {
            __m256i sum[8];
            for (int i = 0; i < 8; i++) sum[i] = total[i < rows ? m + i - begin : 0][v];
            store8(a, sum, _mm256_loadu_ps(scale), m, rows, t + 8 * v, finish - t - 8 * v < 8 ? finish - t - 8 * v : 8);
        }
    }
}

/* The rows begin..end-1 for `passes` times the tokens of `vectors` vectors from t on; false when a code 3 is among
 * them. */
BN_INLINE bool table_block(struct tables *l, const struct bn_ternary_args *a, int begin, int end, int t,
                           const int vectors, const int passes)
{
    const int tokens = vectors * TABLE_TOKENS, rows = end - begin;
    int reach[TABLE_PASSES] = {0}; /* bound on the sums so far */
    bool begun[TABLE_PASSES] = {false};
    for (int k = 0; k < a->cols; k += 256) {
        int steps = pack(l, a, begin, end, k);
        if (steps == 0) return false;
        for (int p = 0; p < passes; p++) {
            int most = spread(l, a, t + p * tokens, k, 0),
                second = tokens > 16 ? spread(l, a, t + p * tokens + 16, k, 1) : 0;
            if (second > most) most = second;
            if (reach[p] + most > INT16_MAX) {
                flush_into(l, p, rows, vectors, begun[p]);
                begun[p] = true, reach[p] = 0;
            }
            chunk(l, p, steps, rows, vectors, reach[p] == 0);
            reach[p] += most;
        }
    }
    for (int p = 0; p < passes; p++, t += tokens) {
        flush_into(l, p, rows, vectors, begun[p]);
        store_totals((const __m256i(*)[4])l->total[p], a, begin, end, t, a->n - t < tokens ? a->n : t + tokens);
    }
    return true;
}

/* The rows begin..end-1, at most TABLE_ROWS. The last few tokens, and blocks with a code 3, use the tiles. */
static void table_rows(struct tables *l, const struct bn_ternary_args *a, int begin, int end)
{
    bool ternary = true;
    int t = 0;
    for (; ternary && a->n - t >= 64; t += 64) ternary = table_block(l, a, begin, end, t, TABLE_VECTORS, TABLE_PASSES);
    for (; ternary && a->n - t > 16 && a->n - t >= TABLE_LEAST; t += 32)
        ternary = table_block(l, a, begin, end, t, TABLE_VECTORS, 1);
    if (ternary && a->n - t >= TABLE_LEAST) ternary = table_block(l, a, begin, end, t, 1, 1), t += TABLE_TOKENS;
    if (!ternary || t < a->n) by_tiles(a, begin, end, ternary ? t : 0);
}

static void by_table(const struct bn_ternary_args *a, int row_begin, int row_end)
{
    _Static_assert(sizeof(struct tables) <= BN_KERNEL_SCRATCH, "the tables are too large");
    struct tables *restrict l = a->scratch;
    int blocks = (row_end - row_begin + TABLE_ROWS - 1) / TABLE_ROWS,
        rows = (row_end - row_begin + blocks - 1) / blocks;
    for (int begin = row_begin; begin < row_end; begin += rows)
        table_rows(l, a, begin, row_end - begin < rows ? row_end : begin + rows);
}
