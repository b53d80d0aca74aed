/* subject.c - opens what is measured and walks through one repetition. */
#include "harness/worker/subject.h"
#include "engine/cmdline.h"
#include "harness/worker/together.h"
#include "harness/worker/tokens.h"
#include "harness/core/error.h"
#include "harness/core/fnv.h"
#include <stdlib.h>
#include <string.h>

/* The engine's own options (bn_options), without the one that says how to read a file. Returns how many. */
static size_t chosen(struct bn_option_choice *choices, struct bn_settings *settings, const struct bn_request *q)
{
    size_t n = 0;
    for (uint32_t i = 0; i < q->n_options; i++) {
        if (!strcmp(q->options[i].name, "i2s_layout"))
            settings->model.i2s_layout = q->options[i].value;
        else
            choices[n++] = (struct bn_option_choice){q->options[i].name, q->options[i].value};
    }
    return n;
}

/* Options of the request, then those of a file; what acts on no measurement is refused. */
static enum bn_status apply(struct bn_subject *s, struct bn_settings *settings, struct bn_error *err)
{
    const struct bn_request *q = s->request;
    s->n_choices = chosen(s->choices, settings, q);
    enum bn_status status = q->config ? bn_config_read(&s->config, q->config, err) : BN_OK;
    if (status) return status;
    s->n_choices = bn_config_join(&s->config, s->choices, s->n_choices, BN_TASK_SESSION | BN_TASK_GENERATE);
    settings->model.fingerprint = s->config.fingerprint;
    status = bn_options_apply(settings, s->choices, s->n_choices, err);
    return status ? status : bn_options_act_on(s->choices, s->n_choices, BN_TASK_SESSION | BN_TASK_GENERATE, err);
}

enum bn_status bn_subject_open(struct bn_subject *s, const struct bn_request *q, struct bn_error *err)
{
    size_t n = (size_t)q->fill + q->prefill + 1, n_ctx = (size_t)q->fill + q->prefill + q->decode;
    struct bn_settings settings = {
        .model = {.kernel_backend = q->kernel},
        .generator = {.max_new_tokens = (int)q->decode, .ignore_eos = true, .ids_only = true},
        .session = {.n_ctx = (int)n_ctx, .n_threads = (int)q->threads, .fixed_threads = true}};
    if (n_ctx <= q->sequences) settings.session.n_ctx = (int)q->sequences + 1; /* room in a pass for all */
    if (q->n_cpus >= q->threads) settings.session.cpus = q->cpus;
    *s = (struct bn_subject){.request = q};
    enum bn_status status = apply(s, &settings, err);
    s->model_options = settings.model, s->options = settings.session, s->generator = settings.generator;
    if (!status && q->sequences > 1) status = bn_options_batch(s->choices, s->n_choices, err);
    if (!status) status = bn_model_open(&s->model, q->model, &settings.model, err);
    if (!status) status = bn_options_act(s->choices, s->n_choices, bn_model_info(s->model), err);
    if (status) return bn_subject_close(s), status;
    bn_cmd_options_say("bitnet-worker", &s->model_options, bn_model_info(s->model));
    s->ids = malloc(n * sizeof *s->ids);
    if (!s->ids) return bn_subject_close(s), bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory for %zu token ids.", n);
    if (!q->text) return bn_tokens_fill(s->model, s->ids, n), BN_OK;
    status = bn_tokens_read(s->model, q->text, q->skip, s->ids, n, err);
    if (status) bn_subject_close(s);
    return status;
}

void bn_subject_close(struct bn_subject *s)
{
    bn_model_close(s->model);
    bn_config_release(&s->config);
    free(s->ids);
    *s = (struct bn_subject){0};
}

static enum bn_status prefill(struct bn_subject *s, struct bn_session *session, const struct bn_pass_hooks *h,
                              struct bn_error *err)
{
    const struct bn_request *q = s->request;
    if (!q->prefill) return BN_OK;
    if (h->before) h->before(h->self, BN_PHASE_PREFILL);
    enum bn_status status = bn_prefill(session, s->ids + q->fill, q->prefill, err);
    if (!status && h->after) h->after(h->self, BN_PHASE_PREFILL, (int)q->prefill, session);
    return status;
}

/* Tokens with the logit of the last one: a pass with accepted drafts has no other logits to see. */
static void note(struct bn_subject *s, const struct bn_session *session, const struct bn_generated *step)
{
    uint32_t word = 0;
    for (size_t i = 0; i < step->n; i++) s->chosen = bn_fnv_add(s->chosen, (uint32_t)step->ids[i]);
    if (step->n) memcpy(&word, bn_logits(session) + step->ids[step->n - 1], sizeof word);
    s->chosen = bn_fnv_add(s->chosen, word);
}

/* Each pass is timed alone; choosing the next token is not. */
static enum bn_status decode(struct bn_subject *s, struct bn_session *session, const struct bn_pass_hooks *h,
                             struct bn_error *err)
{
    const struct bn_request *q = s->request;
    struct bn_generator *generator = NULL;
    struct bn_generated step = {0};
    int n;
    enum bn_status status =
        bn_generator_open(&generator, session, s->ids, (size_t)q->fill + q->prefill + 1, &s->generator, err);
    while (!status && !step.end) {
        if (h->before) h->before(h->self, BN_PHASE_DECODE);
        status = bn_generator_compute(generator, &n, err);
        if (!status && h->after) h->after(h->self, BN_PHASE_DECODE, n, session);
        if (!status) status = bn_generator_next(generator, &step, err);
        if (!status) note(s, session, &step);
    }
    bn_generator_close(generator);
    return status;
}

enum bn_status bn_subject_pass(struct bn_subject *s, struct bn_session *session, const struct bn_pass_hooks *hooks,
                               struct bn_error *err)
{
    const struct bn_request *q = s->request;
    enum bn_status status = BN_OK;
    s->chosen = BN_FNV_BASIS;
    if (q->sequences > 1) return bn_together_pass(s, session, hooks, err);
    bn_session_hash_reset(session, s->hashing);
    int position = bn_session_truncate(session, (int)q->fill);
    if (position < (int)q->fill) status = bn_prefill(session, s->ids + position, q->fill - (size_t)position, err);
    if (!status) status = prefill(s, session, hooks, err);
    if (!status && q->decode) status = decode(s, session, hooks, err);
    s->hash = bn_session_logits_hash(session);
    return status;
}
