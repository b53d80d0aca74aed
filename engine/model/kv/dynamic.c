/* dynamic.c - eviction policy: each slot's contribution to the entropy of attention, averaged over the latest queries
 * of the heads that share it; below kv_threshold of an average slot's it goes.
 *
 * With shares p of entropy H = -sum p ln p a slot contributes -p ln p / H, all together 1. That is not monotone: past
 * p = 1/e it falls, to 0 for a slot that receives everything. So a slot counts for its share where that is more.
 * Where one slot receives nearly everything, H tends to 0 and would make any trace of attention count: it is taken for
 * LEAST_ENTROPY at least. */
#include "engine/kernels/log.h"
#include "engine/model/kv/policy.h"

static const float LEAST_ENTROPY = 0.01f; /* nats */

static void weigh(float *score, const struct bn_kv_law *law)
{
    float r = 1.0f / law->sum, ln_sum = bn_log(law->sum), entropy = ln_sum - law->moment * r,
          scale = r / (entropy > LEAST_ENTROPY ? entropy : LEAST_ENTROPY);
    for (int j = 0; j < law->n; j++) {
        float share = law->e[j] * r, contribution = law->e[j] * (ln_sum - law->below[j]) * scale;
        score[j] += contribution > share ? contribution : share;
    }
}

BN_KV_POLICY(dynamic, .n_sinks = BN_KV_SINKS, .window = 16, .thresholds = true, .weigh = weigh);
