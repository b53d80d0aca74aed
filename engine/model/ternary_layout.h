/* ternary_layout.h - which layout the ternary weights of a model get in memory. */
#ifndef BN_MODEL_TERNARY_LAYOUT_H
#define BN_MODEL_TERNARY_LAYOUT_H
#include "engine/kernels/kernels.h"

/* "i2" or "lut3" for "auto" (or NULL): what measured best on this CPU (engine/cpus), as long as the chosen kernels have
 * a fast variant of it and weights_in_place does not ask for the rows of the file. Any other name is returned as it is;
 * bn_weights_open refuses what no form has. */
const char *bn_ternary_layout_for(const struct bn_model_options *options, const struct bn_kernels *kernels);
#endif
