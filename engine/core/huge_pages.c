/* huge_pages.c - an anonymous mapping aligned to huge pages. */
#include "engine/core/huge_pages.h"
#include <stdint.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 2 << 20 };

void *bn_huge_pages_map(size_t *bytes)
{
    if (*bytes > SIZE_MAX / 2) return NULL;
    *bytes = (*bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    char *p =
        mmap(NULL, *bytes + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) return NULL;
    size_t before = (HUGE_PAGE - (uintptr_t)p % HUGE_PAGE) % HUGE_PAGE; /* unmap what is outside whole huge pages */
    if (before) munmap(p, before);
    munmap(p + before + *bytes, HUGE_PAGE - before);
    madvise(p + before, *bytes, MADV_HUGEPAGE); /* a kernel without huge pages returns small ones: slower but correct */
    return p + before;
}

void bn_huge_pages_unmap(void *region, size_t bytes)
{
    if (region) munmap(region, bytes);
}
