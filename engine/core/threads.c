/* threads.c - the crew and its barrier. Waiting spins for some microseconds (a barrier among running threads takes
 * 0.1-0.2 us), then sleeps in a futex, so that a descheduled or oversubscribed thread does not take time from other
 * processes.
 *
 * Adapting: when thread 0 has to sleep at a barrier it notes who had not arrived. If it slept for most of a run,
 * those members are dropped: they are not started for 16 times the time that was lost, so that retrying costs at most
 * about 6 %; the pause doubles whenever they fail again at once. */
#include "engine/core/threads.h"
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
    SPINS = 4000,
    BLAME_NS = 500000,      /* how often the missing members are rechecked */
    LEAST_WAIT_NS = 200000, /* runs that lost less drop nobody */
    LEAST_PAUSE_NS = 20000000,
    MOST_PAUSE_NS = 1000000000,
};

struct member {
    struct bn_threads *crew;
    pthread_t id;
    int thread, cpu;             /* cpu -1: not pinned */
    int rank;                    /* in the current run */
    bool dropped;                /* these four belong to thread 0 */
    int64_t back_ns, pause_ns;   /* when a dropped member returns or returned; how long it was left out */
    int64_t late_ns;             /* thread 0 slept for it in this run */
    _Alignas(64) atomic_uint go; /* incremented for every run it takes part in */
    atomic_int asleep;
    _Alignas(64) atomic_uint arrivals; /* barriers reached; adaptive crews only */
};

struct bn_threads {
    int n, n_active, spins;
    bool adapts;
    void (*start)(void *self, int thread);
    void *self;
    void (*fn)(void *arg, int thread);
    void *arg;
    struct member *members; /* [n] */
    bool stop;
    int64_t begin_ns, waited_ns; /* of this run */
    int n_out;                   /* members left out */
    uint64_t n_dropped, total_waited_ns;
    _Alignas(64) atomic_uint arrived; /* at the barrier */
    _Alignas(64) atomic_uint phase;   /* incremented at every barrier passed */
    _Alignas(64) atomic_int sleepers; /* at the barrier */
};

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
    __asm__ volatile("yield");
#endif
}

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool spin(const atomic_uint *word, unsigned old, int spins)
{
    for (int i = 0; i < spins; i++) {
        if (atomic_load_explicit(word, memory_order_acquire) != old) return true;
        relax();
    }
    return false;
}

/* Waits until *word differs from `old`. */
static void wait_change(const struct bn_threads *crew, atomic_uint *word, unsigned old, atomic_int *sleepers)
{
    if (spin(word, old, crew->spins)) return;
    atomic_fetch_add(sleepers, 1);
    while (atomic_load(word) == old) syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, old, NULL, NULL, 0);
    atomic_fetch_sub(sleepers, 1);
}

static void wake(atomic_uint *word, const atomic_int *sleepers, int n)
{
    if (atomic_load(sleepers) > 0) syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, n, NULL, NULL, 0);
}

/* Charges `ns` of thread 0's waiting time to the active members that have not reached its barrier. */
static void blame(struct bn_threads *crew, const bool *missing, int64_t ns)
{
    for (int i = 1; i < crew->n; i++)
        if (missing[i]) crew->members[i].late_ns += ns;
}

static void find_missing(const struct bn_threads *crew, bool *missing)
{
    unsigned mine = atomic_load_explicit(&crew->members[0].arrivals, memory_order_relaxed);
    for (int i = 1; i < crew->n; i++)
        missing[i] =
            !crew->members[i].dropped && atomic_load_explicit(&crew->members[i].arrivals, memory_order_relaxed) != mine;
}

/* Thread 0 of an adaptive crew: waits like the others and records for whom. */
static void wait_watching(struct bn_threads *crew, unsigned old)
{
    static const struct timespec slice = {0, BLAME_NS};
    if (spin(&crew->phase, old, crew->spins / 4)) return;
    int64_t since = now_ns();
    if (spin(&crew->phase, old, crew->spins - crew->spins / 4)) return;
    bool missing[BN_MAX_THREADS];
    atomic_fetch_add(&crew->sleepers, 1);
    while (atomic_load(&crew->phase) == old) {
        find_missing(crew, missing);
        syscall(SYS_futex, &crew->phase, FUTEX_WAIT_PRIVATE, old, &slice, NULL, 0);
        int64_t now = now_ns();
        blame(crew, missing, now - since);
        crew->waited_ns += now - since;
        since = now;
    }
    atomic_fetch_sub(&crew->sleepers, 1);
}

void bn_threads_barrier(struct bn_threads *crew, int thread)
{
    unsigned n_active = (unsigned)crew->n_active; /* of this run: the next one may begin once all have arrived */
    if (n_active == 1) return;
    unsigned phase = atomic_load_explicit(&crew->phase, memory_order_acquire);
    if (crew->adapts) {
        atomic_uint *mine = &crew->members[thread].arrivals;
        atomic_store_explicit(mine, atomic_load_explicit(mine, memory_order_relaxed) + 1, memory_order_relaxed);
    }
    if (atomic_fetch_add(&crew->arrived, 1) + 1 == n_active) {
        atomic_store_explicit(&crew->arrived, 0, memory_order_relaxed);
        atomic_fetch_add(&crew->phase, 1);
        wake(&crew->phase, &crew->sleepers, crew->n);
    } else if (crew->adapts && thread == 0) {
        wait_watching(crew, phase);
    } else {
        wait_change(crew, &crew->phase, phase, &crew->sleepers);
    }
}

static void pin(int cpu)
{
    if (cpu < 0) return;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof set, &set); /* best effort: losing a CPU must not stop the run */
}

static void *work(void *arg)
{
    struct member *me = arg;
    struct bn_threads *crew = me->crew;
    pin(me->cpu);
    if (crew->start) crew->start(crew->self, me->thread);
    for (unsigned round = 0;; round++) {
        wait_change(crew, &me->go, round, &me->asleep);
        if (crew->stop) return NULL;
        crew->fn(crew->arg, me->thread);
        bn_threads_barrier(crew, me->thread);
    }
}

static void start_member(struct member *m)
{
    atomic_fetch_add(&m->go, 1);
    wake(&m->go, &m->asleep, 1);
}

/* ---- adapting ---- */

static void drop(struct bn_threads *crew, struct member *m, int64_t now)
{
    int64_t pause = 16 * m->late_ns;
    if (now - m->back_ns < m->pause_ns && pause < 2 * m->pause_ns) pause = 2 * m->pause_ns; /* failed again at once */
    m->pause_ns = pause < LEAST_PAUSE_NS ? LEAST_PAUSE_NS : pause > MOST_PAUSE_NS ? MOST_PAUSE_NS : pause;
    m->back_ns = now + m->pause_ns;
    m->dropped = true;
    crew->n_dropped++;
    crew->n_out++;
}

/* After a run in which thread 0 slept: leaves out members that caused at least half of an equal share of the loss. */
static void judge(struct bn_threads *crew)
{
    int64_t now = now_ns(), waited = crew->waited_ns;
    bool bad = waited > LEAST_WAIT_NS && waited > (now - crew->begin_ns) / 2;
    for (int i = 1; i < crew->n; i++) {
        struct member *m = &crew->members[i];
        if (bad && m->late_ns >= waited / (2 * crew->n)) drop(crew, m, now);
        m->late_ns = 0;
    }
    crew->total_waited_ns += (uint64_t)waited;
    crew->waited_ns = 0;
}

static void let_back_in(struct bn_threads *crew)
{
    for (int i = 1; i < crew->n; i++) {
        struct member *m = &crew->members[i];
        if (!m->dropped || crew->begin_ns < m->back_ns) continue;
        m->dropped = false;
        crew->n_out--;
        unsigned ours = atomic_load_explicit(&crew->members[0].arrivals, memory_order_relaxed);
        atomic_store_explicit(&m->arrivals, ours, memory_order_relaxed); /* it waits for `go` and touches nothing */
    }
}

static void rank_members(struct bn_threads *crew)
{
    if (crew->adapts) {
        crew->begin_ns = now_ns();
        if (crew->n_out) let_back_in(crew);
    }
    crew->n_active = 0;
    for (int i = 0; i < crew->n; i++)
        if (!crew->members[i].dropped) crew->members[i].rank = crew->n_active++;
}

void bn_threads_run(struct bn_threads *crew, void (*fn)(void *arg, int thread), void *arg)
{
    rank_members(crew);
    crew->fn = fn;
    crew->arg = arg;
    for (int i = 1; i < crew->n; i++)
        if (!crew->members[i].dropped) start_member(&crew->members[i]);
    fn(arg, 0);
    bn_threads_barrier(crew, 0);
    if (crew->waited_ns) judge(crew);
}

int bn_threads_rank(const struct bn_threads *crew, int thread, int *n)
{
    *n = crew->n_active;
    return crew->members[thread].rank;
}

void bn_threads_adapt(struct bn_threads *crew, bool adapts) { crew->adapts = adapts && crew->n > 1; }

struct bn_threads_load bn_threads_load(const struct bn_threads *crew)
{
    return (struct bn_threads_load){crew->n_active, crew->n_dropped, crew->total_waited_ns};
}

static void join_all(struct bn_threads *crew, int created)
{
    crew->stop = true;
    for (int i = 1; i < created; i++) start_member(&crew->members[i]);
    for (int i = 1; i < created; i++) pthread_join(crew->members[i].id, NULL);
}

enum bn_status bn_threads_open(struct bn_threads **threads, int n, const int *cpus,
                               void (*start)(void *self, int thread), void *self, struct bn_error *err)
{
    struct bn_threads *crew = aligned_alloc(64, sizeof *crew);
    if (!crew) return bn_fail_memory(err, "the thread crew", sizeof *crew);
    memset(crew, 0, sizeof *crew);
    crew->members = aligned_alloc(64, (size_t)n * sizeof *crew->members);
    if (!crew->members) {
        free(crew);
        return bn_fail_memory(err, "the thread crew", (size_t)n * sizeof *crew->members);
    }
    memset(crew->members, 0, (size_t)n * sizeof *crew->members);
    crew->n = crew->n_active = n;
    crew->spins = n <= (int)sysconf(_SC_NPROCESSORS_ONLN) ? SPINS : 16;
    crew->start = start;
    crew->self = self;
    for (int i = 1; i < n; i++) {
        struct member *m = &crew->members[i];
        m->crew = crew, m->thread = i, m->cpu = cpus ? cpus[i] : -1;
        int rc = pthread_create(&m->id, NULL, work, m);
        if (rc) {
            join_all(crew, i);
            free(crew->members);
            free(crew);
            return bn_fail(err, BN_ERR_IO, "Could not start thread %d of %d: %s.", i + 1, n, strerror(rc));
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
    free(crew->members);
    free(crew);
}

int bn_threads_count(const struct bn_threads *crew) { return crew->n; }
