/* governor.c - the CPU frequency governor, as the system reports it. */
#include "engine/core/cpu.h"
#include <stdio.h>
#include <string.h>

/* Adds a name to "performance, schedutil" unless present. */
static void add(char *text, size_t cap, const char *name)
{
    size_t used = strlen(text);
    if (!strstr(text, name)) snprintf(text + used, cap - used, "%s%s", used ? ", " : "", name);
}

const char *bn_cpu_governor(const char *root, char *text, size_t cap)
{
    char path[512], name[64];
    text[0] = 0;
    for (int cpu = 0, missing = 0; missing < 64; cpu++) { /* numbers of absent CPUs are left out */
        snprintf(path, sizeof path, "%s/cpu%d/cpufreq/scaling_governor", root, cpu);
        FILE *f = fopen(path, "re");
        missing = f ? 0 : missing + 1;
        if (f && fscanf(f, "%63[a-z0-9_-]", name) == 1) add(text, cap, name);
        if (f) fclose(f);
    }
    return *text ? text : NULL;
}
