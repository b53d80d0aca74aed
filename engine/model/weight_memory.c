/* weight_memory.c - a region of huge pages and the parallel copy into it. */
#include "engine/model/weight_memory.h"
#include <string.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 2 << 20, SMALL_PAGE = 4096, SLICE = 4 << 20 };

enum bn_status bn_weight_memory_open(struct bn_weight_memory *memory, size_t bytes, struct bn_error *err)
{
    *memory = (struct bn_weight_memory){0};
    if (!bytes) return BN_OK;
    bytes = (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    uint8_t *p = mmap(NULL, bytes + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) return bn_fail_memory(err, "the weights", bytes);
    size_t before = (HUGE_PAGE - (uintptr_t)p % HUGE_PAGE) % HUGE_PAGE; /* give back what lies outside whole huge pages */
    if (before) munmap(p, before);
    munmap(p + before + bytes, HUGE_PAGE - before);
    *memory = (struct bn_weight_memory){p + before, bytes, 0};
    madvise(memory->base, memory->bytes, MADV_HUGEPAGE); /* a kernel without huge pages gives small ones: slower, not wrong */
    return BN_OK;
}

void bn_weight_memory_close(struct bn_weight_memory *memory)
{
    if (memory->base) munmap(memory->base, memory->bytes);
    *memory = (struct bn_weight_memory){0};
}

void *bn_weight_memory_take(struct bn_weight_memory *memory, size_t bytes)
{
    size_t need = bn_weight_memory_need(bytes);
    if (need > memory->bytes - memory->used) return NULL;
    void *p = memory->base + memory->used;
    memory->used += need;
    return p;
}

struct copy {
    uint8_t *to;
    const uint8_t *from;
    size_t bytes;
    int n_threads;
    bool release;
};

static void release_pages(const uint8_t *from, size_t bytes)
{
    uintptr_t begin = ((uintptr_t)from + SMALL_PAGE - 1) / SMALL_PAGE * SMALL_PAGE, end = ((uintptr_t)from + bytes) / SMALL_PAGE * SMALL_PAGE;
    if (end > begin) madvise((void *)begin, end - begin, MADV_DONTNEED);
}

static void copy_share(void *arg, int thread)
{
    const struct copy *c = arg;
    for (size_t at = (size_t)thread * SLICE; at < c->bytes; at += (size_t)c->n_threads * SLICE) {
        size_t n = c->bytes - at < SLICE ? c->bytes - at : SLICE;
        if (c->release) madvise((void *)((uintptr_t)(c->from + at) / SMALL_PAGE * SMALL_PAGE), n, MADV_WILLNEED);
        memcpy(c->to + at, c->from + at, n);
        if (c->release) release_pages(c->from + at, n);
    }
}

void bn_weight_memory_copy(struct bn_threads *threads, void *to, const void *from, size_t bytes, bool release)
{
    bn_threads_run(threads, copy_share, &(struct copy){to, from, bytes, bn_threads_count(threads), release});
}
