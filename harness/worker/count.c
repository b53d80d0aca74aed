/* count.c - runs the passes that count, on sessions with an observer. */
#include "harness/worker/count.h"
#include "harness/worker/line.h"
#include "harness/worker/tally.h"

static void write_counter(void *out, const struct bn_counter *k)
{
    json_t *o = json_pack("{ss ss ss ss si sI sb}", "phase", k->phase, "op", k->op, "name", k->name, "source",
                          k->source, "thread", k->thread, "tokens", (json_int_t)k->n_tokens, "scaled", (int)k->scaled);
    if (k->reason)
        json_object_set_new(o, "reason", json_string(k->reason));
    else
        json_object_set_new(o, "value", json_real(k->value));
    bn_line_write(out, json_pack("{so}", "counter", o));
}

typedef enum bn_status passes(struct bn_subject *, struct bn_tally *, struct bn_session *, FILE *, struct bn_error *);

static enum bn_status events(struct bn_subject *s, struct bn_tally *t, struct bn_session *session, FILE *out,
                             struct bn_error *err)
{
    const struct bn_pass_hooks hooks = {t, bn_tally_begin, bn_tally_end};
    int groups = bn_pmu_groups(t->pmu);
    enum bn_status status = bn_subject_pass(s, session, &(struct bn_pass_hooks){0}, err); /* warms up */
    for (int ops = 0; ops <= s->request->ops; ops++)
        for (t->per_op = ops, t->group = groups ? 1 : 0; !status && t->group <= groups; t->group++)
            status = bn_subject_pass(s, session, &hooks, err);
    if (!status) bn_pmu_each(t->pmu, write_counter, out);
    return status;
}

static enum bn_status ops(struct bn_subject *s, struct bn_tally *t, struct bn_session *session, FILE *out,
                          struct bn_error *err)
{
    const struct bn_pass_hooks hooks = {t, bn_tally_begin, bn_tally_end};
    enum bn_status status = BN_OK;
    for (int r = 0; !status && r < 2; r++) { /* the first warms up */
        bn_tally_clear(t);
        status = bn_subject_pass(s, session, &hooks, err);
    }
    if (!status) bn_tally_write(t, out);
    return status;
}

static enum bn_status observe(struct bn_subject *s, struct bn_pmu *pmu, passes *run, FILE *out, struct bn_error *err)
{
    struct bn_tally tally;
    struct bn_session_options options = s->options;
    struct bn_session *session = NULL;
    enum bn_status status = bn_tally_open(&tally, s->model, (int)s->request->threads, err);
    tally.pmu = pmu;
    options.observer = &tally.observer;
    if (!status) status = bn_session_open(&session, s->model, &options, err);
    if (!status) status = run(s, &tally, session, out, err);
    bn_session_close(session);
    bn_tally_close(&tally);
    return status;
}

enum bn_status bn_count_events(struct bn_subject *s, FILE *out, struct bn_error *err)
{
    struct bn_pmu *pmu = NULL;
    enum bn_status status = bn_pmu_open(&pmu, bn_pmu_perf(), (int)s->request->threads, err);
    if (!status) status = observe(s, pmu, events, out, err);
    bn_pmu_close(pmu);
    return status;
}

enum bn_status bn_count_ops(struct bn_subject *s, FILE *out, struct bn_error *err)
{
    return observe(s, NULL, ops, out, err);
}
