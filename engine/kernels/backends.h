/* backends.h - the names that a caller may give as kernel_backend, and what each means on this CPU.
 *
 * - auto: the best variant of every operation that this CPU runs; bitblas is another name of it.
 * - a variant ("ref", "avx2", ...): the best up to that one, as bn_kernels_select takes it.
 * - generic: the best kernels for floats, and none for ternary weights: they become floats in memory, and
 *   normalisation, quantisation, product and scaling are a pass each (linear/f32.c), as in a framework without kernels
 *   for them. The same bits.
 * - reference64: the double precision pass. */
#ifndef BN_KERNELS_BACKENDS_H
#define BN_KERNELS_BACKENDS_H
#include "engine/kernels/kernels.h"

struct bn_backend {
    const char *variant; /* for bn_kernels_select; NULL: all that this CPU runs */
    bool generic, reference64;
};
/* `name` NULL: what the environment variable BITNET_KERNEL_BACKEND says, else auto. An unknown name, or a value of
 * BITNET_AMX_ENABLED other than 0 and 1, is BN_ERR_USAGE; a name of other hardware is BN_ERR_UNSUPPORTED. */
enum bn_status bn_backend_find(struct bn_backend *backend, const char *name, struct bn_error *err);
#endif
