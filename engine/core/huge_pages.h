/* huge_pages.h - large zeroed regions whose pages are allocated on first touch, 2 MiB at a time if the kernel
 * supports it.
 *
 * They speed up streaming through memory: hardware prefetchers stop at page boundaries, and every page costs a nested
 * page walk. */
#ifndef BN_CORE_HUGE_PAGES_H
#define BN_CORE_HUGE_PAGES_H
#include <stddef.h>

#define BN_HUGE_PAGE ((size_t)2 << 20)

/* Rounds *bytes up to whole huge pages and reserves them; NULL if memory runs out. */
void *bn_huge_pages_map(size_t *bytes);
void bn_huge_pages_unmap(void *region, size_t bytes); /* bytes as set by bn_huge_pages_map; NULL does nothing */
#endif
