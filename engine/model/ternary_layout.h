/* ternary_layout.h - which layout the ternary weights of a model get in memory. */
#ifndef BN_MODEL_TERNARY_LAYOUT_H
#define BN_MODEL_TERNARY_LAYOUT_H
#include "engine/kernels/backends.h"

/* Puts a name of linear/forms.list in place of "auto" or NULL: f32 for the generic backend; else "i2" or "lut3", what
 * measured best on this CPU (engine/cpus), as long as the chosen kernels have a fast variant of it and weights_in_place
 * does not ask for the rows of the file; of layout `ready` ("" or that of NAME.blocked) the file has them. The double
 * precision pass unpacks rows: always "i2". An unknown name is BN_ERR_USAGE; one that the generic backend cannot have
 * is BN_ERR_UNSUPPORTED. */
enum bn_status bn_ternary_layout_choose(struct bn_model_options *options, const struct bn_backend *backend,
                                        const struct bn_kernels *kernels, const char *ready, struct bn_error *err);
#endif
