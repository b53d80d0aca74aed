/* accuracy.c - stores what evaluations, stress tests, choices of options and gates gave. */
#include "harness/store/seal.h"
#include <math.h>

enum bn_status bn_store_score(struct bn_store *store, int64_t run_id, int64_t model_id, const struct bn_score *s,
                              struct bn_error *err)
{
    return bn_seal_run_write(
        store, run_id, err,
        "INSERT OR REPLACE INTO score (run_id, model_id, config, task, metric, version, value, stderr, "
        "n_items, n_shots, reason)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "iissssddNNs", run_id, model_id, s->config ? s->config : "", s->task, s->metric, s->version ? s->version : "",
        s->reason ? (double)NAN : s->value, s->standard_error, s->n_items, s->n_shots, s->reason);
}

enum bn_status bn_store_score_item(struct bn_store *store, int64_t run_id, int64_t model_id, const char *config,
                                   const struct bn_score_item *i, struct bn_error *err)
{
    return bn_seal_run_write(
        store, run_id, err,
        "INSERT OR REPLACE INTO score_item (run_id, model_id, config, task, item, gold, ll, is_right, text) VALUES "
        "(?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "iisssssNs", run_id, model_id, config ? config : "", i->task, i->item, i->gold, i->ll,
        i->judged ? (int64_t)i->right : -1, i->text);
}

enum bn_status bn_store_stress(struct bn_store *store, int64_t run_id, int64_t model_id,
                               const struct bn_store_stress *r, struct bn_error *err)
{
    return bn_seal_run_write(
        store, run_id, err,
        "INSERT OR REPLACE INTO stress (run_id, model_id, config, test, verdict, value, threshold, seconds, "
        "reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "iisssddds", run_id, model_id, r->config ? r->config : "", r->test, r->verdict, r->value, r->threshold,
        r->seconds, r->reason);
}

enum bn_status bn_store_effects_clear(struct bn_store *store, int64_t run_id, struct bn_error *err)
{
    return bn_seal_run_write(store, run_id, err, "DELETE FROM option_effect WHERE run_id = ?", "i", run_id);
}

enum bn_status bn_store_effect(struct bn_store *store, int64_t run_id, const struct bn_store_effect *e,
                               struct bn_error *err)
{
    return bn_seal_run_write(
        store, run_id, err,
        "INSERT INTO option_effect (run_id, model_id, setting, choice, base, place, exact, decode, decode_low, "
        "decode_high, prefill, prefill_low, prefill_high, memory, sequence, kl, perplexity, perplexity_low, "
        "perplexity_high, accuracy, accuracy_low, accuracy_high, n_items, verdict, reason, claims, rule) VALUES (?, ?, "
        "?, "
        "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "iisssiidddddddddddddddissss", run_id, e->model_id, e->setting, e->choice, e->base, e->place, (int64_t)e->exact,
        e->decode[0], e->decode[1], e->decode[2], e->prefill[0], e->prefill[1], e->prefill[2], e->memory, e->sequence,
        e->kl, e->perplexity[0], e->perplexity[1], e->perplexity[2], e->accuracy[0], e->accuracy[1], e->accuracy[2],
        e->n_items, e->verdict, e->reason, e->claims, e->rule);
}

enum bn_status bn_store_gate(struct bn_store *store, int64_t run_id, const struct bn_store_gate *g,
                             struct bn_error *err)
{
    return bn_seal_run_write(store, run_id, err,
                             "INSERT INTO gate (run_id, kind, model_id, base_id, setting, verdict, allowed, result) "
                             "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                             "isiissss", run_id, g->kind, g->model_id, g->base_id, g->setting, g->verdict, g->allowed,
                             g->result);
}
