/* quality.c - runs the suites with a subject's settings and writes what they gave, item by item, so that another
 * configuration can be paired with it. */
#include "harness/worker/quality.h"
#include "harness/worker/line.h"
#include "suites/suite.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static json_t *number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

static void put_score(FILE *out, const char *task, const char *version, const char *metric, double value, double error,
                      size_t n)
{
    json_t *o = json_pack("{ss ss ss so so sI}", "task", task, "version", version, "metric", metric, "value",
                          number(value), "stderr", number(error), "n", (json_int_t)n);
    bn_line_write(out, json_pack("{so}", "score", o));
}

static void put_item(FILE *out, const char *task, const char *id, int gold, const double *ll, int n_choices)
{
    json_t *list = json_array(), *o;
    for (int i = 0; i < n_choices; i++) json_array_append_new(list, number(ll[i]));
    o = json_pack("{ss ss so}", "task", task, "item", BN_PRINTABLE(id), "ll", list);
    if (gold >= 0) json_object_set_new(o, "gold", json_integer(gold));
    bn_line_write(out, json_pack("{so}", "item", o));
}

/* Sessions that were timed had the engine's own choice of keys and values. */
static struct bn_session_options session_of(const struct bn_subject *s)
{
    struct bn_session_options session = s->options;
    session.observer = NULL;
    if (!session.kv_type) session.kv_type = "auto";
    return session;
}

static enum bn_status run_task(const struct bn_subject *s, const struct bn_plan_quality *q, FILE *out,
                               struct bn_error *err)
{
    struct bn_eval_result r;
    const struct bn_eval_options options = {
        .data_dir = q->data, .limit = (int)q->limit, .n_threads = (int)s->request->threads, .session = session_of(s)};
    enum bn_status status = bn_eval_run(&r, s->model, q->task, &options, err);
    if (status) return status;
    for (int i = 0; i < r.n_metrics; i++)
        put_score(out, r.task, r.version, r.metrics[i].name, r.metrics[i].value, r.metrics[i].error, r.metrics[i].n);
    for (size_t i = 0; i < r.n_items; i++)
        put_item(out, r.task, r.items[i].id, r.items[i].gold, r.items[i].ll, r.items[i].n_choices);
    bn_eval_release(&r);
    return BN_OK;
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

struct text {
    FILE *out;
    const char *name;
    double nll;
    size_t n_next;
};

static void put_window(void *self, const struct bn_divergence_window *w)
{
    struct text *t = self;
    char id[48];
    const double ll = -w->nll;
    snprintf(id, sizeof id, "window %zu", w->number);
    put_item(t->out, t->name, id, -1, &ll, 1);
    t->nll += w->nll, t->n_next += w->n_next;
}

static enum bn_status run_text(const struct bn_subject *s, const struct bn_plan_quality *q, FILE *out,
                               struct bn_error *err)
{
    struct text text = {out, file_name(q->text), 0, 0};
    struct bn_divergence d;
    const struct bn_divergence_options options = {.model_path = s->request->model,
                                                  .reference_path = q->against ? q->against : s->request->model,
                                                  .text_file = q->text,
                                                  .model = s->model_options,
                                                  .session = session_of(s),
                                                  .reference_kv_type = "auto",
                                                  .n_ctx = (int)q->n_ctx,
                                                  .limit = (int)q->limit,
                                                  .skip = (int)q->skip,
                                                  .n_threads = (int)s->request->threads,
                                                  .window = put_window,
                                                  .self = &text};
    char kl[160];
    enum bn_status status = bn_divergence_run(&d, &options, 0, err);
    if (status) return status;
    snprintf(kl, sizeof kl, "kl@%.120s", q->against ? BN_PRINTABLE(file_name(q->against)) : "default");
    put_score(out, text.name, "1", kl, d.kl, d.kl_error, d.n);
    put_score(out, text.name, "1", "same_top", d.same_top, NAN, d.n);
    put_score(out, text.name, "1", "ppl@windows", d.perplexity, NAN, text.n_next);
    return BN_OK;
}

enum bn_status bn_quality_run(const struct bn_subject *s, FILE *out, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (uint32_t i = 0; !status && i < s->request->n_quality; i++) {
        const struct bn_plan_quality *q = &s->request->quality[i];
        status = q->task ? run_task(s, q, out, err) : run_text(s, q, out, err);
    }
    return status;
}
