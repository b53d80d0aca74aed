/* divergence.c - Kullback-Leibler divergence of a model's predictions from a reference's over a text, at the end or
 * after the first layers (logit lens: output norm and head applied to the residual stream there). */
#include "suites/eval/divergence.h"
#include "suites/eval/read.h"
#include "suites/fail.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- one window ---- */
struct window {
    struct bn_divergence_sum *sum;
    const int32_t *ids;
    size_t n;
    int n_vocab;
    float *reference; /* [n][n_vocab] logits */
};

static void keep(void *self, size_t pos, const float *logits)
{
    struct window *w = self;
    memcpy(w->reference + pos * (size_t)w->n_vocab, logits, (size_t)w->n_vocab * sizeof *logits);
}

struct normal { /* ln sum exp of logits, and which is largest */
    double log_sum;
    int top;
};
static struct normal normal_of(const float *logits, int n)
{
    struct normal z = {0, 0};
    double sum = 0;
    for (int i = 1; i < n; i++)
        if (logits[i] > logits[z.top]) z.top = i;
    for (int i = 0; i < n; i++) sum += exp((double)logits[i] - (double)logits[z.top]);
    z.log_sum = (double)logits[z.top] + log(sum);
    return z;
}

static void compare(void *self, size_t pos, const float *q)
{
    struct window *w = self;
    const float *p = w->reference + pos * (size_t)w->n_vocab;
    struct normal zp = normal_of(p, w->n_vocab), zq = normal_of(q, w->n_vocab);
    double kl = 0;
    for (int i = 0; i < w->n_vocab; i++) {
        double lp = (double)p[i] - zp.log_sum;
        kl += exp(lp) * (lp - ((double)q[i] - zq.log_sum));
    }
    struct bn_divergence_sum *s = w->sum;
    s->kl += kl, s->kl_squares += kl * kl, s->n++;
    s->same_top += zp.top == zq.top;
    if (pos + 1 == w->n) return;
    s->nll[0] += zp.log_sum - (double)p[w->ids[pos + 1]];
    s->nll[1] += zq.log_sum - (double)q[w->ids[pos + 1]];
    s->n_nll++;
}

enum bn_status bn_divergence_add(struct bn_divergence_sum *sum, const struct bn_provider *reference,
                                 const struct bn_provider *model, const int32_t *ids, size_t n, struct bn_error *err)
{
    struct window w = {sum, ids, n, reference->n_vocab, malloc(n * (size_t)reference->n_vocab * sizeof(float))};
    if (!w.reference) return bn_suites_fail_memory(err);
    enum bn_status status = reference->forward(reference->self, &(struct bn_request){ids, n, 0, keep, &w}, 1, err);
    if (status == BN_OK) status = model->forward(model->self, &(struct bn_request){ids, n, 0, compare, &w}, 1, err);
    free(w.reference);
    return status;
}

void bn_divergence_finish(struct bn_divergence *d, const struct bn_divergence_sum *s)
{
    double n = (double)s->n, mean = s->kl / n;
    d->kl = mean;
    d->kl_error = s->n > 1 ? sqrt(fmax(0, s->kl_squares / n - mean * mean) / (n - 1)) : NAN;
    d->same_top = (double)s->same_top / n;
    d->reference_perplexity = exp(s->nll[0] / (double)s->n_nll);
    d->perplexity = exp(s->nll[1] / (double)s->n_nll);
    d->n = s->n;
}

/* ---- a text ---- */
struct pair {
    struct bn_model *models[2]; /* reference, model */
    struct bn_engine_provider engines[2];
};

static void close_pair(struct pair *p)
{
    for (int i = 0; i < 2; i++) {
        bn_engine_provider_release(&p->engines[i]);
        if (p->models[i]) bn_model_close(p->models[i]);
    }
}

static enum bn_status open_pair(struct pair *p, const struct bn_divergence_options *o, int layers, struct bn_error *err)
{
    struct bn_model_options plain = {.tokenizer_path = o->model.tokenizer_path, .n_layers = layers}, model = o->model;
    const struct bn_session_options kinds[2] = {{.kv_type = o->reference_kv_type}, o->session};
    model.n_layers = layers;
    *p = (struct pair){0};
    enum bn_status status = bn_model_open(&p->models[0], o->reference_path, &plain, err);
    if (status == BN_OK) status = bn_model_open(&p->models[1], o->model_path, &model, err);
    for (int i = 0; i < 2 && status == BN_OK; i++) {
        const struct bn_session_options session = bn_eval_session(&kinds[i], o->n_ctx, o->n_threads);
        status = bn_engine_provider_init(&p->engines[i], p->models[i], &session, 0, true, err);
    }
    if (status == BN_OK && bn_model_info(p->models[0])->n_vocab != bn_model_info(p->models[1])->n_vocab)
        status = bn_suites_fail(err, BN_ERR_USAGE,
                                "%s and %s have different vocabularies; compare models of one vocabulary.",
                                o->reference_path, o->model_path);
    if (status != BN_OK) close_pair(p);
    return status;
}

static void tell_window(const struct bn_divergence_options *o, size_t number, const struct bn_divergence_sum *before,
                        const struct bn_divergence_sum *now)
{
    const struct bn_divergence_window w = {.number = number,
                                           .kl = now->kl - before->kl,
                                           .reference_nll = now->nll[0] - before->nll[0],
                                           .nll = now->nll[1] - before->nll[1],
                                           .n = now->n - before->n,
                                           .n_next = now->n_nll - before->n_nll};
    if (o->window) o->window(o->self, &w);
}

static enum bn_status over_text(struct bn_divergence *d, struct pair *p, const int32_t *ids, size_t n,
                                const struct bn_divergence_options *o, struct bn_error *err)
{
    struct bn_divergence_sum sum = {0};
    enum bn_status status = BN_OK;
    size_t windows = n / (size_t)o->n_ctx, first = (size_t)o->skip;
    if (o->limit && windows > first + (size_t)o->limit) windows = first + (size_t)o->limit;
    for (size_t i = first; i < windows && status == BN_OK; i++) {
        const struct bn_divergence_sum before = sum;
        status = bn_divergence_add(&sum, &p->engines[0].provider, &p->engines[1].provider, ids + i * (size_t)o->n_ctx,
                                   (size_t)o->n_ctx, err);
        if (status == BN_OK) tell_window(o, i, &before, &sum);
        if (o->progress) o->progress(o->self, d->layers, i + 1, windows);
    }
    if (status == BN_OK && windows <= first)
        status = bn_suites_fail(err, BN_ERR_USAGE, "%s has %zu tokens, less than %zu windows of %d; use a longer text.",
                                o->text_file, n, first + 1, o->n_ctx);
    if (status == BN_OK) bn_divergence_finish(d, &sum);
    return status;
}

enum bn_status bn_divergence_run(struct bn_divergence *d, const struct bn_divergence_options *options, int layers,
                                 struct bn_error *err)
{
    struct bn_divergence_options o = *options;
    struct pair p;
    char *text = NULL;
    int32_t *ids = NULL;
    size_t n_bytes, n;
    if (!o.n_ctx) o.n_ctx = 256;
    if (!o.text_file) return bn_suites_fail(err, BN_ERR_USAGE, "A comparison of predictions needs --text_file FILE.");
    enum bn_status status = bn_text_read(&text, &n_bytes, o.text_file, err);
    if (status != BN_OK) return status;
    status = open_pair(&p, &o, layers, err);
    if (status == BN_OK) {
        *d = (struct bn_divergence){.layers = layers ? layers : bn_model_info(p.models[1])->n_layers};
        status = p.engines[0].provider.encode(&p.engines[0], text, true, &ids, &n, err);
        if (status == BN_OK) status = over_text(d, &p, ids, n, &o, err);
        struct bn_error changed; /* explains better than what was computed */
        for (int i = 0; i < 2; i++)
            if (bn_model_check(p.models[i], &changed) != BN_OK) *err = changed, status = changed.status;
        close_pair(&p);
    }
    free(ids);
    free(text);
    return status;
}
