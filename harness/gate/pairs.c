/* pairs.c - starts, warms and times one pair of processes and judges whether the machine was quiet. */
#include "harness/gate/pairs.h"
#include "engine/cmdline.h"
#include "harness/core/clock.h"
#include "harness/stats/sample.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BLOCKS_LEAST = 3, BLOCKS_MOST = 256, BURST_MOST = 5, CANARY_RUNS = 4, RETRIES = 2, DRAWS = 4 };
static const double burst_ns = 5e6, limit_least_s = 10, limit_first_s = 120;
static const char *const canary_command = "decode 4 16";
static const double disturbed_ratio = 1.25;

static double now_s(void *self)
{
    (void)self;
    return bn_clock_s();
}

/* Nothing is known of how long it takes to open the model. */
static void expect_start(struct bn_pairs *pairs)
{
    pairs->fate.limit_s = pairs->limit_s > 0 ? pairs->limit_s : limit_first_s;
}

void bn_pairs_expect(struct bn_pairs *pairs, int w, double times)
{
    pairs->fate.limit_s = pairs->limit_s > 0 ? pairs->limit_s : fmax(limit_least_s, 20 * times * pairs->seconds[w]);
}

static void progress(void *self, int stage, int n_pairs, int n_most)
{
    const struct bn_pairs *pairs = self;
    bn_cmd_progress("%s: pair %d of at most %d, %d repeated", stage == 1 ? "measuring" : "confirming", n_pairs, n_most,
                    pairs->n_disturbed);
}

/* How many places one pair is the median of: between two links prefill differs by more than the noise of the rest. */
static int n_draws(const struct bn_pairs *pairs)
{
    return pairs->relink[0] && pairs->relink[1] && !pairs->layout[1] ? DRAWS : 1;
}

/* Timed samples in a burst, and one before them to warm the caches that the other process evicted. */
static int burst_of(double ns) { return (int)fmax(1, fmin(BURST_MOST, burst_ns / ns)); }

static int warming(int n_burst) { return n_burst > 1; }

/* Runs every workload on the canary to find how many samples make a burst and how many blocks fit pair_s. */
static enum bn_status learn(struct bn_pairs *pairs, struct bn_error *err)
{
    double block_ns = 0;
    for (int w = 0; w < pairs->n_workloads; w++) {
        double ns[3], start = bn_clock_s();
        enum bn_status status = bn_dialogue_time(&pairs->canary, pairs->workloads[w].command, 3, ns, err);
        if (status) return status;
        pairs->seconds[w] = bn_clock_s() - start; /* three, and the context before them */
        double least = fmin(ns[1], ns[2]);
        pairs->n_burst[w] = burst_of(least);
        block_ns += 4 * (pairs->n_burst[w] + warming(pairs->n_burst[w])) * least;
    }
    pairs->n_blocks = (int)fmax(BLOCKS_LEAST, fmin(BLOCKS_MOST, 1e9 * pairs->pair_s / n_draws(pairs) / block_ns));
    return BN_OK;
}

enum bn_status bn_pairs_open(struct bn_pairs *pairs, uint64_t seed, struct bn_error *err)
{
    pairs->n_blocks = pairs->n_disturbed = pairs->n_pairs = pairs->n_canary = 0;
    bn_random_init(&pairs->random, seed);
    sched_getaffinity(0, sizeof pairs->home, &pairs->home);
    expect_start(pairs);
    double ns[CANARY_RUNS];
    const struct bn_process_spec canary = {.argv = (char *const *)pairs->argv[0], .watch = &pairs->files[0]};
    enum bn_status status = bn_variant_folder(pairs->folder, err);
    if (!status) status = bn_dialogue_open(&pairs->canary, "base", &canary, &pairs->fate, NULL, err);
    if (!status) status = bn_dialogue_time(&pairs->canary, canary_command, CANARY_RUNS, ns, err);
    return status ? status : learn(pairs, err);
}

void bn_pairs_call(const struct bn_pairs *pairs, int side, int threads, struct bn_pairs_call *call)
{
    int n = 0;
    snprintf(call->threads, sizeof call->threads, "%d", threads);
    for (const char *const *word = pairs->argv[side]; *word && n < BN_ARGS_MOST + 2; word++, n++)
        call->argv[n] = threads && n && !strcmp(word[-1], "--threads") ? call->threads : *word;
    call->argv[n] = NULL;
}

enum bn_status bn_pairs_worker(struct bn_pairs *pairs, int side, int threads, struct bn_dialogue *worker,
                               json_t **hello, struct bn_error *err)
{
    struct bn_pairs_call call;
    expect_start(pairs);
    bn_pairs_call(pairs, side, threads, &call);
    const struct bn_process_spec spec = {.argv = (char *const *)call.argv, .watch = &pairs->files[side]};
    return bn_dialogue_open(worker, side ? "head" : "base", &spec, &pairs->fate, hello, err);
}

bool bn_gate_knows(const json_t *hello, const char *verb)
{
    size_t i;
    json_t *word;
    json_array_foreach(json_object_get(hello, "commands"), i, word)
    {
        if (json_is_string(word) && !strcmp(json_string_value(word), verb)) return true;
    }
    return false;
}

enum bn_status bn_pairs_check(struct bn_pairs *pairs, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (int i = 0; i < 3 && !status; i++) status = bn_watch_check(&pairs->files[i], err);
    return status;
}

void bn_pairs_close(struct bn_pairs *pairs)
{
    bn_dialogue_close(&pairs->canary);
    if (pairs->folder[0]) rmdir(pairs->folder);
    pairs->folder[0] = 0;
    sched_setaffinity(0, sizeof pairs->home, &pairs->home);
}

double bn_pairs_canary_spread(const struct bn_pairs *pairs)
{
    size_t n = (size_t)pairs->n_canary;
    return bn_sample_mad(pairs->canary_ns, n) / bn_sample_median(pairs->canary_ns, n);
}

/* Best of a few runs of the canary. */
static enum bn_status ask_canary(struct bn_pairs *pairs, double *best, struct bn_error *err)
{
    double ns[CANARY_RUNS];
    enum bn_status status = bn_dialogue_time(&pairs->canary, canary_command, CANARY_RUNS, ns, err);
    *best = INFINITY;
    for (int i = 0; i < CANARY_RUNS && !status; i++) *best = fmin(*best, ns[i]);
    if (!status && pairs->n_canary < BN_CANARY_MOST) pairs->canary_ns[pairs->n_canary++] = *best;
    return status;
}

struct times {
    int n[2];
    double ns[2][2 * BLOCKS_MOST * BURST_MOST]; /* [base, head][sample] */
};

/* One block of one workload: four bursts, base head head base or head base base head. */
static enum bn_status time_block(struct bn_pairs *pairs, struct bn_dialogue *workers, int w, int leader,
                                 struct times *times, struct bn_error *err)
{
    const int order[4] = {leader, !leader, !leader, leader}, n = pairs->n_burst[w], skip = warming(n);
    enum bn_status status = BN_OK;
    bn_pairs_expect(pairs, w, 1);
    for (int i = 0; i < 4 && !status; i++) {
        int side = order[i];
        double burst[BURST_MOST + 1];
        status = bn_dialogue_time(&workers[side], pairs->workloads[w].command, n + skip, burst, err);
        memcpy(&times->ns[side][times->n[side]], burst + skip, (size_t)n * sizeof *burst);
        times->n[side] += n;
    }
    return status;
}

/* Every workload on both sides, untimed. */
static enum bn_status warm(struct bn_pairs *pairs, struct bn_dialogue *workers, struct bn_error *err)
{
    double ns[2];
    enum bn_status status = BN_OK;
    for (int w = 0; w < pairs->n_workloads && !status; w++) {
        bn_pairs_expect(pairs, w, 1);
        for (int side = 0; side < 2 && !status; side++)
            status =
                bn_dialogue_time(&workers[side], pairs->workloads[w].command, 1 + warming(pairs->n_burst[w]), ns, err);
    }
    return status;
}

/* The tenth percentile: the time the work takes without interference. On a busy machine it repeats four
 * times better than the median (harness/statistics.md). */
static double speed_of(const struct times *times, int side)
{
    return bn_sample_quantile(times->ns[side], (size_t)times->n[side], 0.1);
}

static enum bn_status time_pair(struct bn_pairs *pairs, struct bn_dialogue *workers, double *d, bool *quiet,
                                struct bn_error *err)
{
    static struct times times[BN_GATE_WORKLOADS];
    double before = 0, after = 0;
    for (int w = 0; w < pairs->n_workloads; w++) times[w].n[0] = times[w].n[1] = 0;
    enum bn_status status = warm(pairs, workers, err);
    if (!status) status = ask_canary(pairs, &before, err);
    for (int block = 0; block < pairs->n_blocks && !status; block++)
        for (int w = 0; w < pairs->n_workloads && !status; w++)
            status = time_block(pairs, workers, w, (int)bn_random_below(&pairs->random, 2), &times[w], err);
    if (!status) status = ask_canary(pairs, &after, err);
    *quiet = fmax(before, after) < disturbed_ratio * fmin(before, after);
    for (int w = 0; w < pairs->n_workloads && !status; w++) {
        const struct times *t = &times[w];
        d[w] = log(speed_of(t, 1) / speed_of(t, 0));
        bn_tails_put(&pairs->tails, w, t->ns[0], (size_t)t->n[0], t->ns[1], (size_t)t->n[1]);
    }
    return status;
}

/* The same n_threads CPUs for both sides: on a virtual machine one CPU may be a third slower than its
 * neighbour for minutes. */
static cpu_set_t choose_cpus(struct bn_pairs *pairs)
{
    cpu_set_t chosen;
    int all = CPU_COUNT(&pairs->home);
    CPU_ZERO(&chosen);
    if (all <= pairs->n_threads) return pairs->home;
    int first = (int)bn_random_below(&pairs->random, (uint64_t)all), at = 0;
    for (int cpu = 0; CPU_COUNT(&chosen) < pairs->n_threads; cpu = (cpu + 1) % CPU_SETSIZE)
        if (CPU_ISSET(cpu, &pairs->home) && at++ >= first) CPU_SET(cpu, &chosen);
    return chosen;
}

/* The gate itself wakes up for every answer: on CPUs that are not being measured, if there are any. */
static void step_aside(const struct bn_pairs *pairs, const cpu_set_t *measured)
{
    cpu_set_t rest;
    CPU_XOR(&rest, &pairs->home, measured);
    if (CPU_COUNT(&rest)) sched_setaffinity(0, sizeof rest, &rest);
}

/* Program files of both sides at places drawn at random, made on all CPUs. */
static enum bn_status draw_places(struct bn_pairs *pairs, struct bn_variant variants[2], struct bn_error *err)
{
    struct bn_variant_source sources[2];
    bool both = pairs->relink[0] && pairs->relink[1]; /* else neither: both sides get the same treatment */
    for (int side = 0; side < 2; side++) {
        uint64_t drawn = 1 + bn_random_below(&pairs->random, BN_VARIANT_SEEDS);
        sources[side] = (struct bn_variant_source){.program = pairs->argv[side][0],
                                                   .relink = both ? pairs->relink[side] : NULL,
                                                   .seed = pairs->layout[side] ? pairs->layout[side] : drawn};
    }
    sched_setaffinity(0, sizeof pairs->home, &pairs->home);
    return bn_variants_make(variants, pairs->folder, sources, err);
}

static enum bn_status start(struct bn_pairs *pairs, int side, const struct bn_variant *variant, const cpu_set_t *cpus,
                            struct bn_dialogue *worker, struct bn_error *err)
{
    struct bn_pairs_call call;
    expect_start(pairs);
    bn_pairs_call(pairs, side, 0, &call);
    call.argv[0] = variant->path;
    const struct bn_process_spec spec = {.argv = (char *const *)call.argv,
                                         .watch = &pairs->files[side],
                                         .cpus = cpus,
                                         .environment = variant->environment};
    return bn_dialogue_open(worker, side ? "head" : "base", &spec, &pairs->fate, NULL, err);
}

/* One pair from fork to wait: each process from a program file of its own, which is gone again when it has started. */
static enum bn_status run_pair(struct bn_pairs *pairs, double *d, bool *quiet, struct bn_error *err)
{
    static struct bn_variant variants[2];
    struct bn_dialogue workers[2] = {0};
    int first = (int)bn_random_below(&pairs->random, 2);
    cpu_set_t cpus = choose_cpus(pairs);
    enum bn_status status = draw_places(pairs, variants, err);
    sched_setaffinity(pairs->canary.process.pid, sizeof cpus, &cpus);
    step_aside(pairs, &cpus);
    if (!status) status = start(pairs, first, &variants[first], &cpus, &workers[first], err);
    if (!status) status = start(pairs, !first, &variants[!first], &cpus, &workers[!first], err);
    for (int side = 0; side < 2; side++) bn_variant_remove(&variants[side]);
    if (!status) status = time_pair(pairs, workers, d, quiet, err);
    for (int side = 0; side < 2; side++) bn_dialogue_close(&workers[side]);
    return status ? status : bn_pairs_check(pairs, err);
}

/* One draw of places, again where the canary was disturbed. */
static enum bn_status run_draw(struct bn_pairs *pairs, double *d, struct bn_error *err)
{
    for (int attempt = 0;; attempt++) {
        bool quiet = false;
        enum bn_status status = run_pair(pairs, d, &quiet, err);
        if (!status && !quiet && attempt < RETRIES) {
            pairs->n_disturbed++;
            continue;
        }
        pairs->tails.n += !status;
        return status;
    }
}

static enum bn_status measure(void *self, double *d, struct bn_error *err)
{
    struct bn_pairs *pairs = self;
    double draws[BN_GATE_WORKLOADS][DRAWS], one[BN_GATE_WORKLOADS];
    enum bn_status status = BN_OK;
    int n = n_draws(pairs);
    for (int i = 0; i < n && !status; i++) {
        status = run_draw(pairs, one, err);
        for (int w = 0; w < pairs->n_workloads && !status; w++) draws[w][i] = one[w];
    }
    for (int w = 0; w < pairs->n_workloads && !status; w++) d[w] = bn_sample_median(draws[w], (size_t)n);
    pairs->n_pairs += !status;
    return status;
}

const char *bn_pairs_word(const struct bn_pairs *pairs, const char *option)
{
    const char *const *word = pairs->argv[0];
    while (*word && strcmp(*word, option)) word++;
    return *word && word[1] ? word[1] : "";
}

struct bn_pair_source bn_pairs_source(struct bn_pairs *pairs)
{
    return (struct bn_pair_source){pairs, measure, now_s, progress};
}
