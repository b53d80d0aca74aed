/* judge.c - computes each value of a claim from its expressions, and what the values say together. */
#include "harness/claims/scope.h"
#include "harness/core/error.h"
#include "harness/stats/student.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct judge {
    const struct bn_claim *claim;
    struct bn_evidence *evidence;
    struct bn_evidence_series *series; /* [claim->n_measured] */
    struct bn_error *err;
};

static enum bn_status no_memory(struct judge *j)
{
    return bn_harness_fail(j->err, BN_ERR_MEMORY, "Could not allocate memory to judge %s.", j->claim->id);
}

/* ---- what was published ---- */
static enum bn_status published(struct judge *j, const struct bn_claim_value *v, struct bn_claim_finding *f,
                                double *neutral)
{
    struct bn_scope scope;
    struct bn_amount unit, x, tolerance, none = {.value = NAN};
    const char *failed;
    enum bn_status status = bn_scope_init(&scope, j->claim, &failed, j->err);
    if (!status) status = bn_amount_unit(&unit, v->unit, j->err);
    if (!status) status = bn_scope_read(&scope, v->published, &x, j->err);
    if (!status) status = bn_scope_read(&scope, v->tolerance, &tolerance, j->err);
    if (!status && v->neutral) status = bn_scope_read(&scope, v->neutral, &none, j->err);
    if (status) return status;
    f->published = x.value / unit.value;
    f->accept_low = f->published - fabs(f->published) * tolerance.value;
    f->accept_high = f->published + fabs(f->published) * tolerance.value;
    *neutral = none.value / unit.value;
    return BN_OK;
}

/* ---- what was measured ---- */
static bool unmet(struct judge *j, struct bn_claim_finding *f)
{
    for (uint32_t i = 0; i < j->claim->n_needs; i++) {
        const struct bn_claim_requirement *need = &j->claim->needs[i];
        if (bn_evidence_has(j->evidence, need)) continue;
        snprintf(f->reason, sizeof f->reason, "It needs %s%s.",
                 need->kind == BN_NEED_CPU    ? "a CPU with "
                 : need->kind == BN_NEED_ARCH ? "a CPU of architecture "
                                              : "",
                 need->name);
        f->verdict = BN_VERDICT_NOT_HERE;
        return true;
    }
    return false;
}

static bool lacks_series(struct judge *j, const struct bn_scope *scope, struct bn_claim_finding *f)
{
    for (uint32_t i = 0; i < j->claim->n_measured; i++) {
        const struct bn_evidence_series *s = &j->series[i];
        if (scope->uses[i] && s->run && s->run->run_id) f->run = s->run;
        if (!scope->uses[i] || !s->missing[0]) continue;
        snprintf(f->reason, sizeof f->reason, "%s", s->missing);
        f->verdict = s->skipped ? BN_VERDICT_NOT_HERE : BN_VERDICT_NOT_MEASURED;
        return true;
    }
    return false;
}

/* The series whose keys say which samples there are: one with keys, if any has. */
static const struct bn_evidence_series *keyed(const struct judge *j, const struct bn_scope *scope)
{
    const struct bn_evidence_series *found = NULL;
    for (uint32_t i = 0; i < j->claim->n_measured; i++)
        if (scope->uses[i] && (!found || (j->series[i].n && j->series[i].at[0].key[0]))) found = &j->series[i];
    return found;
}

/* Products and ratios vary in proportion, shares and differences do not. */
static void summarise(struct bn_claim_finding *f, double *x, size_t n, double neutral)
{
    bool logs = neutral == 1 || f->unit[0];
    for (size_t i = 0; i < n; i++) logs = logs && x[i] > 0;
    for (size_t i = 0; logs && i < n; i++) x[i] = log(x[i]);
    const struct bn_mean_difference m = bn_mean_difference(x, n);
    f->measured = logs ? exp(m.value) : m.value;
    f->low = logs ? exp(m.low) : m.low;
    f->high = logs ? exp(m.high) : m.high;
    f->n = n;
}

static enum bn_status measured(struct judge *j, const struct bn_claim_value *v, struct bn_scope *scope, double unit,
                               struct bn_claim_finding *f, double neutral)
{
    const struct bn_evidence_series *keys = keyed(j, scope);
    double *x = malloc((keys->n + 1) * sizeof *x);
    if (!x) return no_memory(j);
    size_t n = 0, undefined = 0;
    enum bn_status status = BN_OK;
    for (size_t i = 0; !status && i < keys->n; i++) {
        struct bn_amount one;
        scope->key = keys->at[i].key, scope->lacks_sample = false;
        status = bn_scope_read(scope, v->ours, &one, j->err);
        if (scope->lacks_sample) continue;
        undefined += !isfinite(one.value);
        x[n++] = one.value / unit;
    }
    if (!status && n && !undefined) summarise(f, x, n, neutral);
    if (!status && undefined) { /* an average over the others would be that of chosen samples */
        f->verdict = BN_VERDICT_INCONCLUSIVE;
        snprintf(f->reason, sizeof f->reason, "It has no finite value in %zu of %zu samples.", undefined, n);
    }
    if (!status && !n) {
        f->verdict = BN_VERDICT_NOT_MEASURED;
        snprintf(f->reason, sizeof f->reason, "No round of the latest run of %s has all of it.", keys->run->plan);
    }
    free(x);
    return status;
}

/* ---- one value ---- */
/* One process says little about the next: what does not repeat needs three of them. */
static void ask_for_more(struct judge *j, const struct bn_scope *scope, struct bn_claim_finding *f)
{
    enum { LEAST = 3 };
    bool repeats = true;
    for (uint32_t i = 0; i < j->claim->n_measured; i++)
        repeats = repeats && (!scope->uses[i] || bn_evidence_repeats(j->claim->measured[i].what));
    if (repeats || f->n >= LEAST || !scope->uses_measured) return;
    f->verdict = BN_VERDICT_INCONCLUSIVE;
    snprintf(f->reason, sizeof f->reason, "It was measured %zu time%s; a verdict needs %d. Give a larger --budget.",
             f->n, f->n == 1 ? "" : "s", LEAST);
}

static enum bn_status compute(struct judge *j, const struct bn_claim_value *v, struct bn_claim_finding *f,
                              double neutral)
{
    struct bn_amount x, unit;
    struct bn_scope scope;
    const char *failed;
    enum bn_status status = bn_scope_init(&scope, j->claim, &failed, j->err);
    scope.measured = true;
    if (!status) status = bn_amount_unit(&unit, v->unit, j->err);
    if (!status) status = bn_scope_read(&scope, v->ours, &x, j->err); /* which names it uses */
    if (status) return status;
    if (!scope.uses_measured) {
        f->measured = x.value / unit.value;
    } else {
        if (unmet(j, f) || lacks_series(j, &scope, f)) return BN_OK;
        scope.series = j->series;
        status = measured(j, v, &scope, unit.value, f, neutral);
        if (status || isnan(f->measured)) return status;
    }
    f->verdict = bn_claim_compare((enum bn_claim_relation)v->relation, f->accept_low, f->accept_high, neutral,
                                  f->measured, f->low, f->high, !scope.uses_measured);
    if (f->verdict == BN_VERDICT_NOT_HERE)
        snprintf(f->reason, sizeof f->reason, "It is possible; whether it is so needs %s.",
                 j->claim->n_needs ? j->claim->needs[0].name : "a measurement there");
    ask_for_more(j, &scope, f);
    return BN_OK;
}

static enum bn_status judge_value(struct judge *j, const struct bn_claim_value *v, struct bn_claim_finding *f)
{
    double neutral;
    *f = (struct bn_claim_finding){.measured = NAN, .low = NAN, .high = NAN, .unit = v->unit};
    enum bn_status status = published(j, v, f, &neutral);
    if (status || v->ours) return status ? status : compute(j, v, f, neutral);
    f->verdict = j->claim->undefined ? BN_VERDICT_UNDEFINED : BN_VERDICT_NOT_HERE;
    if (v->needs)
        snprintf(f->reason, sizeof f->reason, "It needs %s.", v->needs);
    else if (j->claim->undefined)
        snprintf(f->reason, sizeof f->reason, "%s", j->claim->undefined);
    else if (!unmet(j, f))
        snprintf(f->reason, sizeof f->reason, "This machine has what it needs, but no plan of it is here yet.");
    return BN_OK;
}

/* ---- all values ---- */
static void conclude(const struct bn_claim *c, struct bn_claim_result *r)
{
    const struct bn_claim_finding *worst = NULL;
    for (uint32_t i = 0; i < c->n_values; i++) {
        const struct bn_claim_finding *f = &r->values[i];
        r->n_decided += bn_claim_decided(f->verdict);
        r->n_agree += f->verdict == BN_VERDICT_REPRODUCED;
        if (!worst || f->verdict > worst->verdict) worst = f;
    }
    r->verdict = worst->verdict;
    snprintf(r->reason, sizeof r->reason, "%s", worst->reason);
}

enum bn_status bn_claim_judge(const struct bn_claim *c, struct bn_evidence *evidence, struct bn_claim_result *r,
                              struct bn_error *err)
{
    struct judge j = {c, evidence, calloc(c->n_measured + 1, sizeof *j.series), err};
    *r = (struct bn_claim_result){.values = calloc(c->n_values, sizeof *r->values)};
    enum bn_status status = j.series && r->values ? BN_OK : no_memory(&j);
    for (uint32_t i = 0; !status && i < c->n_measured; i++)
        status = bn_evidence_read(evidence, &c->measured[i], &j.series[i], err);
    for (uint32_t i = 0; !status && i < c->n_values; i++) status = judge_value(&j, &c->values[i], &r->values[i]);
    for (uint32_t i = 0; j.series && i < c->n_measured; i++) bn_evidence_release(&j.series[i]);
    free(j.series);
    if (status)
        bn_claim_result_release(r);
    else
        conclude(c, r);
    return status;
}

void bn_claim_result_release(struct bn_claim_result *r)
{
    free(r->values);
    *r = (struct bn_claim_result){0};
}
