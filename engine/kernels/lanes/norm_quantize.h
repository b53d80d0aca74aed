/* norm_quantize.h - RMSNorm and b1.58 activation codes: the row of x is read for its squares, its largest value and its
 * codes; what the norm makes of it stays in registers. Orders are those of ref/norm_quantize_ref.c. */
#include "engine/kernels/lanes/lanes.h"

/* Sixteen normalised values, as rmsnorm computes them; past the n-th they mean nothing. */
BN_INLINE v16 normed(const float *x, const float *w, int n, v16 r)
{
    return n >= 16 ? v16_mul(v16_load(w), v16_mul(v16_load(x), r))
                   : v16_mul(v16_load_n(w, n), v16_mul(v16_load_n(x, n), r));
}

static float inverse_rms(const float *x, int n, float eps)
{
    v16 lane = v16_set(0.0f);
    int k = 0;
    for (; k + 16 <= n; k += 16) lane = v16_fma(v16_load(x + k), v16_load(x + k), lane);
    if (k < n) lane = v16_fma(v16_load_n(x + k, n - k), v16_load_n(x + k, n - k), lane);
    return 1.0f / sqrtf(v16_sum(lane) / (float)n + eps);
}

static float largest_normed(const float *x, const float *w, int n, v16 r)
{
    v16 most = v16_set(1e-5f), most2 = most;
    int k = 0;
    for (; k + 32 <= n; k += 32) {
        most = v16_max(v16_abs(normed(x + k, w + k, 16, r)), most);
        most2 = v16_max(v16_abs(normed(x + k + 16, w + k + 16, 16, r)), most2);
    }
    for (; k < n; k += 16) most = v16_max(v16_abs(normed(x + k, w + k, n - k, r)), most);
    return v16_largest(v16_max(most, most2));
}

BN_INLINE int32_t encode32(int8_t *to, v16 a, v16 b, v16 s)
{
    v16_store_i8(to, v16_to_code(a, s));
    v16_store_i8(to + 16, v16_to_code(b, s));
    return sum32_i8(to);
}

/* The last values, fewer than 32: past them the codes are 0, whatever r is. */
static int32_t encode_tail(int8_t *to, const float *x, const float *w, int n, v16 r, v16 s)
{
    float tail[32] = {0};
    for (int k = 0; k < n; k += 16) v16_store_n(tail + k, normed(x + k, w + k, n - k, r), n - k < 16 ? n - k : 16);
    return encode32(to, v16_load(tail), v16_load(tail + 16), s);
}

static float norm_quantize(int8_t *q, int32_t *sum, const float *x, const float *w, int n, float eps)
{
    v16 r = v16_set(inverse_rms(x, n, eps));
    float largest = largest_normed(x, w, n, r);
    v16 s = v16_set(127.0f / largest);
    int32_t total = 0;
    int k = n / 256 * 256;
    for (; k < (int)BN_A256_BYTES(n); k += 16) v16_store_i8(q + k, v16_set(0.0f));
    for (k = 0; k + 32 <= n; k += 32)
        total += encode32(q + bn_a256_index(k), normed(x + k, w + k, 16, r), normed(x + k + 16, w + k + 16, 16, r), s);
    if (k < n) total += encode_tail(q + bn_a256_index(k), x + k, w + k, n - k, r, s);
    *sum = total;
    return largest / 127.0f;
}
