/* test_history.c - change points and drift through a database whose truth is known. */
#include "harness/history/history.h"
#include "harness/stats/random.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RUNS = 30, STEP = 18, SERIES = 5 };

/* Time per token of run `i`: what = workload index, reference or not. */
static double truth(int workload, bool reference, int i)
{
    static const double level[2] = {50000, 80000};
    double ns = level[reference];
    if (workload == 0 && !reference && i >= STEP) ns *= 1.08;        /* the code became slower */
    if (workload == 1 && i >= STEP) ns *= 1.10;                      /* the machine became slower */
    if (workload == 2 && !reference) ns *= 1 + 0.004 * i;            /* 0.4 % a night */
    if (workload == 3 && !reference && i >= 8 && i < 16) ns *= 1.08; /* slower for eight nights */
    return ns;
}

static void must(enum bn_status status, const struct bn_error *err) { cr_assert_eq(status, BN_OK, "%s", err->text); }

static void add_run(struct bn_store *store, int64_t model, int64_t machine, int i, struct bn_random *random)
{
    static const char *const names[] = {"code", "machine", "drift", "temporary", "steady"};
    struct bn_error err = {0};
    struct bn_store_config configs[2 * SERIES] = {0};
    uint32_t order[2 * SERIES];
    char identity[32], when[40], commit[32];
    snprintf(identity, sizeof identity, "night %d", i);
    snprintf(when, sizeof when, "2026-%02d-%02dT02:00:00Z", 9 + i / 28, 1 + i % 28);
    snprintf(commit, sizeof commit, "commit%02d", i);
    for (int c = 0; c < 2 * SERIES; c++) {
        configs[c] = (struct bn_store_config){.engine = c < SERIES ? "bitnet" : "old",
                                              .workload = names[c % SERIES],
                                              .kernel = "avx2",
                                              .options = "",
                                              .model_id = model,
                                              .prefill = 8,
                                              .decode = 4,
                                              .threads = 1};
        order[c] = (uint32_t)c;
    }
    int64_t build, run_id, point, open;
    struct bn_field field = {"commit", commit, NULL, true};
    must(bn_store_fingerprint(store, "build", commit, NULL, &field, 1, &build, &err), &err);
    struct bn_store_run run = {.identity = identity,
                               .source = "sweep",
                               .plan = "nightly",
                               .plan_text = "",
                               .command = "",
                               .host = "h",
                               .machine_id = machine,
                               .build_id = build,
                               .started_at = when,
                               .configs = configs,
                               .n_configs = 2 * SERIES,
                               .order = order,
                               .n_points = 2 * SERIES};
    bool resumed, stored;
    must(bn_store_run_begin(store, &run, &run_id, &resumed, &err), &err);
    for (uint32_t ordinal; bn_store_claim(store, run_id, 60, &ordinal, &point, &err) == BN_OK && point;) {
        struct bn_sample samples[5];
        double ns = truth((int)ordinal % SERIES, ordinal >= SERIES, i) * exp(0.01 * bn_random_normal(random));
        for (int s = 0; s < 5; s++) samples[s] = (struct bn_sample){"decode", 0, s, (int64_t)(ns * (1 + 0.001 * s)), 1};
        struct bn_point_result result = {.state = "finished", .hash = "0", .samples = samples, .n_samples = 5};
        must(bn_store_point_end(store, point, &result, &stored, &err), &err);
    }
    must(bn_store_run_end(store, run_id, &open, &err), &err);
}

static char path[64];
static void fill(void)
{
    struct bn_store *store;
    struct bn_error err = {0};
    struct bn_random random;
    bn_random_init(&random, 11);
    snprintf(path, sizeof path, "/tmp/bitnet-history-%d.db", (int)getpid());
    unlink(path);
    must(bn_store_open(&store, path, BN_STORE_WRITE, &err), &err);
    int64_t model, machine;
    struct bn_field field = {"cpu", "simulated", NULL, true};
    must(bn_store_fingerprint(store, "model", "m", NULL, &field, 1, &model, &err), &err);
    must(bn_store_fingerprint(store, "machine", "box", NULL, &field, 1, &machine, &err), &err);
    for (int i = 0; i < RUNS; i++) add_run(store, model, machine, i, &random);
    bn_store_close(store);
}

static void clear(void) { unlink(path); }

static const struct bn_history_track *track_of(const struct bn_history *history, const char *workload)
{
    for (size_t i = 0; i < history->n_tracks; i++)
        if (!strcmp(history->tracks[i].workload, workload)) return &history->tracks[i];
    cr_assert_fail("no track %s", workload);
    return NULL;
}

static struct bn_history read_all(const char *since, const char *reference)
{
    struct bn_store *store;
    struct bn_history history;
    struct bn_error err = {0};
    must(bn_store_open(&store, path, BN_STORE_READ, &err), &err);
    must(bn_history_read(&history, store, &(struct bn_history_query){since, reference, "bitnet", 0.01}, &err), &err);
    bn_store_close(store);
    return history;
}

Test(history, steps_are_dated_and_blamed, .init = fill, .fini = clear)
{
    struct bn_history history = read_all("", "old");
    cr_assert_eq(history.n_tracks, SERIES);
    const struct bn_history_track *code = track_of(&history, "code"), *machine = track_of(&history, "machine");
    cr_assert_eq(code->n_runs, RUNS);
    cr_assert_eq(code->n_changes, 1);
    const struct bn_history_change *c = code->changes;
    cr_expect(abs((int)c->from - STEP) <= 1 && c->low <= STEP && STEP <= c->high, "found at %zu", c->from);
    cr_expect_float_eq(c->ratio, 1.08, 0.015);
    cr_expect(!c->machine && !c->drifts && bn_history_counts(c), "the reference stood still");
    cr_expect_str_eq(code->runs[STEP].commit, "commit18");
    cr_assert_eq(machine->n_changes, 1);
    cr_expect(machine->changes[0].machine && !bn_history_counts(machine->changes),
              "the reference moved, not the ratio");
    cr_expect_eq(track_of(&history, "steady")->n_changes, 0);
    bn_history_release(&history);
}

Test(history, slow_drift_is_called_drift, .init = fill, .fini = clear)
{
    for (int reference = 0; reference < 2; reference++) {
        struct bn_history history = read_all("", reference ? "old" : NULL);
        const struct bn_history_track *drift = track_of(&history, "drift");
        cr_assert_eq(drift->n_changes, 1, "%d changes, the first at %zu", drift->n_changes, drift->changes[0].from);
        const struct bn_history_change *c = drift->changes;
        cr_expect(c->drifts && c->from == 0 && c->to == RUNS - 1, "%zu to %zu", c->from, c->to);
        cr_expect_float_eq(c->ratio, 1.116, 0.03, "29 nights of 0.4 %%, not %.3f", c->ratio);
        cr_expect(bn_history_counts(c));
        bn_history_release(&history);
    }
}

Test(history, what_has_gone_since_still_counts, .init = fill, .fini = clear)
{
    struct bn_history history = read_all("", "old");
    const struct bn_history_track *track = track_of(&history, "temporary");
    cr_assert_eq(track->n_changes, 2);
    cr_expect(bn_history_counts(&track->changes[0]) && track->changes[0].from == 8);
    cr_expect(!bn_history_counts(&track->changes[1]) && track->changes[1].from == 16);
    bn_history_release(&history);
}

/* Acknowledges in the database at `path`; how many changes. */
static size_t acknowledge(const char *word, enum bn_status expected)
{
    struct bn_store *store;
    struct bn_history history = read_all("", "old");
    struct bn_error err = {0};
    size_t n;
    must(bn_store_open(&store, path, BN_STORE_WRITE, &err), &err);
    enum bn_status status = bn_history_acknowledge(&history, store, word, "known", &n, &err);
    cr_expect_eq(status, expected, "%s: %s", word, err.text);
    bn_store_close(store);
    bn_history_release(&history);
    return n;
}

static size_t counting(void)
{
    struct bn_history history = read_all("", "old");
    size_t n = 0;
    for (size_t i = 0; i < history.n_tracks; i++)
        for (int c = 0; c < history.tracks[i].n_changes; c++) n += bn_history_counts(&history.tracks[i].changes[c]);
    bn_history_release(&history);
    return n;
}

Test(history, an_acknowledged_change_counts_no_more, .init = fill, .fini = clear)
{
    cr_assert_eq(counting(), 3, "a step, a drift, and what has gone");
    cr_expect_eq(acknowledge("commit03", BN_OK), 1, "the drift goes through every commit");
    cr_expect_eq(counting(), 2);
    cr_expect_eq(acknowledge("commit99", BN_OK), 0);
    cr_expect_eq(acknowledge("com", BN_ERR_USAGE), 0);
    cr_expect_eq(acknowledge("run:x", BN_ERR_USAGE), 0);
    acknowledge("commit", BN_ERR_USAGE); /* both that are left begin at a commit whose name begins so */
    cr_expect_eq(counting(), 2, "an ambiguous name acknowledges nothing");
    cr_expect_eq(acknowledge("run:9", BN_OK), 1, "runs count from 1: the ninth is night 8");
    cr_expect_eq(acknowledge("commit18", BN_OK), 1);
    cr_expect_eq(counting(), 0);
    struct bn_history history = read_all("", "old");
    const struct bn_history_change *c = track_of(&history, "code")->changes;
    cr_assert_not_null(c->acknowledged);
    cr_expect_str_eq(c->acknowledged->why, "known");
    bn_history_release(&history);
}

/* A drift that was acknowledged when it was half as long counts again; the same drift a night later does not. */
Test(history, an_acknowledged_drift_counts_again_when_it_goes_on)
{
    struct bn_history_run runs[60];
    struct bn_history_track track = {.runs = runs, .n_runs = 40};
    struct bn_random random;
    struct bn_error err = {0};
    bn_random_init(&random, 5);
    for (int i = 0; i < 60; i++) {
        double machine = exp(0.03 * bn_random_normal(&random)), own = exp(0.005 * bn_random_normal(&random));
        runs[i] = (struct bn_history_run){.ns = 1000 * machine * own * (1 + 0.002 * i), .reference_ns = 900 * machine};
    }
    must(bn_history_analyse(&track, 0.01, &err), &err);
    cr_assert(track.n_changes == 1 && track.changes[0].drifts && bn_history_counts(track.changes));
    runs[39].accepted = track.changes[0].ratio;
    track.n_runs = 41;
    must(bn_history_analyse(&track, 0.01, &err), &err);
    cr_expect(track.n_changes == 1 && !bn_history_counts(track.changes), "0.2 %% more is less than the least of 1 %%");
    track.n_runs = 60;
    must(bn_history_analyse(&track, 0.01, &err), &err);
    cr_expect(track.n_changes == 1 && bn_history_counts(track.changes), "4 %% more");
}

Test(history, since_leaves_older_runs_out, .init = fill, .fini = clear)
{
    struct bn_history history = read_all("2026-10-01T00:00:00.000Z", NULL);
    cr_assert_eq(history.n_tracks, SERIES);
    cr_expect_eq(history.tracks[0].n_runs, 2);
    bn_history_release(&history);
    history = read_all("2027-01-01", NULL);
    cr_expect_eq(history.n_tracks, 0);
    bn_history_release(&history);
}

/* Nights that lack the reference are left out of the test, and counted. */
Test(history, nights_without_the_reference_are_left_out)
{
    struct bn_history_run runs[40];
    struct bn_history_track track = {.runs = runs, .n_runs = 40};
    struct bn_error err = {0};
    struct bn_random random;
    bn_random_init(&random, 9);
    for (int i = 0; i < 40; i++) {
        double machine = i < 20 ? 1 : 1.2; /* both became slower */
        runs[i] = (struct bn_history_run){.ns = 1000 * machine * exp(0.005 * bn_random_normal(&random)),
                                          .reference_ns = i % 5 ? 900 * machine : NAN};
    }
    must(bn_history_analyse(&track, 0.01, &err), &err);
    cr_expect(track.against_reference && track.n_left_out == 8, "%zu left out", track.n_left_out);
    cr_assert_eq(track.n_changes, 1);
    cr_expect(track.changes[0].machine && track.changes[0].from == 21 && track.changes[0].before == 19,
              "night 20 lacks the reference");
    for (int i = 0; i < 33; i++) runs[i].reference_ns = NAN;
    must(bn_history_analyse(&track, 0.01, &err), &err);
    cr_expect(!track.against_reference && !track.n_left_out, "seven nights with the reference are too few");
    cr_assert_eq(track.n_changes, 1);
    cr_expect(!track.changes[0].machine && bn_history_counts(track.changes));
}
