/* weight_memory.c - a region of huge pages and the parallel copy into it. */
#include "engine/model/weight_memory.h"
#include "engine/core/huge_pages.h"
#include <string.h>
#include <sys/mman.h>

enum { SMALL_PAGE = 4096, SLICE = 4 << 20 };

enum bn_status bn_weight_memory_open(struct bn_weight_memory *memory, size_t bytes, struct bn_error *err)
{
    *memory = (struct bn_weight_memory){0};
    if (!bytes) return BN_OK;
    uint8_t *p = bn_huge_pages_map(&bytes);
    if (!p) return bn_fail_memory(err, "the weights", bytes);
    *memory = (struct bn_weight_memory){p, bytes, 0};
    return BN_OK;
}

void bn_weight_memory_close(struct bn_weight_memory *memory)
{
    bn_huge_pages_unmap(memory->base, memory->bytes);
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

void bn_weight_memory_release(const void *from, size_t bytes)
{
    uintptr_t begin = ((uintptr_t)from + SMALL_PAGE - 1) / SMALL_PAGE * SMALL_PAGE,
              end = ((uintptr_t)from + bytes) / SMALL_PAGE * SMALL_PAGE;
    if (end > begin) madvise((void *)begin, end - begin, MADV_DONTNEED);
}

static void copy_share(void *arg, int thread)
{
    const struct copy *c = arg;
    for (size_t at = (size_t)thread * SLICE; at < c->bytes; at += (size_t)c->n_threads * SLICE) {
        size_t n = c->bytes - at < SLICE ? c->bytes - at : SLICE;
        if (c->release) madvise((void *)((uintptr_t)(c->from + at) / SMALL_PAGE * SMALL_PAGE), n, MADV_WILLNEED);
        memcpy(c->to + at, c->from + at, n);
        if (c->release) bn_weight_memory_release(c->from + at, n);
    }
}

void bn_weight_memory_copy(struct bn_threads *threads, void *to, const void *from, size_t bytes, bool release)
{
    bn_threads_run(threads, copy_share, &(struct copy){to, from, bytes, bn_threads_count(threads), release});
}
