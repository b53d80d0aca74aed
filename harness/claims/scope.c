/* scope.c - looks up the names of an expression: given quantities, which are expressions themselves, and samples. */
#include "harness/claims/scope.h"
#include "harness/core/error.h"
#include <math.h>
#include <string.h>

static bool is(const char *own, const char *name, size_t n) { return strlen(own) == n && !strncmp(own, name, n); }

static double sample(struct bn_scope *s, const struct bn_evidence_series *series)
{
    for (size_t i = 0; i < series->n; i++)
        if (!series->at[i].key[0] || !strcmp(series->at[i].key, s->key)) return series->at[i].value;
    s->lacks_sample = true;
    return NAN;
}

static bool find(void *self, const char *name, size_t n, struct bn_amount *out)
{
    struct bn_scope *s = self;
    for (uint32_t i = 0; i < s->n_given; i++)
        if (is(s->claim->given[i].name, name, n)) return *out = s->given[i], true;
    for (uint32_t i = 0; s->measured && i < s->claim->n_measured; i++) {
        if (!is(s->claim->measured[i].name, name, n)) continue;
        *out = bn_evidence_unit(s->claim->measured[i].what);
        s->uses_measured = s->uses[i] = true;
        out->value = s->series ? sample(s, &s->series[i]) : 1;
        return true;
    }
    return false;
}

enum bn_status bn_scope_read(struct bn_scope *s, const char *text, struct bn_amount *out, struct bn_error *err)
{
    return bn_amount_read(out, text, find, s, err);
}

enum bn_status bn_scope_read_finite(struct bn_scope *s, const char *text, struct bn_amount *out, struct bn_error *err)
{
    enum bn_status status = bn_scope_read(s, text, out, err);
    return status || isfinite(out->value)
               ? status
               : bn_harness_fail(err, BN_ERR_FORMAT,
                                 "\"%.200s\" has no finite value: it divides by 0, is undefined or overflows.", text);
}

enum bn_status bn_scope_init(struct bn_scope *s, const struct bn_claim *claim, const char **failed,
                             struct bn_error *err)
{
    *s = (struct bn_scope){.claim = claim};
    for (uint32_t i = 0; i < claim->n_given; i++) {
        enum bn_status status = bn_scope_read_finite(s, claim->given[i].is, &s->given[i], err);
        if (status) return *failed = claim->given[i].name, status;
        s->n_given = i + 1;
    }
    return BN_OK;
}
