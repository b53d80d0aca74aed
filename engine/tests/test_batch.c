/* test_batch.c - the bits of a sequence do not depend on who computes beside it: alone, in batches of 2, 4 and 16, in
 * any order of arrival, with chunked prompts and shared beginnings, after others were removed. The expected values come
 * from sessions of their own. */
#include "engine/bitnet.h"
#include "engine/model/crew.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 16, NEW = 12, N_CTX = 768, COMMON = 300 };

static struct bn_model *model;
static int32_t prompts[MOST][512];
static size_t lengths[MOST];
static uint64_t expected[MOST];

static uint32_t next_random(void)
{
    static uint64_t state = 5;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33);
}

static struct bn_crew *open_crew(int threads)
{
    struct bn_crew *crew;
    struct bn_error err;
    cr_assert_eq(bn_crew_open(&crew, model, &(struct bn_crew_options){.n_threads = threads}, &err), BN_OK, "%s",
                 err.text);
    return crew;
}

/* Hash of the logits after the prompt and after each of NEW greedy tokens, in a session with a crew of its own. */
static uint64_t hash_alone(int i)
{
    struct bn_session *session;
    const struct bn_session_options options = {.n_ctx = N_CTX, .n_threads = 1};
    cr_assert_eq(bn_session_open(&session, model, &options, NULL), BN_OK);
    bn_session_hash_reset(session, true);
    cr_assert_eq(bn_prefill(session, prompts[i], lengths[i], NULL), BN_OK);
    for (int k = 0; k < NEW; k++)
        cr_assert_eq(bn_decode(session, bn_logits_best(bn_logits(session), bn_model_info(model)->n_vocab), NULL),
                     BN_OK);
    uint64_t hash = bn_session_logits_hash(session);
    bn_session_close(session);
    return hash;
}

/* Prompts of 1 to 160 tokens; those of odd number begin with the same COMMON ones when `alike`. */
static void setup(bool alike)
{
    struct bn_error err;
    cr_assert_eq(bn_model_open(&model, "datasets/reference/b158-i2_s.gguf", NULL, &err), BN_OK, "%s", err.text);
    int vocab = bn_model_info(model)->n_vocab;
    for (int i = 0; i < MOST; i++) {
        size_t n = i ? 1 + next_random() % 160 : 1, at = alike && i % 2 ? COMMON : 0;
        lengths[i] = at + n;
        if (at) memcpy(prompts[i], prompts[1], COMMON * sizeof **prompts);
        for (size_t k = i == 1 ? 0 : at; k < lengths[i]; k++)
            prompts[i][k] = (int32_t)(next_random() % (uint32_t)(vocab - 3)) + 3;
        expected[i] = hash_alone(i);
    }
}

struct course {
    int threads, n, chunk;
    bool separate, late; /* late: a sequence arrives with every second step */
    int removed;         /* so many are removed half way, and added again after that */
};

static void put_greedy(struct bn_batch *batch, int sequence)
{
    int32_t best = bn_logits_best(bn_batch_logits(batch, sequence), bn_model_info(model)->n_vocab);
    cr_assert_eq(bn_batch_put(batch, sequence, best, NULL), BN_OK);
}

/* Runs prompts order[0 .. n - 1] to their ends and compares each hash. */
static void run(const struct course *c)
{
    struct bn_crew *crew = open_crew(c->threads);
    struct bn_batch *batch;
    struct bn_error err;
    const struct bn_batch_options options = {
        .n_sequences = c->n, .n_ctx = N_CTX, .n_chunk = c->chunk, .separate = c->separate, .hash = true};
    int order[MOST], who[MOST], given[MOST] = {0}, added = 0, done = 0, removed = 0, n_ready;
    cr_assert_eq(bn_batch_open(&batch, crew, &options, &err), BN_OK, "%s", err.text);
    for (int i = 0; i < MOST; i++) order[i] = i;
    for (int i = MOST - 1; i > 0; i--) {
        int j = (int)(next_random() % (uint32_t)(i + 1)), t = order[i];
        order[i] = order[j], order[j] = t;
    }
    for (int step = 0; done < c->n; step++) {
        cr_assert_lt(step, 10000);
        while (added < c->n && (!c->late || added * 2 <= step)) {
            int i = order[added], s = -1;
            cr_assert_eq(bn_batch_add(batch, prompts[i], lengths[i], &s, &err), BN_OK, "%s", err.text);
            who[s] = i, given[s] = 0, added++;
        }
        cr_assert_eq(bn_batch_step(batch, &n_ready, &err), BN_OK, "%s", err.text);
        for (int k = 0; k < n_ready; k++) {
            int s = bn_batch_ready(batch, k);
            if (removed < c->removed && given[s] == NEW / 2) {
                bn_batch_remove(batch, s);
                removed++;
                int again = who[s], t = -1;
                cr_assert_eq(bn_batch_add(batch, prompts[again], lengths[again], &t, &err), BN_OK, "%s", err.text);
                who[t] = again, given[t] = 0;
                continue;
            }
            if (given[s]++ < NEW) {
                put_greedy(batch, s);
                continue;
            }
            cr_expect_eq(bn_batch_logits_hash(batch, s), expected[who[s]],
                         "prompt %d of %d, threads %d, chunk %d, separate %d, late %d, removed %d", who[s], c->n,
                         c->threads, c->chunk, c->separate, c->late, c->removed);
            done++; /* rests in the batch: others may share its beginning */
        }
    }
    bn_batch_close(batch);
    bn_crew_close(crew);
}

Test(batch, same_bits_alone_and_beside_others)
{
    setup(false);
    for (int n = 1; n <= MOST; n += n == 1 ? 1 : n == 2 ? 2 : 12)
        for (int threads = 1; threads <= 3; threads++) run(&(struct course){.threads = threads, .n = n});
    bn_model_close(model);
}

Test(batch, same_bits_in_any_order_of_arrival_with_chunks_and_removals)
{
    setup(false);
    run(&(struct course){.threads = 2, .n = 16, .chunk = 7, .late = true});
    run(&(struct course){.threads = 1, .n = 4, .chunk = 1, .late = true});
    run(&(struct course){.threads = 2, .n = 16, .chunk = 32, .removed = 5});
    run(&(struct course){.threads = 3, .n = 4, .chunk = 50, .late = true, .removed = 2});
    bn_model_close(model);
}

Test(batch, same_bits_with_shared_beginnings)
{
    setup(true);
    run(&(struct course){.threads = 2, .n = 16, .late = true});
    run(&(struct course){.threads = 2, .n = 16, .chunk = 33, .late = true, .removed = 4});
    run(&(struct course){.threads = 1, .n = 16, .separate = true});
    bn_model_close(model);
}

/* Already computed positions of a common prefix are available at once and cost no memory. */
Test(batch, a_shared_beginning_is_not_computed_again)
{
    setup(true);
    struct bn_crew *crew = open_crew(2);
    struct bn_batch *batch;
    int a, b, c, n_ready;
    cr_assert_eq(bn_batch_open(&batch, crew, &(struct bn_batch_options){.n_ctx = N_CTX}, NULL), BN_OK);
    cr_assert_eq(bn_batch_add(batch, prompts[1], lengths[1], &a, NULL), BN_OK);
    for (n_ready = 0; !n_ready;) cr_assert_eq(bn_batch_step(batch, &n_ready, NULL), BN_OK);
    cr_assert_eq(bn_batch_add(batch, prompts[3], lengths[3], &b, NULL), BN_OK);
    cr_assert_eq(bn_batch_add(batch, prompts[2], lengths[2], &c, NULL), BN_OK);
    cr_expect_geq(bn_batch_position(batch, b), COMMON);
    cr_expect_eq(bn_batch_position(batch, c), 0);
    cr_expect_lt(bn_batch_kv_bytes(batch, b), bn_batch_kv_bytes(batch, c));
    bn_batch_close(batch);
    bn_crew_close(crew);
    bn_model_close(model);
}

/* A prompt of 100 tokens in chunks of 10 beside a sequence that decodes: a token of that one with every step. */
Test(batch, a_long_prompt_does_not_stall_the_others)
{
    setup(true);
    struct bn_crew *crew = open_crew(1);
    struct bn_batch *batch;
    const struct bn_batch_options options = {.n_ctx = N_CTX, .n_chunk = 10};
    int a, b, n_ready;
    cr_assert_eq(bn_batch_open(&batch, crew, &options, NULL), BN_OK);
    cr_assert_eq(bn_batch_add(batch, prompts[0], 1, &a, NULL), BN_OK);
    cr_assert_eq(bn_batch_step(batch, &n_ready, NULL), BN_OK);
    cr_assert_eq(bn_batch_add(batch, prompts[1], 100, &b, NULL), BN_OK);
    for (int k = 1; k <= 10; k++) {
        put_greedy(batch, a);
        cr_assert_eq(bn_batch_step(batch, &n_ready, NULL), BN_OK);
        cr_expect_eq(n_ready, k < 10 ? 1 : 2);
        cr_expect_eq(bn_batch_position(batch, b), 10 * k);
    }
    bn_batch_close(batch);
    bn_crew_close(crew);
    bn_model_close(model);
}

/* Spoils the residual stream of every token at position 20 of its text. */
static void spoil(void *self, int layer, int pos, const float *x, const double *x64)
{
    (void)x64;
    if (layer == 1 && pos == 20) memcpy((float *)(uintptr_t)x + *(const int *)self, &(float){NAN}, sizeof(float));
}

Test(batch, names_the_sequence_whose_numbers_leave_their_range)
{
    setup(false);
    struct bn_crew *crew = open_crew(2);
    struct bn_batch *batch;
    struct bn_error err;
    int at = 3, a, b, n_ready;
    cr_assert_eq(bn_batch_open(&batch, crew, &(struct bn_batch_options){.n_ctx = N_CTX, .hash = true}, NULL), BN_OK);
    cr_assert_eq(bn_batch_add(batch, prompts[0], 1, &a, NULL), BN_OK);
    cr_assert_eq(bn_batch_step(batch, &n_ready, NULL), BN_OK);
    cr_assert_eq(bn_batch_add(batch, prompts[1], 30, &b, NULL), BN_OK);
    put_greedy(batch, a);
    crew->probe = (struct bn_layer_probe){&at, spoil};
    cr_assert_eq(bn_batch_step(batch, &n_ready, &err), BN_ERR_FORMAT);
    cr_expect_not_null(strstr(err.text, "layer 2"), "%s", err.text);
    cr_expect_not_null(strstr(err.text, "(token 20 of sequence 1)"), "%s", err.text);
    cr_expect_eq(bn_batch_position(batch, a), 1);
    bn_batch_remove(batch, b);
    for (int k = 0; k < NEW; k++) { /* the other one goes on as if nothing had happened */
        cr_assert_eq(bn_batch_step(batch, &n_ready, &err), BN_OK, "%s", err.text);
        if (k + 1 < NEW) put_greedy(batch, a);
    }
    cr_expect_eq(bn_batch_logits_hash(batch, a), expected[0]);
    bn_batch_close(batch);
    bn_crew_close(crew);
    bn_model_close(model);
}

Test(batch, refuses_what_does_not_fit)
{
    setup(false);
    struct bn_crew *crew = open_crew(1);
    struct bn_batch *batch;
    struct bn_error err;
    int a, b, n_ready;
    const struct bn_batch_options options = {.n_sequences = 1, .n_ctx = 8};
    cr_expect_eq(bn_batch_open(&batch, crew, &(struct bn_batch_options){.n_sequences = 4096}, &err), BN_ERR_USAGE);
    cr_assert_eq(bn_batch_open(&batch, crew, &options, &err), BN_OK, "%s", err.text);
    cr_expect_eq(bn_batch_add(batch, prompts[1], 0, &a, &err), BN_ERR_USAGE);
    cr_expect_eq(bn_batch_add(batch, prompts[1], 9, &a, &err), BN_ERR_CONTEXT);
    cr_expect_eq(bn_batch_add(batch, (const int32_t[]){-1}, 1, &a, &err), BN_ERR_USAGE);
    cr_assert_eq(bn_batch_add(batch, prompts[1], 8, &a, &err), BN_OK, "%s", err.text);
    cr_expect_eq(bn_batch_add(batch, prompts[1], 8, &b, &err), BN_ERR_USAGE);
    cr_expect_eq(bn_batch_put(batch, a, 5, &err), BN_ERR_USAGE); /* its prompt waits */
    cr_assert_eq(bn_batch_step(batch, &n_ready, &err), BN_OK);
    cr_expect_eq(bn_batch_put(batch, a, 5, &err), BN_ERR_CONTEXT);
    cr_expect_eq(bn_batch_step(batch, &n_ready, &err), BN_OK);
    cr_expect_eq(n_ready, 0);
    cr_expect_null(bn_batch_logits(batch, a));
    bn_batch_remove(batch, a);
    cr_expect_eq(bn_batch_put(batch, a, 5, &err), BN_ERR_USAGE);
    bn_batch_close(batch);
    bn_crew_close(crew);
    bn_model_close(model);
}
