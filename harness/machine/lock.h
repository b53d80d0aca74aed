/* lock.h - arbitrates who measures on this machine: runs that share a CPU would disturb each other. One file in
 * $BITNET_LOCK_DIR, else /run/lock, else /tmp, with record locks of the kernel (they end with their process): for each
 * CPU that the process may use, one that says which queue it works for, and one that is held while a point is being
 * measured. */
#ifndef BN_MACHINE_LOCK_H
#define BN_MACHINE_LOCK_H
#include "engine/bitnet.h"
#include <sched.h>
#include <signal.h>

struct bn_lock {
    int file; /* -1: not locked (--no-lock) */
    cpu_set_t cpus;
    uint32_t queue;
};
enum bn_lock_policy { BN_LOCK_REFUSE, BN_LOCK_WAIT, BN_LOCK_NONE };
/* Of the options --wait and --no-lock. */
static inline enum bn_lock_policy bn_lock_policy(bool wait, bool no_lock)
{
    return no_lock ? BN_LOCK_NONE : wait ? BN_LOCK_WAIT : BN_LOCK_REFUSE;
}
/* Enters the machine for a queue: processes with the same queue (runners of one database) enter together; others are
 * rejected with a sentence that names the holder, or wait for it. queue 0: this process alone. *stop, when set by a
 * signal, ends the wait. */
enum bn_status bn_lock_enter(struct bn_lock *lock, enum bn_lock_policy policy, uint32_t queue,
                             const volatile sig_atomic_t *stop, struct bn_error *err);
/* Only one of those that entered together measures at a time. Waits; with *stop set it returns without the turn. */
void bn_lock_turn(struct bn_lock *lock, bool take, const volatile sig_atomic_t *stop);
void bn_lock_leave(struct bn_lock *lock);
/* The queue shared by all who work on this file. */
uint32_t bn_lock_queue(const char *path);
#endif
