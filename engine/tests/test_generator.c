/* test_generator.c - the generation loop against an independent one: a few lines over the session API that decode
 * greedily, append the bytes of each token and look for stop strings in the whole text. */
#include "engine/generate/tail.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 480, MOST_BYTES = 8192 };

static struct bn_model *model;
static int32_t prompt[64];
static size_t n_prompt;

/* What a generator gave, or what the simple loop gives. */
struct text {
    int32_t ids[MOST + BN_MAX_DRAFT];
    size_t n_ids, n_bytes, begins[MOST + 1]; /* begins[i]: where the bytes of ids[i] begin; of the simple loop only */
    char bytes[MOST_BYTES];
    enum bn_end end;
};

static void setup(void)
{
    static const char words[] = "Tom had a red ball";
    cr_assert_eq(bn_model_open(&model, "datasets/reference/b158-i2_s.gguf", NULL, NULL), BN_OK);
    cr_assert_eq(bn_tokenize(model, words, sizeof words - 1, BN_TOKENIZE_BOS, prompt, 64, &n_prompt, NULL), BN_OK);
}

static void teardown(void) { bn_model_close(model); }

TestSuite(generator, .init = setup, .fini = teardown);

static struct bn_session *open_session(int n_ctx)
{
    struct bn_session *session;
    const struct bn_session_options options = {.n_ctx = n_ctx, .n_threads = 1};
    struct bn_error err;
    cr_assert_eq(bn_session_open(&session, model, &options, &err), BN_OK, "%s", err.text);
    return session;
}

/* The independent loop: n greedy tokens, one decode each; when the context is full, forgets the older half of what
 * follows the first `sinks` tokens. */
static void simple_loop(struct text *t, size_t n, int n_ctx, int sinks)
{
    struct bn_session *s = open_session(n_ctx);
    int vocab = bn_model_info(model)->n_vocab;
    memset(t, 0, sizeof *t);
    cr_assert_eq(bn_prefill(s, prompt, n_prompt, NULL), BN_OK);
    for (; t->n_ids < n; t->n_ids++) {
        int32_t id = bn_logits_best(bn_logits(s), vocab);
        struct bn_text bytes = bn_token_bytes(model, id, false);
        t->ids[t->n_ids] = id;
        memcpy(t->bytes + t->n_bytes, bytes.bytes, bytes.n);
        t->begins[t->n_ids + 1] = t->n_bytes += bytes.n;
        if (t->n_ids + 1 == n) continue;
        if (bn_session_position(s) == n_ctx)
            cr_assert_eq(bn_session_shift(s, sinks, (n_ctx - sinks + 1) / 2, NULL), BN_OK);
        cr_assert_eq(bn_decode(s, id, NULL), BN_OK);
    }
    bn_session_close(s);
}

/* Continues the prompt in a session of n_ctx positions. */
static void generate(struct text *t, const struct bn_generator_options *o, int n_ctx)
{
    struct bn_session *s = open_session(n_ctx);
    struct bn_generator *g;
    struct bn_generated step;
    struct bn_error err;
    memset(t, 0, sizeof *t);
    cr_assert_eq(bn_generator_open(&g, s, prompt, n_prompt, o, &err), BN_OK, "%s", err.text);
    do {
        cr_assert_eq(bn_generator_next(g, &step, &err), BN_OK, "%s", err.text);
        cr_assert_leq(t->n_ids + step.n, sizeof t->ids / sizeof *t->ids);
        if (step.n) memcpy(t->ids + t->n_ids, step.ids, step.n * sizeof *step.ids);
        memcpy(t->bytes + t->n_bytes, step.text.bytes, step.text.n);
        t->n_ids += step.n, t->n_bytes += step.text.n;
    } while (!step.end);
    t->end = step.end;
    cr_assert_eq(bn_generator_next(g, &step, &err), BN_OK);
    cr_expect(step.end == t->end && step.n == 0 && step.text.n == 0, "nothing follows the end");
    bn_generator_close(g);
    bn_session_close(s);
}

static void expect_text(const struct text *got, const struct text *want, size_t n_ids, size_t n_bytes, enum bn_end end)
{
    cr_expect_eq(got->end, end, "ended with %s", bn_end_name(got->end));
    cr_expect_eq(got->n_ids, n_ids);
    cr_expect_eq(got->n_bytes, n_bytes, "%zu bytes, not %zu", got->n_bytes, n_bytes);
    if (got->n_ids == n_ids) cr_expect_arr_eq(got->ids, want->ids, n_ids * sizeof *want->ids);
    if (got->n_bytes == n_bytes) cr_expect_arr_eq(got->bytes, want->bytes, n_bytes);
}

Test(generator, a_number_of_tokens_ends_it)
{
    static struct text want, got;
    simple_loop(&want, 40, 128, 0);
    for (int n = 0; n <= 40; n += 10) {
        generate(&got, &(struct bn_generator_options){.max_new_tokens = n, .ignore_eos = true}, 128);
        expect_text(&got, &want, (size_t)n, want.begins[n], BN_END_LENGTH);
    }
    generate(&got, &(struct bn_generator_options){.max_new_tokens = 40, .ignore_eos = true, .ids_only = true}, 128);
    expect_text(&got, &want, 40, 0, BN_END_LENGTH);
}

/* Every stop string of up to 12 bytes from the text itself, wherever it begins and ends in a token. */
Test(generator, a_stop_string_ends_it_wherever_tokens_part_it)
{
    static struct text want, got;
    simple_loop(&want, 24, 128, 0);
    for (size_t from = 0; from + 12 < want.begins[16]; from += 3) {
        char stop[13] = {0};
        size_t length = 1 + from % 12, tokens = 0;
        memcpy(stop, want.bytes + from, length);
        const char *const stops[] = {"never in this text", stop};
        size_t first = (size_t)((char *)memmem(want.bytes, want.n_bytes, stop, length) - want.bytes);
        while (want.begins[tokens] < first + length) tokens++;
        for (int lookup = 0; lookup <= 7; lookup += 7) {
            const struct bn_generator_options o = {
                .max_new_tokens = 24, .stops = stops, .n_stops = 2, .ignore_eos = true, .prompt_lookup = lookup};
            generate(&got, &o, 128);
            expect_text(&got, &want, tokens, first, BN_END_STOP);
        }
    }
}

/* A stop string that the text only begins holds back nothing for good. */
Test(generator, the_beginning_of_a_stop_string_at_the_end_is_text)
{
    static struct text want, got;
    simple_loop(&want, 12, 128, 0);
    char stop[64];
    size_t tail = 5;
    memcpy(stop, want.bytes + want.n_bytes - tail, tail);
    memcpy(stop + tail, "\x01", 2);
    const char *const stops[] = {stop};
    generate(&got, &(struct bn_generator_options){.max_new_tokens = 12, .stops = stops, .n_stops = 1}, 128);
    expect_text(&got, &want, 12, want.n_bytes, BN_END_LENGTH);
}

/* The first token that ends a text does; with ignore_eos it is one of many. */
Test(generator, the_end_of_text_ends_it)
{
    static struct text want, got;
    size_t n = 0;
    simple_loop(&want, MOST, 512, 0);
    while (n < MOST && !bn_token_is_end(model, want.ids[n])) n++;
    cr_assert_lt(n, MOST, "the model does not end its text");
    generate(&got, &(struct bn_generator_options){.max_new_tokens = MOST}, 512);
    expect_text(&got, &want, n + 1, want.begins[n], BN_END_EOS);
    generate(&got, &(struct bn_generator_options){.max_new_tokens = (int)n + 1, .ignore_eos = true}, 512);
    cr_expect_eq(got.end, BN_END_LENGTH);
}

/* Without a shift the token after the last position is the last. */
Test(generator, a_full_context_ends_it)
{
    static struct text want, got;
    int n_ctx = (int)n_prompt + 10;
    simple_loop(&want, 11, 128, 0);
    for (int lookup = 0; lookup <= 7; lookup += 7) {
        const struct bn_generator_options o = {.max_new_tokens = -1, .ignore_eos = true, .prompt_lookup = lookup};
        generate(&got, &o, n_ctx);
        expect_text(&got, &want, 11, want.n_bytes, BN_END_CONTEXT);
    }
}

Test(generator, a_shift_goes_on_as_the_simple_loop_does)
{
    static struct text want, got;
    for (int sinks = 0; sinks <= 4; sinks += 4) {
        simple_loop(&want, 90, 32, sinks);
        generate(&got,
                 &(struct bn_generator_options){
                     .max_new_tokens = 90, .ignore_eos = true, .context_shift = true, .context_sinks = sinks},
                 32);
        expect_text(&got, &want, 90, want.n_bytes, BN_END_LENGTH);
    }
}

/* Says so when asked for the sixth time: the prompt and four tokens are computed by then. */
static bool sixth(void *calls) { return ++*(int *)calls == 6; }

Test(generator, an_interruption_ends_it_before_the_next_pass)
{
    static struct text want, got;
    int calls = 0;
    simple_loop(&want, 5, 128, 0);
    generate(
        &got,
        &(struct bn_generator_options){.max_new_tokens = 40, .ignore_eos = true, .interrupted = sixth, .self = &calls},
        128);
    expect_text(&got, &want, 5, want.n_bytes, BN_END_INTERRUPTED);
    cr_expect_eq(calls, 6);
}

/* Whatever part of a text a token brings: what is handed out so far is whole characters and no stop string, and all of
 * it is the text before the stop string. */
Test(generator, pieces_never_cut_a_character)
{
    static const char text[] = "a\xe2\x82\xac\xf0\x9f\xa6\x8a\xc3\xa9 \xf0\x9f\xa6\x8b|\xe4\xb8\xad";
    static const size_t whole[] = {0, 1, 4, 8, 10, 11}; /* where characters end, up to the stop string */
    static const char *const stops[] = {"\xf0\x9f\xa6\x8b|"};
    for (size_t step = 1; step < sizeof text; step++) {
        struct bn_tail tail;
        char got[sizeof text];
        size_t n = 0, at = 0;
        bool stopped = false;
        cr_assert_eq(bn_tail_init(&tail, stops, 1, NULL), BN_OK);
        for (; at < sizeof text - 1 && !stopped; at += step) {
            size_t length = sizeof text - 1 - at < step ? sizeof text - 1 - at : step;
            cr_assert_eq(bn_tail_put(&tail, (struct bn_text){text + at, length}, &stopped, NULL), BN_OK);
            struct bn_text piece = bn_tail_take(&tail, stopped);
            memcpy(got + n, piece.bytes, piece.n);
            n += piece.n;
            size_t i = 0;
            while (i < 6 && whole[i] != n) i++;
            cr_expect_lt(i, 6, "%zu bytes handed out in steps of %zu", n, step);
        }
        cr_expect(stopped && n == 11 && !memcmp(got, text, n), "%zu bytes in steps of %zu", n, step);
        bn_tail_release(&tail);
    }
}
