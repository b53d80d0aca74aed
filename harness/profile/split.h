/* split.h - declared parts of operations (split.list). */
#ifndef BN_PROFILE_SPLIT_H
#define BN_PROFILE_SPLIT_H
#include "engine/bitnet.h"

struct bn_split {
    enum bn_op op;
    const char *part, *why;
    double share; /* of the operation */
};
/* The i-th declared part of an operation, or false. */
bool bn_split_part(enum bn_op op, int i, struct bn_split *split);
#endif
