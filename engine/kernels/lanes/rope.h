/* rope.h - rotary position encoding; half-split pairs on sixteen lanes, interleaved pairs one by one. */
#include "engine/kernels/lanes/lanes.h"

static void rotate_halves(float *x, const float *cosine, const float *sine, int half)
{
    for (int i = 0; i < half; i += 16) {
        int n = half - i < 16 ? half - i : 16;
        v16 a = v16_load_n(x + i, n), b = v16_load_n(x + half + i, n), c = v16_load_n(cosine + i, n),
            s = v16_load_n(sine + i, n);
        v16_store_n(x + i, v16_fma(a, c, v16_neg(v16_mul(b, s))), n);
        v16_store_n(x + half + i, v16_fma(b, c, v16_mul(a, s)), n);
    }
}

static void rotate_pairs(float *x, const float *cosine, const float *sine, int half)
{
    for (int i = 0; i < half; i++) {
        float a = x[2 * i], b = x[2 * i + 1];
        x[2 * i] = fmaf(a, cosine[i], -(b * sine[i]));
        x[2 * i + 1] = fmaf(b, cosine[i], a * sine[i]);
    }
}

static void rope(float *x, const float *cosine, const float *sine, int n_heads, int head_dim, int rope_dim,
                 int interleaved)
{
    for (int h = 0; h < n_heads; h++, x += head_dim)
        if (interleaved)
            rotate_pairs(x, cosine, sine, rope_dim / 2);
        else
            rotate_halves(x, cosine, sine, rope_dim / 2);
}
