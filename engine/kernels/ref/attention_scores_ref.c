/* attention_scores_ref.c - specification: the scores of attention (attention_ref.c) alone: partials[i] receives those
 * of query i for the seen[i] positions that it sees, nothing else. */
#include "engine/kernels/ref/scores.h"

static void attention_scores(const struct bn_attention_args *a)
{
    for (int i = 0; i < a->n; i++) scores(a->kv, a->seen[i], a->q[i], a->partials[i]);
}

BN_KERNEL(attention_scores, ref, BN_CPU_ANY, attention_scores);
