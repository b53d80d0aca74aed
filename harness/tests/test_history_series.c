/* test_history_series.c - what `bitnet-bench history` makes of simulated nights whose truth is known. The table of
 * harness/statistics.md is printed by build/tests/harness with --filter for the suite history_series and --verbose=1.
 */
#include "harness/history/history.h"
#include "harness/stats/random.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_NIGHTS = 120 };
enum noise { WHITE, OUTLIERS, LOGNORMAL, BIMODAL };

/* Log time of a night: what the code does, what the machine does to both programs, and what is left to each. */
struct kind {
    const char *name;
    int nights;
    bool reference;
    double drift;                       /* of the code, a night */
    int drift_from;                     /* first night of it */
    double step;                        /* of the code */
    int step_from, step_to;             /* step_to: it goes back then; 0: never */
    double second_step;                 /* eight nights after the first */
    double machine_drift, machine_step; /* of both programs; the step in the middle */
    double rho;                         /* of the noise from one night to the next */
    enum noise noise;
};
static const double own = 0.007; /* standard deviation of either program: 1 % of their ratio; without a reference 1 % */
static const double machine = 0.02; /* of what nights do to both */

static double draw(struct bn_random *random, enum noise noise)
{
    double z = bn_random_normal(random);
    if (noise == OUTLIERS && bn_random_uniform(random) < 0.05) return 5 + 8 * fabs(z);
    if (noise == LOGNORMAL) return (exp(0.6 * z) - 1) / 0.8;
    if (noise == BIMODAL) return 0.5 * z + (bn_random_uniform(random) < 0.5 ? 1 : -1);
    return z;
}

static double truth(const struct kind *k, int night)
{
    double x = 0;
    if (night > k->drift_from) x += k->drift * (night - k->drift_from);
    if (k->step != 0 && night >= k->step_from && (!k->step_to || night < k->step_to)) x += k->step;
    if (k->second_step != 0 && night >= k->step_from + 8) x += k->second_step;
    return x;
}

static void simulate(const struct kind *k, uint64_t seed, int nights, struct bn_history_track *track)
{
    struct bn_random random;
    double keep = sqrt(1 - k->rho * k->rho), common = 0, a = 0, b = 0;
    bn_random_init(&random, seed);
    for (int i = -20; i < nights; i++) { /* the first twenty settle the noise */
        common = k->rho * common + keep * bn_random_normal(&random);
        a = k->rho * a + keep * draw(&random, k->noise), b = k->rho * b + keep * draw(&random, WHITE);
        if (i < 0) continue;
        double both = k->reference
                          ? machine * common + k->machine_drift * i + (i >= k->nights / 2 ? k->machine_step : 0)
                          : k->machine_drift * i;
        struct bn_history_run *run = &track->runs[i];
        *run = (struct bn_history_run){.run_id = i + 1, .reference_ns = NAN};
        run->ns = 50000 * exp(truth(k, i) + both + (k->reference ? own : 0.01) * a);
        if (k->reference) run->reference_ns = 80000 * exp(both + own * b);
    }
    track->n_runs = (size_t)nights;
}

struct seen { /* of one series */
    int steps_up, steps_down, drifts, machines, counts;
    bool right_night, in_range; /* the first step up */
};

static struct seen look(const struct kind *k, uint64_t seed, int nights)
{
    struct bn_history_run runs[MOST_NIGHTS];
    struct bn_history_track track = {.runs = runs};
    struct bn_error err;
    struct seen seen = {0};
    simulate(k, seed, nights, &track);
    cr_assert_eq(bn_history_analyse(&track, 0.01, &err), BN_OK);
    for (int i = 0; i < track.n_changes; i++) {
        const struct bn_history_change *c = &track.changes[i];
        seen.counts += bn_history_counts(c);
        if (c->machine)
            seen.machines++;
        else if (c->drifts)
            seen.drifts++;
        else if (c->ratio < 1)
            seen.steps_down++;
        else if (!seen.steps_up++) {
            seen.right_night = abs((int)c->from - k->step_from) <= 1;
            seen.in_range = (int)c->low <= k->step_from && k->step_from <= (int)c->high;
        }
    }
    return seen;
}

/* Steady series: how many of `seeds` raise any alarm of the code (on the last night; on any night from the eighth on).
 */
static int false_alarms(const struct kind *k, int seeds, bool every_night)
{
    int alarms = 0;
    for (int s = 1; s <= seeds; s++) {
        bool alarm = false;
        for (int nights = every_night ? 8 : k->nights; nights <= k->nights && !alarm; nights++) {
            struct seen seen = look(k, (uint64_t)s, nights);
            alarm = seen.steps_up + seen.steps_down + seen.drifts > 0;
        }
        alarms += alarm;
    }
    return alarms;
}

Test(history_series, steady_series_raise_no_alarm)
{
    static const struct {
        struct kind kind;
        int most; /* of 100 */
    } all[] = {
        {{"steady", .nights = 40, .reference = true}, 1},
        {{"steady, 100 nights", .nights = 100, .reference = true}, 1},
        {{"machine drifts 0.2 % a night", .nights = 40, .reference = true, .machine_drift = 0.002}, 1},
        {{"machine steps by 10 %", .nights = 40, .reference = true, .machine_step = 0.1}, 1},
        {{"each repeats itself, 0.5", .nights = 40, .reference = true, .rho = 0.5}, 2},
        {{"no reference, steady", .nights = 40}, 1},
        {{"no reference, repeats itself, 0.3", .nights = 40, .rho = 0.3}, 1},
        {{"no reference, repeats itself, 0.5", .nights = 40, .rho = 0.5}, 1},
        {{"no reference, repeats itself, 0.7", .nights = 40, .rho = 0.7}, 1},
        {{"no reference, outliers", .nights = 40, .noise = OUTLIERS}, 1},
        {{"no reference, lognormal", .nights = 40, .noise = LOGNORMAL}, 1},
        {{"no reference, bimodal", .nights = 40, .noise = BIMODAL}, 1},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        int alarms = false_alarms(&all[i].kind, 100, false);
        cr_log_info("%-36s %d nights: %d false of 100", all[i].kind.name, all[i].kind.nights, alarms);
        cr_expect_leq(alarms, all[i].most, "%s: %d false of 100", all[i].kind.name, alarms);
    }
}

/* The figures of these tables repeat exactly, and are the bounds. */
Test(history_series, looking_every_night_raises_few_alarms)
{
    static const struct kind all[] = {
        {"steady", .nights = 40, .reference = true},
        {"machine drifts 0.2 % a night", .nights = 40, .reference = true, .machine_drift = 0.002},
        {"no reference, repeats itself, 0.5", .nights = 40, .rho = 0.5}};
    static const int most[] = {1, 1, 8};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        int alarms = false_alarms(&all[i], 100, true);
        cr_log_info("%-36s nights 8 to 40, every night: %d false of 100", all[i].name, alarms);
        cr_expect_leq(alarms, most[i], "%s: %d false of 100", all[i].name, alarms);
    }
}

struct tally {
    int found, counts, right, in_range, other;
};

/* expected: steps up, steps down, drifts. */
static struct tally count(const struct kind *k, const int expected[3])
{
    struct tally t = {0};
    for (int s = 1; s <= 20; s++) {
        struct seen seen = look(k, (uint64_t)s, k->nights);
        bool found = seen.steps_up >= expected[0] && seen.steps_down >= expected[1] && seen.drifts >= expected[2];
        t.found += found;
        t.counts += seen.counts > 0;
        t.other += seen.steps_up > expected[0] || seen.steps_down > expected[1] || seen.drifts > expected[2];
        if (expected[0]) t.right += seen.right_night, t.in_range += seen.in_range;
    }
    return t;
}

static const struct {
    struct kind kind;
    int expected[3], least, most_other; /* of 20 */
} changing[] = {
    {{"drift 0.2 % a night", .nights = 40, .reference = true, .drift = 0.002}, {0, 0, 1}, 20, 0},
    {{"drift 0.3 % a night from night 25 on", .nights = 50, .reference = true, .drift = 0.003, .drift_from = 25},
     {0, 0, 1},
     20,
     0},
    {{"drift, and the machine the other way", .nights = 40, .reference = true, .drift = 0.002, .machine_drift = -0.002},
     {0, 0, 1},
     20,
     0},
    {{"no reference, drift 0.2 % a night", .nights = 40, .drift = 0.002}, {0, 0, 1}, 20, 0},
    {{"step 3 % at night 22", .nights = 40, .reference = true, .step = 0.03, .step_from = 22}, {1, 0, 0}, 19, 1},
    {{"step 3 % at night 22, repeats itself", .nights = 40, .reference = true, .step = 0.03, .step_from = 22,
      .rho = 0.5},
     {1, 0, 0},
     18,
     5},
    {{"step 3 % four nights ago", .nights = 40, .reference = true, .step = 0.03, .step_from = 36}, {1, 0, 0}, 16, 0},
    {{"temporary 3 %, nights 15 to 27", .nights = 40, .reference = true, .step = 0.03, .step_from = 15, .step_to = 28},
     {1, 1, 0},
     12,
     3},
    {{"temporary 4 %, nights 15 to 27", .nights = 40, .reference = true, .step = 0.04, .step_from = 15, .step_to = 28},
     {1, 1, 0},
     20,
     0},
    {{"temporary 5 %, nights 15 to 27", .nights = 40, .reference = true, .step = 0.05, .step_from = 15, .step_to = 28},
     {1, 1, 0},
     20,
     0},
    {{"no reference, temporary 4 %, nights 15 to 27", .nights = 40, .step = 0.04, .step_from = 15, .step_to = 28},
     {1, 1, 0},
     19,
     1},
    {{"temporary 4 %, and the machine drifts", .nights = 40, .reference = true, .step = 0.04, .step_from = 15,
      .step_to = 28, .machine_drift = 0.002},
     {1, 1, 0},
     20,
     0},
    {{"two steps of 3 %", .nights = 40, .reference = true, .step = 0.03, .step_from = 14, .second_step = 0.03},
     {2, 0, 0},
     17,
     3},
    {{"drift 0.2 % a night and a step of 5 %", .nights = 60, .reference = true, .drift = 0.002, .step = 0.05,
      .step_from = 30},
     {1, 0, 1},
     20,
     20},
};

Test(history_series, changes_are_found_and_called_what_they_are)
{
    for (size_t i = 0; i < sizeof changing / sizeof *changing; i++) {
        const struct kind *k = &changing[i].kind;
        struct tally t = count(k, changing[i].expected);
        cr_log_info("%-38s %d nights: %d found of 20, %d count, right night %d, in its range %d, something else in %d",
                    k->name, k->nights, t.found, t.counts, t.right, t.in_range, t.other);
        cr_expect_geq(t.found, changing[i].least, "%s: %d of 20 found", k->name, t.found);
        cr_expect_geq(t.counts, changing[i].least, "%s: %d of 20 count", k->name, t.counts);
        cr_expect_leq(t.other, changing[i].most_other, "%s: something else in %d of 20", k->name, t.other);
    }
}
