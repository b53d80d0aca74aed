/* threads.c - the crew and its barrier. Waiting spins for some microseconds (a barrier among running threads takes
 * 0.1-0.2 us), then sleeps in a futex, so that a descheduled or oversubscribed thread costs no other process its time.
 */
#include "engine/core/threads.h"
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct worker {
    struct bn_threads *crew;
    pthread_t id;
    int thread, cpu; /* cpu -1: not pinned */
};

struct bn_threads {
    int n, spins;
    void (*start)(void *self, int thread);
    void *self;
    void (*fn)(void *arg, int thread);
    void *arg;
    struct worker *workers; /* [n], 0 unused */
    bool stop;
    _Alignas(64) atomic_uint round;   /* one more for every bn_threads_run */
    _Alignas(64) atomic_uint arrived; /* at the barrier */
    _Alignas(64) atomic_uint phase;   /* one more for every barrier passed */
    _Alignas(64) atomic_int sleepers;
};

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
    __asm__ volatile("yield");
#endif
}

/* Waits until *word differs from `old`. */
static void wait_change(struct bn_threads *crew, atomic_uint *word, unsigned old)
{
    for (int i = 0; i < crew->spins; i++) {
        if (atomic_load_explicit(word, memory_order_acquire) != old) return;
        relax();
    }
    atomic_fetch_add(&crew->sleepers, 1);
    while (atomic_load(word) == old) syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, old, NULL, NULL, 0);
    atomic_fetch_sub(&crew->sleepers, 1);
}

static void change(struct bn_threads *crew, atomic_uint *word)
{
    atomic_fetch_add(word, 1);
    if (atomic_load(&crew->sleepers) > 0) syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, crew->n, NULL, NULL, 0);
}

void bn_threads_barrier(struct bn_threads *crew)
{
    if (crew->n == 1) return;
    unsigned phase = atomic_load_explicit(&crew->phase, memory_order_acquire);
    if (atomic_fetch_add(&crew->arrived, 1) + 1 == (unsigned)crew->n) {
        atomic_store_explicit(&crew->arrived, 0, memory_order_relaxed);
        change(crew, &crew->phase);
    } else {
        wait_change(crew, &crew->phase, phase);
    }
}

static void pin(int cpu)
{
    if (cpu < 0) return;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof set, &set); /* best effort: a CPU taken away meanwhile must not stop the run */
}

static void *work(void *arg)
{
    struct worker *me = arg;
    struct bn_threads *crew = me->crew;
    pin(me->cpu);
    if (crew->start) crew->start(crew->self, me->thread);
    for (unsigned round = 0;; round++) {
        wait_change(crew, &crew->round, round);
        if (crew->stop) return NULL;
        crew->fn(crew->arg, me->thread);
        bn_threads_barrier(crew);
    }
}

void bn_threads_run(struct bn_threads *crew, void (*fn)(void *arg, int thread), void *arg)
{
    crew->fn = fn;
    crew->arg = arg;
    if (crew->n > 1) change(crew, &crew->round);
    fn(arg, 0);
    bn_threads_barrier(crew);
}

static void join_all(struct bn_threads *crew, int created)
{
    crew->stop = true;
    change(crew, &crew->round);
    for (int i = 1; i < created; i++) pthread_join(crew->workers[i].id, NULL);
}

enum bn_status bn_threads_open(struct bn_threads **threads, int n, const int *cpus,
                               void (*start)(void *self, int thread), void *self, struct bn_error *err)
{
    struct bn_threads *crew = aligned_alloc(64, sizeof *crew);
    if (!crew) return bn_fail_memory(err, "the thread crew", sizeof *crew);
    memset(crew, 0, sizeof *crew);
    crew->workers = calloc((size_t)n, sizeof *crew->workers);
    if (!crew->workers) {
        free(crew);
        return bn_fail_memory(err, "the thread crew", (size_t)n * sizeof *crew->workers);
    }
    crew->n = n;
    crew->spins = n <= (int)sysconf(_SC_NPROCESSORS_ONLN) ? 4000 : 16;
    crew->start = start;
    crew->self = self;
    for (int i = 1; i < n; i++) {
        crew->workers[i] = (struct worker){crew, 0, i, cpus ? cpus[i] : -1};
        int rc = pthread_create(&crew->workers[i].id, NULL, work, &crew->workers[i]);
        if (rc) {
            join_all(crew, i);
            free(crew->workers);
            free(crew);
            return bn_fail(err, BN_ERR_IO, "Thread %d of %d could not be started: %s.", i + 1, n, strerror(rc));
        }
    }
    if (cpus) pin(cpus[0]);
    if (start) start(self, 0);
    *threads = crew;
    return BN_OK;
}

void bn_threads_close(struct bn_threads *crew)
{
    if (!crew) return;
    join_all(crew, crew->n);
    free(crew->workers);
    free(crew);
}

int bn_threads_count(const struct bn_threads *crew) { return crew->n; }

/* A CPU counts when it is the first of its core's siblings that this process may use. */
static bool first_sibling(int cpu, const cpu_set_t *allowed)
{
    char path[96], text[64];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
    FILE *f = fopen(path, "re");
    if (!f) return true;
    bool got = fgets(text, sizeof text, f);
    fclose(f);
    if (!got) return true;
    char *at = text;
    for (;;) { /* "0,4" or "0-1" */
        long sibling = strtol(at, &at, 10), last = sibling;
        if (*at == '-') last = strtol(at + 1, &at, 10);
        for (; sibling <= last; sibling++)
            if (sibling < cpu && CPU_ISSET(sibling, allowed)) return false;
        if (*at != ',') return true;
        at++;
    }
}

int bn_cores_available(void)
{
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed)) return 1;
    int cores = 0;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &allowed) && first_sibling(cpu, &allowed)) cores++;
    return cores ? cores : 1;
}
