/* huge_pages.c - an anonymous mapping aligned to huge pages. */
#include "engine/core/huge_pages.h"
#include <stdint.h>
#include <sys/mman.h>

void *bn_huge_pages_map(size_t *bytes)
{
    if (*bytes > SIZE_MAX / 2) return NULL;
    *bytes = (*bytes + BN_HUGE_PAGE - 1) / BN_HUGE_PAGE * BN_HUGE_PAGE;
    char *p =
        mmap(NULL, *bytes + BN_HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) return NULL;
    size_t before =
        (BN_HUGE_PAGE - (uintptr_t)p % BN_HUGE_PAGE) % BN_HUGE_PAGE; /* unmap what is outside whole huge pages */
    if (before) munmap(p, before);
    munmap(p + before + *bytes, BN_HUGE_PAGE - before);
    madvise(p + before, *bytes, MADV_HUGEPAGE); /* a kernel without huge pages returns small ones: slower but correct */
    return p + before;
}

void bn_huge_pages_unmap(void *region, size_t bytes)
{
    if (region) munmap(region, bytes);
}
