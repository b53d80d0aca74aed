/* fake.h - a provider of known probabilities: tokens are bytes, BOS is 256, p(next | last) is a small formula. It
 * records what it was asked. */
#ifndef SUITES_TESTS_FAKE_H
#define SUITES_TESTS_FAKE_H
#include "suites/eval/provider.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FAKE_VOCAB = 257, FAKE_BOS = 256 };
struct fake {
    struct bn_provider provider;
    int32_t last_input[4096];
    size_t last_n, n_calls;
    double sharper_after; /* > 0: from this position on the logits are noise (a model that drifts) */
};

static inline double fake_weight(int last, int next) { return 1 + (last * 7 + next * 3) % 11; }
static inline double fake_nll(int last, int next)
{
    double sum = 0;
    for (int v = 0; v < FAKE_VOCAB; v++) sum += fake_weight(last, v);
    return log(sum) - log(fake_weight(last, next));
}

static enum bn_status fake_encode(void *self, const char *text, bool bos, int32_t **ids, size_t *n,
                                  struct bn_error *err)
{
    (void)self, (void)err;
    size_t k = 0;
    *ids = malloc((strlen(text) + 1) * sizeof **ids);
    if (bos) (*ids)[k++] = FAKE_BOS;
    for (; *text; text++) (*ids)[k++] = (unsigned char)*text;
    *n = k;
    return BN_OK;
}

static void fake_tell(struct fake *fake, const struct bn_request *r)
{
    float logits[FAKE_VOCAB];
    memcpy(fake->last_input, r->ids, r->n * sizeof *r->ids);
    fake->last_n = r->n;
    fake->n_calls++;
    for (size_t pos = r->first; pos < r->n; pos++) {
        bool noise = fake->sharper_after > 0 && (double)pos >= fake->sharper_after;
        for (int v = 0; v < FAKE_VOCAB; v++)
            logits[v] = noise ? (float)(v * 37 % 101) : (float)log(fake_weight(r->ids[pos], v)) + 3;
        r->each(r->self, pos, logits);
    }
}

static enum bn_status fake_forward(void *self, const struct bn_request *requests, size_t n, struct bn_error *err)
{
    (void)err;
    for (size_t i = 0; i < n; i++) fake_tell(self, &requests[i]);
    return BN_OK;
}

static inline void fake_init(struct fake *fake, int max_tokens)
{
    *fake = (struct fake){.provider = {.self = fake,
                                       .n_vocab = FAKE_VOCAB,
                                       .max_tokens = max_tokens,
                                       .prefix = FAKE_BOS,
                                       .encode = fake_encode,
                                       .forward = fake_forward}};
}
#endif
