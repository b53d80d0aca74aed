/* attention_merge.h - joins the partial results of the segments of one query; head_dim is a multiple of 16. */
#include "engine/kernels/lanes/lanes.h"

static void merge(float *out, const float *partials, int n_segments, size_t segment_stride, int head_dim)
{
    float max = -INFINITY, total = 0.0f;
    for (int s = 0; s < n_segments; s++) {
        float m = partials[(size_t)s * segment_stride];
        max = m > max ? m : max;
    }
    for (int d = 0; d < head_dim; d += 16) v16_store(out + d, v16_set(0.0f));
    for (int s = 0; s < n_segments; s++) {
        const float *p = partials + (size_t)s * segment_stride;
        float f = bn_exp(p[0] - max);
        total = fmaf(f, p[1], total);
        for (int d = 0; d < head_dim; d += 16)
            v16_store(out + d, v16_fma(v16_set(f), v16_load(p + 2 + d), v16_load(out + d)));
    }
    v16 r = v16_set(1.0f / total);
    for (int d = 0; d < head_dim; d += 16) v16_store(out + d, v16_mul(v16_load(out + d), r));
}
