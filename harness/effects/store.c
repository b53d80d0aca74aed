/* store.c - the table of a run into the database. */
#include "harness/effects/effects.h"
#include <math.h>

static struct bn_store_effect row_of(const struct bn_effect *r, size_t place)
{
    const struct bn_effect_speed *decode = &r->speed[BN_EFFECT_DECODE], *prefill = &r->speed[BN_EFFECT_PREFILL];
    return (struct bn_store_effect){
        .setting = r->setting,
        .choice = r->choice,
        .base = r->base,
        .verdict = bn_effect_verdict_name(r->verdict),
        .reason = r->reason,
        .claims = r->claims,
        .rule = bn_effects_rule,
        .model_id = r->model_id,
        .place = (int64_t)place,
        .n_items = (int64_t)r->accuracy.n,
        .exact = r->exact,
        .decode = {decode->ratio, decode->low, decode->high},
        .prefill = {prefill->ratio, prefill->low, prefill->high},
        .perplexity = {r->perplexity.n ? r->perplexity.value : (double)NAN, r->perplexity.low, r->perplexity.high},
        .accuracy = {r->accuracy.value, r->accuracy.low, r->accuracy.high},
        .memory = r->memory,
        .sequence = r->sequence,
        .kl = r->kl};
}

enum bn_status bn_effects_store(const struct bn_effects *e, struct bn_store *store, struct bn_error *err)
{
    enum bn_status status = bn_store_begin(store, err);
    if (status) return status;
    status = bn_store_effects_clear(store, e->run_id, err);
    for (size_t i = 0; !status && i < e->n; i++) {
        const struct bn_store_effect row = row_of(&e->rows[i], i);
        status = bn_store_effect(store, e->run_id, &row, err);
    }
    if (!status) status = bn_store_commit(store, err);
    if (status) bn_store_rollback(store);
    return status;
}
