/* stack_signal.c - call stacks without the kernel's help: a timer for each thread, whose signal handler follows the
 * frame pointers of what it interrupted. */
#include "harness/profile/stack_source.h"
#include "harness/core/clock.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

static _Thread_local struct bn_stack_source *mine; /* of the thread that the handler runs on */

static bool works(int hz, char *why, size_t cap)
{
    (void)hz, (void)why, (void)cap;
    return true;
}

static bool registers(const ucontext_t *at, uintptr_t *ip, uintptr_t *frame)
{
#if defined(__x86_64__)
    *ip = (uintptr_t)at->uc_mcontext.gregs[REG_RIP], *frame = (uintptr_t)at->uc_mcontext.gregs[REG_RBP];
#elif defined(__aarch64__)
    *ip = (uintptr_t)at->uc_mcontext.pc, *frame = (uintptr_t)at->uc_mcontext.regs[29];
#else
    return (void)at, (void)ip, (void)frame, false;
#endif
    return true;
}

/* A frame is {the caller's frame, return address} on both architectures. Code without frame pointers may leave anything
 * in the register: only addresses on the thread's own stack, further out each time, are followed. */
static size_t walk(const struct bn_stack_source *s, uintptr_t ip, uintptr_t frame, uint64_t *out)
{
    size_t n = 0;
    uintptr_t inner = s->stack_low;
    out[n++] = ip;
    while (n < BN_STACK_DEPTH && frame > inner && frame <= s->stack_high - 2 * sizeof frame &&
           frame % sizeof frame == 0) {
        const uintptr_t *at = (const uintptr_t *)frame; /* NOLINT: an address of the stack */
        if (at[1] < 4096) break;
        out[n++] = at[1];
        inner = frame, frame = at[0];
    }
    return n;
}

static void handle(int number, siginfo_t *info, void *context)
{
    struct bn_stack_source *s = mine;
    int before = errno;
    uintptr_t ip, frame;
    uint64_t found[BN_STACK_DEPTH];
    (void)number, (void)info;
    if (!s || !__atomic_load_n(s->on, __ATOMIC_ACQUIRE) || !registers(context, &ip, &frame)) return;
    size_t n = walk(s, ip, frame, found);
    struct bn_stack_sample *sample = bn_room_take(&s->room, sizeof *sample + n * 8);
    if (sample) {
        sample->ns = bn_clock_ns(), sample->n = n;
        memcpy(sample->ip, found, n * 8);
    } else {
        s->n_lost++;
    }
    errno = before;
}

static bool find_stack(struct bn_stack_source *s)
{
    pthread_attr_t attr;
    void *low;
    size_t size;
    if (pthread_getattr_np(pthread_self(), &attr)) return false;
    bool found = !pthread_attr_getstack(&attr, &low, &size);
    pthread_attr_destroy(&attr);
    if (found) s->stack_low = (uintptr_t)low, s->stack_high = (uintptr_t)low + size;
    return found;
}

static void attach(struct bn_stack_source *s, int hz, const bool *on)
{
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_RESTART};
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGPROF};
    const struct timespec every = {hz == 1, hz == 1 ? 0 : 1000000000 / hz};
    event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
    s->on = on;
    if (!find_stack(s) || sigaction(SIGPROF, &action, NULL) || timer_create(CLOCK_MONOTONIC, &event, &s->timer)) return;
    mine = s, s->fd = 0;
    s->attached = !timer_settime(s->timer, 0, &(struct itimerspec){every, every}, NULL);
}

/* The handler of a thread may run meanwhile: it moves `used`, this `ready`. */
static void drain(struct bn_stack_source *s)
{
    if (s->attached) bn_room_ahead(&s->room, 1 << 20);
}

static void detach(struct bn_stack_source *s)
{
    if (s->fd < 0) return;
    timer_delete(s->timer);
    s->fd = -1;
}

const struct bn_stack_way bn_stacks_signal = {works, attach, drain, detach};
