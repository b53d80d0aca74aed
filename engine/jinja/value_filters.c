/* value_filters.c - filters of single values, and finding a filter by its name. */
#include "engine/jinja/run.h"
#include <errno.h>
#include <stdlib.h>

#define FILTER(name) static struct bn_jv name(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a)

/* A filter that works on the text of any value, as the method of strings with the same name does. */
static struct bn_jv as_method(struct bn_jinja_job *job, const char *method, const struct bn_jv *self,
                              const struct bn_jv *a)
{
    struct bn_jv text = bn_jv_string(bn_jv_text(job, self));
    struct bn_jinja_text name = {method, NULL, strlen(method)};
    return bn_jinja_builtin_find(bn_jinja_string_methods, name)->call(job, &text, a);
}

FILTER(trim) { return as_method(job, "strip", self, a); }
FILTER(upper) { return as_method(job, "upper", self, a); }
FILTER(lower) { return as_method(job, "lower", self, a); }
FILTER(capitalize) { return as_method(job, "capitalize", self, a); }
FILTER(replace) { return as_method(job, "replace", self, a); }
FILTER(string) { return (void)a, bn_jv_string(bn_jv_text(job, self)); }
FILTER(safe) { return (void)job, (void)a, *self; }

/* Words begin after white space and ( [ { < or -: Jinja's filter, other than the method. */
FILTER(title)
{
    struct bn_jinja_text t = bn_jinja_recase(job, bn_jv_text(job, self), BN_JINJA_LOWER);
    struct bn_jinja_builder b = {.job = job};
    (void)a;
    for (size_t at = 0, n; at < t.n; at += n) {
        n = bn_jinja_character(t, at);
        struct bn_jinja_text one = bn_jinja_part(t, at, at + n);
        bool begins = at == 0 || strchr(" \t\n\r\f\v-([{<", t.bytes[at - 1]);
        bn_jinja_put(&b, begins ? bn_jinja_recase(job, one, BN_JINJA_UPPER) : one);
    }
    return bn_jv_string(bn_jinja_built(&b));
}

FILTER(default_value)
{
    (void)job;
    bool missing = self->type == BN_JV_UNDEFINED || (bn_jv_true(&a[1]) && !bn_jv_true(self));
    if (!missing) return *self;
    return bn_jv_given(&a[0]) ? a[0] : bn_jv_string(BN_JINJA_TEXT(""));
}

FILTER(length) { return (void)a, bn_jv_int(bn_jv_length(job, self)); }

FILTER(absolute)
{
    (void)a;
    if (self->type == BN_JV_FLOAT) return (struct bn_jv){.type = BN_JV_FLOAT, .number = __builtin_fabs(self->number)};
    int64_t i = bn_jv_want_int(job, self, "what abs takes");
    if (i == INT64_MIN) bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "a result has more than 64 bits.");
    return bn_jv_int(i < 0 ? -i : i);
}

/* A number in a text, white space around it; false when the text is none. */
static bool read_text(struct bn_jinja_job *job, struct bn_jinja_text t, double *number, int64_t *integer, bool *whole)
{
    char *end, *plain = bn_jinja_alloc(job, t.n + 1, 1);
    memcpy(plain, t.bytes, t.n);
    plain[strcspn(plain, "xX")] = 0; /* no hexadecimal */
    errno = 0;
    *integer = strtoll(plain, &end, 10);
    *whole = !errno && end != plain && !end[strspn(end, " \t\r\n")];
    *number = strtod(plain, &end);
    return *whole || (end != plain && !end[strspn(end, " \t\r\n")]);
}

FILTER(to_int)
{
    double number = bn_jv_is_number(self) ? bn_jv_number(self) : 0;
    int64_t integer = 0;
    bool whole = false, good = bn_jv_is_number(self);
    if (self->type == BN_JV_INT || self->type == BN_JV_BOOL) return bn_jv_int(bn_jv_want_int(job, self, ""));
    if (self->type == BN_JV_STRING) good = read_text(job, self->string, &number, &integer, &whole);
    if (whole) return bn_jv_int(integer);
    if (good && number > -9.2e18 && number < 9.2e18) return bn_jv_int((int64_t)number);
    return bn_jv_given(&a[0]) ? a[0] : bn_jv_int(0);
}

FILTER(to_float)
{
    double number = bn_jv_is_number(self) ? bn_jv_number(self) : 0;
    int64_t integer;
    bool whole, good = bn_jv_is_number(self);
    if (self->type == BN_JV_STRING) good = read_text(job, self->string, &number, &integer, &whole);
    if (!good && bn_jv_given(&a[0])) return a[0];
    return (struct bn_jv){.type = BN_JV_FLOAT, .number = good ? number : 0};
}

/* tojson as transformers defines it, with the arguments that templates give. */
FILTER(tojson)
{
    struct bn_jinja_builder b = {.job = job};
    if (bn_jv_true(&a[0]) || (a[2].type != BN_JV_UNDEFINED && a[2].type != BN_JV_NONE) || bn_jv_true(&a[3]))
        bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "of tojson's arguments only indent is supported.");
    bool plain = !bn_jv_given(&a[1]) || a[1].type == BN_JV_NONE;
    int64_t indent = plain ? -1 : bn_jv_want_int(job, &a[1], "the indent of tojson");
    if (indent > 64) bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "the indent of tojson is over 64.");
    bn_jv_write_json(&b, self, plain ? -1 : indent < 0 ? 0 : (int)indent, 0);
    return bn_jv_string(bn_jinja_built(&b));
}

/* Every line but the first is moved to the right, empty ones only with `blank`. */
FILTER(indent)
{
    struct bn_jinja_text t = bn_jv_text(job, self);
    struct bn_jinja_builder b = {.job = job};
    int64_t width = bn_jv_given(&a[0]) ? bn_jv_want_int(job, &a[0], "the width of indent") : 4;
    bool first = bn_jv_true(&a[1]), blank = bn_jv_true(&a[2]);
    for (size_t from = 0, end; from <= t.n; from = end + 1) {
        end = bn_jinja_find(t, BN_JINJA_TEXT("\n"), from);
        if (end == SIZE_MAX) end = t.n;
        for (int64_t i = 0; i < width && (from || first) && (blank || end > from || !from); i++)
            bn_jinja_put_plain(&b, " ");
        bn_jinja_put(&b, bn_jinja_part(t, from, end < t.n ? end + 1 : end));
    }
    return bn_jv_string(bn_jinja_built(&b));
}

const struct bn_jinja_builtin bn_jinja_value_filters[] = {
    {"trim", "chars", trim},
    {"upper", "", upper},
    {"lower", "", lower},
    {"capitalize", "", capitalize},
    {"title", "", title},
    {"replace", "old new count", replace},
    {"string", "", string},
    {"safe", "", safe},
    {"default", "default_value boolean", default_value},
    {"d", "default_value boolean", default_value},
    {"length", "", length},
    {"count", "", length},
    {"abs", "", absolute},
    {"int", "default", to_int},
    {"float", "default", to_float},
    {"tojson", "ensure_ascii indent separators sort_keys", tojson},
    {"indent", "width first blank", indent},
    {0}};

struct bn_jv bn_jinja_filter(struct bn_jinja_job *job, struct bn_jinja_text name, const struct bn_jv *value,
                             const struct bn_jinja_arguments *arguments)
{
    const struct bn_jinja_builtin *filter = bn_jinja_builtin_find(bn_jinja_value_filters, name);
    if (!filter) filter = bn_jinja_builtin_find(bn_jinja_list_filters, name);
    if (!filter)
        bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "the filter \"%.*s\" is not supported.",
                      (int)(name.n < 60 ? name.n : 60), name.bytes);
    return bn_jinja_call_builtin(job, filter, value, arguments);
}
