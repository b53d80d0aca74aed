/* cpu.h - what this CPU can execute, as a bit set that kernel variants declare against. */
#ifndef BN_CORE_CPU_H
#define BN_CORE_CPU_H
#include <stddef.h>
#include <stdint.h>

enum bn_cpu_feature {
    BN_CPU_ANY = 0,
    BN_CPU_AVX2 = 1 << 0,       /* AVX2, FMA, F16C, BMI2 */
    BN_CPU_AVXVNNI = 1 << 1,    /* AVX-VNNI (256-bit, VEX) */
    BN_CPU_AVX512VNNI = 1 << 2, /* AVX-512 F, BW, VL, DQ, VNNI, VBMI, VBMI2 */
    BN_CPU_AMX = 1 << 3,        /* AMX-INT8 tiles, permitted by the system and not disabled by BITNET_AMX_ENABLED=0 */
    BN_CPU_NEON = 1 << 4,
    BN_CPU_DOTPROD = 1 << 5,
    BN_CPU_I8MM = 1 << 6,
    BN_CPU_SVE = 1 << 7,
    BN_CPU_SSE41 = 1 << 8,  /* SSE3, SSSE3, SSE4.1 */
    BN_CPU_VECTOR = 1 << 9, /* what kernels/vector is compiled for (BN_VECTOR): SSE2, NEON with VFPv4, VSX, VXE, RVV */
};
/* Features of the running CPU and operating system, detected once. */
uint32_t bn_cpu_features(void);
/* What the running CPU, or its system, lacks of `needs`, in words, in text [cap]: "FMA and AVX2". */
const char *bn_cpu_lacks(uint32_t needs, char *text, size_t cap);
/* Vendor as reported by CPUID ("AuthenticAMD") and family; empty and 0 on other architectures. */
struct bn_cpu_id {
    char vendor[13];
    unsigned family;
};
struct bn_cpu_id bn_cpu_id(void);
/* Model name as reported by the system ("AMD EPYC ..."); never NULL. */
const char *bn_cpu_name(void);
/* The frequency governors of the CPUs below `root` (/sys/devices/system/cpu), each once ("performance, schedutil"), in
 * text [cap]; NULL: the system does not say, as virtual machines do. Reads only. */
const char *bn_cpu_governor(const char *root, char *text, size_t cap);
#endif
