/* pmu.h - counts events per thread, phase and operation. A counter that cannot be read yields a reason, never a zero.
 *
 *   bn_pmu_open(&pmu, bn_pmu_perf(), n_threads, err);
 *   bn_pmu_thread(pmu, t);               // on each thread that shall be counted (bn_observer.thread_start)
 *   for (g = 1; g <= bn_pmu_groups(pmu); g++) {
 *       bn_pmu_start(pmu, g); work(); bn_pmu_stop(pmu, phase, n_tokens);
 *   }
 *   bn_pmu_each(pmu, take, self);        // one struct bn_counter per value or reason
 *
 * Groups and events: events.list. Sources: "perf" and "software" of the same names; a fake backend for tests. */
#ifndef BN_PMU_H
#define BN_PMU_H
#include "harness/store/store.h"

enum { BN_PMU_REASON = 240, BN_PMU_MAX_GROUP = 8 };
struct bn_pmu_reading {
    uint64_t enabled, running; /* ns since the group was created: enabled, and actually on the PMU */
    uint64_t value[BN_PMU_MAX_GROUP];
};
/* Where events come from. Handles are >= 0. */
enum { BN_PMU_REFUSED = -1, BN_PMU_OTHER_CPU = -2 };
struct bn_pmu_backend {
    const char *source; /* NULL: as events.list says */
    void *self;
    /* Opens one event for the calling thread, disabled, in the group of `leader` (-1: a new group). The reason is
     * filled where it cannot: BN_PMU_REFUSED (this CPU has the event, or the kernel would), BN_PMU_OTHER_CPU (another
     * family's). */
    int (*open)(void *self, const char *spec, int leader, char reason[BN_PMU_REASON]);
    void (*enable)(void *self, int leader, bool on);
    bool (*read)(void *self, int leader, int n_events, struct bn_pmu_reading *reading);
    void (*close)(void *self, int handle);
};
const struct bn_pmu_backend *bn_pmu_perf(void); /* libpfm4 and perf_event_open */

/* One hardware event of this process and the threads that it starts later, in user mode, from open to close. */
struct bn_pmu_process {
    int fd;                     /* -1: none */
    char reason[BN_PMU_REASON]; /* why it does not count; "" when it does */
};
void bn_pmu_process_open(struct bn_pmu_process *event, const char *spec);
uint64_t bn_pmu_process_read(struct bn_pmu_process *event); /* 0 where it does not count */
void bn_pmu_process_close(struct bn_pmu_process *event);

struct bn_pmu;
enum bn_status bn_pmu_open(struct bn_pmu **pmu, const struct bn_pmu_backend *backend, int n_threads,
                           struct bn_error *err);
void bn_pmu_close(struct bn_pmu *pmu);
void bn_pmu_thread(struct bn_pmu *pmu, int thread); /* opens all events for the calling thread; once per thread */
int bn_pmu_groups(const struct bn_pmu *pmu); /* hardware groups that have an open event, after the threads came */

/* All threads: count software events and the g-th usable hardware group (1.., 0: software alone) from here to stop. */
void bn_pmu_start(struct bn_pmu *pmu, int g);
void bn_pmu_stop(struct bn_pmu *pmu, enum bn_phase phase, int n_tokens); /* n_tokens 0: only the operations count */
/* The calling thread, between start and stop: what passes from begin to end belongs to `op`. */
void bn_pmu_op_begin(struct bn_pmu *pmu, int thread);
void bn_pmu_op_end(struct bn_pmu *pmu, int thread, enum bn_phase phase, enum bn_op op);
/* Calls take for each phase that was counted: totals (thread -1), per thread where there are several, per operation,
 * and the reason for each event that is missing. */
void bn_pmu_each(struct bn_pmu *pmu, void (*take)(void *self, const struct bn_counter *counter), void *self);
#endif
