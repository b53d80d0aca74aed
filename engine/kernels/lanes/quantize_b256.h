/* quantize_b256.h - int8 codes with a scale for every 256. */
#include "engine/kernels/lanes/lanes.h"

static void quantize_block(int8_t *q, float *scale, const float *x, int n)
{
    float largest = largest_of(x, n, 0.0f);
    v16 s = v16_set(largest > 0.0f ? 127.0f / largest : 0.0f);
    *scale = largest / 127.0f;
    int k = 0;
    for (; k + 16 <= n; k += 16) v16_store_i8(q + k, v16_to_code(v16_load(x + k), s));
    if (k < n) {
        int8_t tail[16];
        v16_store_i8(tail, v16_to_code(v16_load_n(x + k, n - k), s));
        memcpy(q + k, tail, (size_t)(n - k));
    }
}

static void quantize(int8_t *q, float *scale, const float *x, int n)
{
    for (int k = 0; k < n; k += 256) quantize_block(q + k, scale + k / 256, x + k, n - k < 256 ? n - k : 256);
}
