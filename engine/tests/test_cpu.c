/* test_cpu.c - which kernels run on which CPU: the rules of every architecture, on words that CPUs and systems are
 * known to report (Intel SDM, Linux uapi headers; written by hand, not read from these CPUs). */
#include "engine/core/cpu_words.h"
#include <criterion/criterion.h>
#include <string.h>

#define XCR0_SSE    0x3ull
#define XCR0_AVX    0x7ull
#define XCR0_AVX512 0xe7ull
#define XCR0_AMX    0x600e7ull

/* CPUID of a Zen 3 EPYC 7003, a Xeon of Sapphire Rapids, and a first Core 2. */
static const struct bn_cpu_words zen3 = {BN_ARCH_X86,
                                         {[BN_WORD_1C] = 0x7efa320b,
                                          [BN_WORD_1D] = 0x178bfbff,
                                          [BN_WORD_7B] = 0x219c97a9,
                                          [BN_WORD_7C] = 0x0040069c,
                                          [BN_WORD_XCR0] = 0x207}};
static const struct bn_cpu_words sapphire_rapids = {BN_ARCH_X86,
                                                    {[BN_WORD_1C] = 0x7ffefbff,
                                                     [BN_WORD_1D] = 0xbfebfbff,
                                                     [BN_WORD_7B] = 0xf3bfb7ef,
                                                     [BN_WORD_7C] = 0xfb415ffe,
                                                     [BN_WORD_7D] = 0xffdd4432,
                                                     [BN_WORD_71A] = 0x00001c30,
                                                     [BN_WORD_XCR0] = 0x602e7,
                                                     [BN_WORD_TILES] = 1}};
static const struct bn_cpu_words core2 = {BN_ARCH_X86,
                                          {[BN_WORD_1C] = 0x0000e3bd, [BN_WORD_1D] = 0xbfebfbff, [BN_WORD_XCR0] = 0}};

static void expect_features(const char *cpu, struct bn_cpu_words words, uint32_t expected)
{
    cr_expect_eq(bn_cpu_words_features(&words), expected, "%s: 0x%x, not 0x%x", cpu, bn_cpu_words_features(&words),
                 expected);
}

static struct bn_cpu_words with(struct bn_cpu_words words, enum bn_cpu_word word, uint64_t value)
{
    words.word[word] = value;
    return words;
}

static void expect_lack(struct bn_cpu_words words, uint32_t needs, const char *expected)
{
    char text[256];
    cr_expect_str_eq(bn_cpu_words_lack(&words, needs, text, sizeof text), expected);
}

enum {
    OLD = BN_CPU_VECTOR | BN_CPU_SSE41,
    WIDE = OLD | BN_CPU_AVX2 | BN_CPU_AVXVNNI | BN_CPU_AVX512VNNI,
};

Test(cpu, x86)
{
    expect_features("Zen 3", zen3, OLD | BN_CPU_AVX2);
    expect_features("Sapphire Rapids", sapphire_rapids, WIDE | BN_CPU_AMX);
    expect_features("Core 2", core2, BN_CPU_VECTOR); /* SSSE3, no SSE4.1 */
    expect_features("an x86 CPU that says nothing", (struct bn_cpu_words){.arch = BN_ARCH_X86}, 0);
}

/* What the CPU has and the system does not save, programs may not use. */
Test(cpu, x86_systems_that_save_less)
{
    expect_features("no OSXSAVE", with(sapphire_rapids, BN_WORD_XCR0, 0), OLD);
    expect_features("SSE only", with(sapphire_rapids, BN_WORD_XCR0, XCR0_SSE), OLD);
    expect_features("AVX only", with(sapphire_rapids, BN_WORD_XCR0, XCR0_AVX), OLD | BN_CPU_AVX2 | BN_CPU_AVXVNNI);
    expect_features("no tiles", with(sapphire_rapids, BN_WORD_XCR0, XCR0_AVX512), WIDE);
    expect_features("half of the tiles", with(sapphire_rapids, BN_WORD_XCR0, XCR0_AVX512 | 0x20000), WIDE);
    expect_features("tiles", with(sapphire_rapids, BN_WORD_XCR0, XCR0_AMX), WIDE | BN_CPU_AMX);
    expect_features("tiles are not permitted", with(sapphire_rapids, BN_WORD_TILES, 0), WIDE);
    expect_features("AVX2 without FMA", with(zen3, BN_WORD_1C, zen3.word[BN_WORD_1C] & ~(1u << 12)), OLD);
    expect_features("AVX-512 without VBMI2",
                    with(sapphire_rapids, BN_WORD_7C, sapphire_rapids.word[BN_WORD_7C] & ~(1u << 6)),
                    (WIDE | BN_CPU_AMX) & ~BN_CPU_AVX512VNNI);
    expect_features("AVX-VNNI without AVX2", with(sapphire_rapids, BN_WORD_7B, 0), OLD);
}

Test(cpu, x86_what_is_missing)
{
    expect_lack(zen3, BN_CPU_AVX2, "");
    expect_lack(zen3, BN_CPU_AVXVNNI, "AVX-VNNI");
    expect_lack(zen3, BN_CPU_AMX,
                "AMX-TILE, AMX-INT8, a system that saves AMX tiles and the system's permission to use AMX tiles (or "
                "BITNET_AMX_ENABLED is 0)");
    expect_lack(core2, BN_CPU_SSE41, "SSE4.1");
    expect_lack(with(sapphire_rapids, BN_WORD_XCR0, XCR0_SSE), BN_CPU_AVXVNNI, "a system that saves AVX registers");
    expect_lack(with(sapphire_rapids, BN_WORD_XCR0, XCR0_AVX), BN_CPU_AVX512VNNI,
                "a system that saves AVX-512 registers");
    expect_lack(with(zen3, BN_WORD_7B, zen3.word[BN_WORD_7B] & ~(1u << 8)), BN_CPU_AVX2, "BMI2");
    expect_lack(zen3, BN_CPU_DOTPROD, "instructions of another architecture");
}

/* AT_HWCAP and AT_HWCAP2 of the feature names that Linux lists for these CPUs in /proc/cpuinfo. */
Test(cpu, aarch64)
{
    const struct bn_cpu_words a53 = {BN_ARCH_AARCH64, {[BN_WORD_HWCAP] = 0x8ff}},
                              n1 = {BN_ARCH_AARCH64, {[BN_WORD_HWCAP] = 0x10119fff}},
                              v1 = {BN_ARCH_AARCH64, {[BN_WORD_HWCAP] = 0xffffffff, [BN_WORD_HWCAP2] = 0x1f201}},
                              a64fx = {BN_ARCH_AARCH64, {[BN_WORD_HWCAP] = 0x415fe7}};
    expect_features("Cortex-A53", a53, BN_CPU_NEON);
    expect_features("Neoverse N1", n1, BN_CPU_NEON | BN_CPU_DOTPROD);
    expect_features("Neoverse V1", v1, BN_CPU_NEON | BN_CPU_DOTPROD | BN_CPU_SVE | BN_CPU_I8MM);
    expect_features("A64FX", a64fx, BN_CPU_NEON | BN_CPU_SVE);
    expect_features("nothing said", (struct bn_cpu_words){.arch = BN_ARCH_AARCH64}, 0);
    expect_lack(a53, BN_CPU_DOTPROD | BN_CPU_I8MM, "dot products (asimddp) and matrix products of int8 (i8mm)");
    expect_lack(n1, BN_CPU_SVE, "SVE");
    expect_lack(n1, BN_CPU_AVX2, "instructions of another architecture");
}

Test(cpu, arm_32_bits) /* Cortex-A8 has NEON with VFPv3, Tegra 2 no NEON */
{
    const struct bn_cpu_words a7 = {BN_ARCH_ARM, {[BN_WORD_HWCAP] = 0x3fb0d6}},
                              a8 = {BN_ARCH_ARM, {[BN_WORD_HWCAP] = 0x8b8d6}},
                              tegra2 = {BN_ARCH_ARM, {[BN_WORD_HWCAP] = 0xe0d7}};
    expect_features("Cortex-A7", a7, BN_CPU_VECTOR);
    expect_features("Cortex-A8", a8, 0);
    expect_lack(a8, BN_CPU_VECTOR, "VFPv4");
    expect_lack(tegra2, BN_CPU_VECTOR, "NEON and VFPv4");
}

Test(cpu, power_z_and_risc_v)
{
    const struct bn_cpu_words power9 = {BN_ARCH_PPC64, {[BN_WORD_HWCAP] = 0xdc0065c2, [BN_WORD_HWCAP2] = 0xbef00000}},
                              power7 = {BN_ARCH_PPC64, {[BN_WORD_HWCAP] = 0xdc0065c2}},
                              z14 = {BN_ARCH_S390X, {[BN_WORD_HWCAP] = 0x7fff}},
                              z13 = {BN_ARCH_S390X, {[BN_WORD_HWCAP] = 0xfff}},
                              rv = {BN_ARCH_RISCV64, {[BN_WORD_V] = 1}};
    expect_features("POWER9", power9, BN_CPU_VECTOR);
    expect_features("POWER7", power7, 0);
    expect_lack(power7, BN_CPU_VECTOR, "POWER8 instructions (ISA 2.07)");
    expect_features("z14", z14, BN_CPU_VECTOR);
    expect_features("z13", z13, 0);
    expect_lack(z13, BN_CPU_VECTOR, "the first enhancement of vectors (vxe, of z14)");
    expect_features("RISC-V with vectors", rv, BN_CPU_VECTOR);
    expect_features("RISC-V without", with(rv, BN_WORD_V, 0), 0);
    expect_lack(with(rv, BN_WORD_V, 0), BN_CPU_VECTOR, "vectors of version 1.0 (v)");
}

Test(cpu, an_unknown_architecture_has_nothing_and_lacks_everything)
{
    const struct bn_cpu_words other = {.arch = BN_ARCH_OTHER, .word = {[BN_WORD_HWCAP] = ~0ull, [BN_WORD_1D] = ~0ull}};
    expect_features("unknown", other, 0);
    expect_lack(other, BN_CPU_VECTOR, "instructions of another architecture");
    expect_lack(other, BN_CPU_ANY, "");
}

/* What the running CPU says agrees with what the library makes of it. */
Test(cpu, the_running_one)
{
    struct bn_cpu_words words = bn_cpu_words_read();
    cr_expect_eq(bn_cpu_words_features(&words), bn_cpu_features());
    char text[256];
    cr_expect_str_eq(bn_cpu_lacks(bn_cpu_features(), text, sizeof text), "");
}
