/* session.c - sessions: buffers, prefill in batches, decode, logits and their hash. */
#include "engine/model/session.h"
#include "engine/kernels/counted.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { DEFAULT_BATCH = 128 };

/* ---- buffers: one mapping, laid out twice with the same code (to measure, then to place) ---- */
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

static void place_acts(struct layout *l, const struct bn_session *s, struct bn_acts *a, size_t n)
{
    const struct bn_config *c = &s->model->source.config;
    size_t heads = (size_t)c->n_heads * (size_t)c->head_dim;
    a->norm_stride = (size_t)s->wide;
    a->code_stride = (BN_A256_BYTES(s->wide) + 63) / 64 * 64;
    a->block_stride = ((size_t)s->wide + 255) / 256;
    a->x = place(l, n * (size_t)c->dim * sizeof(float));
    a->att = place(l, n * heads * sizeof(float));
    a->q = place(l, n * (size_t)c->n_heads * (size_t)s->kv.head_dim * sizeof(float));
    a->norm = place(l, n * a->norm_stride * sizeof(float));
    a->codes = place(l, n * a->code_stride);
    a->sum = place(l, n * sizeof(int32_t));
    a->scale = place(l, n * sizeof(float));
    a->block_scale = place(l, n * a->block_stride * sizeof(float));
}

static size_t place_all(struct bn_session *s, char *base)
{
    struct layout l = {base, 0};
    const struct bn_config *c = &s->model->source.config;
    size_t n = (size_t)s->n_batch, dim = (size_t)c->head_dim, cell = (size_t)s->kv.head_dim + 2,
           segments = (size_t)s->kv.n_ctx / BN_SEGMENT;
    place_acts(&l, s, &s->batch, n);
    for (int t = 0; t < s->n_threads; t++) place_acts(&l, s, &s->own[t], 1);
    for (int i = 0; i < 3; i++) {
        s->qkv_stride[i] = (size_t)(i ? c->n_kv_heads : c->n_heads) * dim;
        s->qkv[i] = place(&l, n * s->qkv_stride[i] * sizeof(float));
    }
    s->out = place(&l, n * (size_t)c->dim * sizeof(float));
    s->gate = place(&l, n * (size_t)c->ffn_dim * sizeof(float));
    s->up = place(&l, n * (size_t)c->ffn_dim * sizeof(float));
    for (int t = 0; t < s->n_threads; t++)
        s->partials[t] = place(&l, BN_TILE_QUERIES * segments * cell * sizeof(float));
    s->decode_partials = place(&l, (size_t)c->n_heads * segments * cell * sizeof(float));
    s->logits = place(&l, BN_LOGIT_ROWS * (size_t)c->n_vocab * sizeof(float));
    return l.at;
}

static int widest(const struct bn_config *c)
{
    int wide = c->dim > c->ffn_dim ? c->dim : c->ffn_dim, heads = c->n_heads * c->head_dim;
    return wide > heads ? wide : heads;
}

static enum bn_status kv_type(const struct bn_session *s, const char *name, enum bn_kv_type *type, struct bn_error *err)
{
    bool ternary = bn_linear_is_ternary(&s->model->weights.layers[0].down);
    if (!name) return *type = ternary ? BN_KV_F16 : BN_KV_F32, BN_OK;
    const char *const names[] = {[BN_KV_F16] = "f16", [BN_KV_F32] = "f32", [BN_KV_Q8_0] = "q8_0"};
    for (int i = 0; i < 3; i++)
        if (!strcmp(name, names[i])) return *type = (enum bn_kv_type)i, BN_OK;
    return bn_fail(err, BN_ERR_USAGE, "There is no KV cache type \"%s\"; f16, f32 and q8_0 are there.", name);
}

static enum bn_status allocate(struct bn_session *s, const struct bn_session_options *o, struct bn_error *err)
{
    const struct bn_config *c = &s->model->source.config;
    enum bn_kv_type type = BN_KV_F16;
    enum bn_status status = kv_type(s, o->kv_type, &type, err);
    if (status == BN_OK) status = bn_kv_cache_init(&s->kv, c, type, s->n_ctx, err);
    if (status == BN_OK) status = bn_rope_init(&s->rope, c, s->model->weights.rope_factors, s->n_ctx, err);
    if (status != BN_OK) return status;
    s->own = calloc((size_t)s->n_threads, sizeof *s->own);
    s->partials = calloc((size_t)s->n_threads, sizeof *s->partials);
    s->parts = calloc((size_t)s->n_threads, sizeof *s->parts);
    if (!s->own || !s->partials || !s->parts)
        return bn_fail_memory(err, "the session", (size_t)s->n_threads * sizeof *s->own);
    s->memory_bytes = place_all(s, NULL);
    s->memory = mmap(NULL, s->memory_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (s->memory == MAP_FAILED) {
        s->memory = NULL;
        return bn_fail_memory(err, "the session's buffers", s->memory_bytes);
    }
    place_all(s, s->memory);
    return s->model->reference64 ? bn_forward64_open(s, err) : BN_OK;
}

static void thread_start(void *self, int thread)
{
    const struct bn_observer *o = ((struct bn_session *)self)->observer;
    if (o && o->thread_start) o->thread_start(o->self, thread);
}

static enum bn_status check_options(const struct bn_model *model, const struct bn_session_options *o,
                                    struct bn_error *err)
{
    if (!model->weights.layers)
        return bn_fail(err, BN_ERR_USAGE, "The model was opened for its vocabulary only; it cannot run.");
    if (o->n_ctx < 0 || o->n_ctx > 1 << 24)
        return bn_fail(err, BN_ERR_USAGE, "A context of %d positions is not possible; 1 to 16777216 are.", o->n_ctx);
    if (o->n_threads < 0 || o->n_threads > 1024)
        return bn_fail(err, BN_ERR_USAGE, "%d threads are not possible; 1 to 1024 are.", o->n_threads);
    if (o->n_batch < 0 || o->n_batch > 4096)
        return bn_fail(err, BN_ERR_USAGE, "A batch of %d tokens is not possible; 1 to 4096 are.", o->n_batch);
    return BN_OK;
}

enum bn_status bn_session_open(struct bn_session **session, const struct bn_model *model,
                               const struct bn_session_options *options, struct bn_error *err)
{
    static const struct bn_session_options defaults = {0};
    const struct bn_session_options *o = options ? options : &defaults;
    enum bn_status status = check_options(model, o, err);
    if (status != BN_OK) return status;
    struct bn_session *s = calloc(1, sizeof *s);
    if (!s) return bn_fail_memory(err, "the session", sizeof *s);
    s->model = model;
    s->observer = o->observer;
    bn_kernels_counted(&s->counted, &model->kernels);
    s->n_ctx = o->n_ctx ? o->n_ctx : model->source.config.n_ctx_train;
    s->n_threads = o->n_threads ? o->n_threads : bn_cores_available();
    s->n_batch = o->n_batch ? o->n_batch : DEFAULT_BATCH;
    if (s->n_batch > s->n_ctx) s->n_batch = s->n_ctx;
    s->wide = widest(&model->source.config);
    status = bn_threads_open(&s->threads, s->n_threads, o->cpus, thread_start, s, err);
    if (status == BN_OK) status = allocate(s, o, err);
    bn_session_hash_reset(s, false);
    if (status == BN_OK)
        *session = s;
    else
        bn_session_close(s);
    return status;
}

void bn_session_close(struct bn_session *s)
{
    if (!s) return;
    bn_threads_close(s->threads);
    bn_forward64_close(s);
    bn_kv_cache_release(&s->kv);
    bn_rope_release(&s->rope);
    if (s->memory) munmap(s->memory, s->memory_bytes);
    free(s->own);
    free(s->partials);
    free(s->parts);
    free(s);
}

/* ---- passes ---- */

/* FNV-1a over 32-bit words: byte order does not matter, and it keeps up with the head. */
static uint64_t hash_row(uint64_t h, const float *logits, int n)
{
    for (int i = 0; i < n; i++) {
        uint32_t word;
        memcpy(&word, &logits[i], sizeof word);
        h = (h ^ word) * 0x100000001b3u;
    }
    return h;
}

static enum bn_status check_room(const struct bn_session *s, const int32_t *ids, size_t n, struct bn_error *err)
{
    if (n > (size_t)(s->n_ctx - s->position))
        return bn_fail(err, BN_ERR_CONTEXT,
                       "The context is full: %d of %d positions are used and %zu more are wanted; open a longer "
                       "context or shift this one.",
                       s->position, s->n_ctx, n);
    for (size_t i = 0; i < n; i++)
        if (ids[i] < 0 || ids[i] >= s->model->source.config.n_vocab)
            return bn_fail(err, BN_ERR_USAGE, "Token id %d is outside the vocabulary of %d.", ids[i],
                           s->model->source.config.n_vocab);
    return BN_OK;
}

static void hash_rows(struct bn_session *s, int count)
{
    int vocab = s->model->source.config.n_vocab;
    s->logit_row = count - 1;
    for (int i = 0; s->hashing && i < count; i++)
        s->hash = hash_row(s->hash, s->logits + (size_t)i * (size_t)vocab, vocab);
}

static void pass(struct bn_session *s, const int32_t *ids, int n, bool last)
{
    const struct bn_observer *o = s->observer;
    enum bn_phase phase = n > 1 ? BN_PHASE_PREFILL : BN_PHASE_DECODE;
    if (o && o->pass_begin) o->pass_begin(o->self, phase, n);
    (s->model->reference64 ? bn_forward64 : bn_forward)(s, ids, n, last);
    if (o && o->pass_end) o->pass_end(o->self, phase, n);
    if (last) hash_rows(s, 1);
}

static int smaller(size_t a, int b) { return a < (size_t)b ? (int)a : b; }

enum bn_status bn_prefill(struct bn_session *s, const int32_t *ids, size_t n, struct bn_error *err)
{
    enum bn_status status = check_room(s, ids, n, err);
    for (size_t i = 0; i < n && status == BN_OK;) {
        int part = smaller(n - i, s->n_batch);
        pass(s, ids + i, part, i + (size_t)part == n);
        i += (size_t)part;
    }
    return status;
}

enum bn_status bn_prefill_logits(struct bn_session *s, const int32_t *ids, size_t n, size_t first,
                                 void (*each)(void *self, size_t pos, const float *logits), void *self,
                                 struct bn_error *err)
{
    enum bn_status status = first > n
                                ? bn_fail(err, BN_ERR_USAGE, "The first of the wanted logits lies behind the tokens.")
                                : check_room(s, ids, n, err);
    if (status != BN_OK || n == 0) return status;
    size_t vocab = (size_t)s->model->source.config.n_vocab;
    for (size_t done = 0; done < n;) {
        int part = smaller(n - done, s->n_batch);
        pass(s, ids + done, part, false);
        int row = done < first ? smaller(first - done, part) : 0;
        for (int count; row < part; row += count) {
            count = part - row < BN_LOGIT_ROWS ? part - row : BN_LOGIT_ROWS;
            (s->model->reference64 ? bn_forward64_head : bn_forward_head)(s, part, row, count);
            hash_rows(s, count);
            for (int j = 0; j < count; j++) each(self, done + (size_t)(row + j), s->logits + (size_t)j * vocab);
        }
        done += (size_t)part;
    }
    return BN_OK;
}

enum bn_status bn_decode(struct bn_session *s, int32_t id, struct bn_error *err) { return bn_prefill(s, &id, 1, err); }

enum bn_status bn_decode_top(struct bn_session *s, int32_t id, int k, struct bn_error *err)
{
    bool screens = s->model->screen.plane.data && !s->model->reference64 && !s->hashing;
    s->top = screens && k > 0 && k <= BN_MAX_TOP ? k : 0;
    enum bn_status status = bn_decode(s, id, err);
    s->top = 0;
    return status;
}

uint64_t bn_session_screened_rows(const struct bn_session *s)
{
    uint64_t rows = 0;
    for (int t = 0; t < s->n_threads; t++) rows += s->parts[t].rows;
    return rows;
}

/* How many tokens of the draft greedy decoding would have chosen, given the logits after the id and after each of them.
 */
static int accepted_of(const struct bn_session *s, const int32_t *draft, int n)
{
    int vocab = s->model->source.config.n_vocab, k = 0;
    while (k < n && bn_logits_best(s->logits + (size_t)k * (size_t)vocab, vocab) == draft[k]) k++;
    return k;
}

enum bn_status bn_decode_draft(struct bn_session *s, int32_t id, const int32_t *draft, size_t n_draft,
                               size_t *n_accepted, struct bn_error *err)
{
    int32_t ids[1 + BN_MAX_DRAFT] = {id};
    int most = s->n_batch < s->n_ctx - s->position ? s->n_batch - 1 : s->n_ctx - s->position - 1;
    *n_accepted = 0;
    if (n_draft > BN_MAX_DRAFT)
        return bn_fail(err, BN_ERR_USAGE, "A draft of %zu tokens is too long; at most %d are possible.", n_draft,
                       BN_MAX_DRAFT);
    int n = most > 0 ? smaller(n_draft, most) : 0;
    if (!n) return bn_decode(s, id, err);
    memcpy(ids + 1, draft, (size_t)n * sizeof *draft);
    enum bn_status status = check_room(s, ids, (size_t)n + 1, err);
    if (status != BN_OK) return status;
    pass(s, ids, n + 1, false);
    (s->model->reference64 ? bn_forward64_head : bn_forward_head)(s, n + 1, 0, n + 1);
    int k = accepted_of(s, draft, n);
    hash_rows(s, k + 1);
    s->position -= n - k;
    *n_accepted = (size_t)k;
    return BN_OK;
}

/* ---- where the context stands ---- */
const float *bn_logits(const struct bn_session *s)
{
    return s->logits + (size_t)s->logit_row * (size_t)s->model->source.config.n_vocab;
}
int bn_session_position(const struct bn_session *s) { return s->position; }
int bn_session_n_ctx(const struct bn_session *s) { return s->n_ctx; }
int bn_session_n_threads(const struct bn_session *s) { return s->n_threads; }
uint64_t bn_session_kv_bytes(const struct bn_session *s) { return s->kv.bytes; }
uint64_t bn_session_logits_hash(const struct bn_session *s) { return s->hash; }

void bn_session_hash_reset(struct bn_session *s, bool on)
{
    s->hashing = on;
    s->hash = 0xcbf29ce484222325u;
}

void bn_session_truncate(struct bn_session *s, int n_tokens)
{
    if (n_tokens >= 0 && n_tokens < s->position) s->position = n_tokens;
}

/* Moves one position's key and value `drop` places back; the key is rotated by -drop. */
static void shift_position(struct bn_session *s, int layer, int kv_head, int from, int drop, float *k, float *v,
                           const float *cosine, const float *sine)
{
    const struct bn_config *c = &s->model->source.config;
    int to = from - drop;
    struct bn_kv_block old = bn_kv_cache_block(&s->kv, layer, kv_head, from),
                       new = bn_kv_cache_block(&s->kv, layer, kv_head, to);
    bn_kv_cache_read(&old, from % BN_SEGMENT, k, v);
    s->model->kernels.rope(k, cosine, sine, 1, c->head_dim, c->rope_dim, c->rope_kind == BN_ROPE_INTERLEAVED);
    s->model->kernels.kv_store(&new, to % BN_SEGMENT, k, v);
}

enum bn_status bn_session_shift(struct bn_session *s, int n_sink, int n_drop, struct bn_error *err)
{
    const struct bn_config *c = &s->model->source.config;
    if (s->model->reference64)
        return bn_fail(err, BN_ERR_UNSUPPORTED, "The reference64 pass does not shift its context.");
    if (n_sink < 0 || n_drop < 1 || n_sink + n_drop > s->position)
        return bn_fail(err, BN_ERR_USAGE, "A context of %d tokens cannot keep %d and drop %d.", s->position, n_sink,
                       n_drop);
    float *buffer = malloc((size_t)s->kv.head_dim * 2 * sizeof *buffer),
          *back = malloc((size_t)s->rope.half * sizeof *back);
    if (!buffer || !back) {
        free(buffer), free(back);
        return bn_fail_memory(err, "shifting the context", (size_t)s->kv.head_dim * 8);
    }
    const float *cosine = s->rope.cos + (size_t)n_drop * (size_t)s->rope.half,
                *sine = s->rope.sin + (size_t)n_drop * (size_t)s->rope.half;
    for (int i = 0; i < s->rope.half; i++) back[i] = -sine[i];
    for (int layer = 0; layer < c->n_layers; layer++)
        for (int h = 0; h < c->n_kv_heads; h++)
            for (int pos = n_sink + n_drop; pos < s->position; pos++)
                shift_position(s, layer, h, pos, n_drop, buffer, buffer + s->kv.head_dim, cosine, back);
    free(buffer), free(back);
    s->position -= n_drop;
    return BN_OK;
}
