/* quantize_a256.h - b1.58 activation codes in the order of bn_a256_index: 32 neighbours stay together. */
#include "engine/kernels/lanes/lanes.h"

static int32_t encode32(int8_t *to, const float *x, v16 s)
{
    v16_store_i8(to, v16_to_code(v16_load(x), s));
    v16_store_i8(to + 16, v16_to_code(v16_load(x + 16), s));
    return sum32_i8(to);
}

static float quantize(int8_t *q, int32_t *sum, const float *x, int n)
{
    float largest = largest_of(x, n, 1e-5f);
    v16 s = v16_set(127.0f / largest);
    int32_t total = 0;
    int k = n / 256 * 256;
    for (; k < (int)BN_A256_BYTES(n); k += 16) v16_store_i8(q + k, v16_set(0.0f));
    for (k = 0; k + 32 <= n; k += 32) total += encode32(q + bn_a256_index(k), x + k, s);
    if (k < n) { /* past the end of x are a neighbour's numbers */
        float tail[32] = {0};
        memcpy(tail, x + k, (size_t)(n - k) * sizeof *tail);
        total += encode32(q + bn_a256_index(k), tail, s);
    }
    *sum = total;
    return largest / 127.0f;
}
