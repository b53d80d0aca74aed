/* arena.h - memory that is freed all at once. `struct bn_arena a = {0}; p = bn_arena_alloc(&a, n, sizeof
 * *p);` */
#ifndef BN_CORE_ARENA_H
#define BN_CORE_ARENA_H
#include <stddef.h>

struct bn_arena {
    struct bn_arena_chunk *chunks; /* newest first */
};
/* n * size bytes, zeroed, aligned to 64 (small ones to 8); NULL if memory runs out or the product overflows.
 * n * size may be 0. */
void *bn_arena_alloc(struct bn_arena *arena, size_t n, size_t size);
/* A copy of `bytes` with a terminator; NULL if memory runs out. */
char *bn_arena_string(struct bn_arena *arena, const char *bytes, size_t n);
void bn_arena_release(struct bn_arena *arena);
#endif
