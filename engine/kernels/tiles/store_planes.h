/* store_planes.h - the sums of four rows or four tokens of matmul_wrq (two planes) and matmul_binary (one) become
 * results. */
#ifndef BN_KERNELS_STORE_PLANES_H
#define BN_KERNELS_STORE_PLANES_H
#include "engine/kernels/lanes/lanes.h"
#include "engine/kernels/plane_sums.h"

/* `rows` rows from m on, `apart` rows from one to the next, for token t. */
BN_INLINE void store_planes(const struct bn_ternary_args *a, const int planes, int m, int apart, int t, four_ints code,
                            four_ints second, const int rows)
{
    int32_t c[4], s[4];
    memcpy(c, &code, sizeof c);
    memcpy(s, &second, sizeof s);
    for (int r = 0; r < rows; r++) bn_plane_sums_store(a, planes, m + r * apart, t, c[r], s[r]);
}

/* Row m for `tokens` tokens from t on. */
BN_INLINE void store_tokens(const struct bn_ternary_args *a, const int planes, int m, int t, four_ints code,
                            four_ints second, const int tokens)
{
    int32_t c[4], s[4];
    memcpy(c, &code, sizeof c);
    memcpy(s, &second, sizeof s);
    for (int i = 0; i < tokens; i++) bn_plane_sums_store(a, planes, m, t + i, c[i], s[i]);
}
#endif
