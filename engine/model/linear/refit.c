/* refit.c - linears quantised when a model is opened: planes of signs row by row on all threads, ternary by the absmean
 * rule. */
#include "engine/model/linear/refit.h"
#include "engine/files.h"
#include "engine/format/planes.h"
#include <math.h>
#include <stdlib.h>

static enum bn_status calibrate(struct bn_refit *r, const char *path, const struct bn_model_options *o,
                                struct bn_error *err)
{
    static const struct bn_calibration_options how = {0};
    struct bn_model_options plain = *o;
    struct bn_model *model = NULL;
    char *text = NULL;
    size_t n;
    plain.wrq = plain.ternary_weights = plain.vocab_only = plain.head_screening = false;
    plain.wrq_calibrate_text = plain.activation_scales = NULL;
    plain.scale_factor = 0, plain.n_layers = 0;
    enum bn_status status = bn_input_read(&text, &n, o->wrq_calibrate_text, (size_t)1 << 30, err);
    if (status == BN_OK) status = bn_model_open(&model, path, &plain, err);
    if (status == BN_OK)
        status = bn_importance_open(&r->importance, model, text, n, &how, (struct bn_importance_progress){0}, err);
    if (status == BN_ERR_USAGE) status = BN_ERR_UNSUPPORTED; /* the text's fault, not the command's */
    if (err) err->status = status;
    bn_model_close(model);
    free(text);
    return status;
}

enum bn_status bn_refit_open(struct bn_refit *r, const char *path, const struct bn_model_options *o,
                             struct bn_error *err)
{
    *r = (struct bn_refit){.to = o->wrq               ? BN_ENC_WRQ
                                 : o->ternary_weights ? BN_ENC_I2_S
                                                      : BN_ENC_NONE,
                           .fit = BN_FIT_DEFAULT};
    r->replaced = o->wrq && o->ternary_weights;
    if (o->wrq_alpha_init > 0) r->fit.alpha = (double)o->wrq_alpha_init;
    if (!o->wrq || !o->wrq_calibrate_text) return BN_OK;
    return calibrate(r, path, o, err);
}

const char *bn_refit_ternary(const struct bn_refit *r)
{
    return r->replaced ? "switched off: wrq takes its place" : r->to == BN_ENC_I2_S ? "on" : "off";
}

void bn_refit_close(struct bn_refit *r) { bn_importance_close(r->importance); }

bool bn_refit_takes(const struct bn_refit *r, const struct bn_tensor *t)
{
    const struct bn_encoding_traits *traits = bn_encoding_traits(t->encoding);
    if (r->to == BN_ENC_NONE || !bn_tensor_is_linear(t)) return false;
    return r->to == BN_ENC_WRQ ? t->encoding != BN_ENC_WRQ : !traits->ternary && !traits->planes;
}

/* Ternary rows of any multiple of 128 are those of i2_s, of 64 those of iq2_bn. */
static struct bn_conversion conversion(const struct bn_refit *r, const struct bn_tensor *t)
{
    enum bn_encoding to = r->to == BN_ENC_I2_S && t->cols % 128 ? BN_ENC_IQ2_BN : r->to;
    return (struct bn_conversion){
        .tensor = t, .target = to, .factor = 1, .fit = &r->fit, .importance = bn_importance_of(r->importance, t->name)};
}

size_t bn_refit_bytes(const struct bn_refit *r, const struct bn_tensor *t)
{
    const struct bn_conversion c = conversion(r, t);
    return bn_conversion_bytes(&c);
}

struct fit_job {
    const struct bn_conversion *c;
    void *out;
    struct bn_fitted *fitted; /* [rows] */
    float *buffers;           /* [n_threads][2 * cols]: a row and its codes */
    int n_threads;
};

static void fit_rows(void *arg, int thread)
{
    const struct fit_job *job = arg;
    const struct bn_tensor *t = job->c->tensor;
    float *row = job->buffers + 2 * (size_t)thread * (size_t)t->cols;
    int begin, end;
    bn_share((int)t->rows, 1, thread, job->n_threads, &begin, &end);
    for (int m = begin; m < end; m++) {
        bn_encoding_traits(t->encoding)->unpack_row(row, t->data, t->rows, t->cols, m);
        bn_planes_fit_row(job->out, bn_encoding_traits(job->c->target)->planes, t->rows, t->cols, m, row, job->c->fit,
                          job->c->importance, (uint8_t *)(row + t->cols), &job->fitted[m]);
    }
}

/* In the order of rows, so that the sum does not depend on the threads. */
static enum bn_status add_loss(struct bn_fit_loss *loss, const struct fit_job *job, struct bn_error *err)
{
    for (int64_t m = 0; m < job->c->tensor->rows; m++) {
        const struct bn_fitted *f = &job->fitted[m];
        if (!isfinite(f->energy))
            return bn_fail(err, BN_ERR_FORMAT, "Tensor %s holds a weight that is not a finite number.",
                           job->c->tensor->name);
        loss->error += f->error, loss->energy += f->energy;
        loss->second += (double)f->scale[1], loss->start += f->start;
    }
    return BN_OK;
}

static enum bn_status fit_planes(void *out, const struct bn_conversion *c, struct bn_fit_loss *loss,
                                 struct bn_threads *threads, struct bn_error *err)
{
    int n = bn_threads_count(threads);
    size_t buffers = 2 * (size_t)n * (size_t)c->tensor->cols * sizeof(float);
    struct fit_job job = {c, out, calloc((size_t)c->tensor->rows, sizeof *job.fitted), malloc(buffers), n};
    enum bn_status status = BN_ERR_MEMORY;
    if (job.fitted && job.buffers) {
        bn_threads_run(threads, fit_rows, &job);
        status = add_loss(loss, &job, err);
    } else
        bn_fail_memory(err, "the fit of a tensor", buffers);
    free(job.fitted);
    free(job.buffers);
    return status;
}

enum bn_status bn_refit_make(struct bn_refit *r, struct bn_tensor *made, const struct bn_tensor *t,
                             struct bn_threads *threads, struct bn_error *err)
{
    struct bn_conversion c = conversion(r, t);
    size_t bytes = bn_conversion_bytes(&c);
    if (!bytes)
        return bn_fail(err, BN_ERR_UNSUPPORTED,
                       "Tensor %s has rows of %lld weights; ternary_weights takes a multiple of 64.", t->name,
                       (long long)t->cols);
    void *data = malloc(bytes);
    if (!data) return bn_fail_memory(err, t->name, bytes);
    *made = *t;
    made->encoding = c.target, made->data = data, made->bytes = bytes;
    enum bn_status status = bn_conversion_plan(&c, err);
    if (status == BN_OK)
        status =
            c.target == BN_ENC_WRQ ? fit_planes(data, &c, &r->loss, threads, err) : bn_convert(data, &c, NULL, err);
    if (status != BN_OK) free(data);
    return status;
}
