/* moments.h - the diagonal of E[x x^T] of each site (inputs.h): how much each column of its linears matters.
 *
 *   bn_moments_open(&moments, model, err); bn_calibration_run(text, bn_moments_probe(moments), 0, n, err);
 *   h = sum[c] / rows */
#ifndef BN_FIT_MOMENTS_H
#define BN_FIT_MOMENTS_H
#include "engine/fit/inputs.h"

struct bn_site_moments {
    int cols;
    double *sum; /* [cols] of x * x, rows added in the order of the text: the same for every number of threads */
    uint64_t rows;
};
struct bn_moments {
    int n_sites;
    struct bn_site_moments *sites; /* [n_sites] by bn_site */
};
enum bn_status bn_moments_open(struct bn_moments **moments, const struct bn_model *model, struct bn_error *err);
void bn_moments_close(struct bn_moments *moments);
struct bn_input_probe bn_moments_probe(struct bn_moments *moments);
#endif
