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

static bool is_on(const struct bn_option_choice *c)
{
    return strcmp(c->value, bn_option_find(c->name)->values[0]) != 0;
}

static bool excludes(const struct bn_option *a, const char *other)
{
    for (const char *const *c = a->conflicts; c && *c; c++)
        if (same_name(*c, other)) return true;
    return false;
}

/* Either of two options may declare the exclusion; an option at its default excludes nothing. */
static enum bn_status check_conflicts(const struct bn_option_choice *choices, size_t n, struct bn_error *err)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if (is_on(&choices[i]) && is_on(&choices[j]) && excludes(bn_option_find(choices[i].name), choices[j].name))
                return bn_fail(err, BN_ERR_UNSUPPORTED,
                               "Option %s (%s) excludes option %s (%s); switch one of them off.", choices[i].name,
                               choices[i].value, choices[j].name, choices[j].value);
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
    return check_conflicts(choices, n, err);
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
