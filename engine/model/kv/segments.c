/* segments.c - one mapping for several segments: huge pages do not end at a segment's end. */
#include "engine/model/kv/segments.h"
#include "engine/core/huge_pages.h"
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct bn_kv_home {
    atomic_size_t n; /* segments in use */
    char *memory;
    size_t bytes;
    struct bn_kv_segment segments[];
};

/* Huge pages are for mappings that fill one. */
static char *map(size_t *bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (*bytes >= BN_HUGE_PAGE) return bn_huge_pages_map(bytes);
    *bytes = (*bytes + page - 1) / page * page;
    char *p = mmap(NULL, *bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

size_t bn_kv_segments_map(struct bn_kv_segment **segments, size_t n, size_t bytes)
{
    struct bn_kv_home *home = malloc(sizeof *home + n * sizeof *home->segments);
    if (!home) return 0;
    home->bytes = n * bytes;
    home->memory = map(&home->bytes);
    if (!home->memory) {
        free(home);
        return 0;
    }
    atomic_init(&home->n, n);
    for (size_t i = 0; i < n; i++) {
        struct bn_kv_segment *s = segments[i] = &home->segments[i];
        atomic_init(&s->users, 1);
        s->memory = home->memory + i * bytes;
        s->home = home;
    }
    return home->bytes;
}

/* Whole pages of a segment whose neighbours are still in use. */
static void give_back(char *memory, size_t bytes)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), begin = ((uintptr_t)memory + page - 1) / page * page,
              end = ((uintptr_t)memory + bytes) / page * page;
    if (begin < end) madvise((char *)memory + (begin - (uintptr_t)memory), end - begin, MADV_DONTNEED);
}

void bn_kv_segment_drop(struct bn_kv_segment *s, size_t bytes)
{
    if (!s || atomic_fetch_sub(&s->users, 1) > 1) return;
    struct bn_kv_home *home = s->home;
    char *memory = s->memory;
    if (atomic_load(&home->n) > 1) give_back(memory, bytes);
    if (atomic_fetch_sub(&home->n, 1) > 1) return;
    bn_huge_pages_unmap(home->memory, home->bytes);
    free(home);
}
