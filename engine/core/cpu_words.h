/* cpu_words.h - what a CPU and its operating system say about instructions, and what follows from it. Deciding is apart
 * from asking, so that every architecture's rules are tested on any machine (engine/tests/test_cpu.c). */
#ifndef BN_CORE_CPU_WORDS_H
#define BN_CORE_CPU_WORDS_H
#include "engine/core/cpu.h"
#include <stdbool.h>

enum bn_cpu_arch {
    BN_ARCH_X86,
    BN_ARCH_AARCH64,
    BN_ARCH_ARM,
    BN_ARCH_PPC64,
    BN_ARCH_S390X,
    BN_ARCH_RISCV64,
    BN_ARCH_OTHER
};
enum bn_cpu_word {
    BN_WORD_1C, /* CPUID leaf 1, ecx; and so on */
    BN_WORD_1D,
    BN_WORD_7B,
    BN_WORD_7C,
    BN_WORD_7D,
    BN_WORD_71A,   /* leaf 7.1, eax */
    BN_WORD_XCR0,  /* registers that the system saves: bits 1-2 AVX, 5-7 AVX-512, 17-18 AMX; 0 without OSXSAVE */
    BN_WORD_TILES, /* 1: the system lets this process use AMX tiles, and BITNET_AMX_ENABLED is not 0 */
    BN_WORD_HWCAP, /* AT_HWCAP, AT_HWCAP2 */
    BN_WORD_HWCAP2,
    BN_WORD_V, /* RISC-V: 1 has vectors of version 1.0 */
    BN_CPU_WORDS
};
struct bn_cpu_words {
    enum bn_cpu_arch arch;
    uint64_t word[BN_CPU_WORDS];
};
/* Of the running CPU. */
struct bn_cpu_words bn_cpu_words_read(void);
/* Features (enum bn_cpu_feature) of a CPU that says this. */
uint32_t bn_cpu_words_features(const struct bn_cpu_words *words);
/* What it lacks of `needs`, "FMA, AVX2 and a system that saves AVX registers", in text [cap]; "" when it lacks nothing,
 * "instructions of another architecture" for features that its architecture does not have. */
const char *bn_cpu_words_lack(const struct bn_cpu_words *words, uint32_t needs, char *text, size_t cap);
#endif
