/* print_json.c - the verdicts as one JSON object. */
#include "harness/claims/print.h"
#include <jansson.h>
#include <math.h>
#include <stdio.h>

static json_t *number(double x) { return isfinite(x) ? json_real(x) : json_null(); }
static json_t *text(const char *s) { return s ? json_string(s) : json_null(); }

static json_t *value(const struct bn_claim_value *v, const struct bn_claim_finding *f)
{
    return json_pack("{so so so so so so so so so so so sI so so sI so}", "value", text(v->name), "row", text(v->row),
                     "column", text(v->column), "unit", text(f->unit), "published", number(f->published), "accept_low",
                     number(f->accept_low), "accept_high", number(f->accept_high), "ours", number(f->measured), "low",
                     number(f->low), "high", number(f->high), "verdict", text(bn_claim_verdict_name(f->verdict)), "n",
                     (json_int_t)f->n, "reason", text(f->reason[0] ? f->reason : NULL), "commit",
                     text(f->run ? f->run->commit : NULL), "run", (json_int_t)(f->run ? f->run->run_id : 0),
                     "measured_at", text(f->run ? f->run->started_at : NULL));
}

static json_t *claim(const struct bn_claim *c, const struct bn_claim_result *r)
{
    static const char *const provenances[] = {"P1", "P2", "P3", "P4", "P5", "P6"};
    json_t *values = json_array(), *siblings = json_array();
    for (uint32_t i = 0; i < c->n_values; i++) json_array_append_new(values, value(&c->values[i], &r->values[i]));
    for (uint32_t i = 0; i < c->n_siblings; i++) json_array_append_new(siblings, json_string(c->siblings[i]));
    return json_pack("{so so so so so so so so sI sI so so}", "id", text(c->id), "claim", text(c->claim), "source",
                     text(c->source), "where", text(c->where), "provenance", text(provenances[c->provenance]),
                     "environment", text(c->environment), "table", text(c->table), "verdict",
                     text(bn_claim_verdict_name(r->verdict)), "decided", (json_int_t)r->n_decided, "reproduced",
                     (json_int_t)r->n_agree, "siblings", siblings, "values", values);
}

void bn_claims_print_json(const struct bn_claims_report *report)
{
    json_t *claims = json_array();
    for (size_t i = 0; i < report->list->n; i++)
        json_array_append_new(claims, claim(report->list->at[i], &report->results[i]));
    json_t *all =
        json_pack("{so so so}", "machine", text(report->machine), "commit", text(report->commit), "claims", claims);
    json_dumpf(all, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(8));
    putchar('\n');
    json_decref(all);
}
