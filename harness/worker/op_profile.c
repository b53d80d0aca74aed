/* op_profile.c - collects the observer's calls in one table per thread and writes them as lines. */
#include "harness/clock.h"
#include "harness/worker/op_profile.h"
#include "harness/error.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct cell {
    uint64_t calls, ns, weight_bytes, kv_bytes, macs;
};
/* One per thread, in pages of its own. */
struct timed_thread {
    int64_t start_ns;
    struct cell *cells; /* [2 phases][n_layers + 1][BN_OP_COUNT] */
};
struct profile {
    struct timed_thread *tables;
    int n_layers;
    bool on;
    enum bn_phase phase;
    int64_t n_tokens[2];
};

static void op_begin(void *self, int thread, enum bn_phase phase, int layer, enum bn_op op)
{
    struct profile *p = self;
    (void)phase, (void)layer, (void)op;
    if (p->on) p->tables[thread].start_ns = bn_clock_ns();
}

static void op_end(void *self, int thread, enum bn_phase phase, int layer, enum bn_op op, const struct bn_work *work)
{
    struct profile *p = self;
    (void)phase; /* the request's phase counts: a prefill of one token is a prefill */
    if (!p->on) return;
    struct cell *c = &p->tables[thread].cells[((int)p->phase * (p->n_layers + 1) + layer + 1) * BN_OP_COUNT + (int)op];
    c->calls++;
    c->ns += (uint64_t)(bn_clock_ns() - p->tables[thread].start_ns);
    c->weight_bytes += work->weight_bytes, c->kv_bytes += work->kv_bytes, c->macs += work->macs;
}

static void switch_on(void *self, enum bn_phase phase)
{
    struct profile *p = self;
    p->phase = phase, p->on = true;
}

static void switch_off(void *self, enum bn_phase phase, int n_tokens, struct bn_session *session)
{
    struct profile *p = self;
    (void)session;
    p->on = false;
    p->n_tokens[phase] += n_tokens;
}

static void write_lines(const struct profile *p, uint32_t threads, FILE *out)
{
    static const char *const phases[] = {"prefill", "decode"};
    size_t n = 2 * ((size_t)p->n_layers + 1) * BN_OP_COUNT;
    for (uint32_t t = 0; t < threads; t++)
        for (size_t i = 0; i < n; i++) {
            const struct cell *c = &p->tables[t].cells[i];
            size_t phase = i / (n / 2), layer = i % (n / 2) / BN_OP_COUNT;
            if (!c->calls) continue;
            fprintf(out,
                    "{\"op\":{\"phase\":\"%s\",\"layer\":%d,\"op\":\"%s\",\"thread\":%u,\"calls\":%" PRIu64
                    ",\"ns\":%" PRIu64 ",\"weight_bytes\":%" PRIu64 ",\"kv_bytes\":%" PRIu64 ",\"macs\":%" PRIu64
                    ",\"tokens\":%" PRId64 "}}\n",
                    phases[phase], (int)layer - 1, bn_op_name((enum bn_op)(i % BN_OP_COUNT)), t, c->calls, c->ns,
                    c->weight_bytes, c->kv_bytes, c->macs, p->n_tokens[phase]);
        }
}

static void clear(struct profile *p, uint32_t threads)
{
    for (uint32_t t = 0; t < threads; t++)
        memset(p->tables[t].cells, 0, 2 * ((size_t)p->n_layers + 1) * BN_OP_COUNT * sizeof(struct cell));
    p->n_tokens[0] = p->n_tokens[1] = 0;
}

static enum bn_status observe(struct bn_subject *s, struct profile *p, struct bn_error *err)
{
    const struct bn_observer observer = {.self = p, .op_begin = op_begin, .op_end = op_end};
    const struct bn_pass_hooks hooks = {p, switch_on, switch_off};
    struct bn_session_options options = s->options;
    struct bn_session *session = NULL;
    options.observer = &observer;
    enum bn_status status = bn_session_open(&session, s->model, &options, err);
    for (int r = 0; !status && r < 2; r++) { /* the first warms up */
        clear(p, s->request->threads);
        status = bn_subject_pass(s, session, &hooks, err);
    }
    bn_session_close(session);
    return status;
}

enum bn_status bn_op_profile(struct bn_subject *s, FILE *out, struct bn_error *err)
{
    uint32_t threads = s->request->threads;
    struct profile p = {.n_layers = bn_model_info(s->model)->n_layers};
    size_t bytes = (2 * ((size_t)p.n_layers + 1) * BN_OP_COUNT * sizeof(struct cell) + 4095) / 4096 * 4096;
    p.tables = calloc(threads, sizeof *p.tables);
    char *cells = p.tables ? aligned_alloc(4096, threads * bytes) : NULL;
    if (!cells)
        return free(p.tables),
               bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory for the profile of %u threads.", threads);
    for (uint32_t t = 0; t < threads; t++) p.tables[t].cells = (struct cell *)(void *)(cells + t * bytes);
    enum bn_status status = observe(s, &p, err);
    if (!status) write_lines(&p, threads, out);
    free(cells);
    free(p.tables);
    return status;
}
