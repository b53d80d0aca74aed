/* cpus.h - what we know about a CPU family beyond its feature bits: which choices measured best there. One file
 * per family and one line in cpus.list; a CPU without an entry gets choices that are safe everywhere. */
#ifndef BN_CPUS_H
#define BN_CPUS_H

struct bn_cpu_family {
    const char *name;   /* "zen4" */
    const char *vendor; /* as CPUID reports it: "AuthenticAMD" */
    unsigned family; /* base plus extended family; models without the instructions in question do not matter: those are
                        found apart */
    const char *ternary_layout; /* what `auto` means if the selected kernels have a fast form of it */
};
/* The entry of the running CPU; never NULL. */
const struct bn_cpu_family *bn_cpu_family(void);
#endif
