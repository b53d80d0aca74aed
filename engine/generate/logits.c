/* logits.c - what a row of logits says by itself: its best token, and log-probabilities. */
#include "engine/bitnet.h"
#include <math.h>

/* Blocks without a larger logit are passed over, with vectors; a comparison with NaN is false and leaves it out. */
int32_t bn_logits_best(const float *logits, int n_vocab)
{
    int32_t best = 0;
    float most = -INFINITY;
    for (int id = 0, end; id < n_vocab; id = end) {
        int larger = 0;
        end = id + 64 < n_vocab ? id + 64 : n_vocab;
        for (int i = id; i < end; i++) larger |= logits[i] > most;
        for (; larger && id < end; id++)
            if (logits[id] > most) most = logits[id], best = id;
    }
    return best;
}

struct bn_log_norm bn_logits_norm(const float *logits, int n_vocab)
{
    float max = logits[0];
    double sum = 0;
    for (int i = 1; i < n_vocab; i++)
        if (logits[i] > max) max = logits[i];
    for (int i = 0; i < n_vocab; i++) sum += exp((double)logits[i] - max);
    return (struct bn_log_norm){max, log(sum)};
}
