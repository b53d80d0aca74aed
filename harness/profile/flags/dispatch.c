/* dispatch.c - a kernel ran in a weaker variant than this build has for this CPU, or ternary weights ran as floats. */
#include "harness/profile/flags.h"
#include <stdio.h>
#include <string.h>

void bn_flag_dispatch(struct bn_flags *flags);

void bn_flag_dispatch(struct bn_flags *flags)
{
    const struct bn_profile *p = flags->profile;
    const char *op, *ran, *hint = "Choose --kernel_backend auto, and see that BITNET_KERNEL_BACKEND is not set.";
    char list[256] = "";
    size_t used = 0;
    int n = 0;
    for (size_t i = 0; (ran = bn_model_kernel(p->model, i, &op)); i++) {
        const char *best = bn_kernel_best(op);
        if (!best || !strcmp(best, ran)) continue;
        if (used < sizeof list) /* what does not fit is counted all the same */
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s: %s instead of %s", n ? ", " : "", op, ran,
                                     best);
        n++;
    }
    if (n)
        bn_flag_raise(flags, "all phases", n, 0, hint, "%d kernels ran in a weaker variant than this CPU has: %s%s.", n,
                      list, used >= sizeof list ? ", ..." : "");
    if (p->info->file_is_ternary && p->info->ternary_layout && !strcmp(p->info->ternary_layout, "f32") &&
        !p->wanted.settings.model.float_activations)
        bn_flag_raise(
            flags, "all phases", 1, 0, "Choose --kernel_backend auto and --ternary_layout auto.",
            "Ternary weights are floats in memory: %.1f times the bytes of 2 bits each, and no ternary kernel.",
            32.0 / 2.0);
}
