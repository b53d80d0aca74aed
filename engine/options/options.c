/* options.c - the table of options (from options.list), choosing among their values, and mutual exclusion. */
#include "engine/options/option.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define OPTION(name) extern const struct bn_option bn_option_##name;
#include "engine/options/options.list"
#undef OPTION
static const struct bn_option *const table[] = {
#define OPTION(name) &bn_option_##name,
#include "engine/options/options.list"
#undef OPTION
};
enum { N_OPTIONS = sizeof table / sizeof *table };

const struct bn_option *const *bn_options(size_t *n)
{
    *n = N_OPTIONS;
    return table;
}

static bool same_name(const char *a, const char *b)
{
    for (; *a && *b; a++, b++)
        if ((*a == '-' ? '_' : *a) != (*b == '-' ? '_' : *b)) return false;
    return *a == *b;
}

const struct bn_option *bn_option_find(const char *name)
{
    for (size_t i = 0; i < N_OPTIONS; i++)
        if (same_name(name, table[i]->name)) return table[i];
    return NULL;
}

/* "kv_type, batch" */
static const char *names(char *text, size_t cap)
{
    size_t used = 0;
    text[0] = 0;
    for (size_t i = 0; i < N_OPTIONS && used < cap; i++)
        used += (size_t)snprintf(text + used, cap - used, "%s%s", i ? ", " : "", table[i]->name);
    return text;
}

/* A switch has several spellings of each value. */
static bool same_value(const struct bn_option *o, const char *a, const char *b)
{
    bool on[2] = {false};
    if (o->argument) return !strcmp(a, b);
    return bn_option_switch(o->name, a, &on[0], NULL) == BN_OK && bn_option_switch(o->name, b, &on[1], NULL) == BN_OK &&
           on[0] == on[1];
}

bool bn_option_is_default(const struct bn_option *o, const char *value) { return same_value(o, value, o->values[0]); }

bool bn_option_exact(const struct bn_option *o, const char *value)
{
    for (const char *const *v = o->inexact; v && *v; v++)
        if (same_value(o, value, *v)) return false;
    return bn_option_is_default(o, value) || !strncmp(o->exactness, "EXACT", 5);
}

static bool is_on(const struct bn_option_choice *c) { return !bn_option_is_default(bn_option_find(c->name), c->value); }

static bool declares(const struct bn_option *a, const char *other)
{
    for (const char *const *c = a->conflicts; c && *c; c++)
        if (same_name(*c, other)) return true;
    return false;
}

bool bn_option_excludes(const struct bn_option *a, const struct bn_option *b)
{
    return declares(a, b->name) || declares(b, a->name);
}

/* An option at its default excludes nothing. */
static enum bn_status check_conflicts(const struct bn_option_choice *choices, size_t n, struct bn_error *err)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            if (is_on(&choices[i]) && is_on(&choices[j]) &&
                bn_option_excludes(bn_option_find(choices[i].name), bn_option_find(choices[j].name)))
                return bn_fail(err, BN_ERR_UNSUPPORTED,
                               "Option %s (%s) excludes option %s (%s); switch one of them off.", choices[i].name,
                               choices[i].value, choices[j].name, choices[j].value);
    return BN_OK;
}

bool bn_option_needs(const struct bn_option *o, const char *name, const char **value)
{
    size_t n = strlen(name);
    if (!o->needs || strncmp(o->needs, name, n) || (o->needs[n] && o->needs[n] != '=')) return false;
    if (value) *value = o->needs[n] ? o->needs + n + 1 : NULL;
    return true;
}

const struct bn_option *bn_option_whole(const struct bn_option *o)
{
    for (size_t i = 0; i < N_OPTIONS; i++)
        if (bn_option_needs(o, table[i]->name, NULL)) return table[i];
    return NULL;
}

/* Whether one of the choices gives the option that value; NULL: switches it on. */
static bool has(const struct bn_option_choice *choices, size_t n, const struct bn_option *o, const char *value)
{
    for (size_t i = 0; i < n; i++)
        if (same_name(choices[i].name, o->name) &&
            (value ? same_value(o, choices[i].value, value) : is_on(&choices[i])))
            return true;
    return false;
}

/* Part of an option that is off, a choice would do nothing. */
static enum bn_status check_needs(const struct bn_option_choice *choices, size_t n, struct bn_error *err)
{
    for (size_t i = 0; i < n; i++) {
        const struct bn_option *o = bn_option_find(choices[i].name), *whole = bn_option_whole(o);
        const char *value = NULL;
        if (!whole || !is_on(&choices[i])) continue;
        bn_option_needs(o, whole->name, &value);
        if (!has(choices, n, whole, value))
            return bn_fail(err, BN_ERR_UNSUPPORTED, "Option %s (%s) acts only with option %s%s%s%s; choose that too.",
                           choices[i].name, choices[i].value, whole->name, value ? " (" : "", value ? value : "",
                           value ? ")" : "");
    }
    return BN_OK;
}

enum bn_status bn_options_apply(struct bn_settings *settings, const struct bn_option_choice *choices, size_t n,
                                struct bn_error *err)
{
    char text[512];
    for (size_t i = 0; i < n; i++) {
        const struct bn_option *o = bn_option_find(choices[i].name);
        if (!o)
            return bn_fail(err, BN_ERR_USAGE, "Unknown option \"%s\"; choose from %s.", choices[i].name,
                           names(text, sizeof text));
        enum bn_status status = o->set(settings, choices[i].value, err);
        if (status != BN_OK) return status;
    }
    enum bn_status status = check_needs(choices, n, err);
    return status == BN_OK ? check_conflicts(choices, n, err) : status;
}

bool bn_option_acts_on(const struct bn_option *o, unsigned tasks) { return !(o->task & ~tasks); }

enum bn_status bn_options_act_on(const struct bn_option_choice *choices, size_t n, unsigned tasks, struct bn_error *err)
{
    static const char *const reasons[] = {"texts are computed in batches", "no text is generated alone",
                                          "no text is handed on as it is generated"};
    for (size_t i = 0; i < n; i++) {
        const struct bn_option *o = bn_option_find(choices[i].name);
        unsigned missing = o && is_on(&choices[i]) ? o->task & ~tasks : 0;
        if (missing)
            return bn_fail(err, BN_ERR_UNSUPPORTED, "Option %s (%s) does nothing here: %s.", o->name, choices[i].value,
                           reasons[__builtin_ctz(missing)]);
    }
    return BN_OK;
}

static bool is_float(const char *encoding)
{
    return encoding && (!strcmp(encoding, "f32") || !strcmp(encoding, "f16") || !strcmp(encoding, "bf16"));
}

/* The kinds of bn_option_model that a model is of. */
static unsigned kinds(const struct bn_model_info *m)
{
    return (m->ternary_layout ? BN_MODEL_TERNARY : 0) | (is_float(m->weight_encoding) ? BN_MODEL_FLOAT_LINEARS : 0) |
           (is_float(m->head_encoding) ? BN_MODEL_FLOAT_HEAD : 0);
}

enum bn_status bn_options_act(const struct bn_option_choice *choices, size_t n, const struct bn_model_info *model,
                              struct bn_error *err)
{
    static const char *const names[] = {"ternary weights", "f16, bf16 or f32 weights", "an f16, bf16 or f32 head"};
    for (size_t i = 0; i < n; i++) {
        const struct bn_option *o = bn_option_find(choices[i].name);
        unsigned missing = o && is_on(&choices[i]) ? o->model & ~kinds(model) : 0;
        for (int k = 0; k < 3; k++)
            if (missing >> k & 1)
                return bn_fail(err, BN_ERR_UNSUPPORTED, "Option %s (%s) acts only on models with %s; %s has none.",
                               o->name, choices[i].value, names[k], model->name ? model->name : "this one");
    }
    return BN_OK;
}

bool bn_option_idle(const struct bn_option *o, const char *value, const struct bn_model_info *model)
{
    return bn_option_is_default(o, value) || o->model & ~kinds(model) || (o->idle && o->idle(value, model));
}

enum bn_status bn_options_batch(const struct bn_option_choice *choices, size_t n, struct bn_error *err)
{
    for (size_t i = 0; i < n; i++) {
        const struct bn_option *o = bn_option_find(choices[i].name);
        if (o && o->task & BN_TASK_GENERATE && is_on(&choices[i]))
            return bn_fail(err, BN_ERR_UNSUPPORTED,
                           "Option %s (%s) decodes one sequence; switch it off where several are decoded together.",
                           o->name, choices[i].value);
    }
    return BN_OK;
}

enum bn_status bn_option_switch(const char *name, const char *value, bool *on, struct bn_error *err)
{
    static const char *const words[] = {"off", "false", "no", "0", "on", "true", "yes", "1"};
    for (int i = 0; i < 8; i++)
        if (!strcasecmp(value, words[i])) return *on = i >= 4, BN_OK;
    return bn_fail(err, BN_ERR_USAGE, "Option %s must be off or on, not \"%s\".", name, value);
}

enum bn_status bn_option_number(const char *name, const char *value, int least, int most, int *number,
                                struct bn_error *err)
{
    char *end;
    long x = strtol(value, &end, 10);
    if (!*value || *end || x < least || x > most)
        return bn_fail(err, BN_ERR_USAGE, "Option %s must be a whole number from %d to %d, not \"%s\".", name, least,
                       most, value);
    *number = (int)x;
    return BN_OK;
}

enum bn_status bn_option_decimal(const char *name, const char *value, double least, double most, float *number,
                                 struct bn_error *err)
{
    char *end;
    double x = strtod(value, &end);
    if (!*value || *end || !(x >= least && x <= most))
        return bn_fail(err, BN_ERR_USAGE, "Option %s must be a number from %.10g to %.10g, not \"%s\".", name, least,
                       most, value);
    *number = (float)x;
    return BN_OK;
}
