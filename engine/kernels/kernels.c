/* kernels.c - the table of kernel variants (from kernels.list) and the choice among them. */
#include "engine/kernels/kernels.h"
#include <stdio.h>
#include <string.h>

#define NAME_OF(op, variant) bn_kernel_##op##_##variant
#define NAME(op, variant)    NAME_OF(op, variant) /* of BN_VECTOR, what that stands for */
#define KERNEL(op, variant)  extern const struct bn_kernel_variant NAME(op, variant);
#include "engine/kernels/kernels.list"
#undef KERNEL
static const struct bn_kernel_variant *const variants[] = {
#define KERNEL(op, variant) &NAME(op, variant),
#include "engine/kernels/kernels.list"
#undef KERNEL
};
#define N_VARIANTS (sizeof variants / sizeof *variants)

const struct bn_kernel_variant *const *bn_kernel_variants(size_t *n)
{
    *n = N_VARIANTS;
    return variants;
}

static bool runs_here(const struct bn_kernel_variant *v) { return (v->needs & ~bn_cpu_features()) == 0; }

/* How many lines of the list may be used: up to the last one of `variant`; 0 if it has none. */
static size_t lines_up_to(const char *variant)
{
    if (!variant) return N_VARIANTS;
    for (size_t n = N_VARIANTS; n > 0; n--)
        if (!strcmp(variants[n - 1]->variant, variant)) return n;
    return 0;
}

enum bn_status bn_kernels_select(struct bn_kernels *kernels, const char *variant, struct bn_error *err)
{
    void (*chosen[BN_KERNEL_OP_COUNT])(void) = {0};
    const char *strongest = "ref";
    size_t n = lines_up_to(variant);
    if (n == 0 || (variant && !runs_here(variants[n - 1])))
        return bn_fail(err, BN_ERR_UNSUPPORTED, "This CPU cannot run kernel backend \"%s\".", variant);
    for (size_t i = 0; i < n; i++)
        if (runs_here(variants[i])) {
            chosen[variants[i]->op] = variants[i]->function;
            strongest = variants[i]->variant;
        }
#define OP(name, result, params, args) kernels->name = (bn_##name##_fn *)chosen[BN_KERNEL_##name];
#include "engine/kernels/ops.def"
#undef OP
    snprintf(kernels->summary, sizeof kernels->summary, "%s", strongest);
    return BN_OK;
}

const char *bn_kernels_variant(const struct bn_kernels *kernels, size_t i, const char **op)
{
    void (*const chosen[])(void) = {
#define OP(name, result, params, args) (void (*)(void)) kernels->name,
#include "engine/kernels/ops.def"
#undef OP
    };
    for (size_t v = 0; i < BN_KERNEL_OP_COUNT && v < N_VARIANTS; v++)
        if (variants[v]->op == (enum bn_kernel_op)i && variants[v]->function == chosen[i])
            return *op = variants[v]->op_name, variants[v]->variant;
    return NULL;
}
