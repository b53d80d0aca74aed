/* zen5.c - AMD family 26. The same pipes as Zen 4 at full width by the vendor's optimisation guide; not measured by us. */
#include "engine/cpus/cpus.h"

const struct bn_cpu_family bn_cpu_family_zen5 = {"zen5", "AuthenticAMD", 26, "lut3"};
