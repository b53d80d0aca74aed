/* calibration.c - ranges and histograms of activations, collected by the threads of a crew. */
#include "engine/fit/calibration.h"
#include "engine/core/status.h"
#include "engine/format/fingerprint.h"
#include "engine/model/model.h"
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#define LEAST_RANGE 1e-5 /* of a site that is always 0, as the least scale of a token */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void take_range(void *self, const struct bn_input_rows *in)
{
    struct bn_site_seen *site = (struct bn_site_seen *)self + in->site;
    double min = 0, max = 0;
    for (int t = 0; t < in->n; t++)
        for (int c = in->c0; c < in->c1; c++) {
            double x = (double)in->x[(size_t)t * in->stride + (size_t)c];
            if (x < min) min = x;
            if (!(x <= max)) max = isnan(x) ? INFINITY : x; /* fmax in this place crashes gcc 12 for AArch64 */
        }
    pthread_mutex_lock(&lock);
    site->min = fmin(site->min, min), site->max = fmax(site->max, max);
    pthread_mutex_unlock(&lock);
}

static void take_counts(void *self, const struct bn_input_rows *in)
{
    struct bn_histogram *h = &((struct bn_site_seen *)self + in->site)->histogram;
    uint32_t count[BN_HISTOGRAM_BINS] = {0};
    for (int t = 0; t < in->n; t++)
        for (int c = in->c0; c < in->c1; c++) {
            double bin = fabs((double)in->x[(size_t)t * in->stride + (size_t)c]) / h->most * BN_HISTOGRAM_BINS;
            count[bin < BN_HISTOGRAM_BINS ? (int)bin : BN_HISTOGRAM_BINS - 1]++;
        }
    pthread_mutex_lock(&lock);
    for (int b = 0; b < BN_HISTOGRAM_BINS; b++) h->count[b] += count[b];
    pthread_mutex_unlock(&lock);
}

static uint64_t name_run(const struct bn_model *model, const char *bytes, size_t n,
                         const struct bn_calibration_options *o, const struct bn_calibration *c)
{
    const uint64_t numbers[] = {bn_source_fingerprint(&model->source),
                                n,
                                o->seed,
                                (uint64_t)c->n_steps,
                                (uint64_t)o->window_tokens,
                                (uint64_t)c->n_sites,
                                sizeof *c->sites};
    return bn_fingerprint_bytes(bn_fingerprint_bytes(0, numbers, sizeof numbers), bytes, n);
}

static enum bn_status open_sites(struct bn_calibration *c, const struct bn_model *model, const char *bytes, size_t n,
                                 const struct bn_calibration_options *options, struct bn_error *err)
{
    if (!bn_linear_is_ternary(&model->weights.layers[0].down))
        return bn_fail(err, BN_ERR_UNSUPPORTED, "The model quantises no activations; there is nothing to calibrate.");
    enum bn_status status = bn_calibration_text_open(&c->text, model, bytes, n, options, err);
    if (status != BN_OK) return status;
    c->n_sites = bn_model_info(model)->n_layers * BN_SITES_PER_LAYER;
    c->n_steps = 2 * bn_calibration_text_windows(c->text);
    c->sites = calloc((size_t)c->n_sites, sizeof *c->sites);
    if (!c->sites) return bn_fail_memory(err, "the histograms", (size_t)c->n_sites * sizeof *c->sites);
    c->range = (struct bn_input_probe){c->sites, take_range};
    c->count = (struct bn_input_probe){c->sites, take_counts};
    c->run = name_run(model, bytes, n, options, c);
    return BN_OK;
}

enum bn_status bn_calibration_open(struct bn_calibration **out, const struct bn_model *model, const char *bytes,
                                   size_t n, const struct bn_calibration_options *options, struct bn_error *err)
{
    struct bn_calibration *c = calloc(1, sizeof *c);
    if (!c) return bn_fail_memory(err, "the calibration", sizeof *c);
    enum bn_status status = open_sites(c, model, bytes, n, options, err);
    if (status == BN_OK)
        *out = c;
    else
        bn_calibration_close(c);
    return status;
}

void bn_calibration_close(struct bn_calibration *c)
{
    if (!c) return;
    bn_calibration_text_close(c->text);
    free(c->sites);
    free(c);
}

static enum bn_status fix_ranges(struct bn_calibration *c, struct bn_error *err)
{
    for (int i = 0; i < c->n_sites; i++) {
        double most = fmax(-c->sites[i].min, c->sites[i].max);
        if (isinf(most))
            return bn_fail(err, BN_ERR_FORMAT,
                           "Activations of layer %d are infinite or NaN; the model cannot be calibrated.",
                           i / BN_SITES_PER_LAYER);
        c->sites[i].histogram.most = fmax(most, LEAST_RANGE);
    }
    return BN_OK;
}

enum bn_status bn_calibration_step(struct bn_calibration *c, struct bn_error *err)
{
    int n = c->n_steps / 2, i = c->done;
    enum bn_status status = bn_calibration_run(c->text, i < n ? c->range : c->count, i % n, 1, err);
    if (status != BN_OK) return status;
    return ++c->done == n ? fix_ranges(c, err) : BN_OK;
}
