/* subject.c - opens what is measured and walks through one repetition. */
#include "harness/worker/subject.h"
#include "harness/worker/tokens.h"
#include "harness/error.h"
#include <stdlib.h>
#include <string.h>

/* The engine's own options (bn_options), and the one that says how to read a file. */
static enum bn_status apply(struct bn_settings *settings, const struct bn_request *q, struct bn_error *err)
{
    struct bn_option_choice choices[BN_REQUEST_MAX_OPTIONS];
    size_t n = 0;
    for (uint32_t i = 0; i < q->n_options; i++) {
        if (!strcmp(q->options[i].name, "i2s_layout"))
            settings->model.i2s_layout = q->options[i].value;
        else
            choices[n++] = (struct bn_option_choice){q->options[i].name, q->options[i].value};
    }
    enum bn_status status = bn_options_apply(settings, choices, n, err);
    if (!status && (settings->generator.prompt_lookup ||
                    settings->model.head_screening)) /* repetitions feed given tokens and hash all logits */
        return bn_harness_fail(err, BN_ERR_UNSUPPORTED,
                               "prompt_lookup and head_screening act where text is generated; a sweep feeds given "
                               "tokens. Measure them with bitnet-run.");
    return status;
}

enum bn_status bn_subject_open(struct bn_subject *s, const struct bn_request *q, struct bn_error *err)
{
    size_t n = (size_t)q->fill + q->prefill + q->decode;
    struct bn_settings settings = {.model = {.kernel_backend = q->kernel},
                                   .session = {.n_ctx = (int)n, .n_threads = (int)q->threads, .fixed_threads = true}};
    if (q->n_cpus >= q->threads) settings.session.cpus = q->cpus;
    enum bn_status status = apply(&settings, q, err);
    *s = (struct bn_subject){.request = q, .options = settings.session};
    if (!status) status = bn_model_open(&s->model, q->model, &settings.model, err);
    if (status) return status;
    s->ids = malloc(n * sizeof *s->ids);
    if (!s->ids) return bn_subject_close(s), bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory for %zu token ids.", n);
    bn_tokens_fill(s->model, s->ids, n);
    return BN_OK;
}

void bn_subject_close(struct bn_subject *s)
{
    bn_model_close(s->model);
    free(s->ids);
    *s = (struct bn_subject){0};
}

static enum bn_status timed(struct bn_session *session, const struct bn_pass_hooks *h, enum bn_phase phase,
                            const int32_t *ids, uint32_t n, struct bn_error *err)
{
    if (h->before) h->before(h->self, phase);
    enum bn_status status =
        phase == BN_PHASE_PREFILL ? bn_prefill(session, ids, n, err) : bn_decode(session, *ids, err);
    if (!status && h->after) h->after(h->self, phase, (int)n, session);
    return status;
}

enum bn_status bn_subject_pass(struct bn_subject *s, struct bn_session *session, const struct bn_pass_hooks *hooks,
                               struct bn_error *err)
{
    const struct bn_request *q = s->request;
    enum bn_status status = BN_OK;
    if (bn_session_position(session) < (int)q->fill) status = bn_prefill(session, s->ids, q->fill, err);
    bn_session_truncate(session, (int)q->fill);
    const int32_t *ids = s->ids + q->fill;
    if (!status && q->prefill) status = timed(session, hooks, BN_PHASE_PREFILL, ids, q->prefill, err);
    ids += q->prefill;
    for (uint32_t i = 0; !status && i < q->decode; i++)
        status = timed(session, hooks, BN_PHASE_DECODE, ids + i, 1, err);
    return status;
}
