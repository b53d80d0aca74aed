/* slots.h - the sums of a profile, for the files that make it. */
#ifndef BN_PROFILE_SLOTS_H
#define BN_PROFILE_SLOTS_H
#include "harness/profile/profile.h"

/* From profile->frames. */
enum bn_status bn_slots_fill(struct bn_profile *profile, struct bn_error *err);
void bn_slots_release(struct bn_profile *profile);
#endif
