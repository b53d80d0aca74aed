/* scope.c - looks up the names of an expression: given quantities, which are expressions themselves, and samples. */
#include "harness/claims/scope.h"
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
    for (uint32_t i = 0; i < s->n_given; i++) {
        struct bn_scope before = {.claim = s->claim, .n_given = i};
        if (is(s->claim->given[i].name, name, n)) return !bn_scope_read(&before, s->claim->given[i].is, out, NULL);
    }
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
