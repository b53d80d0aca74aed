/* quantize_a256.h - b1.58 activation codes in the order of bn_a256_index: 32 neighbours stay together. */
#include "engine/kernels/lanes/lanes.h"

static float quantize(int8_t *q, int32_t *sum, const float *x, int n)
{
    float largest = largest_of(x, n, 1e-5f);
    v16 s = v16_set(127.0f / largest);
    int32_t total = 0;
    for (int k = n / 256 * 256; k < (int)BN_A256_BYTES(n); k += 16) v16_store_i8(q + k, v16_set(0.0f));
    for (int k = 0; k < n; k += 32) {
        int8_t *to = q + bn_a256_index(k);
        v16_store_i8(to, v16_to_code(v16_load(x + k), s));
        v16_store_i8(to + 16, v16_to_code(v16_load(x + k + 16), s));
        total += sum32_i8(to);
    }
    *sum = total;
    return largest / 127.0f;
}
