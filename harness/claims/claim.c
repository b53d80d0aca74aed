/* claim.c - reads one claim file, and checks what no single field shows: names, units, what decides each value. */
#include "harness/claims/fields.h"
#include "harness/claims/scope.h"
#include "harness/core/error.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum bn_status __attribute__((format(printf, 3, 4)))
fault(struct bn_error *err, const char *path, const char *format, ...)
{
    char what[400];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return bn_harness_fail(err, BN_ERR_FORMAT, "%.100s: %s", path, what);
}

/* ---- names ---- */
static bool is_name(const char *name)
{
    return name[0] >= 'a' && name[0] <= 'z' && !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")];
}

static enum bn_status check_names(const struct bn_claim *c, const char *path, struct bn_error *err)
{
    uint32_t n = c->n_given + c->n_measured;
    for (uint32_t i = 0; i < n; i++) {
        const char *own = i < c->n_given ? c->given[i].name : c->measured[i - c->n_given].name;
        if (!is_name(own))
            return fault(err, path, "The name \"%s\" must be of a to z, 0 to 9 and _, and begin with a letter.", own);
        for (uint32_t j = c->n_given; i < c->n_given && j < n; j++)
            if (!strcmp(own, c->measured[j - c->n_given].name))
                return fault(err, path, "\"%s\" is both given and measured.", own);
    }
    return BN_OK;
}

/* ---- the table ---- */
/* A cell is a row and a column, and one value: another would not be shown. */
static enum bn_status check_cells(const struct bn_claim *c, const char *path, struct bn_error *err)
{
    for (uint32_t i = 0; i < c->n_values; i++) {
        const struct bn_claim_value *v = &c->values[i];
        if (!v->row != !v->column)
            return fault(err, path, "\"%s\" has a %s; a cell needs both.", v->name,
                         v->row ? "row, but no column" : "column, but no row");
        if (v->row && !c->table) return fault(err, path, "\"%s\" has a row, but the claim names no table.", v->name);
        for (uint32_t k = 0; v->row && k < i; k++)
            if (c->values[k].row && !strcmp(c->values[k].row, v->row) && !strcmp(c->values[k].column, v->column))
                return fault(err, path, "\"%s\" and \"%s\" are in the same cell.", c->values[k].name, v->name);
    }
    return BN_OK;
}

/* ---- units ---- */
/* Every expression must be computable, and have a value where nothing has to be measured for it. */
static enum bn_status check_text(struct bn_scope *scope, const char *what, const char *text,
                                 const struct bn_amount *unit, const char *path, struct bn_error *err)
{
    struct bn_amount x;
    struct bn_error local = {0};
    char is[96], wanted[96];
    enum bn_status status = bn_scope_read(scope, text, &x, &local);
    if (!status && !scope->uses_measured) status = bn_scope_read_finite(scope, text, &x, &local);
    if (status) return fault(err, path, "%s: %s", what, local.text);
    if (!bn_amount_same_unit(&x, unit))
        return fault(err, path, "%s is %s, its unit says %s.", what, bn_amount_unit_text(&x, is, sizeof is),
                     bn_amount_unit_text(unit, wanted, sizeof wanted));
    return BN_OK;
}

static enum bn_status check_value(struct bn_scope *scope, const struct bn_claim_value *v, const char *path,
                                  struct bn_error *err)
{
    static const struct bn_amount plain = {.value = 1};
    struct bn_amount unit;
    struct bn_error local = {0};
    char what[160];
    if (bn_amount_unit(&unit, v->unit, &local)) return fault(err, path, "Value \"%s\": %s", v->name, local.text);
    const struct {
        const char *field, *text;
        const struct bn_amount *unit;
        bool measured;
    } texts[] = {{"published", v->published, &unit, false},
                 {"tolerance", v->tolerance, &plain, false},
                 {"neutral", v->neutral, &unit, false},
                 {"ours", v->ours, &unit, true}};
    enum bn_status status = BN_OK;
    for (size_t i = 0; !status && i < sizeof texts / sizeof *texts; i++) {
        scope->measured = texts[i].measured;
        snprintf(what, sizeof what, "%s of \"%s\"", texts[i].field, v->name);
        if (texts[i].text) status = check_text(scope, what, texts[i].text, texts[i].unit, path, err);
    }
    if (!status && !bn_scope_read(scope, v->tolerance, &unit, &local) && unit.value < 0)
        status = fault(err, path, "The tolerance of \"%s\" must not be below 0.", v->name);
    if (!status && v->ours && v->relation >= BN_CLAIM_LIMIT && scope->uses_measured)
        status = fault(err, path, "\"%s\" is a limit, which cannot come from a measurement here.", v->name);
    return status;
}

/* ---- what decides it ---- */
static enum bn_status check_means(const struct bn_claim *c, const char *path, struct bn_error *err)
{
    bool thing = false;
    for (uint32_t i = 0; i < c->n_needs; i++) thing |= c->needs[i].kind == BN_NEED_THING;
    if (thing && c->n_measured)
        return fault(err, path, "It needs a thing that no program has, so nothing can be measured for it.");
    for (uint32_t i = 0; i < c->n_values; i++)
        if (!c->values[i].ours && !c->values[i].needs && !c->undefined && !c->n_needs)
            return fault(err, path, "Value \"%s\" has no `ours`; say in `needs` what it takes, or why it is undefined.",
                         c->values[i].name);
    return BN_OK;
}

/* An accuracy over n questions has at most this standard error; one that says more or much less is another figure. */
static enum bn_status check_error(struct bn_scope *scope, const char *path, struct bn_error *err)
{
    static const struct bn_amount plain = {.value = 1};
    const struct bn_claim *c = scope->claim;
    struct bn_amount x;
    if (!c->standard_error) return BN_OK;
    if (!c->items) return fault(err, path, "standard_error needs `items`, the number of questions.");
    enum bn_status status = check_text(scope, "standard_error", c->standard_error, &plain, path, err);
    if (status || bn_scope_read(scope, c->standard_error, &x, err)) return status;
    if (!(x.value > 0) || x.value > 0.55 / sqrt(c->items))
        return fault(err, path, "An accuracy of %u questions has a standard error of up to %.2g, not %.2g.", c->items,
                     0.5 / sqrt(c->items), x.value);
    return BN_OK;
}

static enum bn_status check(const struct bn_claim *c, const char *path, struct bn_error *err)
{
    struct bn_scope scope;
    struct bn_error local = {0};
    const char *failed;
    if (!c->n_values) return fault(err, path, "It has no `values`.");
    enum bn_status status = check_names(c, path, err);
    if (!status) status = check_cells(c, path, err);
    if (status) return status;
    if (bn_scope_init(&scope, c, &failed, &local)) return fault(err, path, "%s: %s", failed, local.text);
    for (uint32_t i = 0; !status && i < c->n_values; i++) {
        scope.uses_measured = false;
        status = check_value(&scope, &c->values[i], path, err);
    }
    scope.measured = false;
    if (!status) status = check_error(&scope, path, err);
    return status ? status : check_means(c, path, err);
}

enum bn_status bn_claim_parse(struct bn_claim **out, const char *text, size_t n_bytes, const char *path,
                              struct bn_error *err)
{
    struct bn_claim *c = calloc(1, sizeof *c);
    if (!c) return bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate memory to read %s.", path);
    enum bn_status status = bn_yaml_read(text, n_bytes, path, bn_claim_fields(), c, err);
    if (!status) status = bn_claim_fill(c, path, err);
    if (!status) status = check(c, path, err);
    if (status)
        bn_claim_close(c);
    else
        *out = c;
    return status;
}

void bn_claim_close(struct bn_claim *c)
{
    if (c) bn_yaml_release(bn_claim_fields(), c);
    free(c);
}
