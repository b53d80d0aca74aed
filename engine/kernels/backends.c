/* backends.c - the names a caller may give as kernel_backend on this CPU. */
#include "engine/bitnet.h"
#include "engine/kernels/kernels.h"
#include <string.h>

static bool known(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(names[i], name)) return true;
    return false;
}

size_t bn_kernel_backends(const char **names, size_t cap)
{
    size_t n_variants, n = 0;
    const struct bn_kernel_variant *const *variants = bn_kernel_variants(&n_variants);
    for (size_t i = 0; i < n_variants && n < cap; i++)
        if (!(variants[i]->needs & ~bn_cpu_features()) && !known(names, n, variants[i]->variant))
            names[n++] = variants[i]->variant;
    return n;
}
