/* rope_ref.c - specification: rotates the first rope_dim of every head in place; cos and sin hold rope_dim / 2 values.
 * Pairs are (i, i + rope_dim / 2), or (2i, 2i + 1) when interleaved:
 * a' = fmaf(a, cos, -(b * sin)), b' = fmaf(b, cos, a * sin). */
#include "engine/kernels/kernels.h"
#include <math.h>

static void rope(float *x, const float *cosine, const float *sine, int n_heads, int head_dim, int rope_dim,
                 int interleaved)
{
    int half = rope_dim / 2, step = interleaved ? 2 : 1, apart = interleaved ? 1 : half;
    for (int h = 0; h < n_heads; h++, x += head_dim)
        for (int i = 0; i < half; i++) {
            float *pair = x + i * step, a = pair[0], b = pair[apart];
            pair[0] = fmaf(a, cosine[i], -(b * sine[i]));
            pair[apart] = fmaf(b, cosine[i], a * sine[i]);
        }
}

BN_KERNEL(rope, ref, BN_CPU_ANY, rope);
