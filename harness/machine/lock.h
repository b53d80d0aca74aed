/* lock.h - who measures on this machine: runs that share a CPU would measure each other. One file in $BITNET_LOCK_DIR,
 * else /run/lock, else /tmp, with record locks of the kernel (they end with their process): for each CPU that the
 * process may use, one that says which queue it works for, and one that is held while a point is being measured. */
#ifndef BN_MACHINE_LOCK_H
#define BN_MACHINE_LOCK_H
#include "engine/bitnet.h"
#include <sched.h>
#include <signal.h>

struct bn_lock {
    int file; /* -1: taken by none (--no-lock) */
    cpu_set_t cpus;
    uint32_t queue;
};
enum bn_lock_policy { BN_LOCK_REFUSE, BN_LOCK_WAIT, BN_LOCK_NONE };
/* Enters the machine for a queue: processes with the same queue (runners of one database) come in together, others are
 * refused with a sentence that says who is there, or waited for. queue 0: this process alone. *stop, when a signal sets
 * it, ends the wait. */
enum bn_status bn_lock_enter(struct bn_lock *lock, enum bn_lock_policy policy, uint32_t queue,
                             const volatile sig_atomic_t *stop, struct bn_error *err);
/* One of those that came in together measures at a time. Waits; with *stop set it returns without the turn. */
void bn_lock_turn(struct bn_lock *lock, bool take, const volatile sig_atomic_t *stop);
void bn_lock_leave(struct bn_lock *lock);
/* The queue of everybody who works on this file. */
uint32_t bn_lock_queue(const char *path);
#endif
