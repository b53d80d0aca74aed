/* quantize_s256.h - activation codes with a given scale in the order of bn_a256_index; counts what it clamps. */
#include "engine/kernels/lanes/lanes.h"

/* 1 where |x * s| is above 127.5 or NaN: not below the next float. */
BN_INLINE v16 v16_is_clamped(v16 x, v16 s)
{
    return v16_where_less(v16_abs(v16_mul(x, s)), v16_set(0x1.fe0002p+6f), v16_set(0.0f), v16_set(1.0f));
}

BN_INLINE int32_t encode32(int8_t *to, const float *x, v16 s, v16 *clamped)
{
    v16 a = v16_load(x), b = v16_load(x + 16);
    v16_store_i8(to, v16_to_code(a, s));
    v16_store_i8(to + 16, v16_to_code(b, s));
    *clamped = v16_add(*clamped, v16_add(v16_is_clamped(a, s), v16_is_clamped(b, s)));
    return sum32_i8(to);
}

static int quantize(int8_t *q, int32_t *sum, const float *x, int n, float scale)
{
    v16 s = v16_set(1.0f / scale), clamped = v16_set(0.0f); /* whole numbers, exact up to 2^24 in each lane */
    int32_t total = 0;
    int k = n / 256 * 256;
    for (; k < (int)BN_A256_BYTES(n); k += 16) v16_store_i8(q + k, v16_set(0.0f));
    for (k = 0; k + 32 <= n; k += 32) total += encode32(q + bn_a256_index(k), x + k, s, &clamped);
    if (k < n) { /* past the end of x are a neighbour's numbers */
        float tail[32] = {0};
        memcpy(tail, x + k, (size_t)(n - k) * sizeof *tail);
        total += encode32(q + bn_a256_index(k), tail, s, &clamped);
    }
    *sum = total;
    return (int)v16_sum(clamped);
}
