/* segments.h - segments of KV caches: mapped several at once, counted users, given back one by one. */
#ifndef BN_MODEL_KV_SEGMENTS_H
#define BN_MODEL_KV_SEGMENTS_H
#include <stdatomic.h>
#include <stddef.h>

struct bn_kv_home;

struct bn_kv_segment {
    atomic_int users; /* caches that hold it; several may read, a single one may write */
    char *memory;
    struct bn_kv_home *home;
};

/* Maps n segments of `bytes` each into segments[0 .. n - 1], each with one user; returns the bytes mapped, 0: could
 * not. */
size_t bn_kv_segments_map(struct bn_kv_segment **segments, size_t n, size_t bytes);
/* One user less; NULL is nothing. Memory that nobody uses goes back to the system. */
void bn_kv_segment_drop(struct bn_kv_segment *segment, size_t bytes);
#endif
