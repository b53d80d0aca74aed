/* test_lookup.c - prompt lookup: what is guessed from a known text, how failures calm it down, and that decoding with
 * drafts, right or wrong, leaves the context, logits and hash of plain decoding. */
#include "engine/bitnet.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const char *const path = "datasets/reference/b158-i2_s.gguf";

static struct bn_lookup *lookup_of(int most, const int32_t *ids, size_t n)
{
    struct bn_lookup *l;
    cr_assert_eq(bn_lookup_open(&l, most, NULL), BN_OK);
    cr_assert_eq(bn_lookup_add(l, ids, n, NULL), BN_OK);
    return l;
}

static void expect_draft(const int32_t *ids, size_t n, const int32_t *want, size_t n_want)
{
    struct bn_lookup *l = lookup_of(4, ids, n);
    int32_t draft[BN_MAX_DRAFT];
    bn_lookup_learn(l, 2, 2); /* a first draft has two tokens, after one that was right four */
    cr_expect_eq(bn_lookup_draft(l, draft, BN_MAX_DRAFT), n_want);
    cr_expect_arr_eq(draft, want, n_want * sizeof *want);
    bn_lookup_close(l);
}
#define EXPECT_DRAFT(text, ...)                                                                                        \
    expect_draft(text, sizeof text / sizeof *text, (const int32_t[]){__VA_ARGS__},                                     \
                 sizeof((const int32_t[]){__VA_ARGS__}) / 4)

Test(lookup, the_longest_match_decides_and_the_latest_of_equals)
{
    const int32_t longest[] = {1, 2, 3, 50, 51, 52, 53, 9, 3, 60, 61, 62, 1, 2, 3}; /* 3 alone is later, 1 2 3 longer */
    const int32_t latest[] = {7, 20, 21, 22, 23, 7, 30, 31, 32, 33, 7};
    EXPECT_DRAFT(longest, 50, 51, 52, 53);
    EXPECT_DRAFT(latest, 30, 31, 32, 33);
}

Test(lookup, a_loop_is_followed_past_the_end_of_the_text)
{
    const int32_t one[] = {5, 8, 8}, two[] = {4, 6, 4, 6};
    EXPECT_DRAFT(one, 8, 8, 8, 8);
    EXPECT_DRAFT(two, 4, 6, 4, 6);
}

Test(lookup, what_is_new_gives_no_draft)
{
    const int32_t ids[] = {1, 2, 3, 4, 5};
    struct bn_lookup *l;
    struct bn_error err;
    expect_draft(ids, 5, ids, 0);
    expect_draft(ids, 1, ids, 0);
    expect_draft(ids, 0, ids, 0);
    cr_expect_eq(bn_lookup_open(&l, 0, &err), BN_ERR_USAGE);
    cr_expect_eq(bn_lookup_open(&l, BN_MAX_DRAFT + 1, &err), BN_ERR_USAGE);
}

/* Drafts that always fail become rare; one that is right wakes them. */
Test(lookup, failures_calm_it_down)
{
    const int32_t ids[] = {3, 3, 3};
    struct bn_lookup *l = lookup_of(15, ids, 3);
    int32_t draft[BN_MAX_DRAFT];
    int drafts = 0;
    size_t n;
    for (int i = 0; i < 512; i++) {
        n = bn_lookup_draft(l, draft, BN_MAX_DRAFT);
        drafts += n > 0;
        bn_lookup_learn(l, n, 0);
    }
    cr_expect(drafts > 3 && drafts < 10, "%d drafts in vain in 512 passes", drafts);
    while (!(n = bn_lookup_draft(l, draft, BN_MAX_DRAFT))) continue;
    for (size_t want = 2 * n; want <= 16; want *= 2) {
        bn_lookup_learn(l, n, n);
        n = bn_lookup_draft(l, draft, BN_MAX_DRAFT);
        cr_expect_eq(n, want < 15 ? want : 15);
    }
    cr_expect_eq(bn_lookup_draft(l, draft, 6), 6, "room for 6");
    bn_lookup_close(l);
}

/* ---- decoding with drafts ---- */
enum { N_NEW = 24 };

static struct bn_session *started(const struct bn_model *model, int n_ctx, const char *kv_type)
{
    static const char text[] = "Once upon a time, there was a little girl named Lily.";
    struct bn_session *s;
    int32_t ids[64];
    size_t n;
    cr_assert_eq(bn_tokenize(model, text, strlen(text), BN_TOKENIZE_BOS, ids, 64, &n, NULL), BN_OK);
    cr_assert_eq(bn_session_open(
                     &s, model, &(struct bn_session_options){.n_ctx = n_ctx, .n_threads = 2, .kv_type = kv_type}, NULL),
                 BN_OK);
    bn_session_hash_reset(s, true);
    cr_assert_eq(bn_prefill(s, ids, n, NULL), BN_OK);
    return s;
}

static int32_t best_now(const struct bn_model *model, const struct bn_session *s)
{
    return bn_logits_best(bn_logits(s), bn_model_info(model)->n_vocab);
}

static void plain(const struct bn_model *model, struct bn_session *s, int32_t *ids)
{
    for (int i = 0; i < N_NEW; i++) {
        ids[i] = best_now(model, s);
        cr_assert_eq(bn_decode(s, ids[i], NULL), BN_OK);
    }
}

/* Drafts of `n` tokens, of which the first `right` are right. */
static void drafted(const struct bn_model *model, struct bn_session *s, const int32_t *truth, size_t n, size_t right)
{
    for (size_t at = 0; at < N_NEW;) {
        int32_t draft[BN_MAX_DRAFT];
        size_t accepted, room = N_NEW - at - 1, most = n < room ? n : room;
        for (size_t i = 0; i < most; i++) draft[i] = i < right ? truth[at + 1 + i] : truth[at + 1 + i] ^ 1;
        cr_expect_eq(best_now(model, s), truth[at]);
        cr_assert_eq(bn_decode_draft(s, truth[at], draft, most, &accepted, NULL), BN_OK);
        cr_assert_eq(accepted, right < most ? right : most);
        at += 1 + accepted;
    }
}

static void compare(const char *backend, const char *kv_type)
{
    struct bn_model *model;
    int32_t ids[N_NEW];
    cr_assert_eq(bn_model_open(&model, path, &(struct bn_model_options){.kernel_backend = backend}, NULL), BN_OK);
    struct bn_session *a = started(model, 512, kv_type);
    size_t bytes = (size_t)bn_model_info(model)->n_vocab * sizeof(float);
    plain(model, a, ids);
    const size_t cases[][2] = {{1, 1}, {1, 0}, {2, 1}, {5, 5}, {7, 3}, {15, 15}, {15, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bn_session *b = started(model, 512, kv_type);
        drafted(model, b, ids, cases[i][0], cases[i][1]);
        cr_expect_eq(bn_session_position(b), bn_session_position(a));
        cr_expect_eq(bn_session_logits_hash(b), bn_session_logits_hash(a), "draft %zu, right %zu", cases[i][0],
                     cases[i][1]);
        cr_expect_arr_eq(bn_logits(b), bn_logits(a), bytes);
        bn_session_close(b);
    }
    bn_session_close(a);
    bn_model_close(model);
}

Test(lookup, drafts_right_or_wrong_leave_the_bits_of_plain_decoding) { compare(NULL, NULL); }
Test(lookup, drafts_leave_the_bits_with_q8_0_keys) { compare(NULL, "q8_0"); }
Test(lookup, drafts_leave_the_bits_of_the_reference_kernels) { compare("ref", "f32"); }

Test(lookup, a_draft_never_overfills_the_context)
{
    struct bn_model *model;
    cr_assert_eq(bn_model_open(&model, path, NULL, NULL), BN_OK);
    struct bn_session *s = started(model, 16, NULL);
    int32_t draft[BN_MAX_DRAFT] = {0};
    size_t accepted = 9;
    while (bn_session_position(s) < 16)
        cr_assert_eq(bn_decode_draft(s, best_now(model, s), draft, BN_MAX_DRAFT, &accepted, NULL), BN_OK);
    cr_expect_eq(bn_decode_draft(s, 1, draft, 3, &accepted, NULL), BN_ERR_CONTEXT);
    bn_session_truncate(s, 8);
    draft[0] = -5;
    cr_expect_eq(bn_decode_draft(s, 1, draft, 1, &accepted, NULL), BN_ERR_USAGE);
    cr_expect_eq(bn_session_position(s), 8);
    bn_session_close(s), bn_model_close(model);
}
