/* functions.c - calls of functions with their arguments, and the functions that templates may call. */
#include "engine/jinja/run.h"
#include <time.h>

enum { MOST_PARAMETERS = 4, MOST_RANGE = 100000 }; /* the range that Jinja's sandbox allows */

/* The name of parameter i, or NULL. */
static const char *parameter(const char *names, size_t i, size_t *n)
{
    for (; i && *names; i--) names += strcspn(names, " "), names += *names == ' ';
    *n = strcspn(names, " ");
    return *n ? names : NULL;
}

static _Noreturn void wrong_arguments(struct bn_jinja_job *job, const struct bn_jinja_builtin *builtin)
{
    bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "\"%s\" gets arguments that are not supported; it takes (%s).",
                  builtin->name, builtin->parameters);
}

struct bn_jv bn_jinja_call_builtin(struct bn_jinja_job *job, const struct bn_jinja_builtin *builtin,
                                   const struct bn_jv *self, const struct bn_jinja_arguments *arguments)
{
    struct bn_jv values[MOST_PARAMETERS] = {0};
    size_t taken = 0, n, i = 0;
    const char *name;
    if (*builtin->parameters == '*') {
        values[0] = bn_jv_of_list(arguments->positional), values[1] = bn_jv_of_dict(arguments->named);
        return builtin->call(job, self, values);
    }
    for (; (name = parameter(builtin->parameters, i, &n)); i++) {
        const struct bn_jv *named = bn_jv_get(arguments->named, (struct bn_jinja_text){name, NULL, n});
        if (i < arguments->positional->n)
            values[i] = arguments->positional->items[i], taken++;
        else if (named)
            values[i] = *named, taken++;
    }
    if (taken != arguments->positional->n + arguments->named->n) wrong_arguments(job, builtin);
    return builtin->call(job, self, values);
}

static struct bn_jv to_dict(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a)
{
    struct bn_jv_dict *dict = bn_jv_dict_new(job);
    (void)self;
    for (size_t i = 0; i < a[0].list->n; i++) {
        const struct bn_jv *from = &a[0].list->items[i];
        if (from->type != BN_JV_DICT)
            bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "a mapping is made from %s.", bn_jv_type_name(from));
        for (size_t k = 0; k < from->dict->n; k++)
            bn_jv_put(job, dict, from->dict->pairs[k].key, from->dict->pairs[k].value);
    }
    for (size_t k = 0; k < a[1].dict->n; k++) bn_jv_put(job, dict, a[1].dict->pairs[k].key, a[1].dict->pairs[k].value);
    return bn_jv_of_dict(dict);
}

static struct bn_jv to_namespace(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a)
{
    struct bn_jv v = to_dict(job, self, a);
    v.type = BN_JV_NAMESPACE;
    return v;
}

static struct bn_jv range(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a)
{
    int64_t start = 0, stop = bn_jv_want_int(job, &a[0], "an argument of range"), step = 1;
    (void)self;
    if (bn_jv_given(&a[1])) start = stop, stop = bn_jv_want_int(job, &a[1], "an argument of range");
    if (bn_jv_given(&a[2])) step = bn_jv_want_int(job, &a[2], "an argument of range");
    if (step == 0) bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "the step of a range is 0.");
    struct bn_jv_list *list = bn_jv_list_new(job);
    for (int64_t i = start; step > 0 ? i < stop : i > stop;) {
        if (list->n == MOST_RANGE) bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "a range has over %d members.", MOST_RANGE);
        bn_jv_append(job, list, bn_jv_int(i));
        if (__builtin_add_overflow(i, step, &i)) break;
    }
    return bn_jv_of_list(list);
}

static struct bn_jv raise_exception(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a)
{
    struct bn_jinja_text text = bn_jv_text(job, &a[0]);
    (void)self;
    bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "it refuses the messages: %.*s", (int)(text.n < 300 ? text.n : 300),
                  text.bytes);
}

static struct bn_jv strftime_now(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a)
{
    struct bn_jinja_text format = bn_jv_want_string(job, &a[0], "the format of a time");
    char *plain = bn_jinja_alloc(job, format.n + 1, 1), *out = bn_jinja_alloc(job, 512, 1);
    time_t now = time(NULL);
    struct tm local;
    (void)self;
    memcpy(plain, format.bytes, format.n);
    if (!localtime_r(&now, &local) || (format.n && !strftime(out, 512, plain, &local)))
        bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "the time cannot be written as \"%.60s\".", plain);
    return bn_jv_string((struct bn_jinja_text){out, NULL, strlen(out)});
}

static struct bn_jv cycle(struct bn_jinja_job *job, const struct bn_jv *self, const struct bn_jv *a)
{
    if (!a[0].list->n) bn_jinja_fail(job, BN_ERR_UNSUPPORTED, "loop.cycle gets nothing to choose from.");
    return a[0].list->items[self->loop->at % a[0].list->n];
}

const struct bn_jinja_builtin bn_jinja_functions[] = {
    {"namespace", "*", to_namespace},         {"dict", "*", to_dict},
    {"range", "start stop step", range},      {"raise_exception", "message", raise_exception},
    {"strftime_now", "format", strftime_now}, {0}};
const struct bn_jinja_builtin bn_jinja_loop_methods[] = {{"cycle", "*", cycle}, {0}};
