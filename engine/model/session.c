/* session.c - the simple face of a crew and one sequence: prefill in batches, decode, drafts, logits. */
#include "engine/model/session.h"
#include "engine/model/pass.h"
#include "engine/model/warmup.h"
#include <stdlib.h>
#include <string.h>

/* ---- opening ---- */
static enum bn_status take_crew(struct bn_session *s, const struct bn_model *model, const struct bn_session_options *o,
                                struct bn_error *err)
{
    s->crew = o->crew;
    if (!o->crew) {
        int n_ctx = o->n_ctx ? o->n_ctx : model->source.config.n_ctx_train, cpus[BN_MAX_THREADS],
            n = o->n_threads > 0 && o->n_threads <= BN_MAX_THREADS ? o->n_threads : bn_cores_available();
        bool pins = o->warmup && !o->cpus && bn_cores_list(cpus, n) == n;
        const struct bn_crew_options options = {o->n_threads,          o->n_batch,       n_ctx,
                                                pins ? cpus : o->cpus, o->fixed_threads, o->observer};
        enum bn_status status = bn_crew_open(&s->own_crew, model, &options, err);
        s->crew = s->own_crew;
        return status;
    }
    if (o->n_threads || o->n_batch || o->cpus || o->observer || o->fixed_threads)
        return bn_fail(err, BN_ERR_USAGE,
                       "A session on a shared crew has that crew's threads, batch and observers; leave them out.");
    return model == o->crew->model ? BN_OK : bn_fail(err, BN_ERR_USAGE, "The crew was opened for another model.");
}

static enum bn_status open_session(struct bn_session *s, const struct bn_model *model,
                                   const struct bn_session_options *o, const struct bn_session *from, int n_tokens,
                                   struct bn_error *err)
{
    enum bn_status status = take_crew(s, model, o, err);
    if (status != BN_OK) return status;
    status = from ? bn_sequence_init_shared(&s->sequence, s->crew, &from->sequence, n_tokens, o->n_ctx, err)
                  : bn_sequence_init(&s->sequence, s->crew, o->n_ctx, o->kv_type, &o->kv_prune, err);
    s->n_batch = s->crew->n_batch < s->sequence.n_ctx ? s->crew->n_batch : s->sequence.n_ctx;
    s->logits = s->crew->logits;
    return status == BN_OK && o->warmup ? bn_warm_up(s, err) : status;
}

static enum bn_status open_or_close(struct bn_session **session, const struct bn_model *model,
                                    const struct bn_session_options *o, const struct bn_session *from, int n_tokens,
                                    struct bn_error *err)
{
    struct bn_session *s = calloc(1, sizeof *s);
    if (!s) return bn_fail_memory(err, "the session", sizeof *s);
    enum bn_status status = open_session(s, model, o, from, n_tokens, err);
    if (status == BN_OK)
        *session = s;
    else
        bn_session_close(s);
    return status;
}

enum bn_status bn_session_open(struct bn_session **session, const struct bn_model *model,
                               const struct bn_session_options *options, struct bn_error *err)
{
    static const struct bn_session_options defaults = {0};
    return open_or_close(session, model, options ? options : &defaults, NULL, 0, err);
}

enum bn_status bn_session_open_shared(struct bn_session **session, const struct bn_session *from, int n_tokens,
                                      int n_ctx, struct bn_error *err)
{
    const struct bn_session_options o = {.n_ctx = n_ctx, .crew = from->crew};
    return open_or_close(session, from->crew->model, &o, from, n_tokens, err);
}

void bn_session_close(struct bn_session *s)
{
    if (!s) return;
    bn_sequence_release(&s->sequence);
    bn_crew_close(s->own_crew);
    free(s);
}

/* ---- passes ---- */
static int smaller(size_t a, int b) { return a < (size_t)b ? (int)a : b; }

/* What becomes of the logits of a pass. */
struct taking {
    struct bn_session *s;
    void (*each)(void *self, size_t pos, const float *logits); /* NULL: nothing but hashing */
    void *self;
    size_t pos; /* of the first wanted row */
};

static const float *logit_row(const struct bn_session *s, int i)
{
    return s->crew->logits + (size_t)i * (size_t)s->sequence.model->source.config.n_vocab;
}

static void take(void *self, int first, int count)
{
    struct taking *t = self;
    for (int i = 0; i < count; i++) {
        t->s->logits = logit_row(t->s, i);
        bn_sequence_hash(&t->s->sequence, t->s->logits);
        if (t->each) t->each(t->self, t->pos + (size_t)(first + i), t->s->logits);
    }
}

/* Appends n ids, checked already, and takes the logits of those from `first` on. t NULL: leaves them to the caller. */
static enum bn_status run(struct bn_session *s, enum bn_phase phase, const int32_t *ids, int n, int first, int top,
                          struct taking *t, struct bn_error *err)
{
    struct bn_crew *crew = s->crew;
    int position = bn_sequence_position(&s->sequence);
    enum bn_status status = bn_kv_cache_append(&s->sequence.kv, n, err);
    if (status != BN_OK) return status;
    for (int i = 0; i < n; i++) crew->rows[i] = (struct bn_row){&s->sequence, ids[i], position + i, i >= first};
    status = bn_pass_run(
        crew, &(struct bn_pass){phase, crew->rows, n, top, crew->logits, BN_LOGIT_ROWS, t ? take : NULL, t}, err);
    if (status != BN_OK) bn_kv_cache_truncate(&s->sequence.kv, position);
    return status;
}

static enum bn_status append(struct bn_session *s, enum bn_phase phase, const int32_t *ids, size_t n, size_t first,
                             struct taking *t, struct bn_error *err)
{
    enum bn_status status = bn_sequence_check(&s->sequence, ids, n, err);
    for (size_t done = 0; done < n && status == BN_OK;) {
        int most;
        status = bn_sequence_settle(&s->sequence, s->crew, &most, err);
        if (status != BN_OK) break;
        int part = smaller(n - done, most < s->n_batch ? most : s->n_batch),
            from = done < first ? smaller(first - done, part) : 0;
        t->pos = done + (size_t)from;
        status = run(s, phase, ids + done, part, from, 0, t, err);
        done += (size_t)part;
    }
    return status;
}

enum bn_status bn_prefill(struct bn_session *s, const int32_t *ids, size_t n, struct bn_error *err)
{
    return append(s, BN_PHASE_PREFILL, ids, n, n ? n - 1 : 0, &(struct taking){.s = s}, err);
}

enum bn_status bn_prefill_logits(struct bn_session *s, const int32_t *ids, size_t n, size_t first,
                                 void (*each)(void *self, size_t pos, const float *logits), void *self,
                                 struct bn_error *err)
{
    if (first > n) return bn_fail(err, BN_ERR_USAGE, "The first of the wanted logits is past the last token.");
    return append(s, BN_PHASE_PREFILL, ids, n, first, &(struct taking){s, each, self, 0}, err);
}

enum bn_status bn_decode(struct bn_session *s, int32_t id, struct bn_error *err)
{
    return append(s, BN_PHASE_DECODE, &id, 1, 0, &(struct taking){.s = s}, err);
}

enum bn_status bn_decode_top(struct bn_session *s, int32_t id, int k, struct bn_error *err)
{
    const struct bn_model *model = s->crew->model;
    bool screens = model->screen.plane.data && !model->reference64 && !s->sequence.hashing;
    if (!screens || k < 1 || k > BN_MAX_TOP) return bn_decode(s, id, err);
    int most;
    enum bn_status status = bn_sequence_check(&s->sequence, &id, 1, err);
    if (status == BN_OK) status = bn_sequence_settle(&s->sequence, s->crew, &most, err);
    if (status == BN_OK) status = run(s, BN_PHASE_DECODE, &id, 1, 0, k, &(struct taking){.s = s}, err);
    return status;
}

uint64_t bn_session_screened_rows(const struct bn_session *s) { return s->sequence.screened_rows; }

/* How many tokens of the draft greedy decoding would have chosen, given the logits after the id and after each of them.
 */
static int accepted_of(const struct bn_session *s, const int32_t *draft, int n)
{
    int vocab = s->sequence.model->source.config.n_vocab, k = 0;
    while (k < n && bn_logits_best(logit_row(s, k), vocab) == draft[k]) k++;
    return k;
}

enum bn_status bn_decode_draft(struct bn_session *s, int32_t id, const int32_t *draft, size_t n_draft,
                               size_t *n_accepted, struct bn_error *err)
{
    int32_t ids[1 + BN_MAX_DRAFT] = {id};
    int position = bn_sequence_position(&s->sequence), room = s->sequence.n_ctx - position, most;
    *n_accepted = 0;
    if (n_draft > BN_MAX_DRAFT)
        return bn_fail(err, BN_ERR_USAGE, "A draft has at most %d tokens, not %zu.", BN_MAX_DRAFT, n_draft);
    enum bn_status status = bn_sequence_settle(&s->sequence, s->crew, &most, err);
    if (status != BN_OK) return status;
    most = most < room ? most : room;
    most = s->n_batch < most ? s->n_batch - 1 : most - 1;
    int n = most > 0 ? smaller(n_draft, most) : 0;
    if (!n) return bn_decode(s, id, err);
    memcpy(ids + 1, draft, (size_t)n * sizeof *draft);
    status = bn_sequence_check(&s->sequence, ids, (size_t)n + 1, err);
    if (status == BN_OK) status = run(s, BN_PHASE_VERIFY, ids, n + 1, 0, 0, NULL, err);
    if (status != BN_OK) return status;
    int k = accepted_of(s, draft, n);
    take(&(struct taking){.s = s}, 0, k + 1);
    bn_kv_cache_truncate(&s->sequence.kv, position + 1 + k);
    *n_accepted = (size_t)k;
    return BN_OK;
}

/* ---- where the context is ---- */
const float *bn_logits(const struct bn_session *s) { return s->logits; }
int bn_session_position(const struct bn_session *s) { return bn_sequence_position(&s->sequence); }
int bn_session_n_ctx(const struct bn_session *s) { return s->sequence.n_ctx; }
int bn_session_n_threads(const struct bn_session *s) { return s->crew->n_threads; }
const struct bn_warmup *bn_session_warmup(const struct bn_session *s) { return &s->warmup; }
struct bn_crew *bn_session_crew(const struct bn_session *s) { return s->crew; }
uint64_t bn_session_kv_bytes(const struct bn_session *s) { return bn_sequence_kv_bytes(&s->sequence); }
int bn_session_n_evicted(const struct bn_session *s) { return s->sequence.kv.n_evicted; }
uint64_t bn_session_logits_hash(const struct bn_session *s) { return s->sequence.hash; }
void bn_session_hash_reset(struct bn_session *s, bool on) { bn_sequence_hash_reset(&s->sequence, on); }
const struct bn_model *bn_session_model(const struct bn_session *s) { return s->crew->model; }

int bn_session_truncate(struct bn_session *s, int n_tokens) { return bn_sequence_truncate(&s->sequence, n_tokens); }

enum bn_status bn_session_shift(struct bn_session *s, int n_sink, int n_drop, struct bn_error *err)
{
    return bn_sequence_shift(&s->sequence, &s->crew->rope, n_sink, n_drop, err);
}
