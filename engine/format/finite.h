/* finite.h - numbers of a tensor that spoil a whole model when they are not finite. */
#ifndef BN_FORMAT_FINITE_H
#define BN_FORMAT_FINITE_H
#include "engine/format/source.h"

/* Every scale of a ternary or block encoding, and every value of a vector (norms, factors), is a finite number; the
 * scales of a ternary tensor are not all zero unless its codes are. Weights of float matrices are not read: the pass
 * finds those that matter. */
enum bn_status bn_finite_check(const struct bn_tensor *tensor, const char *path, struct bn_error *err);
/* Every weight of a tensor of floats or blocks is a finite number: before it is copied into another file. */
enum bn_status bn_finite_weights(const struct bn_tensor *tensor, struct bn_error *err);
#endif
