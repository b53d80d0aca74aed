/* clean.c - the table made of clean.list. */
#include "suites/eval/clean.h"
#include <stddef.h>

const char *const bn_clean_names[] = {"none",
#define CLEAN(name) #name,
#include "suites/eval/clean.list"
#undef CLEAN
                                      NULL};

char *bn_clean_text(int clean, char *text)
{
    static bn_clean *const steps[] = {
        NULL,
#define CLEAN(name) bn_clean_##name,
#include "suites/eval/clean.list"
#undef CLEAN
    };
    return steps[clean] && text ? steps[clean](text) : text;
}
