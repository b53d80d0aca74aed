/* attention_merge_ref.c - specification: joins the partials {max, sum, o[head_dim]} of all segments of one query,
 * segment_stride floats apart. M = largest max; f_s = exp(max_s - M); in ascending segments total = fmaf(f_s, sum_s,
 * total) and o[d] = fmaf(f_s, o_s[d], o[d]); out[d] = o[d] * (1 / total). */
#include "engine/kernels/kernels.h"
#include "engine/kernels/exp.h"

static void merge(float *out, const float *partials, int n_segments, size_t segment_stride, int head_dim)
{
    float max = -INFINITY, total = 0.0f;
    for (int s = 0; s < n_segments; s++) {
        float m = partials[(size_t)s * segment_stride];
        max = m > max ? m : max;
    }
    for (int d = 0; d < head_dim; d++) out[d] = 0.0f;
    for (int s = 0; s < n_segments; s++) {
        const float *p = partials + (size_t)s * segment_stride;
        float f = bn_exp(p[0] - max);
        total = fmaf(f, p[1], total);
        for (int d = 0; d < head_dim; d++) out[d] = fmaf(f, p[2 + d], out[d]);
    }
    float r = 1.0f / total;
    for (int d = 0; d < head_dim; d++) out[d] *= r;
}

BN_KERNEL(attention_merge, ref, BN_CPU_ANY, merge);
