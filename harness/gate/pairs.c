/* pairs.c - starts, warms, times and judges the quiet of one pair of processes. */
#include "harness/gate/pairs.h"
#include "harness/stats/sample.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { BLOCKS_MOST = 32, RETRIES = 2 };
static const char *const canary_command = "decode 4 16";
static const double disturbed_ratio = 1.25;

static double now_s(void *self)
{
    struct timespec t;
    (void)self;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void progress(void *self, int stage, int n_pairs, int n_most)
{
    const struct bn_pairs *pairs = self;
    if (!pairs->show_progress) return;
    fprintf(stderr, "\r%s: pair %d of at most %d, %d repeated\033[K", stage == 1 ? "measuring" : "confirming",
            n_pairs, n_most, pairs->n_disturbed);
    if (n_pairs == n_most) fputc('\n', stderr);
}

enum bn_status bn_pairs_open(struct bn_pairs *pairs, uint64_t seed, struct bn_error *err)
{
    pairs->n_blocks = pairs->n_disturbed = pairs->n_pairs = pairs->n_canary = 0;
    bn_random_init(&pairs->random, seed);
    double ns;
    enum bn_status status = bn_worker_open(&pairs->canary, "canary", pairs->argv[0], NULL, NULL, err);
    for (int i = 0; i < 3 && !status; i++) status = bn_worker_time(&pairs->canary, canary_command, &ns, err);
    return status;
}

void bn_pairs_close(struct bn_pairs *pairs)
{
    bn_worker_close(&pairs->canary);
}

double bn_pairs_canary_spread(const struct bn_pairs *pairs)
{
    size_t n = (size_t)pairs->n_canary;
    return bn_sample_mad(pairs->canary_ns, n) / bn_sample_median(pairs->canary_ns, n);
}

/* Best of three runs of the canary. */
static enum bn_status ask_canary(struct bn_pairs *pairs, double *best, struct bn_error *err)
{
    double ns;
    *best = INFINITY;
    for (int i = 0; i < 3; i++) {
        enum bn_status status = bn_worker_time(&pairs->canary, canary_command, &ns, err);
        if (status) return status;
        *best = fmin(*best, ns);
    }
    if (pairs->n_canary < BN_CANARY_MOST) pairs->canary_ns[pairs->n_canary++] = *best;
    return BN_OK;
}

struct times {
    int n[2];
    double ns[2][2 * BLOCKS_MOST]; /* [base, head][sample] */
};

static enum bn_status time_block(struct bn_worker *workers, const char *command, int leader,
                                 struct times *times, struct bn_error *err)
{
    const int order[4] = {leader, !leader, !leader, leader};
    enum bn_status status = BN_OK;
    for (int i = 0; i < 4 && !status; i++) {
        int side = order[i];
        status = bn_worker_time(&workers[side], command, &times->ns[side][times->n[side]], err);
        times->n[side]++;
    }
    return status;
}

/* Every workload on both sides, untimed; the first pair also learns how many blocks fit pair_s. */
static enum bn_status warm(struct bn_pairs *pairs, struct bn_worker *workers, struct bn_error *err)
{
    double block_ns = 0, ns = 0;
    enum bn_status status = BN_OK;
    for (int w = 0; w < pairs->n_workloads && !status; w++)
        for (int side = 0; side < 2 && !status; side++) {
            status = bn_worker_time(&workers[side], pairs->workloads[w].command, &ns, err);
            if (!status && ns < 5e7) /* short: once more, the first run fetched pages and caches */
                status = bn_worker_time(&workers[side], pairs->workloads[w].command, &ns, err);
            block_ns += 2 * ns;
        }
    if (!status && pairs->n_blocks == 0)
        pairs->n_blocks = (int)fmax(1, fmin(BLOCKS_MOST, 1e9 * pairs->pair_s / block_ns));
    return status;
}

/* The tenth percentile: what the work takes when nothing else interferes. On a busy machine it repeats four
 * times better than the median (harness/statistics.md). */
static double speed_of(const struct times *times, int side)
{
    return bn_sample_quantile(times->ns[side], (size_t)times->n[side], 0.1);
}

static enum bn_status time_pair(struct bn_pairs *pairs, struct bn_worker *workers, double *d, bool *quiet,
                                struct bn_error *err)
{
    struct times times[BN_GATE_WORKLOADS] = {0};
    double before = 0, after = 0;
    enum bn_status status = warm(pairs, workers, err);
    if (!status) status = ask_canary(pairs, &before, err);
    for (int block = 0; block < pairs->n_blocks && !status; block++)
        for (int w = 0; w < pairs->n_workloads && !status; w++)
            status = time_block(workers, pairs->workloads[w].command, (int)bn_random_below(&pairs->random, 2),
                                &times[w], err);
    if (!status) status = ask_canary(pairs, &after, err);
    *quiet = fmax(before, after) < disturbed_ratio * fmin(before, after);
    for (int w = 0; w < pairs->n_workloads && !status; w++)
        d[w] = log(speed_of(&times[w], 1) / speed_of(&times[w], 0));
    return status;
}

/* The same n_threads CPUs for both sides: on a virtual machine one CPU may be a third slower than its
 * neighbour for minutes. */
static cpu_set_t choose_cpus(struct bn_pairs *pairs)
{
    cpu_set_t all, chosen;
    CPU_ZERO(&all);
    CPU_ZERO(&chosen);
    if (sched_getaffinity(0, sizeof all, &all) || CPU_COUNT(&all) <= pairs->n_threads) return all;
    int first = (int)bn_random_below(&pairs->random, (uint64_t)CPU_COUNT(&all)), at = 0;
    for (int cpu = 0; CPU_COUNT(&chosen) < pairs->n_threads; cpu = (cpu + 1) % CPU_SETSIZE)
        if (CPU_ISSET(cpu, &all) && at++ >= first) CPU_SET(cpu, &chosen);
    return chosen;
}

/* One pair from fork to wait. */
static enum bn_status run_pair(struct bn_pairs *pairs, double *d, bool *quiet, struct bn_error *err)
{
    static const char *const names[] = {"base", "head"};
    struct bn_worker workers[2] = {0};
    int first = (int)bn_random_below(&pairs->random, 2);
    cpu_set_t cpus = choose_cpus(pairs);
    sched_setaffinity(pairs->canary.pid, sizeof cpus, &cpus);
    enum bn_status status =
        bn_worker_open(&workers[first], names[first], pairs->argv[first], &cpus, NULL, err);
    if (!status)
        status = bn_worker_open(&workers[!first], names[!first], pairs->argv[!first], &cpus, NULL, err);
    if (!status) status = time_pair(pairs, workers, d, quiet, err);
    for (int side = 0; side < 2; side++) bn_worker_close(&workers[side]);
    return status;
}

static enum bn_status measure(void *self, double *d, struct bn_error *err)
{
    struct bn_pairs *pairs = self;
    for (int attempt = 0;; attempt++) {
        bool quiet = false;
        enum bn_status status = run_pair(pairs, d, &quiet, err);
        if (status) return status;
        if (quiet || attempt == RETRIES) break;
        pairs->n_disturbed++;
    }
    pairs->n_pairs++;
    return BN_OK;
}

struct bn_pair_source bn_pairs_source(struct bn_pairs *pairs)
{
    return (struct bn_pair_source){pairs, measure, now_s, progress};
}
