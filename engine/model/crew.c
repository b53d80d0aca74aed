/* crew.c - opens threads and lays out what passes need. */
#include "engine/model/crew.h"
#include "engine/kernels/counted.h"
#include "engine/model/fault.h"
#include "engine/model/forward.h"
#include "engine/model/pass.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { DEFAULT_BATCH = 128 };

/* ---- buffers: a mapping, laid out twice with the same code (to measure, then to place) ---- */
struct layout {
    char *base; /* NULL while measuring */
    size_t at;
};

static void *place(struct layout *l, size_t bytes)
{
    void *p = l->base ? l->base + l->at : NULL;
    l->at += (bytes + 127) / 64 * 64; /* whole cache lines, and one to spare for whole-vector reads */
    return p;
}

static void place_acts(struct layout *l, const struct bn_crew *crew, struct bn_acts *a, size_t n)
{
    const struct bn_config *c = &crew->model->source.config;
    size_t heads = (size_t)c->n_heads * (size_t)c->head_dim;
    struct bn_linear_input *in = &a->input;
    in->value_stride = (size_t)crew->wide;
    in->code_stride = (BN_A256_BYTES(crew->wide) + 63) / 64 * 64;
    in->block_stride = ((size_t)crew->wide + 255) / 256;
    a->x = place(l, n * (size_t)c->dim * sizeof(float));
    a->att = place(l, n * heads * sizeof(float));
    a->q = place(l, n * (size_t)c->n_heads * (size_t)crew->wide_head * sizeof(float));
    in->values = place(l, n * in->value_stride * sizeof(float));
    in->codes = place(l, n * in->code_stride);
    in->sum = place(l, n * sizeof(int32_t));
    in->scale = place(l, n * sizeof(float));
    in->block_scale = place(l, n * in->block_stride * sizeof(float));
}

static size_t place_all(struct bn_crew *crew, char *base)
{
    struct layout l = {base, 0};
    const struct bn_config *c = &crew->model->source.config;
    size_t n = (size_t)crew->n_batch, threads = (size_t)crew->n_threads, dim = (size_t)c->head_dim;
    crew->own = place(&l, threads * sizeof *crew->own);
    crew->partials = place(&l, threads * sizeof *crew->partials);
    crew->parts = place(&l, threads * sizeof *crew->parts);
    crew->faults = place(&l, threads * sizeof *crew->faults);
    crew->clamped = place(&l, threads * (size_t)c->n_layers * sizeof *crew->clamped);
    crew->clamped_before = place(&l, (size_t)c->n_layers * sizeof *crew->clamped_before);
    crew->rows = place(&l, n * sizeof *crew->rows);
    crew->wanted = place(&l, n * sizeof *crew->wanted);
    crew->tiles = place(&l, n * sizeof *crew->tiles);
    crew->observed = place(&l, n * sizeof *crew->observed);
    place_acts(&l, crew, &crew->batch, n);
    struct bn_acts measured;
    for (size_t t = 0; t < threads; t++) place_acts(&l, crew, base ? &crew->own[t] : &measured, 1);
    for (int i = 0; i < 3; i++) {
        crew->qkv_stride[i] = (size_t)(i ? c->n_kv_heads : c->n_heads) * dim;
        crew->qkv[i] = place(&l, n * crew->qkv_stride[i] * sizeof(float));
    }
    size_t first = (size_t)crew->first.n_rows;
    crew->first.rows = place(&l, first * (crew->qkv_stride[0] + 2 * crew->qkv_stride[1]) * sizeof(float));
    crew->first.id = place(&l, first * sizeof *crew->first.id);
    crew->first.wanted = place(&l, n * sizeof *crew->first.wanted);
    crew->out = place(&l, n * (size_t)c->dim * sizeof(float));
    crew->gate = place(&l, n * (size_t)c->ffn_dim * sizeof(float));
    crew->up = place(&l, n * (size_t)c->ffn_dim * sizeof(float));
    crew->logits = place(&l, BN_LOGIT_ROWS * (size_t)c->n_vocab * sizeof(float));
    crew->scratch = place(&l, threads * BN_KERNEL_SCRATCH);
    return l.at;
}

static size_t place_partials(struct bn_crew *crew, char *base, int n_ctx)
{
    struct layout l = {base, 0};
    size_t segments = ((size_t)n_ctx + BN_SEGMENT - 1) / BN_SEGMENT,
           row = segments * ((size_t)crew->wide_head + 2) * sizeof(float);
    for (int t = 0; t < crew->n_threads; t++) {
        float *p = place(&l, BN_TILE_QUERIES * row);
        if (base) crew->partials[t] = p;
    }
    float *p = place(&l, (size_t)crew->model->source.config.n_heads * row);
    if (base) crew->decode_partials = p;
    return l.at;
}

static char *map(size_t bytes)
{
    char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

static enum bn_status allocate(struct bn_crew *crew, struct bn_error *err)
{
    crew->memory_bytes = place_all(crew, NULL);
    crew->memory = map(crew->memory_bytes);
    if (!crew->memory) return bn_fail_memory(err, "the buffers of a pass", crew->memory_bytes);
    place_all(crew, crew->memory);
    return bn_rope_init(&crew->rope, &crew->model->source.config, crew->model->weights.rope_factors, err);
}

enum bn_status bn_crew_reserve(struct bn_crew *crew, int n_ctx, struct bn_error *err)
{
    if (n_ctx <= crew->n_ctx) return BN_OK;
    size_t bytes = place_partials(crew, NULL, n_ctx);
    enum bn_status status = bn_rope_reserve(&crew->rope, n_ctx, err);
    if (status != BN_OK) return status;
    char *memory = map(bytes);
    if (!memory) return bn_fail_memory(err, "attention over the context", bytes);
    if (crew->partials_memory) munmap(crew->partials_memory, crew->partials_bytes);
    crew->partials_memory = memory;
    crew->partials_bytes = bytes;
    place_partials(crew, memory, n_ctx);
    crew->n_ctx = n_ctx;
    return BN_OK;
}

/* ---- opening ---- */
static int widest(const struct bn_config *c)
{
    int wide = c->dim > c->ffn_dim ? c->dim : c->ffn_dim, heads = c->n_heads * c->head_dim;
    return wide > heads ? wide : heads;
}

/* Gets the observers themselves: a thread may start late, when a warm-up has hidden them from its passes. */
static void thread_start(void *observers, int thread)
{
    for (const struct bn_observer *o = observers; o; o = o->next)
        if (o->thread_start) o->thread_start(o->self, thread);
}

static enum bn_status check_options(const struct bn_model *model, const struct bn_crew_options *o, struct bn_error *err)
{
    if (!model->weights.layers)
        return bn_fail(err, BN_ERR_USAGE, "The model was opened for its vocabulary only; it cannot run.");
    if (o->n_threads < 0 || o->n_threads > BN_MAX_THREADS)
        return bn_fail(err, BN_ERR_USAGE, "n_threads must be 1 to %d, or 0 for one per core, not %d.", BN_MAX_THREADS,
                       o->n_threads);
    if (o->n_batch < 0 || o->n_batch > 4096)
        return bn_fail(err, BN_ERR_USAGE, "n_batch must be 1 to 4096, or 0 for the default, not %d.", o->n_batch);
    return BN_OK;
}

/* The CPUs to pin to: those chosen, or where cores differ like ones first. */
static const int *pinned(const struct bn_crew_options *o, int n_threads, int like[BN_MAX_THREADS])
{
    if (o->cpus || !bn_cores_differ()) return o->cpus;
    return bn_cores_list(like, n_threads) == n_threads ? like : NULL;
}

enum bn_status bn_crew_open(struct bn_crew **out, const struct bn_model *model, const struct bn_crew_options *options,
                            struct bn_error *err)
{
    static const struct bn_crew_options defaults = {0};
    const struct bn_crew_options *o = options ? options : &defaults;
    enum bn_status status = check_options(model, o, err);
    if (status != BN_OK) return status;
    int like[BN_MAX_THREADS];
    struct bn_crew *crew = calloc(1, sizeof *crew);
    if (!crew) return bn_fail_memory(err, "the crew", sizeof *crew);
    crew->model = model;
    crew->observer = o->observer;
    bn_kernels_counted(&crew->counted, &model->kernels);
    crew->n_threads = o->n_threads ? o->n_threads : bn_cores_available();
    crew->n_batch = o->n_batch ? o->n_batch : DEFAULT_BATCH;
    if (o->n_ctx > 0 && crew->n_batch > o->n_ctx) crew->n_batch = o->n_ctx;
    crew->wide = widest(&model->source.config);
    crew->first.n_rows = model->fuse_subwords;
    crew->wide_head = (model->source.config.head_dim + 15) / 16 * 16;
    status = bn_threads_open(&crew->threads, crew->n_threads, pinned(o, crew->n_threads, like), thread_start,
                             (void *)(uintptr_t)o->observer, err);
    if (status == BN_OK) status = allocate(crew, err);
    if (status == BN_OK && model->reference64) status = bn_forward64_open(crew, err);
    if (status != BN_OK) {
        bn_crew_close(crew);
        return status;
    }
    bn_threads_adapt(crew->threads, !o->fixed_threads);
    *out = crew;
    return BN_OK;
}

void bn_crew_close(struct bn_crew *crew)
{
    if (!crew) return;
    bn_threads_close(crew->threads);
    bn_forward64_close(crew);
    bn_rope_release(&crew->rope);
    if (crew->partials_memory) munmap(crew->partials_memory, crew->partials_bytes);
    if (crew->memory) munmap(crew->memory, crew->memory_bytes);
    free(crew);
}

uint64_t bn_crew_fused_rows(const struct bn_crew *crew) { return crew->first.n_taken; }

int bn_crew_n_threads(const struct bn_crew *crew) { return crew->n_threads; }

void bn_crew_load(const struct bn_crew *crew, struct bn_crew_load *load)
{
    struct bn_threads_load l = bn_threads_load(crew->threads);
    *load = (struct bn_crew_load){crew->n_threads, l.n_active, l.n_active < crew->n_threads, l.n_dropped, l.waited_ns};
}
