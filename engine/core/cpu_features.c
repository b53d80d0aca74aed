/* cpu_features.c - the instructions that each feature stands for, and how a CPU says that it has them. */
#include "engine/core/cpu_words.h"
#include <stdio.h>
#include <string.h>

/* A feature is there when all its rows hold. Sources: Intel SDM vol. 2 (CPUID), vol. 1 chapter 13 (XCR0); Linux
 * arch/{arm,arm64,powerpc,s390}/include/uapi/asm (HWCAP). */
static const struct rule {
    enum bn_cpu_arch arch;
    uint32_t feature;
    enum bn_cpu_word word;
    uint64_t mask;
    const char *name;
} rules[] = {
#define X86(feature, word, bit, name)                                                                                  \
    {                                                                                                                  \
        BN_ARCH_X86, BN_CPU_##feature, BN_WORD_##word, 1ull << (bit), name                                             \
    }
    X86(VECTOR, 1D, 26, "SSE2"),
    X86(SSE41, 1C, 0, "SSE3"),
    X86(SSE41, 1C, 9, "SSSE3"),
    X86(SSE41, 1C, 19, "SSE4.1"),
    X86(AVX2, 1C, 28, "AVX"),
    X86(AVX2, 1C, 12, "FMA"),
    X86(AVX2, 1C, 29, "F16C"),
    X86(AVX2, 7B, 5, "AVX2"),
    X86(AVX2, 7B, 8, "BMI2"),
    {BN_ARCH_X86, BN_CPU_AVX2, BN_WORD_XCR0, 0x6, "a system that saves AVX registers"},
    X86(AVXVNNI, 71A, 4, "AVX-VNNI"),
    X86(AVX512VNNI, 7B, 16, "AVX512F"),
    X86(AVX512VNNI, 7B, 17, "AVX512DQ"),
    X86(AVX512VNNI, 7B, 30, "AVX512BW"),
    X86(AVX512VNNI, 7B, 31, "AVX512VL"),
    X86(AVX512VNNI, 7C, 1, "AVX512VBMI"),
    X86(AVX512VNNI, 7C, 6, "AVX512VBMI2"),
    X86(AVX512VNNI, 7C, 11, "AVX512VNNI"),
    {BN_ARCH_X86, BN_CPU_AVX512VNNI, BN_WORD_XCR0, 0xe6, "a system that saves AVX-512 registers"},
    X86(AMX, 7D, 24, "AMX-TILE"),
    X86(AMX, 7D, 25, "AMX-INT8"),
    {BN_ARCH_X86, BN_CPU_AMX, BN_WORD_XCR0, 0x60000, "a system that saves AMX tiles"},
    {BN_ARCH_X86, BN_CPU_AMX, BN_WORD_TILES, 1,
     "the system's permission to use AMX tiles (or BITNET_AMX_ENABLED is 0)"},
    {BN_ARCH_AARCH64, BN_CPU_NEON, BN_WORD_HWCAP, 1 << 1, "NEON (asimd)"},
    {BN_ARCH_AARCH64, BN_CPU_DOTPROD, BN_WORD_HWCAP, 1 << 20, "dot products (asimddp)"},
    {BN_ARCH_AARCH64, BN_CPU_SVE, BN_WORD_HWCAP, 1 << 22, "SVE"},
    {BN_ARCH_AARCH64, BN_CPU_I8MM, BN_WORD_HWCAP2, 1 << 13, "matrix products of int8 (i8mm)"},
    {BN_ARCH_ARM, BN_CPU_VECTOR, BN_WORD_HWCAP, 1 << 12, "NEON"},
    {BN_ARCH_ARM, BN_CPU_VECTOR, BN_WORD_HWCAP, 1 << 16, "VFPv4"},
    {BN_ARCH_PPC64, BN_CPU_VECTOR, BN_WORD_HWCAP, 0x80, "VSX"},
    {BN_ARCH_PPC64, BN_CPU_VECTOR, BN_WORD_HWCAP2, 0x80000000u, "POWER8 instructions (ISA 2.07)"},
    {BN_ARCH_S390X, BN_CPU_VECTOR, BN_WORD_HWCAP, 1 << 11, "the vector facility (vx)"},
    {BN_ARCH_S390X, BN_CPU_VECTOR, BN_WORD_HWCAP, 1 << 13, "the first enhancement of vectors (vxe, of z14)"},
    {BN_ARCH_RISCV64, BN_CPU_VECTOR, BN_WORD_V, 1, "vectors of version 1.0 (v)"},
#undef X86
};
enum { N_RULES = sizeof rules / sizeof *rules };

/* Kernels for these use the instructions of AVX2, too. */
static uint32_t with_implied(uint32_t features)
{
    uint32_t wide = BN_CPU_AVXVNNI | BN_CPU_AVX512VNNI | BN_CPU_AMX;
    return features & wide ? features | BN_CPU_AVX2 : features;
}

static bool holds(const struct rule *r, const struct bn_cpu_words *words)
{
    return (words->word[r->word] & r->mask) == r->mask;
}

uint32_t bn_cpu_words_features(const struct bn_cpu_words *words)
{
    uint32_t known = 0, broken = 0, found;
    for (int i = 0; i < N_RULES; i++) {
        if (rules[i].arch != words->arch) continue;
        known |= rules[i].feature;
        if (!holds(&rules[i], words)) broken |= rules[i].feature;
    }
    found = known & ~broken;
    for (uint32_t bit = 1; bit && bit <= known; bit <<= 1)
        if (found & bit && with_implied(bit) & ~found) found &= ~bit;
    return found;
}

const char *bn_cpu_words_lack(const struct bn_cpu_words *words, uint32_t needs, char *text, size_t cap)
{
    const char *lacking[N_RULES];
    int n = 0;
    uint32_t known = 0;
    size_t used = 0;
    needs = with_implied(needs);
    for (int i = 0; i < N_RULES; i++) {
        if (rules[i].arch != words->arch || !(rules[i].feature & needs)) continue;
        known |= rules[i].feature;
        if (!holds(&rules[i], words)) lacking[n++] = rules[i].name;
    }
    if (needs & ~known) lacking[0] = "instructions of another architecture", n = 1;
    text[0] = 0;
    for (int i = 0; i < n && used < cap; i++)
        used += (size_t)snprintf(text + used, cap - used, "%s%s",
                                 i == 0       ? ""
                                 : i == n - 1 ? " and "
                                              : ", ",
                                 lacking[i]);
    return text;
}
