/* count.c - attaches counters to the session's threads and runs the counting passes. */
#include "harness/worker/count.h"
#include "harness/pmu/pmu.h"
#include <jansson.h>

struct count {
    struct bn_pmu *pmu;
    int group;
    bool per_op, on;
    enum bn_phase phase;
};

static void thread_start(void *self, int thread) { bn_pmu_thread(((struct count *)self)->pmu, thread); }

static void before(void *self, enum bn_phase phase)
{
    struct count *c = self;
    c->phase = phase, c->on = true;
    bn_pmu_start(c->pmu, c->group);
}

static void after(void *self, enum bn_phase phase, int n_tokens, struct bn_session *session)
{
    struct count *c = self;
    (void)session;
    bn_pmu_stop(c->pmu, phase, c->per_op ? 0 : n_tokens);
    c->on = false;
}

static void op_begin(void *self, int thread, enum bn_phase phase, int layer, enum bn_op op)
{
    const struct count *c = self;
    (void)phase, (void)layer, (void)op;
    if (c->on && c->per_op) bn_pmu_op_begin(c->pmu, thread);
}

static void op_end(void *self, int thread, enum bn_phase phase, int layer, enum bn_op op, const struct bn_work *work)
{
    const struct count *c = self;
    (void)phase, (void)layer, (void)work;
    if (c->on && c->per_op) bn_pmu_op_end(c->pmu, thread, c->phase, op);
}

static enum bn_status passes(struct bn_subject *s, struct count *c, struct bn_session *session, struct bn_error *err)
{
    const struct bn_pass_hooks hooks = {c, before, after};
    int groups = bn_pmu_groups(c->pmu);
    enum bn_status status = bn_subject_pass(s, session, &(struct bn_pass_hooks){0}, err); /* warms up */
    for (int ops = 0; ops <= s->request->ops; ops++)
        for (c->per_op = ops, c->group = groups ? 1 : 0; !status && c->group <= groups; c->group++)
            status = bn_subject_pass(s, session, &hooks, err);
    return status;
}

static void write_counter(void *self, const struct bn_counter *k)
{
    json_t *o =
        json_pack("{s{ss ss ss ss si sI sb}}", "counter", "phase", k->phase, "op", k->op, "name", k->name, "source",
                  k->source, "thread", k->thread, "tokens", (json_int_t)k->n_tokens, "scaled", (int)k->scaled);
    json_t *inner = json_object_get(o, "counter");
    if (k->reason)
        json_object_set_new(inner, "reason", json_string(k->reason));
    else
        json_object_set_new(inner, "value", json_real(k->value));
    json_dumpf(o, self, JSON_COMPACT);
    fputc('\n', self);
    json_decref(o);
}

enum bn_status bn_count_pass(struct bn_subject *s, FILE *out, struct bn_error *err)
{
    struct count c = {0};
    const struct bn_observer observer = {
        .self = &c, .thread_start = thread_start, .op_begin = op_begin, .op_end = op_end};
    struct bn_session_options options = s->options;
    struct bn_session *session = NULL;
    options.observer = &observer;
    enum bn_status status = bn_pmu_open(&c.pmu, bn_pmu_perf(), (int)s->request->threads, err);
    if (!status) status = bn_session_open(&session, s->model, &options, err);
    if (!status) status = passes(s, &c, session, err);
    bn_session_close(session);
    if (!status) bn_pmu_each(c.pmu, write_counter, out);
    bn_pmu_close(c.pmu);
    return status;
}
