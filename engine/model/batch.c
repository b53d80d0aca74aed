/* batch.c - continuous batching: sequences come and go between steps; a step decodes a token of each that has one and
 * feeds chunks of prompts beside them. */
#include "engine/model/pass.h"
#include <stdlib.h>
#include <string.h>

enum {
    DEFAULT_SEQUENCES = 16,
    LEAST_SHARED = 16, /* tokens: fewer are computed faster than a segment is copied (bn_kv_cache_own) */
};

struct member {
    struct bn_sequence sequence;
    bool open;
    uint64_t order; /* of arrival */
    int32_t *ids;   /* [n_ctx] the text: computed, then not yet computed */
    int n_ids, n_prompt;
    int ready;                     /* row of the logits of the latest step, -1: none */
    struct bn_batch_scores scores; /* each NULL: only the logits after the last token are wanted */
};

struct wanted {            /* a row of a step whose logits are wanted */
    struct member *scored; /* is told them, or NULL */
    size_t at;             /* index in its prompt */
    int ready;             /* row of the batch's logits that keeps them, or -1 */
};

struct bn_batch {
    struct bn_crew *crew;
    struct bn_batch_options options;
    struct member *members; /* [n_sequences] */
    float *logits;          /* [n_sequences][n_vocab] */
    int *ready, n_ready;    /* [n_sequences] members with logits */
    struct wanted *wanted;  /* [n_batch] of the latest step */
    int failed;             /* the member at fault in the latest step, or -1 */
    uint64_t n_added;
    size_t position_bytes; /* of the KV cache */
};

/* ---- opening ---- */
static enum bn_status check(const struct bn_batch *b, struct bn_error *err)
{
    const struct bn_batch_options *o = &b->options;
    int most = b->crew->n_batch - 1;
    if (o->n_sequences < 1 || o->n_sequences > most)
        return bn_fail(err, BN_ERR_USAGE,
                       "n_sequences must be 1 to %d, one less than the crew's n_batch, or 0 for %d, not %d.", most,
                       DEFAULT_SEQUENCES, o->n_sequences);
    if (o->n_chunk < 0 || o->n_chunk > b->crew->n_batch)
        return bn_fail(err, BN_ERR_USAGE, "n_chunk must be 1 to the crew's n_batch of %d, or 0 for the most, not %d.",
                       b->crew->n_batch, o->n_chunk);
    if (o->n_prompts < 0)
        return bn_fail(err, BN_ERR_USAGE, "n_prompts must be at least 1, or 0 for 1, not %d.", o->n_prompts);
    return bn_crew_reserve(b->crew, o->n_ctx, err);
}

static enum bn_status allocate(struct bn_batch *b, struct bn_error *err)
{
    size_t n = (size_t)b->options.n_sequences, vocab = (size_t)b->crew->model->source.config.n_vocab;
    b->members = calloc(n, sizeof *b->members);
    b->ready = calloc(n, sizeof *b->ready);
    b->wanted = calloc((size_t)b->crew->n_batch, sizeof *b->wanted);
    b->logits = malloc((n * vocab + 64) * sizeof *b->logits); /* 64: as in the crew, for whole-vector stores */
    return b->members && b->ready && b->wanted && b->logits
               ? BN_OK
               : bn_fail_memory(err, "the batch's logits", n * vocab * sizeof(float));
}

/* Whether sequences can be opened as the options say, and what they take. */
static enum bn_status try_sequence(struct bn_batch *b, struct bn_error *err)
{
    const struct bn_batch_options *o = &b->options;
    struct bn_sequence sequence;
    enum bn_status status = bn_sequence_init(&sequence, b->crew, o->n_ctx, o->kv_type, &o->kv_prune, err);
    if (status != BN_OK) return status;
    b->position_bytes = sequence.kv.bytes_per_position;
    bn_sequence_release(&sequence);
    b->crew->n_sequences--;
    return BN_OK;
}

enum bn_status bn_batch_open(struct bn_batch **batch, struct bn_crew *crew, const struct bn_batch_options *options,
                             struct bn_error *err)
{
    struct bn_batch *b = calloc(1, sizeof *b);
    if (!b) return bn_fail_memory(err, "the batch", sizeof *b);
    b->crew = crew, b->failed = -1;
    if (options) b->options = *options;
    if (!b->options.n_sequences) b->options.n_sequences = DEFAULT_SEQUENCES;
    if (!b->options.n_ctx) b->options.n_ctx = crew->model->source.config.n_ctx_train;
    enum bn_status status = check(b, err);
    if (!b->options.n_chunk) b->options.n_chunk = crew->n_batch;
    if (!b->options.n_prompts) b->options.n_prompts = 1;
    if (status == BN_OK) status = allocate(b, err);
    if (status == BN_OK) status = try_sequence(b, err);
    if (status == BN_OK)
        *batch = b;
    else
        bn_batch_close(b);
    return status;
}

void bn_batch_close(struct bn_batch *b)
{
    if (!b) return;
    for (int i = 0; b->members && i < b->options.n_sequences; i++) bn_batch_remove(b, i);
    free(b->members);
    free(b->ready);
    free(b->wanted);
    free(b->logits);
    free(b);
}

/* ---- sequences ---- */
static struct member *member(const struct bn_batch *b, int sequence)
{
    bool open = sequence >= 0 && sequence < b->options.n_sequences && b->members[sequence].open;
    return open ? &b->members[sequence] : NULL;
}

static int computed(const struct member *m) { return bn_sequence_position(&m->sequence); }

/* The longest beginning of ids, of at most `most`, that a member has computed already. */
static const struct member *find_prefix(const struct bn_batch *b, const int32_t *ids, size_t most, int *n_shared)
{
    const struct member *best = NULL;
    *n_shared = LEAST_SHARED - 1;
    for (int i = 0; !b->options.separate && i < b->options.n_sequences; i++) {
        const struct member *m = member(b, i);
        int k = 0;
        while (m && k < computed(m) && (size_t)k < most && m->ids[k] == ids[k]) k++;
        if (k > *n_shared && bn_sequence_has(&m->sequence, k)) best = m, *n_shared = k;
    }
    if (!best) *n_shared = 0;
    return best;
}

/* The last id is left to compute, and so are those whose logits are wanted. */
static enum bn_status begin(struct bn_batch *b, struct member *m, const int32_t *ids, size_t n,
                            const struct bn_batch_scores *scores, struct bn_error *err)
{
    const struct bn_batch_options *o = &b->options;
    int n_shared;
    const struct member *from = find_prefix(b, ids, scores && scores->first < n - 1 ? scores->first : n - 1, &n_shared);
    enum bn_status status =
        from ? bn_sequence_init_shared(&m->sequence, b->crew, &from->sequence, n_shared, o->n_ctx, err)
             : bn_sequence_init(&m->sequence, b->crew, o->n_ctx, o->kv_type, &o->kv_prune, err);
    if (status != BN_OK) return status;
    status = bn_sequence_check(&m->sequence, ids + n_shared, n - (size_t)n_shared, err);
    m->ids = status == BN_OK ? malloc((size_t)o->n_ctx * sizeof *m->ids) : NULL;
    if (status == BN_OK && !m->ids) status = bn_fail_memory(err, "the ids of a sequence", (size_t)o->n_ctx * 4);
    if (status != BN_OK) {
        bn_sequence_release(&m->sequence);
        return status;
    }
    memcpy(m->ids, ids, n * sizeof *ids);
    if (scores) m->scores = *scores;
    m->n_ids = m->n_prompt = (int)n, m->ready = -1, m->open = true, m->order = b->n_added++;
    m->sequence.number = (int)(m - b->members);
    bn_sequence_hash_reset(&m->sequence, o->hash);
    return BN_OK;
}

enum bn_status bn_batch_add_scored(struct bn_batch *b, const int32_t *ids, size_t n,
                                   const struct bn_batch_scores *scores, int *sequence, struct bn_error *err)
{
    int i = 0;
    while (i < b->options.n_sequences && b->members[i].open) i++;
    if (i == b->options.n_sequences)
        return bn_fail(err, BN_ERR_USAGE, "The batch holds %d sequences already; remove one first.", i);
    if (!n) return bn_fail(err, BN_ERR_USAGE, "A sequence must begin with at least one token.");
    enum bn_status status = begin(b, &b->members[i], ids, n, scores, err);
    if (status == BN_OK) *sequence = i;
    return status;
}

enum bn_status bn_batch_add(struct bn_batch *b, const int32_t *ids, size_t n, int *sequence, struct bn_error *err)
{
    return bn_batch_add_scored(b, ids, n, NULL, sequence, err);
}

static enum bn_status no_sequence(int sequence, struct bn_error *err)
{
    return bn_fail(err, BN_ERR_USAGE, "Sequence %d is not in the batch.", sequence);
}

enum bn_status bn_batch_put(struct bn_batch *b, int sequence, int32_t id, struct bn_error *err)
{
    struct member *m = member(b, sequence);
    if (!m) return no_sequence(sequence, err);
    if (m->n_ids > computed(m))
        return bn_fail(err, BN_ERR_USAGE, "Sequence %d has tokens that wait for a step; put the next one after it.",
                       sequence);
    enum bn_status status = bn_sequence_check(&m->sequence, &id, 1, err);
    if (status == BN_OK) m->ids[m->n_ids++] = id;
    return status;
}

void bn_batch_remove(struct bn_batch *b, int sequence)
{
    struct member *m = member(b, sequence);
    if (!m) return;
    bn_sequence_release(&m->sequence);
    free(m->ids);
    *m = (struct member){.open = false};
}

/* ---- steps ---- */

/* Rows of the step, in the crew's buffer. */
struct step {
    struct bn_batch *batch;
    struct bn_row *rows;
    int n, n_wanted;
    bool prompt, scored; /* has a chunk of one; one that each of its logits is wanted of */
};

static bool decodes(const struct member *m)
{
    bool scored = m->scores.each && computed(m) < m->n_prompt;
    return m->open && computed(m) > 0 && m->n_ids == computed(m) + 1 && !scored;
}

static enum bn_status take_rows(struct bn_batch *b, struct step *s, struct member *m, int n, struct bn_error *err)
{
    int position = computed(m), most;
    enum bn_status status = bn_sequence_settle(&m->sequence, b->crew, &most, err);
    if (n > most) n = most;
    if (status == BN_OK) status = bn_kv_cache_append(&m->sequence.kv, n, err);
    if (status != BN_OK) b->failed = (int)(m - b->members);
    if (status != BN_OK) return status;
    for (int i = 0; i < n; i++, position++) {
        bool scored = m->scores.each && position < m->n_prompt && (size_t)position >= m->scores.first;
        bool last = position + 1 == m->n_ids;
        if (scored || last)
            b->wanted[s->n_wanted++] = (struct wanted){scored ? m : NULL, (size_t)position, last ? b->n_ready : -1};
        s->scored |= scored;
        s->rows[s->n++] = (struct bn_row){&m->sequence, m->ids[position], position, scored || last};
    }
    if (position < m->n_ids) return BN_OK;
    m->ready = b->n_ready;
    b->ready[b->n_ready++] = (int)(m - b->members);
    return BN_OK;
}

/* Of the sequences that came after `last` with several tokens to compute, or their first: the one that has waited
 * longest. */
static struct member *next_prompt(const struct bn_batch *b, const struct member *last)
{
    struct member *first = NULL;
    for (int i = 0; i < b->options.n_sequences; i++) {
        struct member *m = &b->members[i];
        if (!m->open || m->n_ids == computed(m) || decodes(m) || (last && m->order <= last->order)) continue;
        if (!first || m->order < first->order) first = m;
    }
    return first;
}

static enum bn_status take_prompts(struct bn_batch *b, struct step *s, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    struct member *m = NULL;
    for (int i = 0; status == BN_OK && i < b->options.n_prompts && s->n < b->crew->n_batch; i++) {
        if (!(m = next_prompt(b, m))) break;
        int n = m->n_ids - computed(m), room = b->crew->n_batch - s->n;
        if (n > b->options.n_chunk) n = b->options.n_chunk;
        s->prompt = true;
        status = take_rows(b, s, m, n < room ? n : room, err);
    }
    return status;
}

static enum bn_status take_all(struct bn_batch *b, struct step *s, struct bn_error *err)
{
    enum bn_status status = BN_OK;
    for (int i = 0; status == BN_OK && i < b->options.n_sequences; i++)
        if (decodes(&b->members[i])) status = take_rows(b, s, &b->members[i], 1, err);
    return status == BN_OK ? take_prompts(b, s, err) : status;
}

/* Gives the slots of the rows back. */
static void undo(struct bn_batch *b, const struct step *s)
{
    for (int t = s->n - 1; t >= 0; t--) bn_kv_cache_truncate(&s->rows[t].sequence->kv, s->rows[t].position);
    for (int i = 0; i < b->n_ready; i++) b->members[b->ready[i]].ready = -1;
    b->n_ready = 0;
}

/* With scores, logits come in rounds into the crew's buffer: they are told, or kept for after the step, or both. */
static void take_round(void *self, int first, int count)
{
    struct step *s = self;
    struct bn_batch *b = s->batch;
    size_t vocab = (size_t)b->crew->model->source.config.n_vocab;
    for (int i = first; i < first + count; i++) {
        const float *logits = b->crew->logits + (size_t)(i - first) * vocab;
        const struct wanted *w = &b->wanted[i];
        if (w->ready >= 0) memcpy(b->logits + (size_t)w->ready * vocab, logits, vocab * sizeof *logits);
        if (w->scored) w->scored->scores.each(w->scored->scores.self, w->at, logits);
    }
}

enum bn_status bn_batch_step(struct bn_batch *b, int *n_ready, struct bn_error *err)
{
    struct step s = {.batch = b, .rows = b->crew->rows};
    size_t vocab = (size_t)b->crew->model->source.config.n_vocab;
    for (int i = 0; i < b->options.n_sequences; i++) b->members[i].ready = -1;
    b->n_ready = *n_ready = 0;
    b->failed = -1;
    enum bn_status status = take_all(b, &s, err);
    const struct bn_pass pass = {.phase = s.prompt ? BN_PHASE_PREFILL : BN_PHASE_DECODE,
                                 .rows = s.rows,
                                 .n = s.n,
                                 .logits = s.scored ? b->crew->logits : b->logits,
                                 .n_logits = s.scored ? BN_LOGIT_ROWS : b->options.n_sequences,
                                 .take = s.scored ? take_round : NULL,
                                 .self = &s};
    if (status == BN_OK && s.n) {
        status = bn_pass_run(b->crew, &pass, err);
        if (b->crew->failed) b->failed = b->crew->failed->number;
    }
    if (status != BN_OK) undo(b, &s);
    if (status != BN_OK || !s.n) return status;
    for (int i = 0; i < b->n_ready; i++)
        bn_sequence_hash(&b->members[b->ready[i]].sequence, b->logits + (size_t)i * vocab);
    *n_ready = b->n_ready;
    return BN_OK;
}

/* ---- what they produced ---- */
int bn_batch_failed(const struct bn_batch *b) { return b->failed; }

int bn_batch_ready(const struct bn_batch *b, int i) { return i >= 0 && i < b->n_ready ? b->ready[i] : -1; }

const float *bn_batch_logits(const struct bn_batch *b, int sequence)
{
    const struct member *m = member(b, sequence);
    return m && m->ready >= 0 ? b->logits + (size_t)m->ready * (size_t)b->crew->model->source.config.n_vocab : NULL;
}

int bn_batch_position(const struct bn_batch *b, int sequence)
{
    const struct member *m = member(b, sequence);
    return m ? computed(m) : -1;
}

uint64_t bn_batch_kv_bytes(const struct bn_batch *b, int sequence)
{
    const struct member *m = member(b, sequence);
    return m ? bn_sequence_kv_bytes(&m->sequence) : 0;
}

uint64_t bn_batch_kv_need(const struct bn_batch *b, size_t n)
{
    size_t segments = (n + BN_SEGMENT - 1) / BN_SEGMENT;
    return (uint64_t)segments * BN_SEGMENT * b->position_bytes;
}

uint64_t bn_batch_logits_hash(const struct bn_batch *b, int sequence)
{
    const struct member *m = member(b, sequence);
    return m ? m->sequence.hash : 0;
}
