/* roofline.h - the limits of this machine: read bandwidth and int8 multiply-adds per second, best of several
 * tries. */
#ifndef BN_MACHINE_ROOFLINE_H
#define BN_MACHINE_ROOFLINE_H
#include "engine/bitnet.h"

struct bn_roofline {
    double read_bytes_per_s, int8_macs_per_s;
    char read_method[64], int8_method[64];
};
/* cpus: [n_threads] to pin to, or NULL. Takes about two seconds. */
enum bn_status bn_roofline_measure(struct bn_roofline *roofline, uint32_t n_threads, const int *cpus,
                                   struct bn_error *err);

/* One variant of the int8 loop: does `rounds` rounds, returns multiply-adds done; *sink keeps the loop from being
 * optimised away. */
struct bn_int8_peak {
    const char *name;
    uint64_t (*run)(uint64_t rounds, int32_t *sink);
};
extern const struct bn_int8_peak bn_int8_peak_generic;
#if defined(__x86_64__)
extern const struct bn_int8_peak bn_int8_peak_avx2, bn_int8_peak_avx512vnni;
#endif
#endif
