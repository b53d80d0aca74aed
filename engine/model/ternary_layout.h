/* ternary_layout.h - how ternary weights lie in memory: which layout a model gets, and packing into the one that is not
 * I2_S. */
#ifndef BN_MODEL_TERNARY_LAYOUT_H
#define BN_MODEL_TERNARY_LAYOUT_H
#include "engine/core/threads.h"
#include "engine/format/source.h"
#include "engine/kernels/kernels.h"

/* "i2" or "lut3" for "auto" (or NULL): what measured best on this CPU (engine/cpus), as long as the chosen kernels have
 * a fast form of it and nothing else asks for the rows of the file. Any other name is returned as it is. */
const char *bn_ternary_layout_for(const struct bn_model_options *options, const struct bn_kernels *kernels);
/* Can the tensor be held in kernels/lut3.h's panels without growing? */
bool bn_ternary_fits_lut3(const struct bn_tensor *tensor);
/* Packs it on all threads into `out`, bn_lut3_bytes large. Fails without memory; *bad: a damaged row holds the
 * meaningless code 3, which the layout has no room for and I2_S kernels take as +2, so that `out` is of no use. */
enum bn_status bn_ternary_pack_lut3(struct bn_threads *threads, const struct bn_kernels *kernels, uint8_t *out,
                                    const struct bn_tensor *tensor, bool *bad, struct bn_error *err);
#endif
