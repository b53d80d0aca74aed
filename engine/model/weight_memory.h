/* weight_memory.h - where weights reside at run time: one region of huge pages, filled by all cores.
 *
 * Decode reads every weight once a token. From 4 KB pages of the page cache the best loop reads 22-28 GB/s on a Zen 5
 * core, from huge pages 33 (engine/performance.md): hardware prefetchers stop at page ends and every page costs a
 * nested page walk. Copying a 0.8 GB file from the page cache takes about 0.1 s on two cores; the file's own pages are
 * given back as they are copied, so that resident memory stays at the size of the file. */
#ifndef BN_MODEL_WEIGHT_MEMORY_H
#define BN_MODEL_WEIGHT_MEMORY_H
#include "engine/core/threads.h"

struct bn_weight_memory {
    uint8_t *base; /* NULL: none */
    size_t bytes, used;
};
/* Reserves room; pages come when they are written. */
enum bn_status bn_weight_memory_open(struct bn_weight_memory *memory, size_t bytes, struct bn_error *err);
void bn_weight_memory_close(struct bn_weight_memory *memory);
/* 64-byte aligned, with a spare cache line after it; NULL if the region is full. */
void *bn_weight_memory_take(struct bn_weight_memory *memory, size_t bytes);
/* Bytes of the region that a tensor of this size takes. */
static inline size_t bn_weight_memory_need(size_t bytes) { return (bytes + 127) / 64 * 64; }
/* Copies on all threads. `release`: the source is a mapped file whose pages this process will not read again soon. */
void bn_weight_memory_copy(struct bn_threads *threads, void *to, const void *from, size_t bytes, bool release);
/* Gives back pages of a mapped file; reading them again is possible and costs faults. */
void bn_weight_memory_release(const void *from, size_t bytes);
#endif
