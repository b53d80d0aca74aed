/* overflow.c - given scales cut off more than 5 % of a layer's int8 activations. */
#include "harness/profile/flags.h"
#include <stdio.h>

void bn_flag_overflow(struct bn_flags *flags);

void bn_flag_overflow(struct bn_flags *flags)
{
    static const double limit = 0.05;
    const struct bn_profile *p = flags->profile;
    for (int l = 0; l < p->info->n_layers; l++) {
        char where[32];
        const struct bn_clamped *c = &p->clamped[l];
        double share = c->quantized ? (double)c->clamped / (double)c->quantized : 0;
        if (share <= limit) continue;
        snprintf(where, sizeof where, "layer %02d", l);
        bn_flag_raise(flags, where, share, limit,
                      "Calibrate the activation scales on text like yours (bitnet-calibrate), or leave them out.",
                      "%llu of %llu activations (%.1f %%) are cut off by their scale.", (unsigned long long)c->clamped,
                      (unsigned long long)c->quantized, 100 * share);
    }
}
