/* forward64.c - the forward pass in double precision, plain and slow: the specification of what the fast pass computes.
 * int8 activations make BitNet models chaotic in the last bits, so only this pass can be held tightly to an independent
 * computation (EVALUATION.md section 1). No kernel variants, no KV encodings, libm's exp and cos. */
#include "engine/model/fault.h"
#include "engine/model/forward.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct reference {
    double *x, *in, *q, *k, *v, *att, *out, *gate, *up; /* [n_batch][wide] */
    double *scale;                                      /* [n_batch] of the quantised input */
    double *logits;                                     /* [BN_LOGIT_ROWS][n_vocab] */
    size_t wide;
};

/* Keys and values of a sequence. */
struct cache64 {
    double *k, *v; /* [n_layers][n_ctx][n_kv_heads * head_dim] */
};

struct job64 {
    struct bn_crew *crew;
    const struct bn_linear *lin;
    const double *in;    /* [n][wide]: int8 codes (ternary) or values */
    const double *scale; /* [n]: what a code is worth; NULL for values */
    double *out;         /* [n][out_stride] */
    size_t out_stride;
    int n;
};

static void linear_rows(void *arg, int thread)
{
    const struct job64 *j = arg;
    int begin, end, n_threads, place = bn_threads_rank(j->crew->threads, thread, &n_threads);
    double *row = malloc((size_t)j->lin->cols * (sizeof *row + sizeof(float)));
    float *buffer = (float *)(row + j->lin->cols);
    bn_share(j->lin->rows, 1, place, n_threads, &begin, &end);
    for (int r = begin; row && r < end; r++) {
        j->lin->form->unpack(buffer, j->lin, r);
        for (int k = 0; k < j->lin->cols; k++) row[k] = (double)buffer[k];
        double w_scale = j->lin->w_scale ? (double)j->lin->w_scale[r * j->lin->w_scale_step] : 1;
        for (int t = 0; t < j->n; t++) {
            const double *in = j->in + (size_t)t * ((struct reference *)j->crew->reference)->wide;
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

/* codes of one row (FORMATS.md 1.2); returns the value of one step; *clamped grows by what a given one cuts off */
static double quantize(double *x, const struct bn_linear *lin, uint64_t *clamped)
{
    const struct bn_input_scale *given = &lin->input_scale;
    double most = 1e-5;
    for (int i = 0; i < lin->cols; i++) most = fmax(most, fabs(x[i]));
    if (given->fixed > 0)
        most = 127 * (double)given->fixed;
    else if (given->factor > 0)
        most *= (double)given->factor;
    for (int i = 0; i < lin->cols; i++) {
        double code = x[i] * (127 / most);
        *clamped += fabs(code) > 127.5;
        code = nearbyint(code);
        x[i] = code > 127 ? 127 : code < -127 ? -127 : code; /* fmin and fmax would lose NaN */
    }
    return most / 127;
}

/* out[t] = linear(norm(in[t])) for all tokens */
static void linear(struct bn_crew *crew, int layer, enum bn_op op, const struct bn_linear *lin, const double *in,
                   const float *norm, double *out, size_t out_stride, int n)
{
    struct reference *ref = crew->reference;
    const struct bn_config *c = &crew->model->source.config;
    uint64_t uncounted = 0, *clamped = &uncounted;
    if (layer >= 0 && bn_layer_has_input(&crew->model->weights.layers[layer], lin)) clamped = &crew->clamped[layer];
    for (int t = 0; t < n; t++) {
        double *y = ref->in + (size_t)t * ref->wide;
        memcpy(y, in + (size_t)t * ref->wide, (size_t)lin->cols * sizeof *y);
        if (norm) rmsnorm(y, y, norm, lin->cols, (double)c->rms_eps);
        if (lin->norm_in) rmsnorm(y, y, lin->norm_in, lin->cols, (double)c->norm_in_eps);
        if (bn_linear_is_ternary(lin)) ref->scale[t] = quantize(y, lin, clamped);
    }
    struct job64 job = {crew, lin, ref->in, bn_linear_is_ternary(lin) ? ref->scale : NULL, out, out_stride, n};
    bn_threads_run(crew->threads, linear_rows, &job);
    for (int t = 0; t < n; t++) bn_fault_look64(crew, layer, op, t, out + (size_t)t * out_stride, (size_t)lin->rows);
}

static void rotate(const struct bn_crew *crew, double *x, int n_heads, int pos)
{
    const struct bn_config *c = &crew->model->source.config;
    const float *factors = crew->model->weights.rope_factors;
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

static size_t kv_width(const struct bn_config *c) { return (size_t)c->n_kv_heads * (size_t)c->head_dim; }

static void attend(const struct bn_sequence *s, int layer, double *out, const double *q, int pos)
{
    const struct bn_config *c = &s->model->source.config;
    const struct cache64 *cache = s->reference;
    size_t dim = (size_t)c->head_dim, width = kv_width(c), base = (size_t)layer * (size_t)s->n_ctx * width;
    double *p = malloc((size_t)(pos + 1) * sizeof *p);
    for (int h = 0; p && h < c->n_heads; h++) {
        size_t at = base + (size_t)(h / (c->n_heads / c->n_kv_heads)) * dim;
        double most = -INFINITY, sum = 0;
        for (int j = 0; j <= pos; j++) {
            p[j] = 0;
            for (size_t d = 0; d < dim; d++) p[j] += q[(size_t)h * dim + d] * cache->k[at + (size_t)j * width + d];
            p[j] /= sqrt((double)dim);
            most = fmax(most, p[j]);
        }
        for (int j = 0; j <= pos; j++) sum += p[j] = exp(p[j] - most);
        for (size_t d = 0; d < dim; d++) {
            double o = 0;
            for (int j = 0; j <= pos; j++) o += p[j] * cache->v[at + (size_t)j * width + d];
            out[(size_t)h * dim + d] = o / sum;
        }
    }
    free(p);
}

/* Rotates a row's query and key; key and value go into its sequence. */
static void store(struct bn_crew *crew, int layer, const struct bn_row *row, size_t at)
{
    const struct bn_config *c = &crew->model->source.config;
    const struct reference *ref = crew->reference;
    struct cache64 *cache = row->sequence->reference;
    size_t width = kv_width(c), to = ((size_t)layer * (size_t)row->sequence->n_ctx + (size_t)row->position) * width;
    rotate(crew, ref->q + at, c->n_heads, row->position);
    rotate(crew, ref->k + at, c->n_kv_heads, row->position);
    memcpy(cache->k + to, ref->k + at, width * sizeof(double));
    memcpy(cache->v + to, ref->v + at, width * sizeof(double));
}

static void layer_pass(struct bn_crew *crew, const struct bn_pass *pass, int i)
{
    struct reference *ref = crew->reference;
    const struct bn_config *c = &crew->model->source.config;
    const struct bn_layer *layer = &crew->model->weights.layers[i];
    const struct bn_row *rows = pass->rows;
    int n = pass->n;
    linear(crew, i, BN_OP_QKV, &layer->qkv[0], ref->x, layer->attn_norm, ref->q, ref->wide, n);
    linear(crew, i, BN_OP_QKV, &layer->qkv[1], ref->x, layer->attn_norm, ref->k, ref->wide, n);
    linear(crew, i, BN_OP_QKV, &layer->qkv[2], ref->x, layer->attn_norm, ref->v, ref->wide, n);
    for (int t = 0; t < n; t++) store(crew, i, &rows[t], (size_t)t * ref->wide);
    for (int t = 0; t < n; t++)
        attend(rows[t].sequence, i, ref->att + (size_t)t * ref->wide, ref->q + (size_t)t * ref->wide, rows[t].position);
    linear(crew, i, BN_OP_O, &layer->o, ref->att, layer->attn_sub_norm, ref->out, ref->wide, n);
    for (size_t j = 0; j < (size_t)n * ref->wide; j++) ref->x[j] += ref->out[j];
    linear(crew, i, BN_OP_GATE_UP, &layer->gate_up[0], ref->x, layer->ffn_norm, ref->gate, ref->wide, n);
    linear(crew, i, BN_OP_GATE_UP, &layer->gate_up[1], ref->x, layer->ffn_norm, ref->up, ref->wide, n);
    for (size_t j = 0; j < (size_t)n * ref->wide; j++) {
        double g = ref->gate[j];
        g = c->ffn_activation == BN_FFN_RELU2 ? (g > 0 ? g * g : 0) : g / (1 + exp(-g));
        ref->gate[j] = g * ref->up[j];
    }
    linear(crew, i, BN_OP_DOWN, &layer->down, ref->gate, layer->ffn_sub_norm, ref->out, ref->wide, n);
    for (size_t j = 0; j < (size_t)n * ref->wide; j++) ref->x[j] += ref->out[j];
    for (int t = 0; crew->probe.layer_done && t < n; t++)
        crew->probe.layer_done(crew->probe.self, i, rows[t].position, NULL, ref->x + (size_t)t * ref->wide);
}

void bn_forward64(struct bn_crew *crew, const struct bn_pass *pass, int n_wanted)
{
    struct reference *ref = crew->reference;
    const struct bn_config *c = &crew->model->source.config;
    memset(ref->out, 0, (size_t)pass->n * ref->wide * sizeof *ref->out);
    memset(ref->x, 0, (size_t)pass->n * ref->wide * sizeof *ref->x);
    for (int t = 0; t < pass->n; t++) {
        bn_embedding_row(&crew->model->weights.embedding, crew->gate, pass->rows[t].id);
        for (int d = 0; d < c->dim; d++) ref->x[(size_t)t * ref->wide + (size_t)d] = (double)crew->gate[d];
    }
    for (int i = 0; i < c->n_layers; i++) layer_pass(crew, pass, i);
    bn_forward64_head(crew, pass, 0, n_wanted);
}

void bn_forward64_head(struct bn_crew *crew, const struct bn_pass *pass, int first, int count)
{
    const struct bn_weights *w = &crew->model->weights;
    struct reference *ref = crew->reference;
    size_t vocab = (size_t)crew->model->source.config.n_vocab;
    for (int done = 0, n; done < count; done += n) {
        n = count - done < BN_LOGIT_ROWS ? count - done : BN_LOGIT_ROWS;
        for (int j = 0; j < n; j++)
            memcpy(ref->out + (size_t)j * ref->wide, ref->x + (size_t)crew->wanted[first + done + j] * ref->wide,
                   ref->wide * sizeof(double));
        linear(crew, -1, BN_OP_HEAD, &w->head, ref->out, w->output_norm, ref->logits, vocab, n);
        for (size_t j = 0; j < (size_t)n * vocab; j++) pass->logits[(size_t)done * vocab + j] = (float)ref->logits[j];
    }
}

/* ---- opening ---- */
enum bn_status bn_forward64_open(struct bn_crew *crew, struct bn_error *err)
{
    const struct bn_config *c = &crew->model->source.config;
    struct reference *ref = calloc(1, sizeof *ref);
    if (!(crew->reference = ref)) return bn_fail_memory(err, "the reference pass", sizeof *ref);
    ref->wide = (size_t)crew->wide;
    size_t row = (size_t)crew->n_batch * ref->wide;
    double **rows[] = {&ref->x, &ref->in, &ref->q, &ref->k, &ref->v, &ref->att, &ref->out, &ref->gate, &ref->up};
    bool ok = (ref->scale = calloc((size_t)crew->n_batch, sizeof(double))) &&
              (ref->logits = calloc(BN_LOGIT_ROWS * (size_t)c->n_vocab, sizeof(double)));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) ok = (*rows[i] = calloc(row, sizeof(double))) && ok;
    if (ok) return BN_OK;
    bn_forward64_close(crew);
    return bn_fail_memory(err, "the double precision reference pass", 9 * row * sizeof(double));
}

void bn_forward64_close(struct bn_crew *crew)
{
    struct reference *ref = crew->reference;
    if (!ref) return;
    double *all[] = {ref->k,   ref->v,    ref->x,  ref->in,    ref->q,     ref->att,
                     ref->out, ref->gate, ref->up, ref->scale, ref->logits};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
    free(ref);
    crew->reference = NULL;
}

static void copy_layers(double *to, int to_ctx, const double *from, int from_ctx, const struct bn_config *c, int n)
{
    size_t width = kv_width(c);
    for (size_t i = 0; i < (size_t)c->n_layers; i++)
        memcpy(to + i * (size_t)to_ctx * width, from + i * (size_t)from_ctx * width,
               (size_t)n * width * sizeof(double));
}

enum bn_status bn_sequence64_init(struct bn_sequence *s, const struct bn_sequence *from, int n_tokens,
                                  struct bn_error *err)
{
    const struct bn_config *c = &s->model->source.config;
    size_t cells = (size_t)c->n_layers * (size_t)s->n_ctx * kv_width(c);
    struct cache64 *cache = calloc(1, sizeof *cache);
    s->reference = cache;
    if (!cache || !(cache->k = calloc(cells, sizeof(double))) || !(cache->v = calloc(cells, sizeof(double))))
        return bn_fail_memory(err, "the double precision reference pass", 2 * cells * sizeof(double));
    const struct cache64 *old = from ? from->reference : NULL;
    if (!old) return BN_OK;
    copy_layers(cache->k, s->n_ctx, old->k, from->n_ctx, c, n_tokens);
    copy_layers(cache->v, s->n_ctx, old->v, from->n_ctx, c, n_tokens);
    return BN_OK;
}

void bn_sequence64_release(struct bn_sequence *s)
{
    struct cache64 *cache = s->reference;
    if (!cache) return;
    free(cache->k);
    free(cache->v);
    free(cache);
    s->reference = NULL;
}
