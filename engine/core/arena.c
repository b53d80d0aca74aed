/* arena.c - memory that is freed all at once. */
#include "engine/core/arena.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 1 << 16, WIDE = 64 };

struct bn_arena_chunk {
    struct bn_arena_chunk *next;
    size_t used, capacity;
    unsigned char bytes[];
};

/* calloc returns large chunks as untouched zero pages. */
static struct bn_arena_chunk *add_chunk(struct bn_arena *arena, size_t bytes)
{
    size_t capacity = bytes > CHUNK / 4 ? bytes : CHUNK;
    struct bn_arena_chunk *chunk = calloc(1, sizeof *chunk + capacity + WIDE);
    if (!chunk) return NULL;
    chunk->capacity = capacity + WIDE;
    chunk->next = arena->chunks;
    return arena->chunks = chunk;
}

/* Bytes to skip so that what follows is aligned. */
static size_t padding(const struct bn_arena_chunk *chunk, size_t align)
{
    return (align - (uintptr_t)(chunk->bytes + chunk->used) % align) % align;
}

void *bn_arena_alloc(struct bn_arena *arena, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes) || bytes > SIZE_MAX / 2) return NULL;
    size_t align = bytes >= WIDE ? WIDE : sizeof(void *);
    struct bn_arena_chunk *chunk = arena->chunks;
    if (!chunk || chunk->capacity - chunk->used < bytes + WIDE) chunk = add_chunk(arena, bytes);
    if (!chunk) return NULL;
    chunk->used += padding(chunk, align);
    void *p = chunk->bytes + chunk->used;
    chunk->used += bytes;
    return p;
}

char *bn_arena_string(struct bn_arena *arena, const char *bytes, size_t n)
{
    char *s = n < SIZE_MAX ? bn_arena_alloc(arena, n + 1, 1) : NULL;
    if (s && n) memcpy(s, bytes, n);
    return s;
}

void bn_arena_release(struct bn_arena *arena)
{
    for (struct bn_arena_chunk *chunk = arena->chunks, *next; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    arena->chunks = NULL;
}
