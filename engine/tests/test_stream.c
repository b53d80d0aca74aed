/* test_stream.c - the queue between generation and its consumer: everything arrives once and in order, in pieces of the
 * size asked for, and a producer that is too fast waits. */
#include "engine/bitnet.h"
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static struct bn_stream *open_stream(int every, int queue, int timeout_ms)
{
    struct bn_stream *s;
    struct bn_error err;
    cr_assert_eq(bn_stream_open(&s, &(struct bn_stream_options){every, queue, timeout_ms}, &err), BN_OK, "%s",
                 err.text);
    return s;
}

static void put(struct bn_stream *s, const char *text, size_t n_tokens)
{
    cr_assert_eq(bn_stream_put(s, (struct bn_text){text, strlen(text)}, n_tokens, NULL), BN_OK);
}

static void expect_piece(struct bn_stream *s, const char *want)
{
    struct bn_text text;
    cr_assert(bn_stream_take(s, &text), "no piece where \"%s\" should be", want);
    cr_expect(text.n == strlen(want) && !memcmp(text.bytes, want, text.n), "\"%.*s\" instead of \"%s\"", (int)text.n,
              text.bytes, want);
}

static void expect_end(struct bn_stream *s)
{
    struct bn_text text;
    cr_expect_not(bn_stream_take(s, &text));
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void sleep_ms(int ms) { nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000L}, NULL); }

Test(stream, the_first_token_comes_at_once_and_the_others_in_pieces)
{
    struct bn_stream *s = open_stream(3, 4, 0);
    put(s, "a", 1);
    expect_piece(s, "a");
    put(s, "b", 1), put(s, "c", 1), put(s, "d", 1);
    expect_piece(s, "bcd");
    put(s, "e", 1);
    bn_stream_end(s);
    expect_piece(s, "e");
    expect_end(s);
    struct bn_stream_counts c = bn_stream_counts(s);
    cr_expect(c.tokens == 5 && c.delivered == 5 && c.pieces == 3, "%zu %zu %zu", c.tokens, c.delivered, c.pieces);
    bn_stream_close(s);
}

Test(stream, a_consumer_that_fell_behind_gets_everything_at_once)
{
    struct bn_stream *s = open_stream(2, 4, 0);
    for (int i = 0; i < 7; i++) put(s, "x", 1);
    expect_piece(s, "xxxxxxx");
    bn_stream_close(s);
}

Test(stream, old_text_does_not_wait_for_the_rest_of_its_piece)
{
    struct bn_stream *s = open_stream(100, 4, 30);
    put(s, "a", 1);
    expect_piece(s, "a");
    double start = now_ms();
    put(s, "b", 1);
    expect_piece(s, "b");
    cr_expect_geq(now_ms() - start, 29.9);
    bn_stream_close(s);
}

Test(stream, tokens_without_text_fill_no_queue)
{
    struct bn_stream *s = open_stream(1, 1, 0);
    for (int i = 0; i < 100; i++) put(s, "", 1);
    bn_stream_end(s);
    expect_end(s);
    cr_expect_eq(bn_stream_counts(s).delivered, 100);
    bn_stream_close(s);
}

Test(stream, tokens_that_a_vanished_consumer_did_not_get_are_counted)
{
    struct bn_stream *s = open_stream(1, 2, 0);
    put(s, "a", 1);
    expect_piece(s, "a");
    put(s, "b", 1);
    expect_piece(s, "b"); /* done with the first one */
    cr_expect_not(bn_stream_has_left(s));
    bn_stream_leave(s);
    cr_expect(bn_stream_has_left(s));
    for (int i = 0; i < 9; i++) put(s, "c", 1); /* waits no more */
    bn_stream_end(s);
    expect_end(s);
    struct bn_stream_counts c = bn_stream_counts(s);
    cr_expect(c.tokens == 11 && c.delivered == 1, "%zu %zu", c.tokens, c.delivered);
    bn_stream_close(s);
}

/* ---- two threads ---- */
struct producer {
    struct bn_stream *stream;
    int n;
    atomic_int done;
};

static void *produce(void *arg)
{
    struct producer *p = arg;
    char text[16];
    for (int i = 0; i < p->n; i++) {
        snprintf(text, sizeof text, "%d,", i);
        put(p->stream, text, 1);
        atomic_fetch_add(&p->done, 1);
    }
    bn_stream_end(p->stream);
    return NULL;
}

/* The consumer's side: all numbers in order. */
static void expect_numbers(struct bn_stream *s, int n, int delay_every)
{
    char got[32 << 10], want[32 << 10];
    size_t n_got = 0, n_want = 0;
    struct bn_text text;
    for (int i = 0; i < n; i++) n_want += (size_t)snprintf(want + n_want, sizeof want - n_want, "%d,", i);
    for (int i = 0; bn_stream_take(s, &text); i++) {
        cr_assert_leq(n_got + text.n, sizeof got);
        memcpy(got + n_got, text.bytes, text.n);
        n_got += text.n;
        if (delay_every && i % delay_every == 0) sleep_ms(1);
    }
    cr_expect(n_got == n_want && !memcmp(got, want, n_got), "%zu bytes of %zu", n_got, n_want);
}

Test(stream, everything_arrives_in_order_whoever_is_faster)
{
    static const int options[][4] = {{1, 1, 0, 0}, {1, 16, 0, 7}, {4, 2, 1, 3}, {64, 1, 2, 1}, {5000, 1, 0, 0}};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        struct producer p = {open_stream(options[i][0], options[i][1], options[i][2]), 2000, 0};
        pthread_t thread;
        cr_assert_not(pthread_create(&thread, NULL, produce, &p));
        expect_numbers(p.stream, p.n, options[i][3]);
        pthread_join(thread, NULL);
        cr_expect_eq(bn_stream_counts(p.stream).delivered, 2000);
        bn_stream_close(p.stream);
    }
}

Test(stream, a_full_queue_stops_the_producer)
{
    struct producer p = {open_stream(2, 3, 0), 20, 0};
    pthread_t thread;
    cr_assert_not(pthread_create(&thread, NULL, produce, &p));
    while (atomic_load(&p.done) < 6) sleep_ms(1);
    sleep_ms(20);
    cr_expect_eq(atomic_load(&p.done), 6);
    expect_numbers(p.stream, p.n, 0);
    pthread_join(thread, NULL);
    bn_stream_close(p.stream);
}
