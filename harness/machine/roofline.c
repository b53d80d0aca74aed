/* roofline.c - measures read bandwidth and the int8 peak on a number of threads. */
#include "harness/core/clock.h"
#include "harness/machine/roofline.h"
#include "harness/core/error.h"
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { TRIES = 7, MAX_THREADS = 1024 };

struct team {
    pthread_barrier_t barrier;
    uint32_t n_threads;
    const struct bn_int8_peak *peak;
    uint64_t rounds, bytes, macs; /* of one thread */
    double read_s, peak_s;        /* best try, slowest thread */
};
struct member {
    struct team *team;
    int cpu; /* -1: not pinned */
    uint32_t index;
    int bad;
    double seconds;
    struct member *all;
};

static uint64_t sum_words(const uint64_t *p, size_t n)
{
    uint64_t s[8] = {0};
    for (size_t i = 0; i + 8 <= n; i += 8)
        for (int k = 0; k < 8; k++) s[k] += p[i + (size_t)k];
    return s[0] + s[1] + s[2] + s[3] + s[4] + s[5] + s[6] + s[7];
}

static double slowest(const struct member *m)
{
    double worst = 0;
    for (uint32_t i = 0; i < m->team->n_threads; i++) worst = m->all[i].seconds > worst ? m->all[i].seconds : worst;
    return worst;
}

static void keep_best(struct member *m, double *best)
{
    pthread_barrier_wait(&m->team->barrier);
    if (m->index == 0 && (*best == 0 || slowest(m) < *best)) *best = slowest(m);
    pthread_barrier_wait(&m->team->barrier);
}

static void *work(void *self)
{
    struct member *m = self;
    struct team *t = m->team;
    uint64_t kept = 0;
    if (m->cpu >= 0) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET(m->cpu, &set);
        sched_setaffinity(0, sizeof set, &set);
    }
    uint64_t *data = mmap(NULL, t->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    m->bad = data == MAP_FAILED;
    if (!m->bad) memset(data, 1, t->bytes);
    int32_t sink = 1;
    for (int i = 0; i < TRIES; i++) {
        pthread_barrier_wait(&t->barrier);
        double start = bn_clock_s();
        if (!m->bad) kept += sum_words(data, t->bytes / sizeof *data);
        __asm__ volatile("" : : "r"(kept)); /* the sum is really made */
        m->seconds = bn_clock_s() - start;
        keep_best(m, &t->read_s);
        start = bn_clock_s();
        t->macs = t->peak->run(t->rounds, &sink);
        m->seconds = bn_clock_s() - start;
        keep_best(m, &t->peak_s);
    }
    kept += (uint64_t)sink;
    if (!m->bad) munmap(data, t->bytes);
    return NULL;
}

static const struct bn_int8_peak *strongest(void)
{
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw")) return &bn_int8_peak_avx512vnni;
    if (__builtin_cpu_supports("avx2")) return &bn_int8_peak_avx2;
#endif
    return &bn_int8_peak_generic;
}

/* Rounds that take about 20 ms. */
static uint64_t calibrate(const struct bn_int8_peak *peak)
{
    int32_t sink = 1;
    for (uint64_t rounds = 64;; rounds *= 4) {
        double start = bn_clock_s();
        peak->run(rounds, &sink);
        double seconds = bn_clock_s() - start;
        if (seconds > 0.005) return (uint64_t)((double)rounds * 0.02 / seconds) + 1;
    }
}

static enum bn_status run_team(struct team *t, const int *cpus, struct bn_error *err)
{
    pthread_t *threads = calloc(t->n_threads, sizeof *threads);
    struct member *members = calloc(t->n_threads, sizeof *members);
    if (!threads || !members || pthread_barrier_init(&t->barrier, NULL, t->n_threads)) {
        free(threads), free(members);
        return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory for %u threads.", t->n_threads);
    }
    for (uint32_t i = 0; i < t->n_threads; i++) {
        members[i] = (struct member){.team = t, .cpu = cpus ? cpus[i] : -1, .index = i, .all = members};
        if (pthread_create(&threads[i], NULL, work, &members[i]))
            return bn_harness_fail(err, BN_ERR_IO, "Thread %u of %u could not be started.", i + 1, t->n_threads);
    }
    bool bad = false;
    for (uint32_t i = 0; i < t->n_threads; i++) pthread_join(threads[i], NULL), bad |= members[i].bad;
    pthread_barrier_destroy(&t->barrier);
    free(threads), free(members);
    return bad ? bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory for the bandwidth test.") : BN_OK;
}

enum bn_status bn_roofline_measure(struct bn_roofline *r, uint32_t n_threads, const int *cpus, struct bn_error *err)
{
    if (n_threads < 1 || n_threads > MAX_THREADS)
        return bn_harness_fail(err, BN_ERR_USAGE, "The roofline takes 1 to %d threads, not %u.", MAX_THREADS,
                               n_threads);
    uint64_t memory = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE),
             total = memory / 8 < 1u << 30 ? memory / 8 : 1u << 30;
    struct team t = {.n_threads = n_threads, .peak = strongest(), .bytes = total / n_threads / 4096 * 4096};
    t.rounds = calibrate(t.peak);
    enum bn_status status = run_team(&t, cpus, err);
    if (status) return status;
    r->read_bytes_per_s = (double)t.bytes * n_threads / t.read_s;
    r->int8_macs_per_s = (double)t.macs * n_threads / t.peak_s;
    snprintf(r->read_method, sizeof r->read_method, "sum of %llu MiB, best of %d",
             (unsigned long long)(t.bytes * n_threads >> 20), TRIES);
    snprintf(r->int8_method, sizeof r->int8_method, "%s, best of %d", t.peak->name, TRIES);
    return BN_OK;
}
