/* forward64.c - the forward pass in double precision, plain and slow: the specification of what the fast pass computes.
 * int8 activations make BitNet models chaotic in the last bits, so only this pass can be held tightly to an independent
 * computation (EVALUATION.md section 1). No kernel variants, no KV encodings, libm's exp and cos. */
#include "engine/model/session.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct reference {
    double *k, *v;                              /* [n_layers][n_ctx][n_kv_heads * head_dim] */
    double *x, *in, *q, *att, *out, *gate, *up; /* [n_batch][wide] */
    double *scale;                              /* [n_batch] of the quantised input */
    double *logits;                             /* [BN_LOGIT_ROWS][n_vocab] */
    size_t wide;
};

struct job64 {
    struct bn_session *s;
    const struct bn_linear *lin;
    const double *in;    /* [n][wide]: int8 codes (ternary) or values */
    const double *scale; /* [n]: what a code stands for; NULL for values */
    double *out;         /* [n][out_stride] */
    size_t out_stride;
    int n;
};

static void linear_rows(void *arg, int thread)
{
    const struct job64 *j = arg;
    int begin, end;
    double *row = malloc((size_t)j->lin->cols * (sizeof *row + sizeof(float)));
    float *buffer = (float *)(row + j->lin->cols);
    bn_share(j->lin->rows, 1, thread, bn_threads_count(j->s->threads), &begin, &end);
    for (int r = begin; row && r < end; r++) {
        j->lin->form->unpack(buffer, j->lin, r);
        for (int k = 0; k < j->lin->cols; k++) row[k] = (double)buffer[k];
        double w_scale = j->lin->w_scale ? (double)j->lin->w_scale[r * j->lin->w_scale_step] : 1;
        for (int t = 0; t < j->n; t++) {
            const double *in = j->in + (size_t)t * ((struct reference *)j->s->reference)->wide;
            double sum = 0;
            for (int k = 0; k < j->lin->cols; k++) sum += row[k] * in[k];
            j->out[(size_t)t * j->out_stride + (size_t)r] = sum * w_scale * (j->scale ? j->scale[t] : 1);
        }
    }
    free(row);
}

static void rmsnorm(double *y, const double *x, const float *w, int n, double eps)
{
    double sum = 0;
    for (int i = 0; i < n; i++) sum += x[i] * x[i];
    double r = 1 / sqrt(sum / n + eps);
    for (int i = 0; i < n; i++) y[i] = x[i] * r * (double)w[i];
}

/* codes of one row (FORMATS.md 1.2); returns what one step stands for */
static double quantize(double *x, int n)
{
    double most = 1e-5;
    for (int i = 0; i < n; i++) most = fmax(most, fabs(x[i]));
    for (int i = 0; i < n; i++) x[i] = nearbyint(x[i] * (127 / most));
    return most / 127;
}

/* out[t] = linear(norm(in[t])) for all tokens */
static void linear(struct bn_session *s, const struct bn_linear *lin, const double *in, const float *norm, double *out,
                   size_t out_stride, int n)
{
    struct reference *ref = s->reference;
    const struct bn_config *c = &s->model->source.config;
    for (int t = 0; t < n; t++) {
        double *y = ref->in + (size_t)t * ref->wide;
        memcpy(y, in + (size_t)t * ref->wide, (size_t)lin->cols * sizeof *y);
        if (norm) rmsnorm(y, y, norm, lin->cols, (double)c->rms_eps);
        if (lin->norm_in) rmsnorm(y, y, lin->norm_in, lin->cols, (double)c->norm_in_eps);
        if (bn_linear_is_ternary(lin)) ref->scale[t] = quantize(y, lin->cols);
    }
    struct job64 job = {s, lin, ref->in, bn_linear_is_ternary(lin) ? ref->scale : NULL, out, out_stride, n};
    bn_threads_run(s->threads, linear_rows, &job);
}

static void rotate(const struct bn_session *s, double *x, int n_heads, int pos)
{
    const struct bn_config *c = &s->model->source.config;
    const float *factors = s->model->weights.rope_factors;
    int half = c->rope_dim / 2;
    for (int h = 0; h < n_heads; h++, x += c->head_dim)
        for (int i = 0; i < half; i++) {
            double angle = pos * pow((double)c->rope_theta, -2.0 * i / c->rope_dim) /
                           (c->rope_scale > 0 ? (double)c->rope_scale : 1);
            if (factors) angle /= (double)factors[i];
            bool inter = c->rope_kind == BN_ROPE_INTERLEAVED;
            double *a = x + (inter ? 2 * i : i), *b = x + (inter ? 2 * i + 1 : i + half), u = *a, v = *b;
            *a = u * cos(angle) - v * sin(angle);
            *b = v * cos(angle) + u * sin(angle);
        }
}

static void attend(const struct bn_session *s, int layer, double *out, const double *q, int pos)
{
    const struct bn_config *c = &s->model->source.config;
    const struct reference *ref = s->reference;
    size_t dim = (size_t)c->head_dim, width = (size_t)c->n_kv_heads * dim,
           base = (size_t)layer * (size_t)s->n_ctx * width;
    double *p = malloc((size_t)(pos + 1) * sizeof *p);
    for (int h = 0; p && h < c->n_heads; h++) {
        size_t at = base + (size_t)(h / (c->n_heads / c->n_kv_heads)) * dim;
        double most = -INFINITY, sum = 0;
        for (int j = 0; j <= pos; j++) {
            p[j] = 0;
            for (size_t d = 0; d < dim; d++) p[j] += q[(size_t)h * dim + d] * ref->k[at + (size_t)j * width + d];
            p[j] /= sqrt((double)dim);
            most = fmax(most, p[j]);
        }
        for (int j = 0; j <= pos; j++) sum += p[j] = exp(p[j] - most);
        for (size_t d = 0; d < dim; d++) {
            double o = 0;
            for (int j = 0; j <= pos; j++) o += p[j] * ref->v[at + (size_t)j * width + d];
            out[(size_t)h * dim + d] = o / sum;
        }
    }
    free(p);
}

static void layer_pass(struct bn_session *s, int i, int n)
{
    struct reference *ref = s->reference;
    const struct bn_config *c = &s->model->source.config;
    const struct bn_layer *layer = &s->model->weights.layers[i];
    size_t width = (size_t)c->n_kv_heads * (size_t)c->head_dim,
           at = ((size_t)i * (size_t)s->n_ctx + (size_t)s->position) * width;
    linear(s, &layer->qkv[0], ref->x, layer->attn_norm, ref->q, ref->wide, n);
    linear(s, &layer->qkv[1], ref->x, layer->attn_norm, ref->k + at, width, n);
    linear(s, &layer->qkv[2], ref->x, layer->attn_norm, ref->v + at, width, n);
    for (int t = 0; t < n; t++) {
        rotate(s, ref->q + (size_t)t * ref->wide, c->n_heads, s->position + t);
        rotate(s, ref->k + at + (size_t)t * width, c->n_kv_heads, s->position + t);
    }
    for (int t = 0; t < n; t++)
        attend(s, i, ref->att + (size_t)t * ref->wide, ref->q + (size_t)t * ref->wide, s->position + t);
    linear(s, &layer->o, ref->att, layer->attn_sub_norm, ref->out, ref->wide, n);
    for (size_t j = 0; j < (size_t)n * ref->wide; j++) ref->x[j] += ref->out[j];
    linear(s, &layer->gate_up[0], ref->x, layer->ffn_norm, ref->gate, ref->wide, n);
    linear(s, &layer->gate_up[1], ref->x, layer->ffn_norm, ref->up, ref->wide, n);
    for (size_t j = 0; j < (size_t)n * ref->wide; j++) {
        double g = ref->gate[j];
        g = c->ffn_activation == BN_FFN_RELU2 ? (g > 0 ? g * g : 0) : g / (1 + exp(-g));
        ref->gate[j] = g * ref->up[j];
    }
    linear(s, &layer->down, ref->gate, layer->ffn_sub_norm, ref->out, ref->wide, n);
    for (size_t j = 0; j < (size_t)n * ref->wide; j++) ref->x[j] += ref->out[j];
    for (int t = 0; s->probe.layer_done && t < n; t++)
        s->probe.layer_done(s->probe.self, i, s->position + t, NULL, ref->x + (size_t)t * ref->wide);
}

void bn_forward64(struct bn_session *s, const int32_t *ids, int n, bool last)
{
    struct reference *ref = s->reference;
    const struct bn_config *c = &s->model->source.config;
    const struct bn_tensor *e = s->model->weights.embedding;
    memset(ref->out, 0, (size_t)n * ref->wide * sizeof *ref->out);
    memset(ref->x, 0, (size_t)n * ref->wide * sizeof *ref->x);
    for (int t = 0; t < n; t++) {
        bn_encoding_traits(e->encoding)->unpack_row(s->gate, e->data, e->rows, e->cols, ids[t]);
        for (int d = 0; d < c->dim; d++) ref->x[(size_t)t * ref->wide + (size_t)d] = (double)s->gate[d];
    }
    for (int i = 0; i < c->n_layers; i++) layer_pass(s, i, n);
    if (last) bn_forward64_head(s, n, n - 1, 1);
    s->position += n;
}

void bn_forward64_head(struct bn_session *s, int n, int first, int count)
{
    struct reference *ref = s->reference;
    size_t vocab = (size_t)s->model->source.config.n_vocab, cells = (size_t)count * vocab;
    (void)n;
    linear(s, &s->model->weights.head, ref->x + (size_t)first * ref->wide, s->model->weights.output_norm, ref->logits,
           vocab, count);
    for (size_t j = 0; j < cells; j++) s->logits[j] = (float)ref->logits[j];
}

enum bn_status bn_forward64_open(struct bn_session *s, struct bn_error *err)
{
    const struct bn_config *c = &s->model->source.config;
    struct reference *ref = calloc(1, sizeof *ref);
    if (!(s->reference = ref)) return bn_fail_memory(err, "the reference pass", sizeof *ref);
    ref->wide = (size_t)s->wide;
    size_t cache = (size_t)c->n_layers * (size_t)s->n_ctx * (size_t)c->n_kv_heads * (size_t)c->head_dim,
           row = (size_t)s->n_batch * ref->wide;
    double **rows[] = {&ref->x, &ref->in, &ref->q, &ref->att, &ref->out, &ref->gate, &ref->up};
    bool ok = (ref->k = calloc(cache, sizeof(double))) && (ref->v = calloc(cache, sizeof(double))) &&
              (ref->scale = calloc((size_t)s->n_batch, sizeof(double))) &&
              (ref->logits = calloc(BN_LOGIT_ROWS * (size_t)c->n_vocab, sizeof(double)));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) ok = (*rows[i] = calloc(row, sizeof(double))) && ok;
    if (ok) return BN_OK;
    bn_forward64_close(s);
    return bn_fail_memory(err, "the double precision reference pass", (2 * cache + 7 * row) * sizeof(double));
}

void bn_forward64_close(struct bn_session *s)
{
    struct reference *ref = s->reference;
    if (!ref) return;
    double *all[] = {ref->k,   ref->v,    ref->x,  ref->in,    ref->q,     ref->att,
                     ref->out, ref->gate, ref->up, ref->scale, ref->logits};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
    free(ref);
    s->reference = NULL;
}
