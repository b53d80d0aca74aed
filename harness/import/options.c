/* options.c - the fields of a row that tell series apart, as options of a config. */
#include "harness/core/error.h"
#include "harness/import/import.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Blanks separate options and "=" ends a name: both, and "%", are written as %XX where they would be misread. */
static char *escaped(const char *text, bool name)
{
    char *copy = malloc(3 * strlen(text) + 1), *to = copy;
    for (; copy && *text; text++) {
        bool special = (unsigned char)*text <= ' ' || *text == '%' || *text == 127 || (name && *text == '=');
        to += special ? (size_t)snprintf(to, 4, "%%%02X", (unsigned char)*text) : (*to = *text, 1);
    }
    if (copy) *to = 0;
    return copy;
}

static char *value_text(const json_t *value)
{
    char number[40];
    if (json_is_string(value)) return escaped(json_string_value(value), false);
    if (json_is_array(value) || json_is_object(value)) {
        char *dump = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS), *text = dump ? escaped(dump, false) : NULL;
        free(dump);
        return text;
    }
    if (json_is_real(value))
        snprintf(number, sizeof number, "%.15g", json_real_value(value));
    else
        snprintf(number, sizeof number, "%lld", json_is_true(value) ? 1LL : (long long)json_integer_value(value));
    return strdup(number);
}

void bn_import_option(struct bn_import_options *o, const char *name, const json_t *value)
{
    if (!value || json_is_null(value)) return;
    struct bn_store_option *more = realloc(o->at, (o->n + 1) * sizeof *more);
    char *n = escaped(name, true), *v = value_text(value);
    if (more) o->at = more;
    if (more && n && v)
        o->at[o->n++] = (struct bn_store_option){.name = n, .value = v};
    else
        free(n), free(v), o->failed = true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct bn_store_option *)a)->name, ((const struct bn_store_option *)b)->name);
}

enum bn_status bn_import_options_close(struct bn_import_options *o, struct bn_error *err)
{
    size_t size = 1;
    if (o->n) qsort(o->at, o->n, sizeof *o->at, by_name);
    for (size_t i = 0; i < o->n; i++) size += strlen(o->at[i].name) + strlen(o->at[i].value) + 2;
    char *to = o->text = malloc(size);
    if (o->failed || !to) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory importing.");
    *to = 0;
    for (size_t i = 0; i < o->n; i++)
        to = stpcpy(stpcpy(stpcpy(stpcpy(to, i ? " " : ""), o->at[i].name), "="), o->at[i].value);
    return BN_OK;
}

void bn_import_options_release(struct bn_import_options *o)
{
    for (size_t i = 0; i < o->n; i++) free((char *)o->at[i].name), free((char *)o->at[i].value);
    free(o->at);
    free(o->text);
    *o = (struct bn_import_options){0};
}
