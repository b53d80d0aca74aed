/* norm_share.c - normalisation and quantisation of activations take more than 15 % of a phase's work. */
#include "harness/profile/flags.h"

void bn_flag_norm_share(struct bn_flags *flags);

void bn_flag_norm_share(struct bn_flags *flags)
{
    static const double limit = 0.15;
    const struct bn_profile *p = flags->profile;
    for (int phase = 0; phase < BN_PHASES; phase++) {
        double share = bn_flag_share(p, phase, BN_OP_NORM);
        if (share <= limit) continue;
        bn_flag_raise(
            flags, bn_profile_phase_name(phase), share, limit,
            "Try --fused_norm, which does both in one pass over the row (EXACT); see that the norm kernels are not "
            "the reference variant.",
            "RMSNorm and int8 quantisation take %.1f %% of the work (time without waiting).", 100 * share);
    }
}
