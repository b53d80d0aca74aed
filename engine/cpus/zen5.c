/* zen5.c - AMD family 26. Assumed to behave like Zen 4 with wider pipes; not yet measured. */
#include "engine/cpus/cpus.h"

const struct bn_cpu_family bn_cpu_family_zen5 = {"zen5", "AuthenticAMD", 26, "lut3"};
