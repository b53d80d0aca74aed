/* test_kv_prune.c - eviction from the KV cache: what stays, where it is kept, what it does to memory; that it depends
 * on the text alone, whatever the batches, threads, drafts and neighbours; and what is refused. */
#include "engine/model/session.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 400 };
static const char *const policies[] = {"window", "sink", "h2o", "snapkv", "tova", "dynamic"};
enum { N_POLICIES = sizeof policies / sizeof *policies };

static struct bn_model *model;
static int32_t ids[N];

static void setup(void)
{
    struct bn_error err;
    uint64_t state = 11;
    cr_assert_eq(bn_model_open(&model, "datasets/reference/b158-i2_s.gguf", NULL, &err), BN_OK, "%s", err.text);
    for (int i = 0; i < N; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        ids[i] = (int32_t)((state >> 33) % 4000 + 3);
    }
}
static void teardown(void) { bn_model_close(model); }

static struct bn_session_options with(const char *policy, float budget)
{
    return (struct bn_session_options){
        .n_ctx = 512, .n_threads = 2, .kv_prune = {.policy = policy, .budget = budget, .warmup_steps = 8}};
}

static struct bn_session *open_session(struct bn_session_options options)
{
    struct bn_session *s;
    struct bn_error err;
    cr_assert_eq(bn_session_open(&s, model, &options, &err), BN_OK, "%s", err.text);
    bn_session_hash_reset(s, true);
    return s;
}

static void prefill(struct bn_session *s, int from, int to)
{
    struct bn_error err;
    cr_assert_eq(bn_prefill(s, ids + from, (size_t)(to - from), &err), BN_OK, "%s", err.text);
}

/* Logits of the last tokens of pieces that end at 300 and 400, prefilled or decoded one by one. */
static uint64_t hash_of(struct bn_session_options options, bool decode)
{
    struct bn_session *s = open_session(options);
    prefill(s, 0, 300);
    for (int i = 300; i < N; i++)
        if (decode)
            cr_assert_eq(bn_decode(s, ids[i], NULL), BN_OK);
        else
            prefill(s, i, i + 1);
    uint64_t hash = bn_session_logits_hash(s);
    bn_session_close(s);
    return hash;
}

TestSuite(kv_prune, .init = setup, .fini = teardown);

/* What stays by hand: at 384 the latest 0.5 * (384 + 32) - 32 = 176, then those up to 400; "sink": 4 of them the first.
 */
Test(kv_prune, window_and_sink_keep_the_positions_they_name)
{
    for (int p = 0; p < 2; p++) {
        struct bn_session *s = open_session(with(policies[p], 0.5f));
        prefill(s, 0, N);
        const struct bn_kv_pruner *k = s->sequence.pruner;
        int n = bn_kv_cache_n_slots(&s->sequence.kv), kept = 176;
        cr_expect_eq(n, kept + 16);
        cr_expect_eq(k->settled, 384);
        for (int h = 0; h < k->n_layers * k->n_kv_heads; h++) {
            bool there[N] = {false};
            for (int slot = 0; slot < kept; slot++) there[k->position[h * k->n_most + slot]] = true;
            for (int pos = 0; pos < 384; pos++)
                cr_assert_eq(there[pos], p ? pos < 4 || pos >= 384 - kept + 4 : pos >= 384 - kept, "%s, head %d, %d",
                             policies[p], h, pos);
        }
        bn_session_close(s);
    }
}

/* Keys and values of the first layer depend on token and position alone: an evicting cache holds those of a full one.
 */
Test(kv_prune, what_stays_is_what_was_stored)
{
    static const char *const types[] = {"f16", "f32", "q8_0", "q4_0"};
    for (int i = 0; i < 4 * N_POLICIES; i++) {
        struct bn_session_options options = with(policies[i / 4], 0.3f);
        options.kv_type = types[i % 4];
        struct bn_session *s = open_session(options);
        options.kv_prune.policy = NULL;
        struct bn_session *full = open_session(options);
        prefill(s, 0, N), prefill(full, 0, N);
        const struct bn_kv_pruner *k = s->sequence.pruner;
        float ka[256], va[256], kb[256], vb[256];
        size_t row = (size_t)s->sequence.kv.head_dim * sizeof *ka;
        for (int h = 0; h < k->n_kv_heads; h++)
            for (int slot = 0; slot < bn_kv_cache_n_slots(&s->sequence.kv); slot++) {
                int end = k->settled - s->sequence.kv.n_evicted,
                    pos = slot < end ? k->position[h * k->n_most + slot] : slot + s->sequence.kv.n_evicted;
                struct bn_kv_block a = bn_kv_cache_block(&s->sequence.kv, 0, h, slot),
                                   b = bn_kv_cache_block(&full->sequence.kv, 0, h, pos);
                bn_kv_cache_read(&a, slot % BN_SEGMENT, ka, va);
                bn_kv_cache_read(&b, pos % BN_SEGMENT, kb, vb);
                cr_assert(!memcmp(ka, kb, row) && !memcmp(va, vb, row), "%s %s: slot %d, position %d", policies[i / 4],
                          types[i % 4], slot, pos);
            }
        bn_session_close(s), bn_session_close(full);
    }
}

Test(kv_prune, depends_on_the_text_alone)
{
    for (int p = 0; p < N_POLICIES; p++) {
        struct bn_session_options options = with(policies[p], 0.4f);
        uint64_t expected = hash_of(options, false);
        cr_expect_neq(expected, hash_of(with(NULL, 0), false), "%s evicts nothing", policies[p]);
        cr_expect_eq(expected, hash_of(options, true), "%s: decoded", policies[p]);
        static const int ways[][2] = {{1, 1}, {7, 3}, {33, 2}, {100, 4}};
        for (int i = 0; i < 4; i++) {
            options.n_batch = ways[i][0], options.n_threads = ways[i][1];
            cr_expect_eq(expected, hash_of(options, i % 2), "%s: batch %d", policies[p], ways[i][0]);
        }
    }
}

/* A budget of everything evicts nothing: the bits of a cache without pruning. */
Test(kv_prune, a_budget_that_is_never_reached_changes_nothing)
{
    uint64_t off = hash_of(with("off", 0), false);
    for (int p = 0; p < N_POLICIES; p++) {
        struct bn_session_options all = with(policies[p], 1);
        cr_expect_eq(hash_of(all, false), off);
        all.kv_prune.budget = N + 32;
        cr_expect_eq(hash_of(all, false), off);
        struct bn_session_options late = with(policies[p], 0.25f);
        late.kv_prune.warmup_steps = N;
        cr_expect_eq(hash_of(late, true), off);
    }
}

Test(kv_prune, frees_the_memory_that_it_promises)
{
    struct bn_session_options options = with(NULL, 0);
    options.n_ctx = 2048;
    struct bn_session *full = open_session(options);
    for (int p = 0; p < N_POLICIES; p++) {
        options.kv_prune.policy = policies[p];
        for (int quarters = 1; quarters <= 3; quarters++) {
            options.kv_prune.budget = (float)quarters / 4;
            struct bn_session *s = open_session(options);
            double share = (double)bn_session_kv_bytes(s) / (double)bn_session_kv_bytes(full);
            cr_expect_leq(share, quarters / 4.0 + (quarters > 2 ? 0.06 : 0.05), "%s at %d/4: %.3f", policies[p],
                          quarters, share);
            for (int i = 0; i < 2048; i += 256) prefill(s, 0, 256);
            cr_expect_eq((double)bn_session_kv_bytes(s) / (double)bn_session_kv_bytes(full), share);
            cr_expect_leq(bn_kv_cache_n_slots(&s->sequence.kv), 512 * quarters);
            bn_session_close(s);
        }
    }
    bn_session_close(full);
}

/* A number of positions bounds the cache, however long the text; the context stays the model's. */
Test(kv_prune, a_count_bounds_the_cache)
{
    for (int p = 0; p < N_POLICIES; p++) {
        struct bn_session *s = open_session(with(policies[p], 100));
        cr_expect_eq(s->sequence.kv.n_most, BN_SEGMENT);
        for (int i = 0; i < N; i++) {
            prefill(s, i, i + 1);
            cr_assert_leq(bn_kv_cache_n_slots(&s->sequence.kv), 100);
        }
        bn_session_close(s);
    }
}

/* Back to what is still there, or to the beginning; either way the text goes on as if it had never been longer. */
Test(kv_prune, truncates_to_what_is_still_there)
{
    for (int p = 0; p < N_POLICIES; p++) {
        struct bn_session_options options = with(policies[p], 0.4f);
        uint64_t expected = hash_of(options, true);
        static const int cases[][2] = {{300, 300}, {288, 288}, {287, 0}, {4, 0}, {0, 0}};
        for (int i = 0; i < 5; i++) {
            struct bn_session *s = open_session(options);
            prefill(s, 0, 300);
            bn_decode(s, 9, NULL);
            int position = bn_session_truncate(s, cases[i][0]);
            cr_expect_eq(position, cases[i][1], "%d: %d", cases[i][0], position);
            cr_expect_eq(position, bn_session_position(s));
            bn_session_hash_reset(s, true);
            if (position < 300) prefill(s, position, 300);
            if (position == 300) bn_session_truncate(s, 299), bn_session_hash_reset(s, true), prefill(s, 299, 300);
            for (int k = 300; k < N; k++) cr_assert_eq(bn_decode(s, ids[k], NULL), BN_OK);
            cr_expect_eq(bn_session_logits_hash(s), expected, "%s from %d", policies[p], position);
            bn_session_close(s);
        }
    }
}

/* Eviction in segments that are shared takes copies: neither sequence notices the other. */
Test(kv_prune, shares_what_is_still_there)
{
    for (int p = 0; p < N_POLICIES; p++) {
        struct bn_session_options options = with(policies[p], 0.8f);
        struct bn_session *s = open_session(options), *t;
        struct bn_error err;
        prefill(s, 0, 350);
        cr_expect_eq(bn_session_open_shared(&t, s, 300, 0, &err), BN_ERR_UNSUPPORTED);
        cr_expect_not_null(strstr(err.text, "share"), "%s", err.text);
        cr_assert_eq(bn_session_open_shared(&t, s, 345, 0, &err), BN_OK, "%s", err.text);
        prefill(t, 345, 350);
        bn_session_hash_reset(s, true), bn_session_hash_reset(t, true);
        for (int i = 350; i < N; i++) {
            cr_assert_eq(bn_decode(s, ids[i], NULL), BN_OK);
            cr_assert_eq(bn_decode(t, ids[i], NULL), BN_OK);
        }
        cr_expect_eq(bn_session_logits_hash(s), bn_session_logits_hash(t), "%s", policies[p]);
        bn_session_close(t), bn_session_close(s);
    }
}

/* Sequences of a batch, chunks of prompts and a shared beginning give what each gives alone. */
Test(kv_prune, same_bits_beside_others)
{
    for (int p = 0; p < N_POLICIES; p++) {
        struct bn_session_options options = with(policies[p], 0.4f);
        struct bn_session *s = open_session(options);
        struct bn_batch *batch;
        int sequence[3], n_ready;
        prefill(s, 0, 300);
        const struct bn_batch_options b = {
            .n_sequences = 3, .n_ctx = 512, .n_chunk = 50, .hash = true, .kv_prune = options.kv_prune};
        cr_assert_eq(bn_batch_open(&batch, bn_session_crew(s), &b, NULL), BN_OK);
        for (int i = 0; i < 3; i++) {
            cr_assert_eq(bn_batch_add(batch, ids, 300, &sequence[i], NULL), BN_OK);
            for (int step = 0; step < 4; step++) cr_assert_eq(bn_batch_step(batch, &n_ready, NULL), BN_OK);
        }
        for (int step = 0; step < 40; step++) cr_assert_eq(bn_batch_step(batch, &n_ready, NULL), BN_OK);
        for (int i = 0; i < 3; i++) {
            cr_expect_eq(bn_batch_position(batch, sequence[i]), 300);
            cr_expect_eq(bn_batch_logits_hash(batch, sequence[i]), bn_session_logits_hash(s), "%s: sequence %d",
                         policies[p], i);
        }
        bn_batch_close(batch), bn_session_close(s);
    }
}

/* Drafts end where something is evicted, and rejected ones leave no trace. */
Test(kv_prune, same_tokens_with_drafts)
{
    for (int p = 0; p < N_POLICIES; p++) {
        int32_t chosen[2][160];
        for (int drafts = 0; drafts < 2; drafts++) {
            struct bn_session *s = open_session(with(policies[p], 0.4f));
            struct bn_generator *g;
            struct bn_generated out = {0};
            const struct bn_generator_options o = {
                .max_new_tokens = 160, .ignore_eos = true, .ids_only = true, .prompt_lookup = drafts ? 7 : 0};
            size_t n = 0;
            cr_assert_eq(bn_generator_open(&g, s, ids, 150, &o, NULL), BN_OK);
            while (!out.end) {
                cr_assert_eq(bn_generator_next(g, &out, NULL), BN_OK);
                for (size_t i = 0; i < out.n; i++) chosen[drafts][n++] = out.ids[i];
            }
            cr_expect_eq(n, 160);
            bn_generator_close(g), bn_session_close(s);
        }
        cr_expect_arr_eq(chosen[0], chosen[1], sizeof chosen[0], "%s", policies[p]);
    }
}

Test(kv_prune, refuses_what_it_cannot_do)
{
    static const struct bn_kv_prune_options bad[] = {{.policy = "lru"},
                                                     {.policy = "window", .budget = -0.5f},
                                                     {.policy = "window", .budget = 1.5f},
                                                     {.policy = "window", .budget = 1e9f},
                                                     {.policy = "window", .min_keep = -1},
                                                     {.policy = "window", .warmup_steps = -1},
                                                     {.policy = "h2o", .threshold = 0.07f},
                                                     {.policy = "dynamic", .threshold = 10.5f},
                                                     {.policy = "dynamic", .threshold = -1},
                                                     {.policy = "dynamic", .threshold = NAN}};
    struct bn_session *s;
    struct bn_error err;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_expect_eq(bn_session_open(&s, model, &(struct bn_session_options){.n_threads = 1, .kv_prune = bad[i]}, &err),
                     BN_ERR_USAGE);
        cr_expect_eq(err.text[strlen(err.text) - 1], '.', "%s", err.text);
    }
    bn_model_close(model);
    cr_assert_eq(bn_model_open(&model, "datasets/reference/b158-i2_s.gguf",
                               &(struct bn_model_options){.kernel_backend = "reference64"}, &err),
                 BN_OK);
    struct bn_session_options options = with("window", 0);
    cr_expect_eq(bn_session_open(&s, model, &options, &err), BN_ERR_UNSUPPORTED);
}
