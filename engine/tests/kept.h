/* kept.h - for tests: memory that lives until the test process ends and is freed then, so that a check for leaks finds
 * only what the engine or a test forgot. */
#ifndef BN_TESTS_KEPT_H
#define BN_TESTS_KEPT_H
#include <stddef.h>
#include <stdlib.h>

struct kept {
    struct kept *next;
    max_align_t bytes[];
};
static struct kept *kept_first;

static inline void kept_release(void)
{
    for (struct kept *k = kept_first, *next; k; k = next) next = k->next, free(k);
}

static inline void *kept(size_t n) /* n bytes of zeros, never NULL */
{
    struct kept *k = calloc(1, sizeof *k + n);
    if (!k || (!kept_first && atexit(kept_release))) abort();
    k->next = kept_first, kept_first = k;
    return k->bytes;
}
#endif
