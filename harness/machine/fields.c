/* fields.c - collects named facts. */
#include "harness/machine/fields.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bn_fields_add(struct bn_fields *f, bool identity, const char *name, const char *value, const char *reason)
{
    if (f->n == BN_FIELDS_MAX) return;
    f->at[f->n++] =
        (struct bn_field){strdup(name), value ? strdup(value) : NULL, value ? NULL : strdup(reason), identity};
}

void bn_fields_number(struct bn_fields *f, bool identity, const char *name, uint64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    bn_fields_add(f, identity, name, text, NULL);
}

void bn_fields_file(struct bn_fields *f, bool identity, const char *name, const char *path)
{
    char line[4096] = "", reason[256];
    FILE *file = fopen(path, "r");
    bool got = file && fgets(line, sizeof line, file);
    snprintf(reason, sizeof reason, "%s: %s", path, file ? "empty or unreadable" : strerror(errno));
    if (file) fclose(file);
    line[strcspn(line, "\n")] = 0;
    bn_fields_add(f, identity, name, got ? line : NULL, reason);
}

const char *bn_fields_find(const struct bn_fields *f, const char *name)
{
    for (size_t i = 0; i < f->n; i++)
        if (!strcmp(f->at[i].name, name)) return f->at[i].value;
    return NULL;
}

void bn_fields_release(struct bn_fields *f)
{
    for (size_t i = 0; i < f->n; i++) {
        free((char *)f->at[i].name);
        free((char *)f->at[i].value);
        free((char *)f->at[i].reason);
    }
    f->n = 0;
}
