/* command.c - joins words by blanks. */
#include "harness/core/command.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *bn_command_line(int argc, char **argv)
{
    size_t n = 16;
    for (int i = 0; i < argc; i++) n += strlen(argv[i]) + 1;
    char *text = calloc(1, n), *p = text;
    for (int i = 0; text && i < argc; i++) p += snprintf(p, n - (size_t)(p - text), "%s%s", i ? " " : "", argv[i]);
    return text;
}
