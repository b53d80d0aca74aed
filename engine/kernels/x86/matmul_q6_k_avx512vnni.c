/* matmul_q6_k_avx512vnni.c - Q6_K times int8: codes 0..63 by vpdpbusd, then the sub-block scales by vpdpwssd; the offset
 * of 32 is taken off through the sums of the activations of each sub-block. Four rows share the reductions. */
#include "engine/kernels/x86/avx512.h"
#include "engine/kernels/lanes/lanes.h"

#define ROWS     4
#define TOKENS   4
#define MOST_COLS 65536
#define AHEAD_BYTES 4096

struct block {
    uint8_t low[128], high[64];
    int8_t scale[16];
    uint16_t d;
};
/* -16 times the sum of each 16 activations; counted twice it takes 32 off every code. */
struct offsets {
    int16_t of[TOKENS][MOST_COLS / 16];
};

static void find_offsets(int16_t *of, const int8_t *x, int cols)
{
    for (int k = 0; k < cols; k += 256, of += 16) {
        __m512i s[4];
        for (int i = 0; i < 4; i++)
            s[i] = _mm512_dpbusd_epi32(_mm512_setzero_si512(), _mm512_set1_epi8(16), _mm512_loadu_si512(x + k + 64 * i));
        /* 4 lanes make one sum of 16 */
        for (int i = 0; i < 4; i++) {
            s[i] = _mm512_add_epi32(s[i], _mm512_shuffle_epi32(s[i], _MM_PERM_CDAB));
            s[i] = _mm512_add_epi32(s[i], _mm512_shuffle_epi32(s[i], _MM_PERM_BADC));
            __m128i four = _mm512_castsi512_si128(_mm512_permutexvar_epi32(_mm512_setr_epi32(0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), s[i]));
            _mm_storel_epi64((__m128i *)(of + 4 * i), _mm_sub_epi16(_mm_setzero_si128(), _mm_packs_epi32(four, four)));
        }
    }
}

/* The codes of a block in natural order. */
BN_INLINE void unpack(__m512i code[4], const struct block *b)
{
    const __m512i nibble = _mm512_set1_epi8(15), two_bits = _mm512_set1_epi8(0x30);
    const __m512i up = _mm512_inserti64x4(_mm512_set1_epi16(2), _mm256_set1_epi16(4), 0), down = _mm512_inserti64x4(_mm512_set1_epi16(2), _mm256_setzero_si256(), 0);
    BN_UNROLL for (int h = 0; h < 2; h++)
    {
        __m512i low = _mm512_loadu_si512(b->low + 64 * h), high = _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)(b->high + 32 * h)));
        /* 0xf8: first | (second & third) */
        code[2 * h] = _mm512_ternarylogic_epi64(_mm512_and_si512(low, nibble), _mm512_sllv_epi16(high, up), two_bits, 0xf8);
        code[2 * h + 1] = _mm512_ternarylogic_epi64(_mm512_and_si512(_mm512_srli_epi16(low, 4), nibble), _mm512_srlv_epi16(high, down), two_bits, 0xf8);
    }
}

/* Sum over one block of (code - 32) * scale * x, spread over 16 lanes. */
BN_INLINE __m512i block_sum(const __m512i code[4], __m512i scale, __m512i scale01, __m512i scale23, const int8_t *x, const int16_t *offset)
{
    __m512i dot[4], zero = _mm512_setzero_si512();
    BN_UNROLL for (int i = 0; i < 4; i++) dot[i] = _mm512_dpbusd_epi32(zero, code[i], _mm512_loadu_si512(x + 64 * i));
    __m512i sum = _mm512_dpwssd_epi32(zero, scale, _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)offset)));
    sum = _mm512_dpwssd_epi32(sum, scale01, _mm512_packs_epi32(dot[0], dot[1]));
    return _mm512_dpwssd_epi32(sum, scale23, _mm512_packs_epi32(dot[2], dot[3]));
}

/* Words of scale01 and scale23: in the order of packs_epi32, 128 bits hold four sums of one vector and four of the other. */
BN_INLINE __m512i spread(__m512i scale, const int first)
{
    short at[32];
    BN_UNROLL for (int i = 0; i < 32; i++) at[i] = (short)(first + i / 8 + i / 4 % 2 * 4);
    return _mm512_permutexvar_epi16(_mm512_loadu_si512(at), scale);
}

BN_INLINE void tile(const struct bn_block_args *a, const struct offsets *offsets, int m, int t, const int rows, const int tokens)
{
    __m128 lane[TOKENS][16];
    const struct block *w[ROWS];
    BN_UNROLL for (int r = 0; r < ROWS; r++) w[r] = (const void *)((const char *)a->w + (size_t)(m + (r < rows ? r : 0)) * a->row_bytes);
    for (int c = 0; c < tokens; c++)
        for (int i = 0; i < 16; i++) lane[c][i] = _mm_setzero_ps();
    for (int b = 0; b < a->cols / 256; b++) {
        __m512i sum[ROWS][TOKENS];
        BN_UNROLL for (int r = 0; r < ROWS; r++)
        {
            __m512i code[4], scale;
            if (r >= rows) {
                BN_UNROLL for (int c = 0; c < tokens; c++) sum[r][c] = _mm512_setzero_si512();
                continue;
            }
            unpack(code, w[r] + b);
            scale = _mm512_cvtepi8_epi16(_mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)w[r][b].scale)));
            __m512i scale01 = spread(scale, 0), scale23 = spread(scale, 8);
            BN_UNROLL for (int c = 0; c < tokens; c++)
                sum[r][c] = block_sum(code, scale, scale01, scale23, a->x + (size_t)(t + c) * a->x_stride + b * 256, offsets->of[c] + b * 16);
        }
        __m128 d = _mm_cvtph_ps(_mm_setr_epi16((short)w[0][b].d, (short)w[1][b].d, (short)w[2][b].d, (short)w[3][b].d, 0, 0, 0, 0));
        BN_UNROLL for (int c = 0; c < tokens; c++)
        {
            __m128 scale = _mm_mul_ps(d, _mm_set1_ps(a->x_scale[(size_t)(t + c) * a->x_scale_stride + (size_t)b]));
            __m128i total = sum4(sum[0][c], sum[1][c], sum[2][c], sum[3][c]);
            lane[c][b % 16] = _mm_fmadd_ps(_mm_cvtepi32_ps(total), scale, lane[c][b % 16]);
        }
    }
    for (int c = 0; c < tokens; c++) {
        float *y = a->y + (size_t)(t + c) * a->y_stride + (size_t)m;
        for (int width = 8; width > 0; width /= 2)
            for (int i = 0; i < width; i++) lane[c][i] = _mm_add_ps(lane[c][i], lane[c][i + width]);
        if (rows == 4) _mm_storeu_ps(y, lane[c][0]);
        else _mm_store_ss(y, lane[c][0]);
    }
}

/* Four blocks of one row: their exact sums. */
BN_INLINE __m128i four_blocks(const struct block *w, const int8_t *x, const int16_t *offset, const int n)
{
    __m512i sum[4], code[4];
    BN_UNROLL for (int b = 0; b < 4; b++)
    {
        sum[b] = _mm512_setzero_si512();
        if (b >= n) continue;
        BN_UNROLL for (int i = 0; i < 4; i++) _mm_prefetch((const char *)(w + b) + 64 * i + AHEAD_BYTES, _MM_HINT_T0);
        unpack(code, w + b);
        __m512i scale = _mm512_cvtepi8_epi16(_mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)w[b].scale)));
        sum[b] = block_sum(code, scale, spread(scale, 0), spread(scale, 8), x + 256 * b, offset + 16 * b);
    }
    return sum4(sum[0], sum[1], sum[2], sum[3]);
}

/* One row with one token: the weights are one ascending stream, see matmul_i2_avx512vnni.c. */
BN_INLINE float row(const struct block *w, const int8_t *x, const float *x_scale, const int16_t *offset, int blocks)
{
    v16 lane = v16_set(0.0f);
    for (int done = 0; done < blocks; done += 16) {
        int n = blocks - done < 16 ? blocks - done : 16, b = 0;
        int32_t sum[16];
        uint16_t d[16];
        for (; b + 4 <= n; b += 4) _mm_storeu_si128((__m128i *)(sum + b), four_blocks(w + done + b, x + (done + b) * 256, offset + (done + b) * 16, 4));
        for (; b + 2 <= n; b += 2) _mm_storel_epi64((__m128i *)(sum + b), four_blocks(w + done + b, x + (done + b) * 256, offset + (done + b) * 16, 2));
        for (; b < n; b++) sum[b] = _mm_cvtsi128_si32(four_blocks(w + done + b, x + (done + b) * 256, offset + (done + b) * 16, 1));
        for (b = 0; b < n; b++) d[b] = w[done + b].d;
        v16 scale = v16_mul(v16_load_f16_n(d, n), v16_load_n(x_scale + done, n));
        v16 sums = _mm512_cvtepi32_ps(_mm512_maskz_loadu_epi32(v16_first(n), sum));
        lane = v16_keep(v16_fma(sums, scale, lane), n, lane);
    }
    return v16_sum(lane);
}

static void one_token(const struct bn_block_args *a, struct offsets *offsets, int begin, int end, int t)
{
    const int8_t *x = a->x + (size_t)t * a->x_stride;
    const float *x_scale = a->x_scale + (size_t)t * a->x_scale_stride;
    float *y = a->y + (size_t)t * a->y_stride;
    find_offsets(offsets->of[0], x, a->cols);
    for (int m = begin; m < end; m++)
        y[m] = row((const void *)((const char *)a->w + (size_t)m * a->row_bytes), x, x_scale, offsets->of[0], a->cols / 256);
}

BN_INLINE void column(const struct bn_block_args *a, struct offsets *offsets, int begin, int end, int t, const int tokens)
{
    for (int c = 0; c < tokens; c++) find_offsets(offsets->of[c], a->x + (size_t)(t + c) * a->x_stride, a->cols);
    int m = begin;
    for (; m + ROWS <= end; m += ROWS) tile(a, offsets, m, t, ROWS, tokens);
    for (; m < end; m++) tile(a, offsets, m, t, 1, tokens);
}

static void matmul(const struct bn_block_args *a, int row_begin, int row_end)
{
    extern const struct bn_kernel_variant bn_kernel_matmul_q6_k_ref;
    struct offsets offsets;
    int t = 0;
    if (a->cols > MOST_COLS) {
        ((bn_matmul_q6_k_fn *)bn_kernel_matmul_q6_k_ref.function)(a, row_begin, row_end);
        return;
    }
    for (; t + TOKENS <= a->n; t += TOKENS) column(a, &offsets, row_begin, row_end, t, TOKENS);
    for (; t < a->n; t++) one_token(a, &offsets, row_begin, row_end, t);
}

BN_KERNEL(matmul_q6_k, avx512vnni, BN_CPU_AVX512VNNI, matmul);
