/* memory_bound.c - an operation that counts waits for memory: it reads at more than 60 % of the bandwidth, and its work
 * asks more of memory than of the multipliers. */
#include "harness/profile/flags.h"
#include <stdio.h>

void bn_flag_memory_bound(struct bn_flags *flags);

void bn_flag_memory_bound(struct bn_flags *flags)
{
    static const double limit = 0.60, least_share = 0.05;
    const struct bn_profile *p = flags->profile;
    for (int phase = 0; phase < BN_PHASES; phase++)
        for (int op = 0; op < BN_OP_COUNT; op++) {
            char where[48];
            double share = bn_flag_share(p, phase, (enum bn_op)op);
            if (share < least_share) continue;
            struct bn_reach r = bn_profile_reach(p, phase, (enum bn_op)op);
            bool more_memory = !(r.compute > r.memory); /* also where the peak is unknown */
            if (!(r.memory > limit) || !more_memory) continue;
            snprintf(where, sizeof where, "%s, %s", bn_profile_phase_name(phase), bn_op_name((enum bn_op)op));
            bn_flag_raise(
                flags, where, r.memory, limit,
                "More speed needs fewer bytes (a smaller head or cache encoding, wrq or lut3), not more threads or "
                "faster kernels.",
                "%.1f GB/s are %.0f %% of the bandwidth (%.1f GB/s, %s), in %.0f %% of the phase's work.",
                1e-9 * r.bytes_per_s, 100 * r.memory, 1e-9 * p->bandwidth, p->bandwidth_from, 100 * share);
        }
}
