/* test_history.c - change points and drift through a database whose truth is known. */
#include "harness/history/history.h"
#include "harness/stats/random.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RUNS = 30, STEP = 18 };

/* Time per token of run `i`: what = workload index, reference or not. */
static double truth(int workload, bool reference, int i)
{
    static const double level[2] = {50000, 80000};
    double ns = level[reference];
    if (workload == 0 && !reference && i >= STEP) ns *= 1.08; /* the code became slower */
    if (workload == 1 && i >= STEP) ns *= 1.10;               /* the machine became slower */
    if (workload == 2 && !reference) ns *= 1 + 0.004 * i;     /* 0.4 % a night */
    return ns;
}

static void must(enum bn_status status, const struct bn_error *err) { cr_assert_eq(status, BN_OK, "%s", err->text); }

static void add_run(struct bn_store *store, int64_t model, int64_t machine, int i, struct bn_random *random)
{
    static const char *const names[] = {"code", "machine", "drift", "steady"};
    struct bn_error err = {0};
    struct bn_store_config configs[8] = {0};
    uint32_t order[8];
    char identity[32], when[40], commit[32];
    snprintf(identity, sizeof identity, "night %d", i);
    snprintf(when, sizeof when, "2026-%02d-%02dT02:00:00Z", 9 + i / 28, 1 + i % 28);
    snprintf(commit, sizeof commit, "commit%02d", i);
    for (int c = 0; c < 8; c++) {
        configs[c] = (struct bn_store_config){.engine = c < 4 ? "bitnet" : "old",
                                              .workload = names[c % 4],
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
                               .n_configs = 8,
                               .order = order,
                               .n_points = 8};
    bool resumed, stored;
    must(bn_store_run_begin(store, &run, &run_id, &resumed, &err), &err);
    for (uint32_t ordinal; bn_store_claim(store, run_id, 60, &ordinal, &point, &err) == BN_OK && point;) {
        struct bn_sample samples[5];
        double ns = truth((int)ordinal % 4, ordinal >= 4, i) * exp(0.01 * bn_random_normal(random));
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
    cr_assert_eq(history.n_tracks, 4);
    const struct bn_history_track *code = track_of(&history, "code"), *machine = track_of(&history, "machine");
    cr_assert_eq(code->n_runs, RUNS);
    cr_assert_eq(code->n_changes, 1);
    cr_expect(abs((int)code->changes[0].index - STEP) <= 1, "found at %zu", code->changes[0].index);
    cr_expect_float_eq(code->changes[0].ratio, 1.08, 0.015);
    cr_expect(!code->changes[0].machine, "the reference stood still");
    cr_expect_str_eq(code->runs[STEP].commit, "commit18");
    cr_assert_eq(machine->n_changes, 1);
    cr_expect(machine->changes[0].machine, "the reference moved too");
    cr_expect_eq(track_of(&history, "steady")->n_changes, 0);
    cr_expect(!track_of(&history, "steady")->drifts && !machine->drifts);
    bn_history_release(&history);
}

Test(history, slow_drift_is_seen_against_the_reference, .init = fill, .fini = clear)
{
    struct bn_history history = read_all("", "old");
    const struct bn_history_track *drift = track_of(&history, "drift");
    cr_expect(drift->drift > 1.05 && drift->drift < 1.12, "drift %.3f", drift->drift);
    cr_expect(drift->drift_p <= 0.01);
    bn_history_release(&history);
    history = read_all("", NULL);
    cr_expect(isnan(track_of(&history, "drift")->drift), "without a reference nothing is said about drift");
    bn_history_release(&history);
}

Test(history, since_leaves_older_runs_out, .init = fill, .fini = clear)
{
    struct bn_history history = read_all("2026-10-01T00:00:00.000Z", NULL);
    cr_assert_eq(history.n_tracks, 4);
    cr_expect_eq(history.tracks[0].n_runs, 2);
    bn_history_release(&history);
    history = read_all("2027-01-01", NULL);
    cr_expect_eq(history.n_tracks, 0);
    bn_history_release(&history);
}

/* Drift without steps: 0.05 % a run stays below what E-Divisive calls a change, the ratio does not. */
Test(history, drift_without_a_step)
{
    struct bn_history_run runs[60];
    struct bn_history_track track = {.runs = runs, .n_runs = 60};
    struct bn_random random;
    bn_random_init(&random, 5);
    for (int i = 0; i < 60; i++) {
        double machine = exp(0.03 * bn_random_normal(&random)); /* nights differ, both programs alike */
        runs[i] = (struct bn_history_run){.ns = 1000 * machine * (1 + 0.0005 * i), .reference_ns = 900 * machine};
    }
    bn_history_analyse(&track, 0.01);
    cr_expect_eq(track.n_changes, 0);
    cr_expect(track.drifts, "drift %.3f p %.3g", track.drift, track.drift_p);
}
