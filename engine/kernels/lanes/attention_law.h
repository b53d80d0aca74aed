/* attention_law.h - the law of attention of one query from its scores (ref/attention_law_ref.c). */
#include "engine/kernels/lanes/lanes.h"

static void attention_law(float *e, float *score, int n, float *law)
{
    v16 most = v16_set(-INFINITY), sum = v16_set(0.0f), moment = sum, none = v16_set(-INFINITY), zero = sum;
    for (int i = 0; i < n; i += 16) most = v16_max(v16_keep(v16_load_n(score + i, n - i), n - i, none), most);
    v16 max = v16_set(law[0] = v16_largest(most));
    for (int i = 0; i < n; i += 16) {
        v16 below = v16_keep(v16_sub(v16_load_n(score + i, n - i), max), n - i, zero);
        v16 x = v16_keep(v16_exp(below), n - i, zero);
        sum = v16_add(sum, x);
        moment = v16_fma(x, below, moment);
        v16_store_n(score + i, below, n - i);
        v16_store_n(e + i, x, n - i);
    }
    law[1] = v16_sum(sum);
    law[2] = v16_sum(moment);
}
