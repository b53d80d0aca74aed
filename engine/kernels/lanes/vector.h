/* vector.h - lanes.h in the vectors of the compiler, 16 bytes each: one text for every instruction set that has no
 * header of its own here. What vectors of the compiler do not say, or say slowly, is vector_<isa>_tmpl.h:
 * - v4_fma(x, y, z): x * y + z, rounded once; or v16_fma, and V16_FMA is defined;
 * - v4_pairs(total, a, b): each total plus two neighbouring products of 16-bit integers;
 * - v16_bytes(a, b, c, d): sixteen integers of -128..127 as bytes;
 * - v16_dot(sum, code, x), v16_flush(total, sum), V16_DOTS: sums of products of bytes 0..3 and signed bytes, in
 * whatever lanes; how many v16_dot there may be until v16_flush adds them up to 32 bits. Neighbours are neighbours in
 * memory: all of it holds on big-endian CPUs too. */
#ifndef BN_LANES_VECTOR_H
#define BN_LANES_VECTOR_H
#include "engine/kernels/exp.h"

typedef float v4f __attribute__((vector_size(16)));
typedef int32_t v4i __attribute__((vector_size(16)));
typedef uint32_t v4u __attribute__((vector_size(16)));
typedef int16_t v8s __attribute__((vector_size(16)));
typedef uint16_t v8u __attribute__((vector_size(16)));
typedef int8_t v16b __attribute__((vector_size(16)));
typedef int64_t v2l __attribute__((vector_size(16)));
typedef struct {
    v4f a, b, c, d;
} v16;
typedef v4f four_floats;
typedef v4i four_ints;
#define V16_REGISTERS 8

/* Elements 0, 2, ... or 1, 3, ... of two vectors as 32-bit lanes; the low halves of 32-bit lanes. */
#define V4_EVEN(x, y) __builtin_shufflevector(x, y, 0, 2, 4, 6)
#define V4_ODD(x, y)  __builtin_shufflevector(x, y, 1, 3, 5, 7)
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define V8_LOW(x, y) __builtin_shufflevector((v8s)(x), (v8s)(y), 1, 3, 5, 7, 9, 11, 13, 15)
#define V16_LOW(x, y)                                                                                                  \
    __builtin_shufflevector((v16b)(x), (v16b)(y), 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)
#define V4_WIDE(h, other)   __builtin_shufflevector(other, h, 0, 8, 1, 9, 2, 10, 3, 11)
#define V4_WIDE_2(h, other) __builtin_shufflevector(other, h, 4, 12, 5, 13, 6, 14, 7, 15)
#else
#define V8_LOW(x, y) __builtin_shufflevector((v8s)(x), (v8s)(y), 0, 2, 4, 6, 8, 10, 12, 14)
#define V16_LOW(x, y)                                                                                                  \
    __builtin_shufflevector((v16b)(x), (v16b)(y), 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
#define V4_WIDE(h, other)   __builtin_shufflevector(h, other, 0, 8, 1, 9, 2, 10, 3, 11)
#define V4_WIDE_2(h, other) __builtin_shufflevector(h, other, 4, 12, 5, 13, 6, 14, 7, 15)
#endif

/* Floats where floats may be; bytes anywhere. */
typedef v4f floats_in_memory __attribute__((aligned(4), may_alias));
typedef v16b bytes_in_memory __attribute__((aligned(1), may_alias));
static inline v4f v4_load(const float *p) { return *(const floats_in_memory *)p; }
static inline void v4_store(float *p, v4f v) { *(floats_in_memory *)p = v; }
static inline v16b v16_load_bytes(const void *p) { return *(const bytes_in_memory *)p; }
static inline v4f v4_set(float f) { return (v4f){f, f, f, f}; }
static inline v4i v4i_set(int32_t i) { return (v4i){i, i, i, i}; }
static inline v8s v8_set(int16_t i) { return (v8s){i, i, i, i, i, i, i, i}; }
static inline v4f v4_of_ints(v4i i) { return __builtin_convertvector(i, v4f); }
/* Bits of x where those of `mask` are set, else of y. */
static inline v4f v4_select(v4i mask, v4f x, v4f y) { return (v4f)((mask & (v4i)x) | (~mask & (v4i)y)); }
/* Even and odd bytes in memory, as 16-bit integers: which of them are the even ones does not matter to sums. */
static inline v8s v8_first(v16b x) { return (v8s)((v8u)x << 8) >> 8; }
static inline v8s v8_second(v16b x) { return (v8s)x >> 8; }

#if defined(__SSE2__)
#include "engine/kernels/lanes/vector_sse2_tmpl.h"
#elif defined(__ARM_NEON)
#include "engine/kernels/lanes/vector_neon32_tmpl.h"
#elif defined(__VSX__)
#include "engine/kernels/lanes/vector_vsx_tmpl.h"
#elif defined(__s390x__)
#include "engine/kernels/lanes/vector_vxe_tmpl.h"
#elif defined(__riscv_vector)
#include "engine/kernels/lanes/vector_rvv_tmpl.h"
#else
#error "vector.h needs a vector instruction set"
#endif

static inline v16 v16_set(float f) { return (v16){v4_set(f), v4_set(f), v4_set(f), v4_set(f)}; }
static inline v16 v16_load(const float *p)
{
    return (v16){v4_load(p), v4_load(p + 4), v4_load(p + 8), v4_load(p + 12)};
}
static inline void v16_store(float *p, v16 v)
{
    v4_store(p, v.a);
    v4_store(p + 4, v.b);
    v4_store(p + 8, v.c);
    v4_store(p + 12, v.d);
}
static inline v16 v16_load_n(const float *p, int n)
{
    float copy[16] = {0};
    if (n >= 16) return v16_load(p);
    memcpy(copy, p, (size_t)n * sizeof *copy);
    return v16_load(copy);
}
static inline void v16_store_n(float *p, v16 v, int n)
{
    float copy[16];
    v16_store(n >= 16 ? p : copy, v);
    if (n < 16) memcpy(p, copy, (size_t)n * sizeof *copy);
}

/* ---- 16-bit floats ---- */
/* Four numbers, each in the low half of 32 bits: bn_f16_to_f32. */
static inline v4f v4_of_f16(v4i h)
{
    v4i magnitude = h & 0x7fff, sign = (v4i)((v4u)(h ^ magnitude) << 16), bits = (magnitude << 13) + (112 << 23);
    bits += (magnitude > 0x7bff) & (112 << 23);
    bits |= (magnitude > 0x7c00) & 0x400000;
    v4f small = v4_of_ints(magnitude) * 0x1p-24f;
    return (v4f)((v4i)v4_select(magnitude < 0x400, small, (v4f)bits) | sign);
}
static inline v16 v16_load_f16(const uint16_t *p)
{
    const v8s zero = v8_set(0);
    v8s low = (v8s)v16_load_bytes(p), high = (v8s)v16_load_bytes(p + 8);
    return (v16){v4_of_f16((v4i)V4_WIDE(low, zero)), v4_of_f16((v4i)V4_WIDE_2(low, zero)),
                 v4_of_f16((v4i)V4_WIDE(high, zero)), v4_of_f16((v4i)V4_WIDE_2(high, zero))};
}
static inline v16 v16_load_bf16(const uint16_t *p)
{
    const v8s zero = v8_set(0);
    v8s low = (v8s)v16_load_bytes(p), high = (v8s)v16_load_bytes(p + 8);
    return (v16){(v4f)V4_WIDE(zero, low), (v4f)V4_WIDE_2(zero, low), (v4f)V4_WIDE(zero, high),
                 (v4f)V4_WIDE_2(zero, high)};
}
static inline v16 v16_load_f16_n(const uint16_t *p, int n)
{
    uint16_t copy[16] = {0};
    memcpy(copy, p, (size_t)n * sizeof *copy);
    return v16_load_f16(copy);
}
static inline v16 v16_load_bf16_n(const uint16_t *p, int n)
{
    uint16_t copy[16] = {0};
    memcpy(copy, p, (size_t)n * sizeof *copy);
    return v16_load_bf16(copy);
}
static inline void v16_store_f16(uint16_t *p, v16 v)
{
    float f[16];
    v16_store(f, v);
    for (int i = 0; i < 16; i++) p[i] = bn_f32_to_f16(f[i]);
}

/* Rounds half to even and stores 16 bytes. Values are within -127..127: adding BN_EXP_MAGIC leaves the integer in the
 * low bits. */
static inline v4i v4_rounded(v4f x) { return (v4i)(x + BN_EXP_MAGIC) - (v4i)v4_set(BN_EXP_MAGIC); }
static inline void v16_store_i8(int8_t *p, v16 v)
{
    *(bytes_in_memory *)p = v16_bytes(v4_rounded(v.a), v4_rounded(v.b), v4_rounded(v.c), v4_rounded(v.d));
}

#define V16_BOTH(name, operation)                                                                                      \
    static inline v4f v4_##name(v4f x, v4f y) { return operation; }                                                    \
    static inline v16 v16_##name(v16 x, v16 y)                                                                         \
    {                                                                                                                  \
        return (v16){v4_##name(x.a, y.a), v4_##name(x.b, y.b), v4_##name(x.c, y.c), v4_##name(x.d, y.d)};              \
    }
V16_BOTH(add, x + y)
V16_BOTH(sub, x - y)
V16_BOTH(mul, x *y)
V16_BOTH(div, x / y)
V16_BOTH(max, v4_select(x > y, x, y)) /* minima and maxima of the hardware treat NaN differently */
V16_BOTH(min, v4_select(x < y, x, y))
/* bits(a) + (bits(b) << 23): a times 2 to the integer in b's low bits. */
V16_BOTH(add_exponent, (v4f)((v4u)x + ((v4u)y << 23)))
#undef V16_BOTH
#define V16_ONE(name, operation)                                                                                       \
    static inline v4f v4_##name(v4f x) { return operation; }                                                           \
    static inline v16 v16_##name(v16 x)                                                                                \
    {                                                                                                                  \
        return (v16){v4_##name(x.a), v4_##name(x.b), v4_##name(x.c), v4_##name(x.d)};                                  \
    }
V16_ONE(abs, (v4f)((v4i)x & 0x7fffffff))
V16_ONE(neg, (v4f)((v4u)x ^ 0x80000000u))
#undef V16_ONE
#ifndef V16_FMA
static inline v16 v16_fma(v16 x, v16 y, v16 z)
{
    return (v16){v4_fma(x.a, y.a, z.a), v4_fma(x.b, y.b, z.b), v4_fma(x.c, y.c, z.c), v4_fma(x.d, y.d, z.d)};
}
#endif

/* Lanes n.. of x become those of `other`; x starts at lane `first`. */
static inline v4f v4_keep(v4f x, int n, v4f other, int first)
{
    return v4_select((v4i){0, 1, 2, 3} < v4i_set(n - first), x, other);
}
static inline v16 v16_keep(v16 x, int n, v16 other)
{
    return (v16){v4_keep(x.a, n, other.a, 0), v4_keep(x.b, n, other.b, 4), v4_keep(x.c, n, other.c, 8),
                 v4_keep(x.d, n, other.d, 12)};
}
static inline v16 v16_where_less(v16 x, v16 y, v16 then, v16 otherwise)
{
    return (v16){v4_select(x.a < y.a, then.a, otherwise.a), v4_select(x.b < y.b, then.b, otherwise.b),
                 v4_select(x.c < y.c, then.c, otherwise.c), v4_select(x.d < y.d, then.d, otherwise.d)};
}
static inline v16 v16_where_nan(v16 x, v16 then, v16 otherwise)
{
    return (v16){v4_select(x.a == x.a, otherwise.a, then.a), v4_select(x.b == x.b, otherwise.b, then.b),
                 v4_select(x.c == x.c, otherwise.c, then.c), v4_select(x.d == x.d, otherwise.d, then.d)};
}

/* bn_reduce16: lanes i and i+8, i+4, i+2, i+1. */
static inline float v16_sum(v16 v)
{
    v4f y = (v.a + v.c) + (v.b + v.d);
    return (y[0] + y[2]) + (y[1] + y[3]);
}
/* The same tree with (a > b ? a : b). */
static inline float v16_largest(v16 v)
{
    v4f y = v4_max(v4_max(v.a, v.c), v4_max(v.b, v.d));
    float even = y[0] > y[2] ? y[0] : y[2], odd = y[1] > y[3] ? y[1] : y[3];
    return even > odd ? even : odd;
}
/* Sum of 32 codes. */
static inline int32_t sum32_i8(const int8_t *q)
{
    v16b low = v16_load_bytes(q), high = v16_load_bytes(q + 16);
    v4i s = v4_pairs(v4i_set(0), v8_first(low) + v8_second(low) + v8_first(high) + v8_second(high), v8_set(1));
    return (s[0] + s[1]) + (s[2] + s[3]);
}

/* ---- sixteen columns of four int8, [16][4], times four codes of 16 bits (attention_q8_0.h) ---- */
typedef struct {
    v8s two[8]; /* two columns each */
} v16x4;
typedef struct {
    v4i two[8]; /* two sums a column */
} v16_sums;
static inline v16x4 v16x4_load(const int8_t *p)
{
    v16x4 x;
    for (int i = 0; i < 4; i++) {
        v16b four = v16_load_bytes(p + 16 * i);
        x.two[2 * i] = (v8s)__builtin_shufflevector(four, four, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7) >> 8;
        x.two[2 * i + 1] =
            (v8s)__builtin_shufflevector(four, four, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15) >> 8;
    }
    return x;
}
static inline v16x4 v16x4_load_for_signed(const int8_t *p) { return v16x4_load(p); }
static inline void v16_sums_start(v16_sums *s, int32_t sum_of_signed)
{
    (void)sum_of_signed;
    for (int i = 0; i < 8; i++) s->two[i] = v4i_set(0);
}
static inline void v16_sums_add(v16_sums *s, v16x4 x, const int32_t four[2])
{
    int64_t codes;
    memcpy(&codes, four, sizeof codes);
    v8s c = (v8s)(v2l){codes, codes};
    for (int i = 0; i < 8; i++) s->two[i] = v4_pairs(s->two[i], x.two[i], c);
}
static inline void v16_sums_add_signed(v16_sums *s, v16x4 x, const int32_t four[2]) { v16_sums_add(s, x, four); }
static inline v4f v4_of_sums(v4i a, v4i b) { return v4_of_ints(V4_EVEN(a, b) + V4_ODD(a, b)); }
static inline v16 v16_of_sums(const v16_sums *s)
{
    return (v16){v4_of_sums(s->two[0], s->two[1]), v4_of_sums(s->two[2], s->two[3]), v4_of_sums(s->two[4], s->two[5]),
                 v4_of_sums(s->two[6], s->two[7])};
}
/* Sixteen codes from the low bits of the lanes. */
static inline void v16_store_codes(int32_t (*fours)[2], v16 x)
{
    v8s low = V8_LOW(x.a, x.b), high = V8_LOW(x.c, x.d);
    memcpy(fours, &low, sizeof low);
    memcpy(fours + 2, &high, sizeof high);
}
static inline void v16_store_signed_codes(int32_t (*fours)[2], v16 x) { v16_store_codes(fours, x); }
#endif
