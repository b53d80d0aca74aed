/* cpu_words.c - asks the CPU and the operating system which instructions programs may use. */
#include "engine/core/cpu_words.h"
#include <stdlib.h>

#if defined(__x86_64__) || defined(__i386__)
#include "engine/core/cpuid.h"
#include <sys/syscall.h>
#include <unistd.h>

static uint64_t saved_state(void)
{
    unsigned low, high;
    if (!(bn_cpuid(1, 0).c & bit_OSXSAVE)) return 0;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

/* Linux gives a process the 8 KiB of AMX tile registers only when asked (ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA). */
static bool amx_permitted(void)
{
#if defined(__x86_64__)
    const char *wanted = getenv("BITNET_AMX_ENABLED");
    return !(wanted && !strcmp(wanted, "0")) && syscall(SYS_arch_prctl, 0x1023, 18) == 0;
#else
    return false;
#endif
}

struct bn_cpu_words bn_cpu_words_read(void)
{
    struct bn_cpuid one = bn_cpuid(1, 0), seven = bn_cpuid(7, 0), seven1 = bn_cpuid(7, 1);
    struct bn_cpu_words words = {.arch = BN_ARCH_X86};
    uint64_t *w = words.word;
    w[BN_WORD_1C] = one.c, w[BN_WORD_1D] = one.d;
    w[BN_WORD_7B] = seven.b, w[BN_WORD_7C] = seven.c, w[BN_WORD_7D] = seven.d;
    w[BN_WORD_71A] = seven1.a;
    w[BN_WORD_XCR0] = saved_state();
    w[BN_WORD_TILES] = seven.d & 1 << 24 && (w[BN_WORD_XCR0] & 0x60000) == 0x60000 && amx_permitted();
    return words;
}
#elif defined(__linux__)
#include <sys/auxv.h>

#if defined(__riscv)
#include "engine/core/cpu_riscv.h"
#define ARCH BN_ARCH_RISCV64
#elif defined(__aarch64__)
#define ARCH BN_ARCH_AARCH64
#elif defined(__arm__)
#define ARCH BN_ARCH_ARM
#elif defined(__powerpc64__)
#define ARCH BN_ARCH_PPC64
#elif defined(__s390x__)
#define ARCH BN_ARCH_S390X
#else
#define ARCH BN_ARCH_OTHER
#endif

struct bn_cpu_words bn_cpu_words_read(void)
{
    struct bn_cpu_words words = {.arch = ARCH};
    words.word[BN_WORD_HWCAP] = getauxval(AT_HWCAP);
    words.word[BN_WORD_HWCAP2] = getauxval(AT_HWCAP2);
#if defined(__riscv)
    words.word[BN_WORD_V] = bn_riscv_has_vectors();
#endif
    return words;
}
#else
struct bn_cpu_words bn_cpu_words_read(void) { return (struct bn_cpu_words){.arch = BN_ARCH_OTHER}; }
#endif
