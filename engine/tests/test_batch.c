/* test_batch.c - the bits of a sequence do not depend on who computes beside it: alone, in batches of 2, 4 and 16, in
 * any order of arrival, with chunked prompts and shared beginnings, after others were removed. The expected values come
 * from sessions of their own. */
#include "engine/model/crew.h"
#include "engine/tests/course.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_CTX = 768, COMMON = 300 };

static struct texts t;
static struct bn_model *model;

static struct bn_crew *open_crew(int threads)
{
    struct bn_crew *crew;
    struct bn_error err;
    cr_assert_eq(bn_crew_open(&crew, model, &(struct bn_crew_options){.n_threads = threads}, &err), BN_OK, "%s",
                 err.text);
    return crew;
}

/* Prompts of 1 to 160 tokens; those of odd number begin with the same COMMON ones when `alike`. */
static void setup(bool alike)
{
    struct bn_error err;
    cr_assert_eq(bn_model_open(&model, "datasets/reference/b158-i2_s.gguf", NULL, &err), BN_OK, "%s", err.text);
    t = (struct texts){.model = model, .session = {.n_ctx = N_CTX, .n_threads = 1}, .of = "defaults", .n_new = 12};
    for (int i = 0; i < COURSE_MOST; i++) {
        course_make(&t, i, alike ? COMMON : 0, i ? 1 + course_random() % 160 : 1);
        t.expected[i] = course_hash_alone(&t, i);
    }
}

static void run(int threads, struct course course)
{
    struct bn_crew *crew = open_crew(threads);
    course_run(&t, crew, &course);
    bn_crew_close(crew);
}

static void put_greedy(struct bn_batch *batch, int sequence)
{
    cr_assert_eq(bn_batch_put(batch, sequence, course_best(&t, bn_batch_logits(batch, sequence)), NULL), BN_OK);
}

Test(batch, same_bits_alone_and_beside_others)
{
    setup(false);
    for (int n = 1; n <= COURSE_MOST; n += n == 1 ? 1 : n == 2 ? 2 : 12)
        for (int threads = 1; threads <= 3; threads++) run(threads, (struct course){.n = n});
    bn_model_close(model);
}

Test(batch, same_bits_in_any_order_of_arrival_with_chunks_and_removals)
{
    setup(false);
    run(2, (struct course){.n = 16, .chunk = 7, .late = true});
    run(1, (struct course){.n = 4, .chunk = 1, .late = true});
    run(2, (struct course){.n = 16, .chunk = 32, .removed = 5});
    run(3, (struct course){.n = 4, .chunk = 50, .late = true, .removed = 2});
    run(2, (struct course){.n = 16, .chunk = 9, .prompts = 5, .late = true, .removed = 5});
    bn_model_close(model);
}

Test(batch, same_bits_with_shared_beginnings)
{
    setup(true);
    run(2, (struct course){.n = 16, .late = true});
    run(2, (struct course){.n = 16, .chunk = 33, .late = true, .removed = 4});
    run(1, (struct course){.n = 16, .separate = true});
    run(2, (struct course){.n = 16, .prompts = 16, .late = true});
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
    cr_assert_eq(bn_batch_add(batch, t.prompts[1], t.lengths[1], &a, NULL), BN_OK);
    for (n_ready = 0; !n_ready;) cr_assert_eq(bn_batch_step(batch, &n_ready, NULL), BN_OK);
    cr_assert_eq(bn_batch_add(batch, t.prompts[3], t.lengths[3], &b, NULL), BN_OK);
    cr_assert_eq(bn_batch_add(batch, t.prompts[2], t.lengths[2], &c, NULL), BN_OK);
    cr_expect_geq(bn_batch_position(batch, b), COMMON);
    cr_expect_eq(bn_batch_position(batch, c), 0);
    cr_expect_lt(bn_batch_kv_bytes(batch, b), bn_batch_kv_bytes(batch, c));
    bn_batch_close(batch);
    bn_crew_close(crew);
    bn_model_close(model);
}

/* What a session says after each token of a prompt, as one hash; `from` on. */
struct heard {
    uint64_t hash;
    size_t next;
};

static void hear(void *self, size_t pos, const float *logits)
{
    struct heard *h = self;
    cr_assert_eq(pos, h->next++);
    for (int i = 0; i < bn_model_info(model)->n_vocab; i++) {
        uint32_t word;
        memcpy(&word, &logits[i], sizeof word);
        h->hash = (h->hash ^ word) * 0x100000001b3u;
    }
}

static struct heard heard_alone(int i, size_t first)
{
    struct heard h = {.next = first};
    struct bn_session *session;
    struct bn_error err;
    cr_assert_eq(bn_session_open(&session, model, &(struct bn_session_options){.n_ctx = N_CTX, .n_threads = 1}, NULL),
                 BN_OK);
    cr_assert_eq(bn_prefill_logits(session, t.prompts[i], t.lengths[i], first, hear, &h, &err), BN_OK, "%d %zu: %s", i,
                 first, err.text);
    bn_session_close(session);
    return h;
}

/* None, all, the last token, the end of a beginning that 1, 3 and 5 share, the middle of a prompt and of that
 * beginning.
 */
static size_t first_of(int i)
{
    const size_t firsts[] = {t.lengths[0], 0, t.lengths[2] - 1, COMMON, t.lengths[4] / 2, COMMON / 2};
    return firsts[i];
}

/* Prompts with scores beside others that decode: the logits of each token, and what follows, as alone. */
Test(batch, scores_every_token_of_a_prompt_beside_others)
{
    static const int chunks[] = {1, 7, 0, 7, 0}, prompts[] = {1, 1, 1, 2, 6};
    setup(true);
    struct bn_crew *crew = open_crew(2);
    for (size_t k = 0; k < sizeof chunks / sizeof *chunks; k++) {
        struct bn_batch *batch;
        const struct bn_batch_options options = {
            .n_ctx = N_CTX, .n_chunk = chunks[k], .n_prompts = prompts[k], .hash = true};
        struct heard heard[6] = {0};
        int who[COURSE_MOST], given[COURSE_MOST] = {0}, done = 0, n_ready;
        cr_assert_eq(bn_batch_open(&batch, crew, &options, NULL), BN_OK);
        for (int i = 0; i < 6; i++) {
            int s = -1;
            heard[i].next = first_of(i);
            const struct bn_batch_scores scores = {first_of(i), hear, &heard[i]};
            cr_assert_eq(bn_batch_add_scored(batch, t.prompts[i], t.lengths[i], &scores, &s, NULL), BN_OK);
            who[s] = i;
            for (int step = 0; step < 3; step++) { /* the earlier ones go on meanwhile */
                cr_assert_eq(bn_batch_step(batch, &n_ready, NULL), BN_OK);
                for (int r = 0; r < n_ready; r++)
                    if (given[bn_batch_ready(batch, r)]++ < t.n_new) put_greedy(batch, bn_batch_ready(batch, r));
            }
        }
        for (n_ready = 1; done < 6;) {
            cr_assert_eq(bn_batch_step(batch, &n_ready, NULL), BN_OK);
            done = 0;
            for (int r = 0; r < n_ready; r++)
                if (given[bn_batch_ready(batch, r)]++ < t.n_new) put_greedy(batch, bn_batch_ready(batch, r));
            for (int s = 0; s < 6; s++) done += given[s] > t.n_new;
        }
        for (int s = 0; s < 6; s++) {
            struct heard want = heard_alone(who[s], first_of(who[s]));
            cr_expect_eq(heard[who[s]].next, t.lengths[who[s]]);
            cr_expect_eq(heard[who[s]].hash, want.hash, "prompt %d, chunk %d, %d prompts", who[s], chunks[k],
                         prompts[k]);
            cr_expect_eq(bn_batch_logits_hash(batch, s), t.expected[who[s]], "prompt %d, chunk %d", who[s], chunks[k]);
        }
        bn_batch_close(batch);
    }
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
    cr_assert_eq(bn_batch_add(batch, t.prompts[0], 1, &a, NULL), BN_OK);
    cr_assert_eq(bn_batch_step(batch, &n_ready, NULL), BN_OK);
    cr_assert_eq(bn_batch_add(batch, t.prompts[1], 100, &b, NULL), BN_OK);
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
    cr_assert_eq(bn_batch_add(batch, t.prompts[0], 1, &a, NULL), BN_OK);
    cr_assert_eq(bn_batch_step(batch, &n_ready, NULL), BN_OK);
    cr_assert_eq(bn_batch_add(batch, t.prompts[1], 30, &b, NULL), BN_OK);
    put_greedy(batch, a);
    crew->probe = (struct bn_layer_probe){&at, spoil};
    cr_assert_eq(bn_batch_step(batch, &n_ready, &err), BN_ERR_FORMAT);
    cr_expect_not_null(strstr(err.text, "layer 2"), "%s", err.text);
    cr_expect_not_null(strstr(err.text, "(token 20 of sequence 1)"), "%s", err.text);
    cr_expect_eq(bn_batch_position(batch, a), 1);
    cr_assert_eq(bn_batch_failed(batch), b);
    bn_batch_remove(batch, b);
    for (int k = 0; k < t.n_new; k++) { /* the other one goes on as if nothing had happened */
        cr_assert_eq(bn_batch_step(batch, &n_ready, &err), BN_OK, "%s", err.text);
        cr_expect_eq(bn_batch_failed(batch), -1);
        if (k + 1 < t.n_new) put_greedy(batch, a);
    }
    cr_expect_eq(bn_batch_logits_hash(batch, a), t.expected[0]);
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
    cr_expect_eq(bn_batch_add(batch, t.prompts[1], 0, &a, &err), BN_ERR_USAGE);
    cr_expect_eq(bn_batch_add(batch, t.prompts[1], 9, &a, &err), BN_ERR_CONTEXT);
    cr_expect_eq(bn_batch_add(batch, (const int32_t[]){-1}, 1, &a, &err), BN_ERR_USAGE);
    cr_assert_eq(bn_batch_add(batch, t.prompts[1], 8, &a, &err), BN_OK, "%s", err.text);
    cr_expect_eq(bn_batch_add(batch, t.prompts[1], 8, &b, &err), BN_ERR_USAGE);
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
