/* scalar.c - numbers with units, switches, words and texts. */
#include "suites/yaml/scalar.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ", such as 1k or 1M" */
static void name_units(const struct bn_yaml_unit *units, char *text, size_t cap)
{
    size_t used = 0;
    text[0] = 0;
    for (const struct bn_yaml_unit *u = units; u && u->suffix && used < cap; u++)
        used += (size_t)snprintf(text + used, cap - used, "%s%s",
                                 u == units    ? ", optionally with the unit "
                                 : u[1].suffix ? ", "
                                               : " or ",
                                 u->suffix);
}

/* Digits without a leading zero, then nothing or one unit; false: anything else, or too large. */
static bool parse(const char *text, const struct bn_yaml_unit *units, uint64_t *value)
{
    size_t n = strspn(text, "0123456789");
    if (n < 1 || n > 10 || (n > 1 && *text == '0')) return false;
    *value = strtoull(text, NULL, 10);
    if (!text[n]) return true;
    for (const struct bn_yaml_unit *u = units; u && u->suffix; u++)
        if (!strcmp(text + n, u->suffix)) return *value *= u->factor, true;
    return false;
}

static bool read_number(const char *text, const struct bn_yaml_field *f, const char *name, uint32_t *at, char *why,
                        size_t cap)
{
    uint64_t value = 0;
    if (parse(text, f->units, &value) && value >= f->min && value <= f->max) return *at = (uint32_t)value, true;
    char units[96];
    name_units(f->units, units, sizeof units);
    snprintf(why, cap, "%s must be a whole number from %u to %u%s, not \"%.40s\".", name, f->min, f->max, units, text);
    return false;
}

static bool read_switch(const char *text, const char *name, bool *at, char *why, size_t cap)
{
    static const char *const on[] = {"true", "True", "TRUE", "yes", "on"}, *const off[] = {"false", "False", "FALSE",
                                                                                           "no", "off"};
    for (size_t i = 0; i < sizeof on / sizeof *on; i++) {
        if (!strcmp(text, on[i])) return *at = true;
        if (!strcmp(text, off[i])) return *at = false, true;
    }
    snprintf(why, cap, "%s must be true or false, not \"%.40s\".", name, text);
    return false;
}

static bool read_word(const char *text, const char *const *words, const char *name, int *at, char *why, size_t cap)
{
    char all[160] = "";
    size_t used = 0;
    for (int i = 0; words[i]; i++) {
        if (!strcmp(text, words[i])) return *at = i, true;
        if (used < sizeof all)
            used += (size_t)snprintf(all + used, sizeof all - used, "%s%s",
                                     !i             ? ""
                                     : words[i + 1] ? ", "
                                                    : " or ",
                                     words[i]);
    }
    snprintf(why, cap, "%s must be %s, not \"%.40s\".", name, all, text);
    return false;
}

static bool read_text(const char *text, const struct bn_yaml_field *f, const char *name, char **at, char *why,
                      size_t cap)
{
    size_t n = strlen(text);
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if ((*p < ' ' && !(f->kind == BN_YAML_PROSE && *p == '\n')) || *p == 0x7f)
            return snprintf(why, cap, "%s must not hold control characters, such as a line break.", name), false;
    if (n < 1 || n > f->max) return snprintf(why, cap, "%s must have 1 to %u bytes, not %zu.", name, f->max, n), false;
    *at = strdup(text);
    return true;
}

bool bn_scalar_read(const char *text, const struct bn_yaml_field *f, const char *name, void *at, char *why, size_t cap)
{
    switch (f->kind) {
    case BN_YAML_NUMBER:
        return read_number(text, f, name, at, why, cap);
    case BN_YAML_SWITCH:
        return read_switch(text, name, at, why, cap);
    case BN_YAML_WORD:
        return read_word(text, f->words, name, at, why, cap);
    default:
        return read_text(text, f, name, at, why, cap);
    }
}
