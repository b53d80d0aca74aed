/* cpuid.h - CPUID of x86 CPUs. */
#ifndef BN_CORE_CPUID_H
#define BN_CORE_CPUID_H
#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#include <string.h>

struct bn_cpuid {
    unsigned a, b, c, d;
};
/* Subleaf `sub` of leaf `number`, all zero when the CPU (or a simulator, such as valgrind) does not have it. */
static inline struct bn_cpuid bn_cpuid(unsigned number, unsigned sub)
{
    struct bn_cpuid l = {0}, zero = {0};
    unsigned most = (unsigned)__get_cpuid_max(number & 0x80000000, NULL);
    if (most < number) return zero;
    if (number == 7 && sub > 0) {
        __cpuid_count(7, 0, l.a, l.b, l.c, l.d);
        if (l.a < sub) return zero;
    }
    __cpuid_count(number, sub, l.a, l.b, l.c, l.d);
    return l;
}
#endif
#endif
