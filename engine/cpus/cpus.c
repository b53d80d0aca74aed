/* cpus.c - finds the entry of the running CPU. */
#include "engine/cpus/cpus.h"
#include "engine/core/cpu.h"
#include <stddef.h>
#include <string.h>

#define FAMILY(name) extern const struct bn_cpu_family bn_cpu_family_##name;
#include "engine/cpus/cpus.list"
#undef FAMILY
static const struct bn_cpu_family *const families[] = {
#define FAMILY(name) &bn_cpu_family_##name,
#include "engine/cpus/cpus.list"
#undef FAMILY
};
static const struct bn_cpu_family other = {"other", "", 0, "i2"};

const struct bn_cpu_family *bn_cpu_family(void)
{
    struct bn_cpu_id id = bn_cpu_id();
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (!strcmp(families[i]->vendor, id.vendor) && families[i]->family == id.family) return families[i];
    return &other;
}
