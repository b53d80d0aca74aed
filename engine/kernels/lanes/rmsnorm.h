/* rmsnorm.h - RMSNorm on sixteen lanes; the sum's order is that of ref/rmsnorm_ref.c. */
#include "engine/kernels/lanes/lanes.h"

static void rmsnorm(float *y, const float *x, const float *w, int n, float eps)
{
    v16 lane = v16_set(0.0f);
    int k = 0;
    for (; k + 16 <= n; k += 16) lane = v16_fma(v16_load(x + k), v16_load(x + k), lane);
    if (k < n) lane = v16_fma(v16_load_n(x + k, n - k), v16_load_n(x + k, n - k), lane);
    v16 r = v16_set(1.0f / sqrtf(v16_sum(lane) / (float)n + eps));
    for (k = 0; k + 16 <= n; k += 16) v16_store(y + k, v16_mul(v16_load(w + k), v16_mul(v16_load(x + k), r)));
    if (k < n) v16_store_n(y + k, v16_mul(v16_load_n(w + k, n - k), v16_mul(v16_load_n(x + k, n - k), r)), n - k);
}
