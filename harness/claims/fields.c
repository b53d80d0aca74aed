/* fields.c - the fields of a claim file (README.md explains them), and the default of each. */
#include "harness/claims/fields.h"
#include "harness/core/error.h"
#include <stdlib.h>
#include <string.h>

enum { MOST = 256, LONG = 1000 };
static const char *const provenances[] = {"P1", "P2", "P3", "P4", "P5", "P6", NULL};
static const char *const relations[] = {"equal", "at_most", "at_least", "limit", "roofline", NULL};
static const char *const needs[] = {"cpu", "arch", "thing", NULL};

#define AT(type, field) .name = #field, .offset = offsetof(struct type, field)
#define TEXT(type, field, most, ...)                                                                                   \
    {                                                                                                                  \
        AT(type, field), .kind = BN_YAML_TEXT, .max = (most), __VA_ARGS__                                              \
    }
#define PROSE(type, field, ...)                                                                                        \
    {                                                                                                                  \
        AT(type, field), .kind = BN_YAML_PROSE, .max = LONG, __VA_ARGS__                                               \
    }
#define LIST(type, field, entry)                                                                                       \
    {                                                                                                                  \
        AT(type, field), .kind = BN_YAML_LIST, .max = MOST, .items = (entry),                                          \
                         .count = offsetof(struct type, n_##field), .size = sizeof *((struct type *)0)->field          \
    }

static const struct bn_yaml_field a_name = {.kind = BN_YAML_TEXT, .max = 64};
static const struct bn_yaml_field need_fields[] = {
    {AT(bn_claim_requirement, kind), .kind = BN_YAML_WORD, .words = needs, .required = true},
    TEXT(bn_claim_requirement, name, 200, .required = true),
    {0}};
static const struct bn_yaml_field given_fields[] = {TEXT(bn_claim_named, name, 64, .required = true, .unique = true),
                                                    TEXT(bn_claim_named, is, LONG, .required = true),
                                                    TEXT(bn_claim_named, from, LONG, .required = true),
                                                    {0}};
/* `what` is checked by fields_words, which fills the words in */
static struct bn_yaml_field measured_fields[] = {
    TEXT(bn_claim_measured, name, 64, .required = true, .unique = true),
    {AT(bn_claim_measured, what), .kind = BN_YAML_WORD, .required = true},
    TEXT(bn_claim_measured, plan, 64, .required = true),
    TEXT(bn_claim_measured, engine, 64),
    TEXT(bn_claim_measured, model, 256),
    TEXT(bn_claim_measured, workload, 64),
    TEXT(bn_claim_measured, kernel, 64),
    TEXT(bn_claim_measured, options, LONG),
    TEXT(bn_claim_measured, op, 64),
    {AT(bn_claim_measured, threads), .kind = BN_YAML_NUMBER, .min = 1, .max = 1024},
    {0}};
static const struct bn_yaml_field value_fields[] = {
    TEXT(bn_claim_value, name, 96, .required = true, .unique = true),
    TEXT(bn_claim_value, row, 96),
    TEXT(bn_claim_value, column, 96),
    TEXT(bn_claim_value, published, LONG, .required = true),
    TEXT(bn_claim_value, ours, LONG),
    TEXT(bn_claim_value, unit, 32),
    TEXT(bn_claim_value, tolerance, 64),
    TEXT(bn_claim_value, neutral, 64),
    TEXT(bn_claim_value, needs, 200),
    {AT(bn_claim_value, relation), .kind = BN_YAML_WORD, .words = relations},
    {0}};
static const struct bn_yaml_field claim_fields[] = {
    TEXT(bn_claim, id, 16, .required = true),
    PROSE(bn_claim, claim, .required = true),
    TEXT(bn_claim, source, LONG, .required = true),
    TEXT(bn_claim, where, LONG, .required = true),
    TEXT(bn_claim, url, LONG),
    {AT(bn_claim, provenance), .kind = BN_YAML_WORD, .words = provenances, .required = true},
    TEXT(bn_claim, environment, LONG, .required = true),
    TEXT(bn_claim, table, 96),
    PROSE(bn_claim, undefined),
    PROSE(bn_claim, note),
    TEXT(bn_claim, unit, 32),
    TEXT(bn_claim, tolerance, 64),
    TEXT(bn_claim, neutral, 64),
    TEXT(bn_claim, standard_error, 64),
    {AT(bn_claim, items), .kind = BN_YAML_NUMBER, .min = 1, .max = 100000000},
    LIST(bn_claim, siblings, &a_name),
    LIST(bn_claim, needs, need_fields),
    LIST(bn_claim, given, given_fields),
    LIST(bn_claim, measured, measured_fields),
    LIST(bn_claim, values, value_fields),
    {0}};

const struct bn_yaml_field *bn_claim_fields(void)
{
    measured_fields[1].words = bn_evidence_metrics();
    return claim_fields;
}

static bool fill(char **text, const char *otherwise)
{
    if (!*text && otherwise) *text = strdup(otherwise);
    return *text || !otherwise;
}

enum bn_status bn_claim_fill(struct bn_claim *c, const char *path, struct bn_error *err)
{
    bool ok = fill(&c->unit, "") && fill(&c->tolerance, "10[%]");
    for (uint32_t i = 0; ok && i < c->n_measured; i++) {
        struct bn_claim_measured *m = &c->measured[i];
        ok = fill(&m->engine, "bitnet") && fill(&m->kernel, "auto") && fill(&m->options, "") && fill(&m->op, "") &&
             fill(&m->model, "") && fill(&m->workload, "");
        if (!m->threads) m->threads = 1;
    }
    for (uint32_t i = 0; ok && i < c->n_values; i++) {
        struct bn_claim_value *v = &c->values[i];
        ok = fill(&v->unit, c->unit) && fill(&v->tolerance, c->tolerance) && fill(&v->neutral, c->neutral);
    }
    return ok ? BN_OK : bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate memory to read %s.", path);
}
