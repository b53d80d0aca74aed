/* warmup.c - the scratch passes and the touching of pages. */
#include "engine/model/warmup.h"
#include "engine/model/kv/segments.h"
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { STEPS = 4, PROMPT = 8, SCRATCH_CONTEXT = PROMPT + STEPS };

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* ---- passes ---- */

/* Code, branch predictors, the scratch memory of each thread: a short prompt and some steps, unobserved. */
static enum bn_status run_steps(struct bn_session *s, struct bn_error *err)
{
    struct bn_crew *crew = s->crew;
    const struct bn_observer *observer = crew->observer;
    const struct bn_session_options options = {.n_ctx = SCRATCH_CONTEXT, .crew = crew};
    const int32_t ids[PROMPT] = {0};
    uint64_t n_sequences = crew->n_sequences;
    struct bn_session *scratch;
    enum bn_status status = bn_session_open(&scratch, crew->model, &options, err);
    if (status != BN_OK) return status;
    crew->observer = NULL;
    crew->uncounted = true;
    bool finite = bn_prefill(scratch, ids, PROMPT, NULL) == BN_OK;
    for (int i = 0; i < STEPS && finite; i++)
        if ((finite = bn_decode_top(scratch, 0, 1, NULL) == BN_OK)) s->warmup.steps++;
    crew->observer = observer;
    crew->uncounted = false;
    crew->n_sequences = n_sequences;
    bn_session_close(scratch);
    memset(crew->logits, 0, (size_t)crew->model->source.config.n_vocab * sizeof *crew->logits);
    return BN_OK;
}

/* ---- pages ---- */
struct part {
    int thread, n_threads;
};

/* A thread's part of the pages of a region, read; with `write` also written, as they are. */
static void touch(const struct part *part, const void *region, size_t bytes, bool write)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = (bytes + page - 1) / page;
    volatile char *p = (volatile char *)(uintptr_t)region;
    for (size_t i = (size_t)part->thread; region && i < pages; i += (size_t)part->n_threads) {
        char c = p[i * page];
        if (write) p[i * page] = c;
    }
}

static void touch_linears(const struct part *part, const struct bn_linear *lin, int n)
{
    for (int i = 0; i < n; i++) touch(part, lin[i].data, (size_t)lin[i].rows * lin[i].row_bytes, false);
}

static void touch_weights(const struct part *part, const struct bn_weights *w)
{
    for (const struct bn_layer *layer = w->layers; layer < w->layers + w->n_layers; layer++) {
        touch_linears(part, layer->qkv, 3);
        touch_linears(part, &layer->o, 1);
        touch_linears(part, layer->gate_up, 2);
        touch_linears(part, &layer->down, 1);
    }
    touch_linears(part, &w->head, 1);
    touch(part, w->embedding.rows, w->embedding.tensor->bytes, false);
}

/* After the passes, which leave each thread's scratch memory near that thread. */
static void touch_all(void *arg, int member)
{
    const struct bn_session *s = arg;
    const struct bn_crew *crew = s->crew;
    const struct bn_kv_cache *kv = &s->sequence.kv;
    struct part part;
    part.thread = bn_threads_rank(crew->threads, member, &part.n_threads);
    touch_weights(&part, &crew->model->weights);
    touch(&part, crew->memory, crew->memory_bytes, true);
    touch(&part, crew->partials_memory, crew->partials_bytes, true);
    for (int i = 0; i < kv->n_most / BN_SEGMENT; i++) touch(&part, kv->segments[i]->memory, kv->segment_bytes, true);
}

static long page_faults(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt + usage.ru_majflt;
}

enum bn_status bn_warm_up(struct bn_session *s, struct bn_error *err)
{
    double start = now_ms();
    long faults = page_faults();
    enum bn_status status = run_steps(s, err);
    if (status != BN_OK) return status;
    bn_threads_run(s->crew->threads, touch_all, s);
    s->warmup.ms = now_ms() - start;
    s->warmup.page_faults = page_faults() - faults;
    return BN_OK;
}
