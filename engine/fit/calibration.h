/* calibration.h - histograms of what each site's linears take in, collected window by window, in two rounds over the
 * text: the first finds the range of each site, the second counts within it. Ranges and counts do not depend on the
 * number of threads. What was collected can be written to a file between two windows, and taken up again. */
#ifndef BN_FIT_CALIBRATION_H
#define BN_FIT_CALIBRATION_H
#include "engine/fit/calibration_text.h"
#include "engine/fit/histogram.h"

struct bn_site_seen {
    double min, max; /* 0 is always between them */
    struct bn_histogram histogram;
};
struct bn_calibration {
    struct bn_calibration_text *text;
    struct bn_input_probe range, count;
    struct bn_site_seen *sites; /* [n_sites] by bn_site */
    int n_sites, done, n_steps; /* steps: the windows of both rounds */
    uint64_t run;               /* names what is collected: model, text, windows */
};
/* The caller keeps the model open. BN_ERR_UNSUPPORTED: it has no ternary linears, whose inputs become codes. */
enum bn_status bn_calibration_open(struct bn_calibration **c, const struct bn_model *model, const char *bytes, size_t n,
                                   const struct bn_calibration_options *options, struct bn_error *err);
void bn_calibration_close(struct bn_calibration *c);
/* Computes the next window. BN_ERR_FORMAT: the model computes infinities or NaN. */
enum bn_status bn_calibration_step(struct bn_calibration *c, struct bn_error *err);

/* Atomic: the file holds the older state or this one. It is read on machines with the same byte order only. */
enum bn_status bn_calibration_save(const struct bn_calibration *c, const char *path, struct bn_error *err);
/* Goes on where the state at `path` was; without such a file, from the start. BN_ERR_FORMAT: it is damaged, or belongs
 * to another model, text or choice of windows. BN_ERR_IO: no regular file, or not readable. */
enum bn_status bn_calibration_resume(struct bn_calibration *c, const char *path, struct bn_error *err);
#endif
