/* matmul_i2_lookup_256.h - matmul_i2_256.h for many tokens, without a multiplication: a byte of I2_S holds the codes of four columns, and the 81
 * sums that these can make with the activations of 32 tokens stand in a table. A byte then costs two loads that add, 16 tokens x 4 columns
 * each, where vpmaddubsw and vpaddw together do 32 products. Tables serve all rows of a block: many rows make them cheap.
 * Code 3, which counts as +2 and which no ternary file uses, has no place in the tables: it is found when a block is packed. */
#define LOOKUP_LEAST      12   /* tokens, and */
#define LOOKUP_LEAST_ROWS 96   /* rows from which it overtakes the tiles */
#define LOOKUP_ROWS       1792 /* most rows of a block: with the tables 520 KiB of stack, which stay in L2 */
#define LOOKUP_BYTES      8    /* tables at a time: 40 KiB */
#define LOOKUP_STEPS      (64 / LOOKUP_BYTES)

struct lookup {
    _Alignas(64) uint8_t index[LOOKUP_STEPS][LOOKUP_ROWS][LOOKUP_BYTES]; /* of a chunk of 256 columns: 27 c0 + 9 c1 + 3 c2 + c3 */
    __m256i table[LOOKUP_BYTES][81][2]; /* 16-bit sums for 32 tokens */
    __m256i sum[LOOKUP_ROWS][2];        /* of a chunk: at most 256 * 127, so 16 bits hold it */
    __m256i total[LOOKUP_ROWS][4];      /* 32 bits */
    __m256i x[4][64][2];                /* activations of the chunk by field and byte, 16 bits */
};

/* Bytes of four codes become places in a table; `threes` gathers bits where a code is 3. */
BN_INLINE __m256i to_index(__m256i w, __m256i *threes)
{
    const __m256i low_nibble = _mm256_set1_epi8(15);
    const __m256i place = _mm256_setr_epi8(0, 1, 2, 0, 3, 4, 5, 0, 6, 7, 8, 0, 0, 0, 0, 0, 0, 1, 2, 0, 3, 4, 5, 0, 6, 7, 8, 0, 0, 0, 0, 0);
    const __m256i place9 = _mm256_setr_epi8(0, 9, 18, 0, 27, 36, 45, 0, 54, 63, 72, 0, 0, 0, 0, 0, 0, 9, 18, 0, 27, 36, 45, 0, 54, 63, 72, 0, 0, 0, 0, 0);
    *threes = _mm256_or_si256(*threes, _mm256_and_si256(w, _mm256_and_si256(_mm256_srli_epi16(w, 1), _mm256_set1_epi8(0x55))));
    return _mm256_add_epi8(_mm256_shuffle_epi8(place, _mm256_and_si256(w, low_nibble)),
                           _mm256_shuffle_epi8(place9, _mm256_and_si256(_mm256_srli_epi16(w, 4), low_nibble)));
}

/* 32 bytes of four rows into four steps of `index`. */
BN_INLINE void pack4(struct lookup *l, int step, int r, const uint8_t *const w[4], size_t at, __m256i *threes)
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
        _mm256_storeu_si256((__m256i *)l->index[step + i][r], _mm256_permute2x128_si256(pair[2 * i], pair[2 * i + 1], 0x20));
        _mm256_storeu_si256((__m256i *)l->index[step + 2 + i][r], _mm256_permute2x128_si256(pair[2 * i], pair[2 * i + 1], 0x31));
    }
}

/* The chunk at column k of the rows begin..end-1; returns its steps, 0 when there is a code 3. Rows beyond the last repeat it. */
static int pack(struct lookup *l, const struct bn_ternary_args *a, int begin, int end, int k)
{
    __m256i threes = _mm256_setzero_si256();
    int halves = a->cols - k < 256 ? 1 : 2;
    for (int m = begin; m < end; m += 4) {
        const uint8_t *w[4];
        for (int i = 0; i < 4; i++) w[i] = a->w + (size_t)(m + i < end ? m + i : end - 1) * a->row_bytes + k / 4;
        for (int i = 0; i < 4; i++) _mm_prefetch((const char *)w[i] + 64, _MM_HINT_T1);
        for (int h = 0; h < halves; h++) pack4(l, h * LOOKUP_STEPS / 2, m - begin, w, (size_t)h * 32, &threes);
    }
    return _mm256_testz_si256(threes, threes) ? halves * LOOKUP_STEPS / 2 : 0;
}

/* v[i] byte j becomes v[j] byte i. */
BN_INLINE void transpose16(__m128i v[16])
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

/* Activations of the chunk at column k for 16 tokens from t on; those there are no more of are zero. */
static void spread(struct lookup *l, const struct bn_ternary_args *a, int t, int k, int vector)
{
    for (int j = 0; j < 256; j += 16) {
        __m128i v[16];
        for (int i = 0; i < 16; i++)
            v[i] = t + i < a->n ? _mm_loadu_si128((const __m128i *)(a->x + (size_t)(t + i) * a->x_stride + k + j)) : _mm_setzero_si128();
        transpose16(v);
        BN_UNROLL for (int i = 0; i < 16; i++) l->x[j / 64][j % 64 + i][vector] = _mm256_cvtepi8_epi16(v[i]);
    }
}

/* All sums of (code - 1) * x for the byte `b` of the chunk. */
BN_INLINE void fill_table(__m256i (*table)[2], const struct lookup *l, int b, int vector)
{
    __m256i x[4], last[9];
    BN_UNROLL for (int f = 0; f < 4; f++) x[f] = l->x[f][b][vector];
    last[4] = _mm256_setzero_si256();
    last[5] = x[3], last[7] = x[2], last[8] = _mm256_add_epi16(x[2], x[3]), last[6] = _mm256_sub_epi16(x[2], x[3]);
    BN_UNROLL for (int i = 0; i < 4; i++) last[i] = _mm256_sub_epi16(last[4], last[8 - i]);
    for (int c0 = 0; c0 < 3; c0++)
        for (int c1 = 0; c1 < 3; c1++, table += 9) {
            __m256i first = _mm256_add_epi16(_mm256_mullo_epi16(x[0], _mm256_set1_epi16((short)(c0 - 1))), _mm256_mullo_epi16(x[1], _mm256_set1_epi16((short)(c1 - 1))));
            BN_UNROLL for (int i = 0; i < 9; i++) table[i][vector] = _mm256_add_epi16(first, last[i]);
        }
}

/* Adds a step of the chunk to the sums of all rows; the first begins them, the last takes them over into the totals. */
BN_INLINE void look_up(struct lookup *l, int step, int rows, const int vectors, const bool first, const bool last)
{
    const char *table = (const char *)l->table;
    for (int r = 0; r < rows; r++) {
        uint64_t index;
        __m256i sum[2];
        memcpy(&index, l->index[step][r], sizeof index);
        BN_UNROLL for (int v = 0; v < vectors; v++) sum[v] = first ? _mm256_setzero_si256() : l->sum[r][v];
        BN_UNROLL for (int g = 0; g < LOOKUP_BYTES; g++)
        {
            const __m256i *entry = (const __m256i *)(table + (size_t)g * sizeof l->table[0] + ((g ? index >> (8 * g - 6) : index << 6) & 0x3fc0));
            BN_UNROLL for (int v = 0; v < vectors; v++) sum[v] = _mm256_add_epi16(sum[v], entry[v]);
        }
        BN_UNROLL for (int v = 0; v < vectors; v++)
            if (last) {
                l->total[r][2 * v] = _mm256_add_epi32(l->total[r][2 * v], _mm256_cvtepi16_epi32(_mm256_castsi256_si128(sum[v])));
                l->total[r][2 * v + 1] = _mm256_add_epi32(l->total[r][2 * v + 1], _mm256_cvtepi16_epi32(_mm256_extracti128_si256(sum[v], 1)));
            } else l->sum[r][v] = sum[v];
    }
}

BN_INLINE void chunk(struct lookup *l, int steps, int rows, const int vectors)
{
    for (int s = 0; s < steps; s++) {
        for (int g = 0; g < LOOKUP_BYTES; g++)
            for (int v = 0; v < vectors; v++) fill_table(l->table[g], l, s * LOOKUP_BYTES + g, v);
        if (s == 0) look_up(l, s, rows, vectors, true, false);
        else if (s < steps - 1) look_up(l, s, rows, vectors, false, false);
        else look_up(l, s, rows, vectors, false, true);
    }
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

/* y of 8 rows from m on, `rows` of them, for `tokens` tokens from t on. */
BN_INLINE void store8(const struct bn_ternary_args *a, __m256i sum[8], __m256 w_scale, int m, int rows, int t, int tokens)
{
    transpose8(sum);
    for (int c = 0; c < tokens; c++) {
        __m256 y = _mm256_mul_ps(_mm256_cvtepi32_ps(sum[c]), _mm256_mul_ps(_mm256_set1_ps(a->x_scale[t + c]), w_scale));
        float *to = a->y + (size_t)(t + c) * a->y_stride + m;
        if (rows == 8) _mm256_storeu_ps(to, y);
        else memcpy(to, &y, (size_t)rows * sizeof *to);
    }
}

/* y of the rows begin..end-1 from the totals of `vectors` times 8 tokens from t on. Lines of y are filled one after the other. */
static void store_totals(const struct lookup *l, const struct bn_ternary_args *a, int begin, int end, int t, int vectors)
{
    for (int m = begin; m < end; m += 8) {
        float scale[8];
        int rows = end - m < 8 ? end - m : 8;
        for (int i = 0; i < 8; i++) scale[i] = a->w_scale[(size_t)(i < rows ? m + i : m) * (size_t)a->w_scale_step];
        for (int v = 0; v < vectors && t + 8 * v < a->n; v++) {
            __m256i sum[8];
            for (int i = 0; i < 8; i++) sum[i] = l->total[i < rows ? m + i - begin : 0][v];
            store8(a, sum, _mm256_loadu_ps(scale), m, rows, t + 8 * v, a->n - t - 8 * v < 8 ? a->n - t - 8 * v : 8);
        }
    }
}

/* The rows begin..end-1 for 16 * vectors tokens from t on; false when a code 3 is among them. */
BN_INLINE bool lookup_block(struct lookup *l, const struct bn_ternary_args *a, int begin, int end, int t, const int vectors)
{
    memset(l->total, 0, (size_t)(end - begin) * sizeof *l->total);
    for (int k = 0; k < a->cols; k += 256) {
        int steps = pack(l, a, begin, end, k);
        if (steps == 0) return false;
        for (int v = 0; v < vectors; v++) spread(l, a, t + 16 * v, k, v);
        chunk(l, steps, end - begin, vectors);
    }
    store_totals(l, a, begin, end, t, 2 * vectors);
    return true;
}

/* The rows begin..end-1, at most LOOKUP_ROWS. A last few tokens, and a code 3, go by tiles. */
static void lookup_rows(struct lookup *l, const struct bn_ternary_args *a, int begin, int end)
{
    bool ternary = true;
    int t = 0;
    for (; ternary && a->n - t > 16; t += 32) ternary = lookup_block(l, a, begin, end, t, 2);
    if (ternary && a->n - t >= LOOKUP_LEAST) ternary = lookup_block(l, a, begin, end, t, 1), t += 16;
    if (!ternary || t < a->n) by_tiles(a, begin, end, ternary ? t : 0);
}

static void by_lookup(const struct bn_ternary_args *a, int row_begin, int row_end)
{
    struct lookup l;
    int blocks = (row_end - row_begin + LOOKUP_ROWS - 1) / LOOKUP_ROWS, rows = (row_end - row_begin + blocks - 1) / blocks;
    for (int begin = row_begin; begin < row_end; begin += rows) lookup_rows(&l, a, begin, row_end - begin < rows ? row_end : begin + rows);
}
