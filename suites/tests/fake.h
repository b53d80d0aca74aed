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

static enum bn_status fake_forward(void *self, const int32_t *ids, size_t n, size_t first,
                                   void (*each)(void *, size_t, const float *), void *each_self, struct bn_error *err)
{
    struct fake *fake = self;
    float logits[FAKE_VOCAB];
    (void)err;
    memcpy(fake->last_input, ids, n * sizeof *ids);
    fake->last_n = n;
    fake->n_calls++;
    for (size_t pos = first; pos < n; pos++) {
        bool noise = fake->sharper_after > 0 && (double)pos >= fake->sharper_after;
        for (int v = 0; v < FAKE_VOCAB; v++)
            logits[v] = noise ? (float)(v * 37 % 101) : (float)log(fake_weight(ids[pos], v)) + 3;
        each(each_self, pos, logits);
    }
    return BN_OK;
}

static inline void fake_init(struct fake *fake, int max_tokens)
{
    *fake = (struct fake){.provider = {fake, FAKE_VOCAB, max_tokens, FAKE_BOS, fake_encode, fake_forward}};
}
#endif
