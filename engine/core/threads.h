/* threads.h - a crew of threads that runs one function together, with a barrier that spins briefly and then sleeps. The
 * calling thread is thread 0 of the crew.
 *
 * An adaptive crew leaves members out for a while if thread 0 has spent most of a run waiting for them because
 * something else keeps their CPU busy. Its function must divide work by bn_threads_rank, not by thread.
 */
#ifndef BN_CORE_THREADS_H
#define BN_CORE_THREADS_H
#include "engine/core/status.h"
#include <sched.h>

struct bn_threads;
#define BN_MAX_THREADS 1024

/* Opens a crew of n threads (n - 1 are created). cpus: n CPU numbers to pin to, or NULL. start (may be NULL) runs once
 * on every thread, thread 0 included. */
enum bn_status bn_threads_open(struct bn_threads **threads, int n, const int *cpus,
                               void (*start)(void *self, int thread), void *self, struct bn_error *err);
void bn_threads_close(struct bn_threads *threads);
int bn_threads_count(const struct bn_threads *threads);
/* Off after opening: every run has all threads. */
void bn_threads_adapt(struct bn_threads *threads, bool adapts);

/* Time that thread 0 has lost to descheduled members, and how the crew reacts. */
struct bn_threads_load {
    int n_active;       /* threads of the latest run */
    uint64_t n_dropped; /* how often a member was left out for a while */
    uint64_t waited_ns; /* by thread 0, asleep at barriers */
};
struct bn_threads_load bn_threads_load(const struct bn_threads *threads);

/* Runs fn(arg, thread) on the active threads of the crew and returns when all are done. */
void bn_threads_run(struct bn_threads *threads, void (*fn)(void *arg, int thread), void *arg);
/* Inside fn: the place of `thread` among the *n active ones, 0 to *n - 1. */
int bn_threads_rank(const struct bn_threads *threads, int thread, int *n);
/* Inside fn, called by every active thread: no thread passes before all have arrived; earlier writes are visible
 * afterwards. */
void bn_threads_barrier(struct bn_threads *threads, int thread);
/* How many physical cores this process may use, of those that are alike: the fastest, and what is within a fifth of it.
 */
int bn_cores_available(void);
/* The numbers of all cores that it may use, one CPU of each, like ones first, at most `cap` in cpus; returns how many.
 */
int bn_cores_list(int *cpus, int cap);
/* Are there slower ones among them? */
bool bn_cores_differ(void);
/* The rule, on a system described below `root` (/sys/devices): all cores of `allowed` as in bn_cores_list; returns how
 * many are alike. */
int bn_cores_sort(const char *root, const cpu_set_t *allowed, int *cpus, int cap);
/* Whole CPUs that the CFS quotas of this process's control groups allow (cgroup v2 and v1, every level), at least 1; 0:
 * there is no quota. `proc_cgroup` is /proc/self/cgroup, `root` the mount point of the control groups. */
int bn_cpu_quota(const char *proc_cgroup, const char *root);

/* The share of `total` units for `thread` of n, in whole multiples of `grain`. */
static inline void bn_share(int total, int grain, int thread, int n, int *begin, int *end)
{
    int units = (total + grain - 1) / grain;
    long b = (long)units * thread / n * grain, e = (long)units * (thread + 1) / n * grain;
    *begin = b < total ? (int)b : total;
    *end = e < total ? (int)e : total;
}
#endif
