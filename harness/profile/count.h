/* count.h - events of the CPU in each phase and operation, in runs of their own: reading counters takes longer than
 * many an operation. */
#ifndef BN_PROFILE_COUNT_H
#define BN_PROFILE_COUNT_H
#include "harness/profile/profile.h"

/* The same work again, once for each group of events and once more for the operations. */
enum bn_status bn_profile_count(struct bn_profile *profile, const int32_t *ids, struct bn_error *err);
#endif
