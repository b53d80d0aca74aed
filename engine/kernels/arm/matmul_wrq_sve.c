/* matmul_wrq_sve.c - matmul_codes_sve_tmpl.h for two planes of signs. */
#include "engine/kernels/plane_sums.h"

#define PLANES 2
static void store(const struct bn_ternary_args *a, int m, int apart, int t, const int32_t sum[4])
{
    for (int r = 0; r < 2; r++) bn_plane_sums_store(a, 2, m + r * apart, t, sum[r], sum[2 + r]);
}
#include "engine/kernels/arm/matmul_codes_sve_tmpl.h"

BN_KERNEL(matmul_wrq, sve, BN_CPU_SVE, matmul);
