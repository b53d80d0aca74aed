/* test_first_qkv.c - the table of the first layer's q, k and v: the same bits for every size of it, and rows are taken
 * when, and only when, the token was the last of its row. */
#include "engine/bitnet.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { N_CTX = 256, N = 150 };

static int32_t text[N]; /* few different tokens, so that most of them come back */

static void make_text(const struct bn_model *model, int different)
{
    uint32_t seed = 5;
    int n_vocab = bn_model_info(model)->n_vocab;
    for (int i = 0; i < N; i++) {
        seed = seed * 1664525u + 1013904223u;
        text[i] = (int32_t)((seed >> 8) % (uint32_t)different * 37u % (uint32_t)n_vocab);
    }
}

static struct bn_model *open_model(const char *path, int rows)
{
    struct bn_model *model;
    struct bn_error err;
    setenv("BN_OPTIONS_AS_GIVEN", "1", 1); /* ci/all_options.c */
    cr_assert_eq(bn_model_open(&model, path, &(struct bn_model_options){.fuse_subwords = rows}, &err), BN_OK, "%s",
                 err.text);
    return model;
}

/* Hash of prompts of several lengths with tokens between them; *taken: rows that came from the table. */
static uint64_t hash_of(const char *path, int rows, int threads, int different, uint64_t *taken)
{
    static const int prompts[] = {3, 1, 2, 40, 17};
    struct bn_model *model = open_model(path, rows);
    struct bn_session *s;
    const struct bn_session_options options = {.n_ctx = N_CTX, .n_threads = threads, .n_batch = 32};
    make_text(model, different);
    cr_assert_eq(bn_session_open(&s, model, &options, NULL), BN_OK);
    bn_session_hash_reset(s, true);
    int at = 0;
    for (size_t i = 0; i < sizeof prompts / sizeof *prompts; i++) {
        cr_assert_eq(bn_prefill(s, text + at, (size_t)prompts[i], NULL), BN_OK);
        at += prompts[i];
        for (int k = 0; k < 5; k++) cr_assert_eq(bn_decode(s, text[at++], NULL), BN_OK);
    }
    uint64_t hash = bn_session_logits_hash(s);
    *taken = bn_crew_fused_rows(bn_session_crew(s));
    bn_session_close(s);
    bn_model_close(model);
    return hash;
}

static const char *const paths[] = {"datasets/reference/b158-i2_s.gguf", "datasets/reference/twin-f16.gguf",
                                    "engine/tests/data/families/1bitllm-3b", "engine/tests/data/families/2b4t"};

Test(first_qkv, same_bits_for_every_size_and_number_of_threads)
{
    for (size_t m = 0; m < sizeof paths / sizeof *paths; m++) {
        uint64_t taken, plain = hash_of(paths[m], 0, 2, 20, &taken);
        cr_expect_eq(taken, 0);
        for (int rows = 1; rows <= 4096; rows *= 8)
            for (int threads = 1; threads <= 3; threads++) {
                cr_expect_eq(hash_of(paths[m], rows, threads, 20, &taken), plain, "%s, %d rows, %d threads", paths[m],
                             rows, threads);
                if (rows > 1) cr_expect_gt(taken, 0, "%s, %d rows", paths[m], rows);
            }
    }
}

Test(first_qkv, a_token_that_never_comes_back_is_computed)
{
    uint64_t taken, plain = hash_of(paths[0], 0, 1, 4096, &taken);
    cr_expect_eq(hash_of(paths[0], 1, 1, 4096, &taken), plain);
    cr_expect_leq(taken, 2);
}

/* What decoding takes, by a table kept here. */
Test(first_qkv, the_last_token_of_a_row_is_taken)
{
    for (int rows = 1; rows <= 64; rows *= 4) {
        struct bn_model *model = open_model(paths[0], rows);
        struct bn_session *s;
        int32_t owner[64];
        uint64_t expected = 0;
        memset(owner, -1, sizeof owner);
        make_text(model, 9);
        cr_assert_eq(bn_session_open(&s, model, &(struct bn_session_options){.n_ctx = N_CTX, .n_threads = 2}, NULL),
                     BN_OK);
        for (int i = 0; i < N; i++) {
            cr_assert_eq(bn_decode(s, text[i], NULL), BN_OK);
            expected += owner[text[i] % rows] == text[i];
            owner[text[i] % rows] = text[i];
        }
        cr_expect_eq(bn_crew_fused_rows(bn_session_crew(s)), expected, "%d rows", rows);
        bn_session_close(s);
        bn_model_close(model);
    }
}

/* Two texts on one crew share the table; an observer changes nothing. */
static void nothing(void *self, int thread, enum bn_phase phase, int layer, enum bn_op op)
{
    (void)self, (void)thread, (void)phase, (void)layer, (void)op;
}

Test(first_qkv, sequences_of_one_crew_share_it)
{
    static const struct bn_observer observer = {.op_begin = nothing};
    struct bn_model *model = open_model(paths[0], 64);
    struct bn_crew *crew;
    struct bn_session *s[2];
    uint64_t hash[2];
    make_text(model, 9);
    cr_assert_eq(bn_crew_open(&crew, model, &(struct bn_crew_options){.n_threads = 2, .observer = &observer}, NULL),
                 BN_OK);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(bn_session_open(&s[i], model, &(struct bn_session_options){.n_ctx = N_CTX, .crew = crew}, NULL),
                     BN_OK);
        bn_session_hash_reset(s[i], true);
        uint64_t before = bn_crew_fused_rows(crew);
        cr_assert_eq(bn_prefill(s[i], text, 60, NULL), BN_OK);
        cr_assert_eq(bn_decode(s[i], text[60], NULL), BN_OK);
        if (i) cr_expect_eq(bn_crew_fused_rows(crew) - before, 61, "all rows of the second text are known");
        hash[i] = bn_session_logits_hash(s[i]);
    }
    cr_expect_eq(hash[0], hash[1]);
    for (int i = 0; i < 2; i++) bn_session_close(s[i]);
    bn_crew_close(crew);
    bn_model_close(model);
}
