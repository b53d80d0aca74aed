/* tally.c - adds up the observer's calls in one table per thread. */
#include "harness/worker/tally.h"
#include "harness/core/clock.h"
#include "harness/core/error.h"
#include "harness/worker/line.h"
#include <stdlib.h>
#include <string.h>

enum { PAGE = 4096 };
struct bn_tally_thread {
    int64_t start_ns;
    struct bn_figures *cells; /* [2 phases][n_layers + 1][BN_OP_COUNT], in pages of its own */
};

static size_t n_cells(const struct bn_tally *t) { return 2 * ((size_t)t->n_layers + 1) * BN_OP_COUNT; }

static size_t table_bytes(const struct bn_tally *t)
{
    return (n_cells(t) * sizeof(struct bn_figures) + PAGE - 1) / PAGE * PAGE;
}

static void thread_start(void *self, int thread)
{
    const struct bn_tally *t = self;
    if (t->pmu) bn_pmu_thread(t->pmu, thread);
}

/* Events are counted inside the time, so that reading the clock is none of them. */
static void op_begin(void *self, int thread, enum bn_phase phase, int layer, enum bn_op op)
{
    const struct bn_tally *t = self;
    (void)phase, (void)layer, (void)op;
    if (!t->on) return;
    t->threads[thread].start_ns = bn_clock_ns();
    if (t->per_op) bn_pmu_op_begin(t->pmu, thread);
}

static void op_end(void *self, int thread, enum bn_phase phase, int layer, enum bn_op op, const struct bn_work *work)
{
    const struct bn_tally *t = self;
    (void)phase;
    if (!t->on) return;
    if (t->per_op) bn_pmu_op_end(t->pmu, thread, t->phase, op);
    const struct bn_figures more = {.calls = 1,
                                    .ns = (uint64_t)(bn_clock_ns() - t->threads[thread].start_ns),
                                    .kernel_calls = work->kernel_calls,
                                    .weight_bytes = work->weight_bytes,
                                    .kv_bytes = work->kv_bytes,
                                    .macs = work->macs};
    size_t row = (size_t)t->phase * ((size_t)t->n_layers + 1) + (size_t)(layer + 1);
    bn_figures_add(&t->threads[thread].cells[row * BN_OP_COUNT + (size_t)op], more);
}

enum bn_status bn_tally_open(struct bn_tally *t, const struct bn_model *model, int n_threads, struct bn_error *err)
{
    *t =
        (struct bn_tally){.observer = {.self = t, .op_begin = op_begin, .op_end = op_end, .thread_start = thread_start},
                          .n_threads = n_threads,
                          .n_layers = bn_model_info(model)->n_layers};
    t->threads = calloc((size_t)n_threads, sizeof *t->threads);
    char *cells = t->threads ? aligned_alloc(PAGE, (size_t)n_threads * table_bytes(t)) : NULL;
    if (!cells) {
        free(t->threads);
        t->threads = NULL;
        return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate memory to observe %d threads.", n_threads);
    }
    for (int i = 0; i < n_threads; i++)
        t->threads[i].cells = (struct bn_figures *)(void *)(cells + (size_t)i * table_bytes(t));
    bn_tally_clear(t);
    return BN_OK;
}

void bn_tally_close(struct bn_tally *t)
{
    if (t->threads) free(t->threads[0].cells);
    free(t->threads);
    t->threads = NULL;
}

void bn_tally_clear(struct bn_tally *t)
{
    for (int i = 0; i < t->n_threads; i++) memset(t->threads[i].cells, 0, table_bytes(t));
    t->n_tokens[0] = t->n_tokens[1] = 0;
}

void bn_tally_begin(void *self, enum bn_phase phase)
{
    struct bn_tally *t = self;
    t->phase = phase, t->on = true;
    if (t->pmu) bn_pmu_start(t->pmu, t->group);
}

void bn_tally_end(void *self, enum bn_phase phase, int n_tokens, struct bn_session *session)
{
    struct bn_tally *t = self;
    (void)session;
    if (t->pmu) bn_pmu_stop(t->pmu, phase, t->per_op ? 0 : n_tokens);
    t->on = false;
    t->n_tokens[phase] += n_tokens;
}

struct bn_figures bn_tally_sum(const struct bn_tally *t, enum bn_op op)
{
    struct bn_figures sum = {0};
    for (int i = 0; i < t->n_threads; i++)
        for (size_t c = op; c < n_cells(t); c += BN_OP_COUNT) bn_figures_add(&sum, t->threads[i].cells[c]);
    return sum;
}

void bn_tally_write(const struct bn_tally *t, FILE *out)
{
    static const char *const phases[] = {"prefill", "decode"};
    size_t per_phase = n_cells(t) / 2;
    for (int i = 0; i < t->n_threads; i++)
        for (size_t c = 0; c < n_cells(t); c++) {
            if (!t->threads[i].cells[c].calls) continue;
            json_t *op =
                json_pack("{ss si ss si sI}", "phase", phases[c / per_phase], "layer",
                          (int)(c % per_phase / BN_OP_COUNT) - 1, "op", bn_op_name((enum bn_op)(c % BN_OP_COUNT)),
                          "thread", i, "tokens", (json_int_t)t->n_tokens[c / per_phase]);
            bn_figures_put(op, t->threads[i].cells[c], false);
            bn_line_write(out, json_pack("{so}", "op", op));
        }
}
