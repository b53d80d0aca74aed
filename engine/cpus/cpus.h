/* cpus.h - what we know of a CPU family that its feature bits do not tell: which choices measured best there. One file
 * per family and one line in cpus.list; a CPU without an entry gets the choices that are never bad. */
#ifndef BN_CPUS_H
#define BN_CPUS_H

struct bn_cpu_family {
    const char *name;   /* "zen4" */
    const char *vendor; /* as CPUID says, "AuthenticAMD" */
    unsigned family; /* base plus extended family; models without the instructions in question do not matter: those are
                        found apart */
    const char *ternary_layout; /* what `auto` means where the kernels chosen have a fast form of it */
};
/* The entry of the running CPU; never NULL. */
const struct bn_cpu_family *bn_cpu_family(void);
#endif
