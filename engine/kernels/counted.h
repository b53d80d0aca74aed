/* counted.h - kernels that count their calls, for sessions with an observer: what was actually called, not what was
 * declared.
 *
 * bn_kernels_counted fills a table once; bn_kernels_count names the kernels behind it for the calling thread before
 * each pass; bn_kernels_calls grows by one with each call on this thread. Every operation of ops.def has a counter. */
#ifndef BN_KERNELS_COUNTED_H
#define BN_KERNELS_COUNTED_H
#include "engine/kernels/kernels.h"

void bn_kernels_counted(struct bn_kernels *counted, const struct bn_kernels *kernels);
void bn_kernels_count(const struct bn_kernels *kernels);
uint64_t bn_kernels_calls(void);
#endif
