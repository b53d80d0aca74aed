/* segments.h - a series in time order as levels and slopes, in noise that repeats itself from one value to the next.
 *
 * Optimal partitioning (Jackson et al., IEEE Signal Processing Letters 12 (2005) 105-108) over segments that are either
 * flat or sloped, for each price; noise is autoregressive of order one inside a segment (Chakar,
 * Lebarbier, Levy-Leduc and Robin, Bernoulli 23 (2017) 1408-1447, who decorrelate in the same way). Sums of squares are
 * in the scale of the decorrelated noise. */
#ifndef BN_STATS_SEGMENTS_H
#define BN_STATS_SEGMENTS_H
#include <stdbool.h>
#include <stddef.h>

enum { BN_SEGMENTS_MOST = 16 };
struct bn_segment {
    size_t from, to; /* [from, to) */
    bool sloped;
};
struct bn_segment_limits {
    size_t least_level, least_slope; /* shortest flat and sloped segment */
};

/* Sums over the series for one autocorrelation; freed by bn_segment_sums_free. */
struct bn_segment_sums {
    const double *x;
    size_t n;
    double rho;
    double *at; /* five prefix sums for each place */
};
int bn_segment_sums_init(struct bn_segment_sums *sums, const double *x, size_t n, double rho); /* -1 without memory */
void bn_segment_sums_free(struct bn_segment_sums *sums);

struct bn_segment_fit {
    double rss, level, slope; /* the line is level + slope * place */
    double weight, centre,
        lever; /* variance of the line at t, in units of the noise's: 1 / weight + (t - centre)^2 / lever */
};
struct bn_segment_fit bn_segment_fit(const struct bn_segment_sums *sums, const struct bn_segment *segment);
double bn_segment_value(const struct bn_segment_fit *fit, double t);
double bn_segment_variance(const struct bn_segment_fit *fit, double t); /* in units of the noise's */

/* The best division of each price u = 0..most: a border costs three, a slope two (a border has a place and a level, and
 * its place is searched for). Returns -1 without memory. */
enum { BN_SEGMENT_BORDER = 3, BN_SEGMENT_SLOPE = 2 };
struct bn_segment_search {
    size_t n, most;
    double *rss;
    int *from; /* [most + 1][n + 1]: 2 * start + sloped of the last segment */
};
int bn_segment_search(struct bn_segment_search *search, const struct bn_segment_sums *sums,
                      const struct bn_segment_limits *limits, size_t most);
double bn_segment_search_rss(const struct bn_segment_search *search, size_t u); /* INFINITY: there is none */
/* Writes the segments of the best division for u; returns how many (at most BN_SEGMENTS_MOST), 0 where there is none.
 */
size_t bn_segment_search_division(const struct bn_segment_search *search, size_t u, struct bn_segment *segments);
void bn_segment_search_free(struct bn_segment_search *search);
#endif
