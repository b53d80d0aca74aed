/* pass.c - runs a pass: finds the wanted rows and the tiles of attention, observes, computes, hands logits out. */
#include "engine/model/pass.h"
#include "engine/model/fault.h"
#include "engine/model/forward.h"
#include "engine/model/kv/range.h"
#include "engine/model/lane.h"

/* ---- observers ---- */
void bn_observe_op_begin(const struct bn_lane *l, enum bn_op op)
{
    for (const struct bn_observer *o = l->observer; o; o = o->next)
        if (o->op_begin) o->op_begin(o->self, l->member, l->pass->phase, l->layer, op);
}

void bn_observe_op_end(const struct bn_lane *l, const struct bn_observer *o, enum bn_op op)
{
    if (o->next) bn_observe_op_end(l, o->next, op);
    if (o->op_end) o->op_end(o->self, l->member, l->pass->phase, l->layer, op, &l->work);
}

void bn_observe_wait(const struct bn_lane *l, const struct bn_observer *o)
{
    if (o->wait_begin) o->wait_begin(o->self, l->member);
    if (o->next)
        bn_observe_wait(l, o->next);
    else
        bn_threads_barrier(l->crew->threads, l->member);
    if (o->wait_end) o->wait_end(o->self, l->member);
}

static void pass_begin(const struct bn_observer *o, const struct bn_pass_info *info)
{
    for (; o; o = o->next)
        if (o->pass_begin) o->pass_begin(o->self, info);
}

static void pass_end(const struct bn_observer *o, const struct bn_pass_info *info)
{
    if (!o) return;
    pass_end(o->next, info);
    if (o->pass_end) o->pass_end(o->self, info);
}

static struct bn_pass_info describe(struct bn_crew *crew, const struct bn_pass *pass)
{
    for (int t = 0; crew->observer && t < pass->n; t++) {
        const struct bn_row *r = &pass->rows[t];
        crew->observed[t] = (struct bn_pass_row){r->sequence->id, r->position, r->logits};
    }
    return (struct bn_pass_info){pass->phase, pass->n, crew->observed};
}

/* ---- plan ---- */
static bool continues(const struct bn_row *r)
{
    return r->sequence == r[-1].sequence && r->position == r[-1].position + 1;
}

static void plan(struct bn_crew *crew, const struct bn_pass *pass)
{
    const struct bn_config *c = &crew->model->source.config;
    int group = c->n_heads / c->n_kv_heads, most = group < BN_TILE_QUERIES ? BN_TILE_QUERIES / group : 1, last = 0;
    crew->n_tiles = crew->n_wanted = 0;
    for (int t = 0; t < pass->n; t++) {
        const struct bn_row *r = &pass->rows[t];
        struct bn_tile *tile = crew->tiles + crew->n_tiles - 1;
        if (r->logits) crew->wanted[crew->n_wanted++] = t;
        if (r->position > last) last = r->position;
        if (t && tile->t1 - tile->t0 < most && continues(r))
            tile->t1++;
        else
            crew->tiles[crew->n_tiles++] = (struct bn_tile){t, t + 1};
    }
    bn_rope_fill(&crew->rope, last + 1);
}

/* ---- numbers out of range ---- */
static void forward(struct bn_crew *crew, const struct bn_pass *pass, int n_wanted)
{
    bn_faults_clear(crew);
    bn_crew_clamped_clear(crew);
    (crew->model->reference64 ? bn_forward64 : bn_forward)(crew, pass, n_wanted);
}

/* Repeats the pass to find the first result that is not finite; `fault` is where it showed. */
static enum bn_status explain(struct bn_crew *crew, const struct bn_pass *pass, struct bn_fault fault,
                              struct bn_error *err)
{
    crew->searching = true;
    forward(crew, pass, 0);
    crew->searching = false;
    const struct bn_fault *first = bn_faults_first(crew);
    if (first) fault = *first;
    crew->failed = pass->rows[fault.row].sequence;
    return bn_fault_fail(&fault, &pass->rows[fault.row], err);
}

/* The pass to its first logits, with KV caches as wide as it needs them. */
static enum bn_status compute(struct bn_crew *crew, const struct bn_pass *pass, int n_wanted, struct bn_error *err)
{
    for (;;) {
        forward(crew, pass, n_wanted);
        const struct bn_fault *fault = bn_faults_first(crew);
        if (!fault) return BN_OK;
        if (!fault->narrow) return explain(crew, pass, *fault, err);
        struct bn_sequence *sequence = pass->rows[fault->row].sequence;
        enum bn_status status = bn_kv_cache_widen(&sequence->kv, err);
        if (status != BN_OK) crew->failed = sequence;
        if (status != BN_OK) return status;
    }
}

static enum bn_status compute_head(struct bn_crew *crew, const struct bn_pass *pass, int first, int count,
                                   struct bn_error *err)
{
    (crew->model->reference64 ? bn_forward64_head : bn_forward_head)(crew, pass, first, count);
    const struct bn_fault *fault = bn_faults_first(crew);
    return fault ? explain(crew, pass, *fault, err) : BN_OK;
}

static void count_screened(struct bn_crew *crew, struct bn_sequence *sequence)
{
    for (int t = 0; t < crew->n_threads; t++) {
        sequence->screened_rows += crew->parts[t].rows;
        crew->parts[t].rows = 0;
    }
}

static enum bn_status run(struct bn_crew *crew, const struct bn_pass *pass, struct bn_error *err)
{
    int done = crew->n_wanted < pass->n_logits ? crew->n_wanted : pass->n_logits;
    enum bn_status status = compute(crew, pass, done, err);
    if (pass->top) count_screened(crew, pass->rows->sequence);
    if (status == BN_OK && done && pass->take) pass->take(pass->self, 0, done);
    for (int count; done < crew->n_wanted && status == BN_OK; done += count) {
        count = crew->n_wanted - done < pass->n_logits ? crew->n_wanted - done : pass->n_logits;
        status = compute_head(crew, pass, done, count, err);
        if (status == BN_OK && pass->take) pass->take(pass->self, done, count);
    }
    if (status == BN_OK) bn_crew_clamped_keep(crew, pass->n);
    return status;
}

enum bn_status bn_pass_run(struct bn_crew *crew, const struct bn_pass *pass, struct bn_error *err)
{
    crew->failed = NULL;
    plan(crew, pass);
    struct bn_pass_info info = describe(crew, pass);
    pass_begin(crew->observer, &info);
    enum bn_status status = run(crew, pass, err);
    pass_end(crew->observer, &info);
    return status;
}
