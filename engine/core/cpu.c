/* cpu.c - finds the features of the CPU, as far as the operating system lets programs use them. */
#include "engine/core/cpu.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t features;
static char name[96] = "unknown CPU";
static struct bn_cpu_id id;

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

struct leaf {
    unsigned a, b, c, d;
};
/* Subleaf `sub` of leaf `number`, all zero when the CPU (or a simulator, such as valgrind) does not have it. */
static struct leaf cpuid(unsigned number, unsigned sub)
{
    struct leaf l = {0}, zero = {0};
    unsigned most = (unsigned)__get_cpuid_max(number & 0x80000000, NULL);
    if (most < number) return zero;
    if (number == 7 && sub > 0) {
        __cpuid_count(7, 0, l.a, l.b, l.c, l.d);
        if (l.a < sub) return zero;
    }
    __cpuid_count(number, sub, l.a, l.b, l.c, l.d);
    return l;
}

/* Register state that the system saves: bits 1-2 AVX, 5-7 AVX-512, 17-18 AMX. */
static uint64_t saved_state(void)
{
    unsigned low, high;
    if (!(cpuid(1, 0).c & bit_OSXSAVE)) return 0;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

static int has(unsigned word, unsigned bits) { return (word & bits) == bits; }

/* Linux gives a process the 8 KiB of AMX tile registers only when asked (ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA). */
static int amx_permitted(void)
{
    const char *wanted = getenv("BITNET_AMX_ENABLED");
    return !(wanted && !strcmp(wanted, "0")) && syscall(SYS_arch_prctl, 0x1023, 18) == 0;
}

static uint32_t find_features(void)
{
    struct leaf one = cpuid(1, 0), seven = cpuid(7, 0), seven1 = cpuid(7, 1);
    uint64_t state = saved_state();
    uint32_t found = has(one.c, bit_SSE3 | bit_SSSE3 | bit_SSE4_1) ? BN_CPU_SSE41 : 0;
    if ((state & 0x6) != 0x6 || !has(one.c, bit_AVX | bit_FMA | bit_F16C) || !has(seven.b, bit_AVX2 | bit_BMI2))
        return found;
    found |= BN_CPU_AVX2;
    if (seven1.a & 1 << 4) found |= BN_CPU_AVXVNNI;
    if ((state & 0xe6) != 0xe6) return found;
    if (has(seven.b, bit_AVX512F | bit_AVX512BW | bit_AVX512VL | (unsigned)bit_AVX512DQ) &&
        has(seven.c, bit_AVX512VBMI | bit_AVX512VBMI2 | bit_AVX512VNNI))
        found |= BN_CPU_AVX512VNNI;
    if ((state & 0x60000) == 0x60000 && has(seven.d, 3u << 24) && amx_permitted()) found |= BN_CPU_AMX;
    return found;
}

static void find_id(void)
{
    struct leaf zero = cpuid(0, 0), one = cpuid(1, 0);
    unsigned base = one.a >> 8 & 15;
    memcpy(id.vendor, (unsigned[]){zero.b, zero.d, zero.c}, 12);
    id.family = base == 15 ? base + (one.a >> 20 & 255) : base;
}

static void find_name(void)
{
    struct leaf text[3];
    find_id();
    if ((unsigned)__get_cpuid_max(0x80000000, NULL) < 0x80000004) return;
    for (unsigned i = 0; i < 3; i++) text[i] = cpuid(0x80000002 + i, 0);
    const char *from = (const char *)text;
    while (*from == ' ') from++;
    snprintf(name, sizeof name, "%.*s", (int)((const char *)(text + 3) - from), from);
    for (size_t n = strlen(name); n > 0 && name[n - 1] == ' '; n--) name[n - 1] = 0;
}
#elif defined(__aarch64__)
#include <sys/auxv.h>
#ifndef HWCAP2_I8MM
#define HWCAP2_I8MM (1 << 13)
#endif

static uint32_t find_features(void)
{
    unsigned long caps = getauxval(AT_HWCAP), caps2 = getauxval(AT_HWCAP2);
    uint32_t found = BN_CPU_NEON;
    if (caps & 1 << 20) found |= BN_CPU_DOTPROD;
    if (caps2 & HWCAP2_I8MM) found |= BN_CPU_I8MM;
    if (caps & 1 << 22) found |= BN_CPU_SVE;
    return found;
}

static void find_name(void)
{
    char line[256];
    unsigned implementer = 0, part = 0;
    FILE *f = fopen("/proc/cpuinfo", "re");
    while (f && fgets(line, sizeof line, f)) {
        sscanf(line, "CPU implementer : %x", &implementer);
        sscanf(line, "CPU part : %x", &part);
    }
    if (f) fclose(f);
    snprintf(name, sizeof name, "ARM implementer 0x%02x part 0x%03x", implementer, part);
}
#else
static uint32_t find_features(void) { return 0; }
static void find_name(void) {}
#endif

static void find_all(void)
{
    features = find_features();
    find_name();
}

static void find_once(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, find_all);
}

uint32_t bn_cpu_features(void)
{
    find_once();
    return features;
}

struct bn_cpu_id bn_cpu_id(void)
{
    find_once();
    return id;
}

const char *bn_cpu_name(void)
{
    find_once();
    return name;
}
