/* matmul_t5_avx512vnni.c - t5 rows times int8. One token: a permute of 128 bytes turns what is left of a byte without its fifth code
 * into I2_S fields, masked where they stand; the fifth code counts 81 times and is divided after the sum. Several tokens: by
 * way of I2_S. */
#include "engine/kernels/lanes/lanes.h"
#include "engine/kernels/t5.h"
#include "engine/kernels/x86/avx512.h"

/* I2_S byte of four codes from 27 v0 + 9 v1 + 3 v2 + v3. */
#define D(n) (uint8_t)(n), (uint8_t)(n + 1), (uint8_t)(n + 2)
#define C(n) D(n), D(n + 4), D(n + 8)
#define B(n) C(n), C(n + 16), C(n + 32)
static const uint8_t fields[128] = {B(0), B(64), B(128)};

struct codes {
    __m512i fields, fifth; /* fifth: times 81 */
};
struct table {
    __m512i low, high;
};
BN_INLINE struct table load_table(void) { return (struct table){_mm512_loadu_si512(fields), _mm512_loadu_si512(fields + 64)}; }

BN_INLINE struct codes split(__m512i w, struct table table)
{
    __m512i left = _mm512_min_epu8(w, _mm512_sub_epi8(w, _mm512_set1_epi8(81)));
    left = _mm512_min_epu8(left, _mm512_sub_epi8(w, _mm512_set1_epi8((char)162)));
    return (struct codes){_mm512_permutex2var_epi8(table.low, left, table.high), _mm512_sub_epi8(w, left)};
}

static void expand(uint8_t *codes, const uint8_t *w, int chunks)
{
    const __m512i two_bits = _mm512_set1_epi8(3), one = _mm512_set1_epi8(1);
    struct table table = load_table();
    for (; chunks-- > 0; codes += 320, w += 64) {
        struct codes c = split(_mm512_loadu_si512(w), table);
        BN_UNROLL for (int f = 0; f < 4; f++)
            _mm512_storeu_si512(codes + 64 * f, _mm512_and_si512(_mm512_srli_epi16(c.fields, 6 - 2 * f), two_bits));
        __m512i fifth = _mm512_maskz_mov_epi8(_mm512_test_epi8_mask(c.fifth, c.fifth), one);                   /* 81 and 162 */
        _mm512_storeu_si512(codes + 256, _mm512_mask_add_epi8(fifth, _mm512_movepi8_mask(c.fifth), one, one)); /* 162 */
    }
}
#define EXPAND       expand
#define BLOCK_KERNEL bn_kernel_matmul_i2_avx512vnni
#include "engine/kernels/x86/matmul_t5_blocks.h"

BN_INLINE void add_chunk(__m512i sum[5], __m512i w, const __m512i x[5], struct table table)
{
    struct codes c = split(w, table);
    dot_add(&sum[4], c.fifth, x[4]);
    BN_UNROLL for (int f = 0; f < 4; f++)
        dot_add(&sum[f], _mm512_and_si512(c.fields, _mm512_set1_epi8((char)(3 << (6 - 2 * f)))), x[f]);
}

/* Field f counts 4^(3-f) times, the fifth 81 times: 0x781948b1 * 81 = 1 modulo 2^32, and the division leaves no remainder. */
BN_INLINE __m512i join(const __m512i sum[5])
{
    __m512i high = _mm512_add_epi32(_mm512_srai_epi32(sum[0], 6), _mm512_srai_epi32(sum[1], 4));
    __m512i low = _mm512_add_epi32(_mm512_srai_epi32(sum[2], 2), sum[3]);
    return _mm512_add_epi32(_mm512_add_epi32(high, low), _mm512_mullo_epi32(sum[4], _mm512_set1_epi32(0x781948b1)));
}

/* The sums of ROWS rows from w on, `apart` bytes from one to the next, each over 16 lanes; `vectors` of x. Far apart for the
 * reasons given in matmul_i2_avx512vnni.c; four rows would not fit the registers. */
#define ROWS 3
BN_INLINE void three_rows(__m512i total[ROWS], const uint8_t *w, size_t apart, const int8_t *x, int vectors, struct table table)
{
    __m512i sum[ROWS][5], xv[5];
    BN_UNROLL for (int r = 0; r < ROWS; r++)
        BN_UNROLL for (int f = 0; f < 5; f++) sum[r][f] = _mm512_setzero_si512();
    for (; vectors >= 5; vectors -= 5, w += 64, x += 320) {
        BN_UNROLL for (int f = 0; f < 5; f++) xv[f] = _mm512_loadu_si512(x + 64 * f);
        BN_UNROLL for (int r = 0; r < ROWS; r++) add_chunk(sum[r], _mm512_loadu_si512(w + (size_t)r * apart), xv, table);
    }
    if (vectors > 0) {
        BN_UNROLL for (int f = 0; f < 5; f++) xv[f] = f < vectors ? _mm512_loadu_si512(x + 64 * f) : _mm512_setzero_si512();
        BN_UNROLL for (int r = 0; r < ROWS; r++) add_chunk(sum[r], _mm512_loadu_si512(w + (size_t)r * apart), xv, table);
    }
    BN_UNROLL for (int r = 0; r < ROWS; r++) total[r] = join(sum[r]);
}

/* y of `count` rows from m on, `apart` rows from one to the next; they are read as three. */
static void rows_from(const struct bn_ternary_args *a, int m, int apart, int count, struct table table)
{
    int32_t dot[4];
    __m512i sum[ROWS];
    three_rows(sum, a->w + (size_t)m * a->row_bytes, (size_t)apart * a->row_bytes, a->x, (int)BN_T5_VECTORS(a->cols), table);
    _mm_storeu_si128((__m128i *)dot, sum4(sum[0], sum[1], sum[2], _mm512_setzero_si512()));
    for (int r = 0; r < count; r++) {
        int at = m + r * apart;
        a->y[at] = (float)(dot[r] - a->x_sum[0]) * (a->x_scale[0] * a->w_scale[(size_t)at * (size_t)a->w_scale_step]);
    }
}

static void one_token(const struct bn_ternary_args *a, int begin, int end)
{
    struct table table = load_table();
    int apart = (end - begin) / ROWS;
    for (int m = begin; m < begin + apart; m++) rows_from(a, m, apart, ROWS, table);
    for (int m = begin + ROWS * apart; m < end; m++) rows_from(a, m, 0, 1, table);
}

static void matmul(const struct bn_ternary_args *a, int begin, int end)
{
    if (a->n == 1)
        one_token(a, begin, end);
    else
        matmul_by_blocks(a, begin, end);
}

BN_KERNEL(matmul_t5, avx512vnni, BN_CPU_AVX512VNNI, matmul);
