/* stack_perf.c - call stacks from the kernel: a software event on the thread's CPU time, whose samples come in a ring.
 */
#include "harness/profile/stack_source.h"
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PAGE = 4096, RING_PAGES = 64 }; /* 256 KiB: within what the kernel lets a user lock for each CPU */

static int open_event(int hz)
{
    struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE,
                                   .size = sizeof attr,
                                   .config = PERF_COUNT_SW_CPU_CLOCK,
                                   .sample_type = PERF_SAMPLE_TIME | PERF_SAMPLE_CALLCHAIN,
                                   .sample_freq = (uint64_t)hz,
                                   .freq = 1,
                                   .exclude_kernel = 1,
                                   .exclude_hv = 1,
                                   .exclude_callchain_kernel = 1,
                                   .use_clockid = 1,
                                   .clockid = CLOCK_MONOTONIC,
                                   .sample_max_stack = BN_STACK_DEPTH};
    return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static void *map_ring(int fd)
{
    void *ring = mmap(NULL, (1 + RING_PAGES) * (size_t)PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return ring == MAP_FAILED ? NULL : ring;
}

static bool works(int hz, char *why, size_t cap)
{
    int fd = sysconf(_SC_PAGESIZE) == PAGE ? open_event(hz) : -1;
    void *ring = fd >= 0 ? map_ring(fd) : NULL;
    if (!ring)
        snprintf(why, cap, "perf_event: %s%s", strerror(errno),
                 errno == EACCES || errno == EPERM ? " (kernel.perf_event_paranoid, or a container's policy)" : "");
    if (ring) munmap(ring, (1 + RING_PAGES) * (size_t)PAGE);
    if (fd >= 0) close(fd);
    return ring != NULL;
}

static void attach(struct bn_stack_source *s, int hz, const bool *on)
{
    s->fd = open_event(hz);
    void *ring = s->fd >= 0 ? map_ring(s->fd) : NULL;
    s->on = on, s->attached = ring != NULL;
    __atomic_store_n(&s->ring, ring, __ATOMIC_RELEASE);
}

/* Copies bytes from the ring, which wraps. */
static void copy(const struct bn_stack_source *s, void *to, uint64_t from, size_t n)
{
    const char *data = (const char *)s->ring + PAGE;
    size_t size = (size_t)RING_PAGES * PAGE, at = from & (size - 1), first = n < size - at ? n : size - at;
    memcpy(to, data + at, first);
    memcpy((char *)to + first, data, n - first);
}

static void keep(struct bn_stack_source *s, uint64_t at, size_t bytes)
{
    struct {
        uint64_t ns, n, ip[BN_STACK_DEPTH + 16];
    } raw = {0};
    if (bytes > sizeof raw) bytes = sizeof raw;
    copy(s, &raw, at, bytes);
    if (bytes < 16 || raw.n > (bytes - 16) / 8) raw.n = 0;
    uint64_t marks = 0; /* PERF_CONTEXT_USER and the like are no addresses */
    while (marks < raw.n && raw.ip[marks] >= PERF_CONTEXT_MAX) marks++;
    uint64_t n = raw.n - marks;
    bn_room_ahead(&s->room, sizeof raw);
    struct bn_stack_sample *sample = bn_room_take(&s->room, sizeof *sample + n * 8);
    if (!sample) {
        s->n_lost++;
        return;
    }
    sample->ns = (int64_t)raw.ns, sample->n = n;
    memcpy(sample->ip, raw.ip + marks, n * 8);
}

static void drain(struct bn_stack_source *s)
{
    struct perf_event_mmap_page *head = __atomic_load_n(&s->ring, __ATOMIC_ACQUIRE);
    if (!head) return;
    uint64_t end = __atomic_load_n(&head->data_head, __ATOMIC_ACQUIRE), at = head->data_tail;
    while (at < end) {
        struct perf_event_header h;
        copy(s, &h, at, sizeof h);
        if (h.size < sizeof h) break;
        if (h.type == PERF_RECORD_SAMPLE) keep(s, at + sizeof h, h.size - sizeof h);
        if (h.type == PERF_RECORD_LOST) {
            struct {
                uint64_t id, lost;
            } lost;
            copy(s, &lost, at + sizeof h, sizeof lost);
            s->n_lost += lost.lost;
        }
        at += h.size;
    }
    __atomic_store_n(&head->data_tail, end, __ATOMIC_RELEASE);
}

static void detach(struct bn_stack_source *s)
{
    if (s->fd < 0) return;
    drain(s);
    if (s->ring) munmap(s->ring, (1 + RING_PAGES) * (size_t)PAGE);
    close(s->fd);
    s->fd = -1, s->ring = NULL;
}

const struct bn_stack_way bn_stacks_perf = {works, attach, drain, detach};
