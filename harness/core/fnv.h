/* fnv.h - FNV-1a with 64 bits, the one hash of the harness: h = bn_fnv_add(h, word) from BN_FNV_BASIS on. Source:
 * http://www.isthe.com/chongo/tech/comp/fnv. Not for secrets. */
#ifndef BN_HARNESS_FNV_H
#define BN_HARNESS_FNV_H
#include <stdint.h>

#define BN_FNV_BASIS UINT64_C(0xcbf29ce484222325)
static inline uint64_t bn_fnv_add(uint64_t hash, uint64_t word) { return (hash ^ word) * UINT64_C(0x100000001b3); }
#endif
