/* test_kv_score.c - scores of attention for eviction: against plain double arithmetic on what the cache holds, and by
 * hand where a key is planted that receives nearly everything. */
#include "engine/kernels/log.h"
#include "engine/model/kv/range.h"
#include "engine/model/kv/score.h"
#include "engine/model/session.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { N = 96, STEP = 32, LAYERS = 8, KV_HEADS = 2 };
static struct bn_model *model;

static void setup(void)
{
    struct bn_error err;
    cr_assert_eq(bn_model_open(&model, "datasets/reference/b158-i2_s.gguf", NULL, &err), BN_OK, "%s", err.text);
}
static void teardown(void) { bn_model_close(model); }

static struct bn_session *open_session(const char *policy, const char *kv_type, float budget)
{
    struct bn_session *s;
    struct bn_error err;
    const struct bn_session_options options = {.n_ctx = 256,
                                               .n_threads = 1,
                                               .kv_type = kv_type,
                                               .kv_prune = {.policy = policy, .budget = budget, .min_keep = 1}};
    cr_assert_eq(bn_session_open(&s, model, &options, &err), BN_OK, "%s", err.text);
    return s;
}

static void read_some(struct bn_session *s, int from, int to)
{
    int32_t ids[N];
    for (int i = from; i < to; i++) ids[i] = (int32_t)((uint32_t)(i + 1) * 2654435761u >> 20) % 4000 + 3;
    cr_assert_eq(bn_prefill(s, ids + from, (size_t)(to - from), NULL), BN_OK);
}

TestSuite(kv_score, .init = setup, .fini = teardown);

/* Shares of attention of one query over the first n keys. */
static void shares(const struct bn_sequence *s, int layer, int kv_head, const float *q, int n, double *p)
{
    float key[256], value[256];
    double most = -INFINITY, total = 0;
    for (int j = 0; j < n; j++) {
        struct bn_kv_block kv = bn_kv_cache_block(&s->kv, layer, kv_head, j);
        bn_kv_cache_read(&kv, j % BN_SEGMENT, key, value);
        p[j] = 0;
        for (int d = 0; d < s->kv.head_dim; d++) p[j] += (double)q[d] * key[d];
        most = fmax(most, p[j]);
    }
    for (int j = 0; j < n; j++) total += p[j] = exp(p[j] - most);
    for (int j = 0; j < n; j++) p[j] /= total;
}

static const float *noted(const struct bn_kv_pruner *k, int layer, int at, int head)
{
    return k->queries + (((size_t)layer * (size_t)k->policy->window + (size_t)at) * (size_t)k->n_heads + (size_t)head) *
                            (size_t)k->head_dim;
}

/* A score, and how far rounding to floats may move it. */
struct expected {
    double score, rounding;
};

/* What one policy makes of the last `window` queries: by the formulas of engine/options/kv_prune.md. Sums of about 1
 * are known to 1e-6, and so an entropy H to 1e-6 / H of itself. */
static void expect(const struct bn_sequence *s, const char *policy, int layer, int kv_head, struct expected *sum)
{
    const struct bn_kv_pruner *k = s->pruner;
    int group = k->n_heads / k->n_kv_heads, window = k->policy->window;
    bool all = !strcmp(policy, "tova"), entropic = !strcmp(policy, "dynamic");
    double p[N];
    for (int at = 0; at < window; at++)
        for (int h = all ? 0 : kv_head * group; h < (all ? k->n_heads : (kv_head + 1) * group); h++) {
            int n = s->kv.n_positions - window + at + 1;
            double entropy = 0;
            shares(s, layer, h / group, noted(k, layer, at, h), n, p);
            for (int j = 0; j < n; j++) entropy -= p[j] > 0 ? p[j] * log(p[j]) : 0;
            for (int j = 0; j < n; j++) {
                double share = entropic && p[j] > 0 ? fmax(-p[j] * log(p[j]) / fmax(entropy, 0.01), p[j]) : p[j];
                sum[j].score += share;
                sum[j].rounding += share * 1e-6 * (entropic ? 1 / fmax(entropy, 0.01) : 1) + 1e-6;
            }
        }
}

static struct expected pooled(const struct expected *sum, int j, int n, int reach)
{
    struct expected best = sum[j];
    for (int i = j - reach; i <= j + reach; i++)
        if (i >= 0 && i < n && sum[i].score > best.score) best = sum[i];
    return best;
}

/* h2o accumulates over three intervals, each with what its own queries see; the others look at the latest ones alone.
 */
Test(kv_score, scores_are_those_of_double_arithmetic)
{
    static const char *const policies[] = {"h2o", "snapkv", "tova", "dynamic"}, *const types[] = {"f32", "f16", "q8_0",
                                                                                                  "q4_0"};
    static struct expected sum[LAYERS * KV_HEADS][N];
    for (int i = 0; i < 16; i++) {
        const char *policy = policies[i / 4];
        struct bn_session *s = open_session(policy, types[i % 4], 256);
        struct bn_kv_pruner *k = s->sequence.pruner;
        memset(sum, 0, sizeof sum);
        for (int n = STEP; n <= N; n += STEP) {
            read_some(s, n - STEP, n);
            for (int row = 0; row < LAYERS * KV_HEADS && (k->policy->accumulates || n == N); row++)
                expect(&s->sequence, policy, row / KV_HEADS, row % KV_HEADS, sum[row]);
        }
        cr_assert_eq(bn_kv_pruner_evict(k, &s->sequence.kv, s->crew, NULL), BN_OK);
        cr_expect_eq(s->sequence.kv.n_evicted, 0);
        for (int row = 0; row < LAYERS * KV_HEADS; row++)
            for (int j = 0; j < N; j++) {
                double got = bn_kv_score_row(k, row / KV_HEADS, row % KV_HEADS)[j];
                struct expected e = pooled(sum[row], j, N, k->policy->pool);
                cr_assert_float_eq(got, e.score, i % 4 < 2 ? e.rounding : 200 * e.rounding, "%s %s row %d slot %d: %g",
                                   policy, types[i % 4], row, j, got - e.score);
            }
        bn_session_close(s);
    }
}

/* By hand: shares 0.9, 0.09 and 0.01 have entropy 0.357591, of which they contribute 0.094824, 0.216715 and 0.046052.
 */
Test(kv_score, a_dominant_share_counts_as_it_is)
{
    static const float shares[] = {0.9f, 0.09f, 0.01f}, expected[] = {0.9f, 0.606041f, 0.128783f};
    const struct bn_kv_policy *dynamic;
    float e[3], below[3], score[3] = {0}, moment = 0, sum = 0;
    cr_assert_eq(bn_kv_policy_find(&dynamic, "dynamic", NULL), BN_OK);
    for (int j = 0; j < 3; j++) {
        e[j] = shares[j] / 0.9f, below[j] = logf(e[j]);
        sum += e[j], moment += e[j] * below[j];
    }
    dynamic->weigh(score, &(struct bn_kv_law){3, below, e, sum, moment});
    for (int j = 0; j < 3; j++) cr_expect_float_eq(score[j], expected[j], 1e-5, "%d: %g", j, (double)score[j]);
    const float all[] = {1, 0, 0}, far[] = {0, -100, -100};
    memset(score, 0, sizeof score);
    dynamic->weigh(score, &(struct bn_kv_law){3, far, all, 1, 0});
    cr_expect_eq(score[0], 1.0f, "a key that receives everything");
    cr_expect_eq(score[1], 0.0f);
}

/* Writes a key k[0] = x, the rest 0, into a slot of every head. */
static void plant_key(struct bn_session *s, int slot, float x)
{
    float key[BN_MAX_HEAD_DIM] = {x}, value[BN_MAX_HEAD_DIM] = {0};
    for (int row = 0; row < LAYERS * KV_HEADS; row++)
        cr_assert_eq(
            bn_kv_cache_store(&s->sequence.kv, &model->kernels, row / KV_HEADS, row % KV_HEADS, slot, key, value),
            BN_KV_FITS);
}

/* All queries attend to position 20 with 0.9 and to 25 with 0.09; one of them can stay. By contribution to entropy
 * alone it would be the second. */
Test(kv_score, a_planted_dominant_key_stays)
{
    static const char *const policies[] = {"h2o", "tova", "dynamic"};
    for (int p = 0; p < 3; p++) {
        const char *policy = policies[p];
        struct bn_session *s = open_session(policy, "f32", 64);
        struct bn_kv_pruner *k = s->sequence.pruner;
        read_some(s, 0, STEP), read_some(s, STEP, 2 * STEP);
        int least = k->policy->n_sinks + bn_kv_pruner_latest(k, 0);
        k->budget = (float)(STEP + least + 1);
        size_t n = (size_t)k->policy->window * (size_t)k->n_heads;
        for (int layer = 0; layer < LAYERS; layer++)
            for (size_t i = 0; i < n; i++) {
                float *q = (float *)noted(k, layer, 0, 0) + i * (size_t)k->head_dim;
                memset(q, 0, (size_t)k->head_dim * sizeof *q), q[0] = 1;
            }
        for (int slot = 0; slot < 2 * STEP; slot++) plant_key(s, slot, logf(0.01f / 62));
        plant_key(s, 20, logf(0.9f)), plant_key(s, 25, logf(0.09f));
        memset(k->score, 0, (size_t)k->n_layers * (size_t)bn_kv_score_rows(k) * (size_t)k->n_most * sizeof *k->score);
        cr_assert_eq(bn_kv_pruner_evict(k, &s->sequence.kv, s->crew, NULL), BN_OK);
        cr_assert_eq(bn_kv_cache_n_slots(&s->sequence.kv), least + 1);
        for (int row = 0; row < LAYERS * KV_HEADS; row++) {
            bool there[2 * STEP] = {false};
            for (int slot = 0; slot <= least; slot++)
                there[bn_kv_positions(k, row / KV_HEADS, row % KV_HEADS)[slot]] = true;
            cr_expect(there[20] && !there[25], "%s row %d", policy, row);
        }
        bn_session_close(s);
    }
}

Test(kv_score, ln_is_near)
{
    for (double x = 1e-37; x < 3e38; x *= 1.0173) {
        double ln = log((double)(float)x);
        cr_assert_float_eq(bn_log((float)x), ln, fmax(fabs(ln), 1e-3) * 1.2e-7, "%g", x);
    }
    cr_expect_eq(bn_log(1.0f), 0.0f);
}
