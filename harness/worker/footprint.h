/* footprint.h - the memory of this process, as the kernel and the C library count it. */
#ifndef BN_WORKER_FOOTPRINT_H
#define BN_WORKER_FOOTPRINT_H
#include <stdint.h>

struct bn_footprint {
    int64_t mapped_bytes;        /* addresses in use */
    int64_t resident_bytes;      /* of them in memory now */
    int64_t peak_resident_bytes; /* the most so far */
    int64_t heap_bytes;          /* what malloc has given and not got back; -1: this C library does not say */
};
struct bn_footprint bn_footprint_read(void); /* what cannot be read is -1 */
#endif
