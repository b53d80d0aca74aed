/* flags.h - looks at a profile for what costs speed or accuracy. Each flag is a file of flags/ and a line of
 * flags.list; it fires with its evidence, in figures, and a hint of what to do, or says nothing. */
#ifndef BN_PROFILE_FLAGS_H
#define BN_PROFILE_FLAGS_H
#include "harness/profile/profile.h"

/* Fills profile->flags; those of an earlier call go. */
enum bn_status bn_flags_find(struct bn_profile *profile, struct bn_error *err);

/* ---- for the files of flags/ ---- */
struct bn_flags {
    struct bn_profile *profile;
    const char *name; /* of the flag that is looking */
    bool failed;      /* memory is short */
};
/* A sentence each; evidence is printf's. */
void bn_flag_raise(struct bn_flags *flags, const char *where, double value, double limit, const char *hint,
                   const char *evidence, ...) __attribute__((format(printf, 6, 7)));
/* An operation's share of what all threads work in its phase; waiting is no work. */
double bn_flag_share(const struct bn_profile *profile, int phase, enum bn_op op);
#endif
