/* room.c - reserves addresses and takes pages. */
#include "harness/profile/room.h"
#include "harness/core/error.h"
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

enum { STEP = 4 << 20 };

enum bn_status bn_room_open(struct bn_room *room, size_t most_bytes, struct bn_error *err)
{
    size_t bytes = (most_bytes + STEP - 1) / STEP * STEP;
    char *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    *room = (struct bn_room){0};
    if (at == MAP_FAILED)
        return bn_harness_fail(
            err, BN_ERR_MEMORY,
            "Could not reserve %zu MiB of addresses for a profile; raise the limit of virtual memory "
            "(ulimit -v).",
            bytes >> 20);
    *room = (struct bn_room){.at = at, .reserved = bytes};
    bn_room_ahead(room, STEP);
    return BN_OK;
}

void bn_room_close(struct bn_room *room)
{
    if (room->at) munmap(room->at, room->reserved);
    *room = (struct bn_room){0};
}

static void take_pages(char *at, size_t bytes)
{
#ifdef MADV_POPULATE_WRITE
    if (!madvise(at, bytes, MADV_POPULATE_WRITE)) return;
#endif
    memset(at, 0, bytes); /* an older kernel */
}

static int64_t faults_of_thread(void)
{
    struct rusage usage;
    getrusage(RUSAGE_THREAD, &usage);
    return (int64_t)usage.ru_minflt + usage.ru_majflt;
}

bool bn_room_ahead(struct bn_room *room, size_t bytes)
{
    size_t used = __atomic_load_n(&room->used, __ATOMIC_RELAXED), want = (used + bytes + STEP - 1) / STEP * STEP;
    if (want > room->reserved) want = room->reserved;
    if (want <= room->ready) return false;
    int64_t before = faults_of_thread();
    take_pages(room->at + room->ready, want - room->ready);
    room->n_faults += faults_of_thread() - before;
    __atomic_store_n(&room->ready, want, __ATOMIC_RELEASE);
    return true;
}
