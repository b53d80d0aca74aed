/* page_faults.c - decoding takes page faults: at least one for every second step. */
#include "harness/profile/flags.h"

void bn_flag_page_faults(struct bn_flags *flags);

void bn_flag_page_faults(struct bn_flags *flags)
{
    static const double limit = 0.5;
    const struct bn_profile *p = flags->profile;
    double each = p->n_steps ? (double)p->faults[BN_PHASE_DECODE] / (double)p->n_steps : 0;
    if (each < limit) return;
    bn_flag_raise(flags, "decode", each, limit,
                  "Use --warmup, which touches weights, scratch and the whole KV cache when the session opens.",
                  "%lld page faults in %zu steps of decoding (%.1f a step).", (long long)p->faults[BN_PHASE_DECODE],
                  p->n_steps, each);
}
