/* rope.c - rotary tables: frequency theta^(-2i/d), computed with our own exp and log so that all machines agree on the
 * bits. */
#include "engine/model/rope.h"
#include "engine/core/dmath.h"
#include <stdlib.h>
#include <string.h>

enum bn_status bn_rope_init(struct bn_rope *rope, const struct bn_config *config, const float *factors,
                            struct bn_error *err)
{
    int half = config->rope_dim / 2;
    *rope = (struct bn_rope){.half = half};
    rope->frequency = malloc((size_t)half * sizeof *rope->frequency);
    if (!rope->frequency) return bn_fail_memory(err, "the rotary tables", (size_t)half * sizeof *rope->frequency);
    double log_theta = bn_log(config->rope_theta), scale = config->rope_scale > 0 ? config->rope_scale : 1;
    for (int i = 0; i < half; i++)
        rope->frequency[i] = bn_exp(-2.0 * i / config->rope_dim * log_theta) / scale / (factors ? factors[i] : 1);
    return BN_OK;
}

static bool grow(float **table, size_t cells)
{
    float *bigger = realloc(*table, (cells + !cells) * sizeof *bigger);
    if (bigger) *table = bigger;
    return bigger;
}

enum bn_status bn_rope_reserve(struct bn_rope *rope, int n_ctx, struct bn_error *err)
{
    size_t cells = (size_t)rope->half * (size_t)n_ctx;
    if (n_ctx <= rope->n_ctx) return BN_OK;
    if (!grow(&rope->cos, cells) || !grow(&rope->sin, cells))
        return bn_fail_memory(err, "the rotary tables", cells * 2 * sizeof(float));
    rope->n_ctx = n_ctx;
    return BN_OK;
}

void bn_rope_release(struct bn_rope *rope)
{
    free(rope->frequency);
    free(rope->cos);
    free(rope->sin);
    memset(rope, 0, sizeof *rope);
}

void bn_rope_fill(struct bn_rope *rope, int n_positions)
{
    for (; rope->ready < n_positions && rope->ready < rope->n_ctx; rope->ready++)
        for (int i = 0; i < rope->half; i++) {
            double sine, cosine;
            bn_sincos(rope->ready * rope->frequency[i], &sine, &cosine);
            rope->cos[(size_t)rope->ready * (size_t)rope->half + (size_t)i] = (float)cosine;
            rope->sin[(size_t)rope->ready * (size_t)rope->half + (size_t)i] = (float)sine;
        }
}
