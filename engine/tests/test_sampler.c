/* test_sampler.c - greedy choice, published random numbers, and drawn frequencies against probabilities
 * computed apart. */
#include "engine/bitnet.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 60, DRAWS = 40000 };
static const struct bn_sampler_options off = {.temperature = 1, .top_p = 1, .repetition_penalty = 1};

static struct bn_sampler *sampler_of(int n_vocab, struct bn_sampler_options options)
{
    struct bn_sampler *s;
    struct bn_error err = {0};
    cr_assert_eq(bn_sampler_open(&s, n_vocab, &options, &err), BN_OK, "%s", err.text);
    return s;
}

/* Logits with a few ties, in no order. */
static void make_logits(float *logits)
{
    for (int i = 0; i < N; i++) logits[i] = (float)((i * 37) % 53) / 8 - 3;
}

/* ---- what the probabilities must be, in double with libm ---- */

struct entry {
    double p;
    int id;
};

static int by_probability(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return x->p != y->p ? (x->p < y->p) - (x->p > y->p) : x->id - y->id;
}

static void normalise(struct entry *e, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) sum += e[i].p;
    for (int i = 0; i < n; i++) e[i].p /= sum;
}

/* Penalty, temperature, top-k, top-p, min-p, one after the other, each over a renormalised list. */
static void expected(const float *logits, struct bn_sampler_options o, const int *recent, int n_recent, double *p)
{
    struct entry e[N];
    int n = N;
    for (int i = 0; i < N; i++) {
        double l = (double)logits[i];
        for (int k = 0; k < n_recent; k++)
            if (recent[k] == i) {
                l = l > 0 ? l / (double)o.repetition_penalty : l * (double)o.repetition_penalty;
                break;
            }
        e[i] = (struct entry){exp(l / (double)o.temperature), i};
    }
    qsort(e, N, sizeof *e, by_probability);
    if (o.top_k && o.top_k < n) n = o.top_k;
    normalise(e, n);
    if (o.top_p < 1) {
        double sum = 0;
        int kept = 0;
        while (kept < n && sum < (double)o.top_p) sum += e[kept++].p;
        n = kept;
        normalise(e, n);
    }
    while (n > 1 && e[n - 1].p < (double)o.min_p * e[0].p) n--;
    normalise(e, n);
    for (int i = 0; i < N; i++) p[i] = 0;
    for (int i = 0; i < n; i++) p[e[i].id] = e[i].p;
}

/* The quantile of chi-square that a right sampler exceeds once in a million (Wilson and Hilferty). */
static double chi_square_limit(int degrees)
{
    double v = 2.0 / (9.0 * degrees);
    return degrees * pow(1 - v + 4.753 * sqrt(v), 3);
}

/* Chi-square of 40,000 draws against p, over its limit: below 1 is agreement. Infinite when something
 * impossible came up. */
static double misfit(struct bn_sampler_options o, const int *recent, int n_recent, const double *p)
{
    float logits[N];
    int count[N] = {0}, degrees = -1;
    double chi = 0;
    make_logits(logits);
    struct bn_sampler *s = sampler_of(N, o);
    for (int i = 0; i < DRAWS; i++) {
        for (int k = 0; k < n_recent; k++) bn_sampler_accept(s, recent[k]); /* push earlier draws out of the window */
        count[bn_sampler_next(s, logits)]++;
    }
    bn_sampler_close(s);
    for (int i = 0; i < N; i++) {
        if (p[i] == 0 && count[i]) return INFINITY;
        if (p[i] == 0) continue;
        double want = p[i] * DRAWS, d = count[i] - want;
        chi += d * d / want, degrees++;
    }
    return degrees ? chi / chi_square_limit(degrees) : 0;
}

static void check(struct bn_sampler_options o, const int *recent, int n_recent)
{
    float logits[N];
    double p[N];
    make_logits(logits);
    o.seed = 7;
    expected(logits, o, recent, n_recent, p);
    double got = misfit(o, recent, n_recent, p);
    cr_expect_lt(got, 1.0, "T %g k %d p %g min %g penalty %g: chi-square is %.2f times its limit", o.temperature,
                 o.top_k, o.top_p, o.min_p, o.repetition_penalty, got);
    o.temperature *= 2; /* the check must see a wrong sampler */
    if (o.top_k != 1) cr_expect_gt(misfit(o, recent, n_recent, p), 1.0, "the test is blind");
}

Test(sampler, frequencies)
{
    struct bn_sampler_options o = off;
    check(o, NULL, 0);
    o.temperature = 0.7f, check(o, NULL, 0);
    o.temperature = 2.5f, check(o, NULL, 0);
    o = off, o.top_k = 7, check(o, NULL, 0);
    o = off, o.top_p = 0.8f, check(o, NULL, 0);
    o = off, o.min_p = 0.11f, check(o, NULL, 0);
    o = off, o.top_k = 30, o.top_p = 0.9f, o.min_p = 0.05f, o.temperature = 1.3f, check(o, NULL, 0);
}

Test(sampler, repetition_penalty_frequencies)
{
    const int recent[] = {10, 51, 10, 3, 24, 17}; /* 10 twice: penalised once */
    struct bn_sampler_options o = off;
    o.repetition_penalty = 1.6f, o.repetition_window = 6;
    check(o, recent, 6);
    o.top_k = 12, check(o, recent, 6);
}

/* ---- single choices ---- */

Test(sampler, greedy_takes_the_lowest_id_of_a_tie)
{
    const float logits[] = {NAN, -1, 4, 2, 4, -INFINITY, 4};
    struct bn_sampler *s = sampler_of(7, (struct bn_sampler_options){.top_p = 1, .repetition_penalty = 1});
    for (int i = 0; i < 3; i++) cr_expect_eq(bn_sampler_next(s, logits), 2);
    bn_sampler_close(s);
}

Test(sampler, greedy_repetition_penalty_looks_at_the_window_only)
{
    const float logits[] = {5, 4, 3.9f, -1};
    struct bn_sampler *s =
        sampler_of(4, (struct bn_sampler_options){.top_p = 1, .repetition_penalty = 2, .repetition_window = 2});
    int want[] = {0, 1, 2, 0, 1, 2};
    for (int i = 0; i < 6; i++) cr_expect_eq(bn_sampler_next(s, logits), want[i], "draw %d", i);
    bn_sampler_close(s);
}

static void expect_draws(struct bn_sampler_options o, const int *want, int n)
{
    const float logits[] = {5, 4, 3.9f, -1};
    o.top_p = o.repetition_penalty = 1;
    struct bn_sampler *s = sampler_of(4, o);
    for (int i = 0; i < 5; i++) bn_sampler_accept(s, 0); /* the prompt counts for neither */
    for (int i = 0; i < n; i++) cr_expect_eq(bn_sampler_next(s, logits), want[i], "draw %d", i);
    bn_sampler_close(s);
}

Test(sampler, presence_and_frequency_penalties_and_biases)
{
    const struct bn_logit_bias never = {0, -INFINITY}, rather[] = {{3, 4}, {1, 0.5f}, {3, 2.5f}};
    expect_draws((struct bn_sampler_options){.presence_penalty = 1.5f}, (const int[]){0, 1, 2, 0, 0}, 5);
    expect_draws((struct bn_sampler_options){.frequency_penalty = 1}, (const int[]){0, 0, 1, 2, 0}, 5);
    expect_draws((struct bn_sampler_options){.frequency_penalty = 0.25f, .presence_penalty = 0.5f},
                 (const int[]){0, 0, 0, 1, 2, 0}, 6); /* 5, 4.25, 4 (the lower id of a tie), 4, 3.9, 3.75 */
    expect_draws((struct bn_sampler_options){.bias = &never, .n_bias = 1}, (const int[]){1, 1}, 2);
    expect_draws((struct bn_sampler_options){.bias = rather, .n_bias = 3}, (const int[]){3, 3}, 2); /* added up */
    expect_draws((struct bn_sampler_options){.bias = &never, .n_bias = 1, .temperature = 0.01f, .seed = 3},
                 (const int[]){1, 1, 1}, 3);
}

Test(sampler, numbers_are_those_of_xoshiro) /* expected: engine/tests/data/sampler_draws.py */
{
    static float logits[1000];
    const struct {
        uint64_t seed;
        int want[8];
    } rows[] = {{0, {601, 747, 103, 416, 732, 999, 422, 535}}, {42, {83, 378, 680, 924, 991, 769, 719, 850}}};
    for (int r = 0; r < 2; r++) {
        struct bn_sampler_options o = off;
        o.seed = rows[r].seed;
        struct bn_sampler *s = sampler_of(1000, o);
        for (int i = 0; i < 8; i++) cr_expect_eq(bn_sampler_next(s, logits), rows[r].want[i]);
        bn_sampler_close(s);
    }
}

Test(sampler, top_p_of_a_flat_large_vocabulary_keeps_the_lowest_ids)
{
    enum { BIG = 20000 };
    static float logits[BIG];
    struct bn_sampler_options o = off;
    o.top_p = 0.5f;
    struct bn_sampler *s = sampler_of(BIG, o);
    int highest = 0;
    for (int i = 0; i < 200; i++) {
        int id = bn_sampler_next(s, logits);
        if (id > highest) highest = id;
    }
    cr_expect(highest < BIG / 2 && highest > BIG / 2 * 9 / 10, "the highest id drawn is %d", highest);
    bn_sampler_close(s);
}

Test(sampler, broken_logits_give_a_valid_id)
{
    float logits[4] = {NAN, NAN, NAN, NAN};
    struct bn_sampler_options o = off;
    for (int k = 0; k < 3; k++) {
        o.top_k = k;
        struct bn_sampler *s = sampler_of(4, o);
        logits[2] = NAN;
        cr_expect_eq(bn_sampler_next(s, logits), 0);
        logits[2] = INFINITY;
        cr_expect_eq(bn_sampler_next(s, logits), 2);
        bn_sampler_close(s);
    }
}

Test(sampler, refuses_what_makes_no_sense)
{
    struct bn_sampler *s;
    struct bn_error err;
    const struct bn_logit_bias outside = {10, 1};
    struct bn_sampler_options bad[9] = {off, off, off, off, off, off, off, off, off};
    bad[0].temperature = NAN, bad[1].top_k = -1, bad[2].top_p = 1.5f, bad[3].min_p = -0.1f;
    bad[4].repetition_penalty = 0, bad[5].repetition_window = -3;
    bad[6].frequency_penalty = INFINITY, bad[7].presence_penalty = NAN, bad[8].bias = &outside, bad[8].n_bias = 1;
    for (int i = 0; i < 9; i++) {
        cr_expect_eq(bn_sampler_open(&s, 10, &bad[i], &err), BN_ERR_USAGE, "case %d", i);
        cr_expect_null(s);
        cr_expect_eq(err.text[strlen(err.text) - 1], '.', "%s", err.text);
    }
    cr_expect_eq(bn_sampler_open(&s, 0, &off, NULL), BN_ERR_USAGE);
}
