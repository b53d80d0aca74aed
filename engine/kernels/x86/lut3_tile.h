/* lut3_tile.h - the look-ups of matmul_lut3 with AVX-512: some panels times some tokens. */
#ifndef BN_KERNELS_LUT3_TILE_H
#define BN_KERNELS_LUT3_TILE_H
#include "engine/kernels/x86/lut3_part.h"
#include <string.h>

enum {
    FAR_AHEAD =
        4096, /* distance in bytes at which a stream is prefetched into L2 and into L1; half the speed without */
    NEAR_AHEAD = 1024
};

/* Two look-ups in assembly: two permutes, then two additions, run at one look-up per cycle on Zen 4, where alternating
 * permutes and additions take 1.22: the additions then occupy the permutes' pipes. */
BN_INLINE void add_two(__m512i *sum0, __m512i index0, __m512i *sum1, __m512i index1, __m512i table)
{
    __m512i found0, found1;
    __asm__("vpermw %4, %5, %2\n\tvpermw %4, %6, %3\n\tvpaddw %2, %0, %0\n\tvpaddw %3, %1, %1"
            : "+v"(*sum0), "+v"(*sum1), "=&v"(found0), "=&v"(found1)
            : "v"(table), "v"(index0), "v"(index1));
}

BN_INLINE void add_entry(tile_sums sum, const __m512i index[TILE_PANELS], const int16_t *table, const int panels,
                         const int tokens)
{
    BN_UNROLL for (int i = 0; i < tokens; i++)
    {
        __m512i found = _mm512_load_si512(table + 32 * i);
        BN_UNROLL for (int p = 0; p < panels; p += 2)
            add_two(&sum[i][p], index[p], &sum[i][p + 1], index[p + 1], found);
    }
}

/* The next of a word's three codes: w >> 5, by a multiplication, which leaves the pipes of vpermw free. */
static const _Alignas(64) uint16_t shift5[32] = {2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048,
                                                 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048,
                                                 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048, 2048};
BN_INLINE void next_code(__m512i *w)
{
    __asm__("vpmulhuw %1, %0, %0" : "+v"(*w) : "m"(*(const __m512i *)(const void *)shift5));
}
/* The last code: the contents of *w move up, the top bits of five words come in from below. */
BN_INLINE void take_top_bit(__m512i *w, const uint8_t *word)
{
    __asm__("vpshldw $1, %1, %0, %0" : "+v"(*w) : "m"(*(const __m512i_u *)(const void *)word));
}

/* Units of some panels (words[p]) times the tables [look-up][tokens][32]. */
BN_INLINE void add_tile(tile_sums sums, int units, bool fresh, const uint8_t *const words[TILE_PANELS],
                        const int16_t *tables, const int panels, const int tokens, const bool stream)
{
    tile_sums sum;
    __m512i w[TILE_PANELS];
    BN_UNROLL for (int i = 0; i < tokens; i++) BN_UNROLL for (int p = 0; p < panels; p++) sum[i][p] =
        fresh ? _mm512_setzero_si512() : sums[i][p];
    for (size_t at = 0, end = (size_t)units * BN_LUT3_UNIT_BYTES; at < end;) {
        for (int i = 0; i < 5; i++, at += 64) {
            BN_UNROLL for (int p = 0; p < panels; p++)
            {
                w[p] = _mm512_loadu_si512(words[p] + at);
                if (!stream) continue;
                _mm_prefetch((const char *)words[p] + at + FAR_AHEAD, _MM_HINT_T1);
                _mm_prefetch((const char *)words[p] + at + NEAR_AHEAD, _MM_HINT_T0);
            }
            BN_UNROLL for (int k = 0; k < 3; k++, tables += tokens * 32)
            {
                if (k) BN_UNROLL for (int p = 0; p < panels; p++) next_code(&w[p]);
                add_entry(sum, w, tables, panels, tokens);
            }
        }
        BN_UNROLL for (int p = 0; p < panels; p++) BN_UNROLL for (int i = 0; i < 5; i++)
            take_top_bit(&w[p], words[p] + at - BN_LUT3_UNIT_BYTES + 64 * i);
        add_entry(sum, w, tables, panels, tokens);
        tables += tokens * 32;
    }
    BN_UNROLL for (int i = 0; i < tokens; i++) BN_UNROLL for (int p = 0; p < panels; p++) sums[i][p] = sum[i][p];
}

/* Four panels and six tokens, registers assigned by hand: gcc 12 compiles add_tile to the same speed, but clang 14
 * keeps its sums in memory, at half the speed. 1.20 cycles per look-up, 0.99 for the look-ups alone. zmm0-23 sums,
 * 24-27 words, 28 table, 29-30 sums looked up, 31 the factor of next_code. */
#define PAIR(s0, s1, w0, w1)                                                                                           \
    "vpermw %%zmm28, %%zmm" w0 ", %%zmm29\n\tvpermw %%zmm28, %%zmm" w1 ", %%zmm30\n\t"                                 \
    "vpaddw %%zmm29, %%zmm" s0 ", %%zmm" s0 "\n\tvpaddw %%zmm30, %%zmm" s1 ", %%zmm" s1 "\n\t"
#define TOKEN(at, s0, s1, s2, s3)                                                                                      \
    "vmovdqa64 " at "(%[table]), %%zmm28\n\t" PAIR(s0, s1, "24", "25") PAIR(s2, s3, "26", "27")
#define ADD_ENTRIES                                                                                                    \
    TOKEN("0", "0", "1", "2", "3")                                                                                     \
    TOKEN("64", "4", "5", "6", "7")                                                                                    \
    TOKEN("128", "8", "9", "10", "11")                                                                                 \
    TOKEN("192", "12", "13", "14", "15")                                                                               \
    TOKEN("256", "16", "17", "18", "19")                                                                               \
    TOKEN("320", "20", "21", "22", "23") "add $384, %[table]\n\t"
#define EACH_WORD(f)  f("24", "0") f("25", "1") f("26", "2") f("27", "3")
#define LOAD(w, p)    "vmovdqu64 (%[words" p "],%[at]), %%zmm" w "\n\t"
#define NEXT(w, p)    "vpmulhuw %%zmm31, %%zmm" w ", %%zmm" w "\n\t"
#define TOP(w, p, at) "vpshldw $1, " at "(%[words" p "],%[at]), %%zmm" w ", %%zmm" w "\n\t"
#define LAST(w, p)    TOP(w, p, "-320") TOP(w, p, "-256") TOP(w, p, "-192") TOP(w, p, "-128") TOP(w, p, "-64")
#define SUMS(f)                                                                                                        \
    f("0", "0") f("1", "64") f("2", "128") f("3", "192") f("4", "256") f("5", "320") f("6", "384") f("7", "448")       \
        f("8", "512") f("9", "576") f("10", "640") f("11", "704") f("12", "768") f("13", "832") f("14", "896")         \
            f("15", "960") f("16", "1024") f("17", "1088") f("18", "1152") f("19", "1216") f("20", "1280")             \
                f("21", "1344") f("22", "1408") f("23", "1472")
#define READ(s, at)  "vmovdqa64 " at "(%[sums]), %%zmm" s "\n\t"
#define WRITE(s, at) "vmovdqa64 %%zmm" s ", " at "(%[sums])\n\t"
static __attribute__((noinline)) void add_full_tile(tile_sums sums, int units, bool fresh,
                                                    const uint8_t *const words[TILE_PANELS], const int16_t *tables)
{
    size_t at = 0, end = (size_t)units * BN_LUT3_UNIT_BYTES, left;
    if (fresh) memset(sums, 0, sizeof(tile_sums));
    __asm__ volatile(SUMS(READ) "vmovdqa64 (%[factor]), %%zmm31\n"
                                "1:\tmov $5, %[left]\n"
                                "2:\t" EACH_WORD(LOAD) ADD_ENTRIES EACH_WORD(NEXT) ADD_ENTRIES EACH_WORD(NEXT)
                                    ADD_ENTRIES "add $64, %[at]\n\tdec %[left]\n\tjnz 2b\n\t" EACH_WORD(LAST)
                                        ADD_ENTRIES "cmp %[end], %[at]\n\tjb 1b\n\t" SUMS(WRITE)
                     : [at] "+r"(at), [table] "+r"(tables), [left] "=&r"(left)
                     : [sums] "r"(sums), [words0] "r"(words[0]), [words1] "r"(words[1]), [words2] "r"(words[2]),
                       [words3] "r"(words[3]), [end] "r"(end), [factor] "r"(shift5)
                     : "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9",
                       "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "xmm16", "xmm17", "xmm18", "xmm19",
                       "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25", "xmm26", "xmm27", "xmm28", "xmm29",
                       "xmm30", "xmm31");
}
#endif
