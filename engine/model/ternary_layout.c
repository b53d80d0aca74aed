/* ternary_layout.c - the choice of a layout for ternary weights. */
#include "engine/model/ternary_layout.h"
#include "engine/cpus/cpus.h"
#include <string.h>

const char *bn_ternary_layout_for(const struct bn_model_options *options, const struct bn_kernels *kernels)
{
    extern const struct bn_kernel_variant bn_kernel_matmul_lut3_ref;
    const char *name = options->ternary_layout;
    if (name && strcmp(name, "auto")) return name;
    bool fast = (void (*)(void))kernels->matmul_lut3 != bn_kernel_matmul_lut3_ref.function;
    return fast && !options->weights_in_place ? bn_cpu_family()->ternary_layout : "i2";
}
