/* ternary_layout.c - the choice of a layout for ternary weights. */
#include "engine/model/ternary_layout.h"
#include "engine/cpus/cpus.h"
#include "engine/model/linear/linear.h"
#include <string.h>

static const char *best(const struct bn_model_options *options, const struct bn_kernels *kernels, const char *ready)
{
    extern const struct bn_kernel_variant bn_kernel_matmul_lut3_ref;
    bool fast = (void (*)(void))kernels->matmul_lut3 != bn_kernel_matmul_lut3_ref.function;
    const char *layout = bn_cpu_family()->ternary_layout;
    return fast && (!options->weights_in_place || !strcmp(ready, layout)) ? layout : "i2";
}

enum bn_status bn_ternary_layout_choose(struct bn_model_options *options, const struct bn_backend *backend,
                                        const struct bn_kernels *kernels, const char *ready, struct bn_error *err)
{
    const char *name = options->ternary_layout;
    bool chosen = name && strcmp(name, "auto");
    if (chosen && !bn_linear_has_layout(name))
        return bn_fail(err, BN_ERR_USAGE, "Unknown ternary layout \"%s\"; choose auto, i2, lut3 or f32.", name);
    if (chosen && backend->generic && strcmp(name, "f32"))
        return bn_fail(err, BN_ERR_UNSUPPORTED,
                       "Kernel backend \"generic\" has ternary weights as floats; leave the ternary layout at auto "
                       "instead of %s.",
                       name);
    if (backend->reference64)
        options->ternary_layout = "i2";
    else if (!chosen)
        options->ternary_layout = backend->generic ? "f32" : best(options, kernels, ready);
    return BN_OK;
}
