/* attention_law_ref.c - specification: what attention makes of the n scores of one query, n >= 1. law[0] = the largest
 * score, lane i over positions i modulo 16 by (a > b ? a : b) from -infinity, new value as a, then the tree of
 * bn_reduce16; score[j] -= law[0]; e[j] = exp(score[j]). law[1]: lane i adds e[j] over positions i modulo 16; law[2]:
 * lane i = fmaf(e[j], score[j], lane i); both then by bn_reduce16. So position j receives the share e[j] / law[1], and
 * the entropy of the shares is ln law[1] - law[2] / law[1]. */
#include "engine/kernels/kernels.h"
#include "engine/kernels/exp.h"

static float largest(const float *score, int n)
{
    float lane[16];
    for (int i = 0; i < 16; i++) lane[i] = -INFINITY;
    for (int j = 0; j < n; j++) lane[j % 16] = score[j] > lane[j % 16] ? score[j] : lane[j % 16];
    for (int width = 8; width > 0; width /= 2)
        for (int i = 0; i < width; i++) lane[i] = lane[i] > lane[i + width] ? lane[i] : lane[i + width];
    return lane[0];
}

static void attention_law(float *e, float *score, int n, float *law)
{
    float sum[16] = {0}, moment[16] = {0};
    law[0] = largest(score, n);
    for (int j = 0; j < n; j++) {
        score[j] -= law[0];
        e[j] = bn_exp(score[j]);
        sum[j % 16] += e[j];
        moment[j % 16] = fmaf(e[j], score[j], moment[j % 16]);
    }
    law[1] = bn_reduce16(sum);
    law[2] = bn_reduce16(moment);
}

BN_KERNEL(attention_law, ref, BN_CPU_ANY, attention_law);
