/* fingerprint.h - names a model by its tensors: their names, encodings, shapes and bytes. Equal on every machine; files
 * that differ in metadata alone have one fingerprint. Not for secrets. */
#ifndef BN_FORMAT_FINGERPRINT_H
#define BN_FORMAT_FINGERPRINT_H
#include "engine/format/source.h"

/* FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv) over eight interleaved little-endian words of 64 bits, the last
 * block of 64 bytes filled up with zeros; `before`: what goes in first, such as the hash of other bytes. */
uint64_t bn_fingerprint_bytes(uint64_t before, const void *bytes, size_t n);
/* Reads every tensor, at the speed of memory or the disk. bn_source_check says whether the bytes were there. */
uint64_t bn_source_fingerprint(const struct bn_source *source);
#endif
