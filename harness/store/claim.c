/* claim.c - what published figures are worth on a machine. */
#include "harness/store/seal.h"

enum bn_status bn_store_claim_finding(struct bn_store *store, int64_t run_id, const struct bn_store_claim *c,
                                      struct bn_error *err)
{
    return bn_seal_run_write(
        store, run_id, err,
        "INSERT INTO claim (run_id, claim, value, place, statement, source, found_in, provenance, environment, "
        "in_table, "
        "in_row, in_column, unit, published, accept_low, accept_high, measured, low, high, n, verdict, whole, reason, "
        "evidence_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "ississsssssssddddddisssI", run_id, c->claim, c->value, c->place, c->statement, c->source, c->where,
        c->provenance, c->environment, c->in_table, c->in_row, c->in_column, c->unit, c->published, c->accept[0],
        c->accept[1], c->measured[0], c->measured[1], c->measured[2], c->n, c->verdict, c->whole, c->reason,
        c->evidence_id);
}
