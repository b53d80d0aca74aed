/* huge_pages.h - large zeroed regions whose pages come as they are touched, 2 MiB at a time where the kernel grants
 * that.
 *
 * Whoever streams through memory wants them: hardware prefetchers stop at page ends, and every page costs a nested page
 * walk. */
#ifndef BN_CORE_HUGE_PAGES_H
#define BN_CORE_HUGE_PAGES_H
#include <stddef.h>

/* Rounds *bytes up to whole huge pages and reserves as much; NULL without memory. */
void *bn_huge_pages_map(size_t *bytes);
void bn_huge_pages_unmap(void *region, size_t bytes); /* bytes as bn_huge_pages_map left them; NULL does nothing */
#endif
