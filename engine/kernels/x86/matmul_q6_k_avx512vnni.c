/* matmul_q6_k_avx512vnni.c - Q6_K times int8: codes 0..63 by vpdpbusd, then the sub-block scales by vpdpwssd;
 * the offset of 32 is subtracted through the sums of the activations of each sub-block. A tile is four sums,
 * which share the reductions: four rows of one token, two of two, or one row of up to eight tokens. Its rows
 * are far apart, so that memory is read as a few long streams (engine/performance.md, "Heads"). */
#include "engine/kernels/x86/avx512.h"
#include "engine/kernels/lanes/lanes.h"

#define ROWS       4
#define TOKENS     8
#define SUMS       8
#define MOST_COLS  65536 /* wider matrices go to the reference */
#define FAR_BYTES  8192  /* ahead of the weights, to L2 */
#define NEAR_BYTES 1024  /* and to L1 */

struct block {
    uint8_t low[128], high[64];
    int8_t scale[16];
    uint16_t d;
};

/* The codes of a block in natural order. The high bits of quarters 0 and 2 (first half of the vector) and of
 * 1 and 3 go to bits 4-5; what a shift of words brings into bits 6-7 is masked to zero first, and the low
 * bits come from elsewhere. */
BN_INLINE void unpack(__m512i code[4], const struct block *b)
{
    const __m512i mask = _mm512_inserti64x4(_mm512_set1_epi8((char)0xcc), _mm256_set1_epi8(0x33), 0),
                  nibble = _mm512_set1_epi8(15);
    const __m512i up = _mm512_inserti64x4(_mm512_set1_epi16(2), _mm256_set1_epi16(4), 0),
                  down = _mm512_inserti64x4(_mm512_set1_epi16(2), _mm256_setzero_si256(), 0);
    BN_UNROLL for (int i = 0; i < 4; i++)
    {
        _mm_prefetch((const char *)b + 64 * i + FAR_BYTES, _MM_HINT_T1);
        _mm_prefetch((const char *)b + 64 * i + NEAR_BYTES, _MM_HINT_T0);
    }
    BN_UNROLL for (int h = 0; h < 2; h++)
    {
        __m512i low = _mm512_loadu_si512(b->low + 64 * h);
        __m512i high =
            _mm512_and_si512(_mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)(b->high + 32 * h))), mask);
        __asm__("" : "+v"(low)); /* gcc 12 would load it twice */
        /* 0xca: first ? second : third */
        code[2 * h] = _mm512_ternarylogic_epi64(nibble, low, _mm512_sllv_epi16(high, up), 0xca);
        code[2 * h + 1] =
            _mm512_ternarylogic_epi64(nibble, _mm512_srli_epi16(low, 4), _mm512_srlv_epi16(high, down), 0xca);
    }
}

/* Codes times activations, sums of four as words in the order of packs_epi32: 128 bits hold four of one
 * vector and four of the next. */
struct dots {
    __m512i of[2];
};
BN_INLINE struct dots find_dots(const __m512i code[4], const int8_t *x, const bool once)
{
    __m512i dot[4];
    BN_UNROLL for (int i = 0; i < 4; i++)
    {
        dot[i] = _mm512_setzero_si512();
        if (once)
            dot_add_at(&dot[i], code[i], x + 64 * i);
        else
            dot_add(&dot[i], code[i], _mm512_loadu_si512(x + 64 * i));
    }
    return (struct dots){{_mm512_packs_epi32(dot[0], dot[1]), _mm512_packs_epi32(dot[2], dot[3])}};
}

BN_INLINE __m512i spread(__m512i scale, const int first)
{
    short at[32];
    BN_UNROLL for (int i = 0; i < 32; i++) at[i] = (short)(first + i / 8 + i / 4 % 2 * 4);
    return _mm512_permutexvar_epi16(_mm512_loadu_si512(at), scale);
}
struct scales {
    __m512i of[2];   /* in the order of struct dots */
    __m256i doubled; /* in natural order */
};
BN_INLINE struct scales find_scales(const struct block *b)
{
    __m512i scale = _mm512_cvtepi8_epi16(_mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)b->scale)));
    __m256i natural = _mm512_castsi512_si256(scale);
    return (struct scales){{spread(scale, 0), spread(scale, 8)}, _mm256_add_epi16(natural, natural)};
}

/* Sum over one block of (code - 32) * scale * x, spread over 16 lanes. */
BN_INLINE __m512i scaled(const struct dots *dots, const struct scales *s, const int16_t *offset)
{
    __m256i off = _mm256_loadu_si256((const __m256i *)offset);
    __m512i sum = _mm512_zextsi256_si512(_mm256_dpwssd_epi32(_mm256_setzero_si256(), s->doubled, off));
    sum = _mm512_dpwssd_epi32(sum, s->of[0], dots->of[0]);
    return _mm512_dpwssd_epi32(sum, s->of[1], dots->of[1]);
}

/* What the rows need of the activations. */
struct columns {
    const int8_t *x[TOKENS];
    float x_scale[MOST_COLS / 256][SUMS]; /* of the token of each sum of a tile */
    /* -16 times the sum of each 16; doubled scales subtract 32 from every code */
    int16_t offset[MOST_COLS / 256][TOKENS][16];
};

static void find_offsets(int16_t offset[16], const int8_t *x)
{
    const __m512i one = _mm512_set1_epi16(1),
                  order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    __m512i s[4];
    for (int i = 0; i < 4; i++)
        s[i] = _mm512_dpbusd_epi32(_mm512_setzero_si512(), _mm512_set1_epi8(16), _mm512_loadu_si512(x + 64 * i));
    __m512i low = _mm512_madd_epi16(_mm512_packs_epi32(s[0], s[1]), one),
            high = _mm512_madd_epi16(_mm512_packs_epi32(s[2], s[3]), one);
    /* 128 bits hold one of each vector */
    __m512i sum = _mm512_madd_epi16(_mm512_packs_epi32(low, high), _mm512_set1_epi16(-1));
    _mm256_storeu_si256((__m256i *)offset, _mm512_cvtepi32_epi16(_mm512_permutexvar_epi32(order, sum)));
}

static void prepare(struct columns *p, const struct bn_block_args *a, int t, int tokens)
{
    for (int c = 0; c < tokens; c++) p->x[c] = a->x + (size_t)(t + c) * a->x_stride;
    for (int b = 0; b < a->cols / 256; b++) {
        for (int c = 0; c < tokens; c++) find_offsets(p->offset[b][c], p->x[c] + 256 * b);
        for (int i = 0; i < SUMS; i++)
            p->x_scale[b][i] = a->x_scale[(size_t)(t + i % tokens) * a->x_scale_stride + (size_t)b];
    }
}

/* d of the rows of four sums. */
BN_INLINE __m128 row_scales(const struct block *const w[], int b, const int rows, const int tokens)
{
    uint64_t d = 0;
    if (rows == 1) return _mm_cvtph_ps(_mm_set1_epi16((short)w[0][b].d));
    BN_UNROLL for (int i = 0; i < 4; i++) d |= (uint64_t)w[i / tokens][b].d << 16 * i;
    return _mm_cvtph_ps(_mm_cvtsi64_si128((long long)d));
}

/* bn_reduce16 over vectors. */
BN_INLINE __m128 reduce(__m128 lane[16])
{
    BN_UNROLL for (int i = 0; i < 8; i++) lane[i] = _mm_add_ps(lane[i], lane[i + 8]);
    BN_UNROLL for (int i = 0; i < 4; i++) lane[i] = _mm_add_ps(lane[i], lane[i + 4]);
    return _mm_add_ps(_mm_add_ps(lane[0], lane[2]), _mm_add_ps(lane[1], lane[3]));
}

/* The sums of block b of some rows and tokens: sum i is that of row i / tokens and token i % tokens. Loops
 * are unrolled by counts that clang can see. */
BN_INLINE void rows_sums(__m512i sum[SUMS], const struct block *const w[ROWS], const struct columns *p, int b,
                         const int rows, const int tokens)
{
    struct dots dots[SUMS];
    BN_UNROLL for (int i = 0; i < ROWS; i++)
    {
        __m512i code[4];
        if (i >= rows) continue;
        unpack(code, w[i] + b);
        BN_UNROLL for (int c = 0; c < 2; c++)
        {
            struct dots *d = &dots[i * tokens + c];
            if (c >= tokens) continue;
            *d = find_dots(code, p->x[c] + 256 * b, false);
            /* all rows first, then the scales: 3 % in cache, up to 13 % from memory */
            __asm__("" : "+v"(d->of[0]), "+v"(d->of[1]));
        }
    }
    BN_UNROLL for (int i = 0; i < ROWS; i++)
    {
        if (i >= rows) continue;
        struct scales scales = find_scales(w[i] + b);
        BN_UNROLL for (int c = 0; c < 2; c++)
        {
            if (c >= tokens) continue;
            sum[i * tokens + c] = scaled(&dots[i * tokens + c], &scales, p->offset[b][c]);
        }
    }
}
BN_INLINE void row_sums(__m512i sum[SUMS], const struct block *w, const struct columns *p, int b, const int tokens)
{
    __m512i code[4];
    unpack(code, w + b);
    struct scales scales = find_scales(w + b);
    BN_UNROLL for (int c = 0; c < SUMS; c++)
    {
        sum[c] = _mm512_setzero_si512();
        if (c >= tokens) continue;
        struct dots dots = find_dots(code, p->x[c] + 256 * b, true);
        sum[c] = scaled(&dots, &scales, p->offset[b][c]);
    }
}

/* Rows m, m + apart, ... with the tokens of p, of which the first is t. */
BN_INLINE void tile(const struct bn_block_args *a, const struct columns *p, int m, int apart, int t, const int rows,
                    const int tokens)
{
    const struct block *w[ROWS];
    __m128 lane[2][16];
    float y[SUMS];
    BN_UNROLL for (int r = 0; r < ROWS; r++)
    {
        w[r] = (const void *)((const char *)a->w + (size_t)(r < rows ? m + r * apart : m) * a->row_bytes);
    }
    BN_UNROLL for (int i = 0; i < 16; i++) lane[0][i] = lane[1][i] = _mm_setzero_ps();
    for (int b = 0; b < a->cols / 256; b++) {
        __m512i sum[SUMS];
        if (rows > 1)
            rows_sums(sum, w, p, b, rows, tokens);
        else
            row_sums(sum, w[0], p, b, tokens);
        __m128 d = row_scales(w, b, rows, tokens);
        BN_UNROLL for (int i = 0; i < SUMS / 4; i++)
        {
            if (4 * i >= rows * tokens) continue;
            __m128 scale = _mm_mul_ps(d, _mm_loadu_ps(p->x_scale[b] + 4 * i));
            lane[i][b % 16] =
                _mm_fmadd_ps(_mm_cvtepi32_ps(sum4(sum[4 * i], sum[4 * i + 1], sum[4 * i + 2], sum[4 * i + 3])), scale,
                             lane[i][b % 16]);
        }
    }
    BN_UNROLL for (int i = 0; i < SUMS; i++)
    {
        if (i >= rows * tokens) continue;
        if (i % 4 == 0) _mm_storeu_ps(y + i, reduce(lane[i / 4]));
        a->y[(size_t)(t + i % tokens) * a->y_stride + (size_t)(m + i / tokens * apart)] = y[i];
    }
}

BN_INLINE int rows_at_once(const int tokens) { return tokens < 3 ? 4 / tokens : 1; }
extern const struct bn_kernel_variant bn_kernel_matmul_q6_k_ref;
#define REFERENCE ((bn_matmul_q6_k_fn *)bn_kernel_matmul_q6_k_ref.function)
#include "engine/kernels/x86/matmul_by_tokens_tmpl.h"

BN_KERNEL(matmul_q6_k, avx512vnni, BN_CPU_AVX512VNNI, matmul);
