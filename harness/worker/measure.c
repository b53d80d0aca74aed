/* measure.c - warm-up, timed repetitions, the pass per operation, counters: what a worker does with a request. */
#include "harness/core/clock.h"
#include "harness/worker/measure.h"
#include "harness/worker/subject.h"
#include "harness/worker/simulate.h"
#include "harness/worker/count.h"
#include "harness/worker/quality.h"
#include "harness/worker/line.h"
#include "harness/core/error.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/resource.h>

struct timing {
    int64_t start_ns, prefill_ns;
    struct {
        int64_t ns;
        int n_tokens;
    } * decode; /* [n_decoded] */
    uint32_t n_decoded;
};

static void start_clock(void *self, enum bn_phase phase)
{
    (void)phase;
    ((struct timing *)self)->start_ns = bn_clock_ns();
}

static void stop_clock(void *self, enum bn_phase phase, int n_tokens, struct bn_session *session)
{
    struct timing *t = self;
    int64_t ns = bn_clock_ns() - t->start_ns;
    (void)session;
    if (phase == BN_PHASE_PREFILL) {
        t->prefill_ns = ns;
        return;
    }
    t->decode[t->n_decoded].ns = ns;
    t->decode[t->n_decoded++].n_tokens = n_tokens;
}

static void write_rep(FILE *out, uint32_t rep, const struct bn_request *q, const struct timing *t)
{
    fprintf(out, "{\"rep\":%u", rep);
    if (q->prefill) fprintf(out, ",\"prefill\":[[%" PRId64 ",%u]]", t->prefill_ns, q->prefill);
    if (q->decode) fputs(",\"decode\":[", out);
    for (uint32_t i = 0; i < t->n_decoded; i++)
        fprintf(out, t->decode[i].n_tokens == 1 ? "%s%" PRId64 : "%s[%" PRId64 ",%d]", i ? "," : "", t->decode[i].ns,
                t->decode[i].n_tokens);
    fputs(q->decode ? "]}\n" : "}\n", out);
}

/* Warm-up and timed repetitions on a session without an observer. The first repetition is never timed: it hashes all
 * logits, and the others must choose what it chose. */
static enum bn_status repeat(struct bn_subject *s, struct bn_session *session, FILE *out, uint64_t *hash,
                             struct bn_error *err)
{
    const struct bn_request *q = s->request;
    uint32_t warmup = q->warmup ? q->warmup : 1;
    struct timing t = {.decode = calloc((size_t)q->decode + 1, sizeof *t.decode)};
    if (!t.decode) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory for %u samples.", q->decode);
    const struct bn_pass_hooks hooks = {&t, start_clock, stop_clock};
    uint64_t chosen = 0;
    s->hashing = true;
    enum bn_status status = bn_subject_pass(s, session, &hooks, err);
    s->hashing = false;
    *hash = s->hash;
    chosen = s->chosen;
    for (uint32_t r = 1; !status && r < warmup + q->repetitions; r++) {
        t.n_decoded = 0;
        status = bn_subject_pass(s, session, &hooks, err);
        if (!status && s->chosen != chosen)
            status = bn_harness_fail(err, BN_ERR_FORMAT, "Repetition %u computed other logits than the first one.", r);
        if (!status && r >= warmup) write_rep(out, r - warmup, q, &t);
    }
    free(t.decode);
    return status;
}

/* Keys and values of the sequence as the repetition left it. */
static void write_sequence(FILE *out, const struct bn_subject *s, const struct bn_session *session)
{
    bn_line_write(out, json_pack("{s{ss ss ss ss sI sI}}", "counter", "phase",
                                 s->request->decode ? "decode" : "prefill", "op", "", "name", "sequence_bytes",
                                 "source", "software", "value", (json_int_t)bn_session_kv_bytes(session), "tokens",
                                 (json_int_t)bn_session_position(session)));
}

static enum bn_status timed_part(struct bn_subject *s, FILE *out, uint64_t *hash, struct bn_error *err)
{
    struct bn_session *session = NULL;
    enum bn_status status = bn_session_open(&session, s->model, &s->options, err);
    if (!status) status = repeat(s, session, out, hash, err);
    if (!status && s->request->sequences < 2) write_sequence(out, s, session);
    bn_session_close(session);
    return status;
}

static void write_model(FILE *out, const struct bn_subject *s)
{
    const struct bn_model_info *m = bn_model_info(s->model);
    bn_line_write(out, json_pack("{s{ss? ss? ss? ss? sI sI sI} ss?}", "model", "name", m->name, "architecture",
                                 m->architecture, "weight_encoding", m->weight_encoding, "head_encoding",
                                 m->head_encoding, "n_parameters", (json_int_t)m->n_parameters,
                                 "weight_bytes_per_token", (json_int_t)m->weight_bytes_per_token, "macs_per_token",
                                 (json_int_t)m->macs_per_token, "kernels", m->kernels));
}

static long long peak_rss(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (long long)usage.ru_maxrss * 1024;
}

enum bn_status bn_measure(const struct bn_request *q, FILE *out, struct bn_error *err)
{
    struct bn_subject s;
    enum bn_status status = bn_subject_open(&s, q, err);
    if (status) return status;
    uint64_t hash = 0;
    write_model(out, &s);
    if (q->simulate)
        status = bn_simulate_pass(&s, err);
    else
        status = timed_part(&s, out, &hash, err);
    if (!status && q->counters) status = bn_count_events(&s, out, err);
    if (!status && q->ops) status = bn_count_ops(&s, out, err);
    long long peak = peak_rss(); /* of speed; quality has its own */
    if (!status && q->n_quality) status = bn_quality_run(&s, out, err);
    if (!status) status = bn_model_check(s.model, err);
    if (!status) fprintf(out, "{\"done\":true,\"hash\":\"%016" PRIx64 "\",\"peak_rss_bytes\":%lld}\n", hash, peak);
    bn_subject_close(&s);
    return status;
}
