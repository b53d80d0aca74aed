/* s06_outlier_tokens.c - tokens that a user's text may hold by accident (rare, special, single bytes, unused rows of
 * the vocabulary): the model's results stay finite, and the plain English after such a token is predicted again. A
 * passage is scored after each of them; value = the largest rise in nats a token over the passage after a full stop. */
#include "suites/stress/opened.h"
#include "suites/stress/text.h"
#include "suites/eval/metrics.h"
#include "suites/eval/score.h"
#include "suites/fail.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Measured: 0.16 (b1.58), 0.11 (its twin); 1.45 with activations cut off at a tenth of their size, 65,770 with one row
 * of the vocabulary at 60,000. */
static const double threshold_nats = 0.5;
enum { BEFORE = 16, REPEATS = 4, BRIDGE = 8, SCORED = 32, MOST = BEFORE + REPEATS + BRIDGE + SCORED };

struct outliers {
    const struct bn_stress_options *options;
    double worst, plain, error; /* nats a token; error: standard error of worst, of the passage's tokens */
    int32_t worst_id;
    int n;
};
struct passage {
    const int32_t *targets;
    int n_vocab;
    size_t first;
    double nll[SCORED];
};

static void add_row(void *self, size_t pos, const float *logits)
{
    struct passage *p = self;
    p->nll[pos - p->first] = -bn_log_probability(logits, p->n_vocab, p->targets[pos - p->first]);
}

/* nats: [SCORED], of each token of the passage after BEFORE plain tokens and REPEATS times `id`. */
static enum bn_status score(double *nats, struct bn_session *session, const int32_t *plain, int32_t id, int n_vocab,
                            struct bn_error *err)
{
    int32_t ids[MOST];
    memcpy(ids, plain, BEFORE * sizeof *ids);
    for (int i = 0; i < REPEATS; i++) ids[BEFORE + i] = id;
    memcpy(ids + BEFORE + REPEATS, plain + BEFORE, (BRIDGE + SCORED) * sizeof *ids);
    size_t first = BEFORE + REPEATS + BRIDGE - 1;
    struct passage p = {ids + first + 1, n_vocab, first, {0}};
    bn_session_truncate(session, 0);
    enum bn_status status = bn_prefill_logits(session, ids, MOST - 1, first, add_row, &p, err);
    memcpy(nats, p.nll, sizeof p.nll);
    return status;
}

static enum bn_status over_vocabulary(struct outliers *o, struct bn_session *session, const int32_t *plain, int n_vocab,
                                      struct bn_error *err)
{
    double plainly[SCORED], nats[SCORED];
    int tried = o->options->quick ? 96 : 512;
    enum bn_status status = score(plainly, session, plain, plain[BEFORE - 1], n_vocab, err);
    o->worst = -INFINITY, o->plain = bn_mean_of(plainly, SCORED).value;
    if (tried > n_vocab) tried = n_vocab;
    for (o->n = 0; o->n < tried && status == BN_OK; o->n++) { /* the first and the last ids are the special ones */
        int32_t id = (int32_t)((int64_t)o->n * (n_vocab - 1) / (tried - 1));
        status = score(nats, session, plain, id, n_vocab, err);
        for (int i = 0; i < SCORED; i++) nats[i] -= plainly[i];
        struct bn_mean rise = bn_mean_of(nats, SCORED);
        if (!(rise.value <= o->worst)) o->worst = rise.value, o->error = rise.error, o->worst_id = id;
        if (isnan(rise.value)) break;
    }
    return status;
}

static enum bn_status measure(void *self, const struct bn_model *model, struct bn_error *err)
{
    struct outliers *o = self;
    int32_t *plain = NULL;
    struct bn_session *session = NULL;
    const struct bn_session_options options = bn_stress_session(o->options, MOST);
    enum bn_status status = bn_stress_ids(&plain, model, 6, true, BEFORE + BRIDGE + SCORED, err);
    if (status == BN_OK) status = bn_session_open(&session, model, &options, err);
    if (status == BN_OK) status = over_vocabulary(o, session, plain, bn_model_info(model)->n_vocab, err);
    if (session) bn_session_close(session);
    free(plain);
    return status;
}

static enum bn_status run(struct bn_stress_result *result, const struct bn_stress_options *options,
                          struct bn_error *err)
{
    struct outliers o = {.options = options};
    enum bn_status status = bn_stress_open(options, options->model_path, measure, &o, err);
    if (status != BN_OK) return status;
    bn_stress_judge(result, o.worst, threshold_nats, "nats/token");
    result->error = o.error;
    snprintf(result->reason, sizeof result->reason,
             "plain English costs %.3f nats/token, %+.3f after token %d (the worst of %d, %d times each)", o.plain,
             o.worst, o.worst_id, o.n, REPEATS);
    return BN_OK;
}

const struct bn_stress_test bn_s06_outlier_tokens = {
    "s06_outlier_tokens", "rare and special tokens leave the text after them predictable", run, 6};
