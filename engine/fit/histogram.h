/* histogram.h - magnitudes of a site's activations, and where each method of calibration cuts them off. */
#ifndef BN_FIT_HISTOGRAM_H
#define BN_FIT_HISTOGRAM_H
#include <stdint.h>

#define BN_HISTOGRAM_BINS 2048 /* as TensorRT */
struct bn_histogram {
    double most; /* bin b counts magnitudes from b to b + 1 times most / BN_HISTOGRAM_BINS; the last one most too */
    uint64_t count[BN_HISTOGRAM_BINS];
};
/* Each returns the magnitude of the largest code, 127. */
double bn_histogram_percentile(const struct bn_histogram *h, double percent);
/* The least mean square error of rounding to 127 steps and cutting off, among `tries` parts of `most`. */
double bn_histogram_mse(const struct bn_histogram *h, int tries);
/* TensorRT's: the first i bins, what is above added to the last, against the same in 128 levels; the least KL
 * divergence for i = 128 .. 2048. */
double bn_histogram_kl(const struct bn_histogram *h);
/* Share of the magnitudes above `limit`, evenly spread within a bin. */
double bn_histogram_above(const struct bn_histogram *h, double limit);
#endif
