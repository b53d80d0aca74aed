/* store.c - keeps what was found in the database: one run for each time, of this machine and build, a row for every
 * value. */
#include "harness/claims/claims.h"
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static struct bn_store_claim row_of(const struct bn_claim *c, const struct bn_claim_result *r, uint32_t i,
                                    int64_t place)
{
    static const char *const provenances[] = {"P1", "P2", "P3", "P4", "P5", "P6"};
    const struct bn_claim_value *v = &c->values[i];
    const struct bn_claim_finding *f = &r->values[i];
    return (struct bn_store_claim){.claim = c->id,
                                   .value = v->name,
                                   .place = place,
                                   .statement = c->claim,
                                   .source = c->source,
                                   .where = c->where,
                                   .provenance = provenances[c->provenance],
                                   .environment = c->environment,
                                   .in_table = c->table,
                                   .in_row = v->row,
                                   .in_column = v->column,
                                   .unit = f->unit,
                                   .published = f->published,
                                   .accept = {f->accept_low, f->accept_high},
                                   .measured = {f->measured, f->low, f->high},
                                   .n = (int64_t)f->n,
                                   .verdict = bn_claim_verdict_name(f->verdict),
                                   .whole = bn_claim_verdict_name(r->verdict),
                                   .reason = f->reason,
                                   .evidence_id = f->run ? f->run->run_id : 0};
}

static enum bn_status put_all(const struct bn_claims_report *report, struct bn_store *store, int64_t run_id,
                              struct bn_error *err)
{
    enum bn_status status = BN_OK;
    int64_t place = 0;
    for (size_t k = 0; k < report->list->n; k++)
        for (uint32_t i = 0; !status && i < report->list->at[k]->n_values; i++) {
            const struct bn_store_claim row = row_of(report->list->at[k], &report->results[k], i, place++);
            status = bn_store_claim_finding(store, run_id, &row, err);
        }
    return status;
}

enum bn_status bn_claims_store(const struct bn_claims_report *report, struct bn_store *store, int64_t machine_id,
                               int64_t build_id, const char *command, struct bn_error *err)
{
    char identity[128], host[256] = "";
    int64_t run_id, open;
    bool resumed;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    gethostname(host, sizeof host - 1);
    snprintf(identity, sizeof identity, "claims at %lld.%09ld by process %d", (long long)now.tv_sec, now.tv_nsec,
             (int)getpid());
    const struct bn_store_run run = {.identity = identity,
                                     .source = "claims",
                                     .plan = "claims",
                                     .plan_text = "",
                                     .command = command,
                                     .host = host,
                                     .machine_id = machine_id,
                                     .build_id = build_id};
    enum bn_status status = bn_store_begin(store, err);
    if (status) return status;
    status = bn_store_run_begin(store, &run, &run_id, &resumed, err);
    if (!status) status = put_all(report, store, run_id, err);
    if (!status) status = bn_store_run_end(store, run_id, &open, err);
    if (!status) status = bn_store_commit(store, err);
    if (status) bn_store_rollback(store);
    return status;
}
