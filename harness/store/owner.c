/* owner.c - process names that survive pid reuse and reboots (Linux: /proc). */
#include "harness/store/owner.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void boot_id(char *text, size_t cap)
{
    FILE *f = fopen("/proc/sys/kernel/random/boot_id", "r");
    if (!f || !fgets(text, (int)cap, f)) snprintf(text, cap, "unknown");
    if (f) fclose(f);
    text[strcspn(text, "\n")] = 0;
}

/* Field 22 of /proc/PID/stat: clock ticks after boot at which the process began; 0 when there is no such process. */
static unsigned long long start_time(long pid)
{
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    FILE *f = fopen(path, "r");
    if (!f) return 0;
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = 0;
    char *p = strrchr(text, ')'); /* the name before it may hold anything */
    for (int field = 2; p && field < 22; field++) p = strchr(p + 1, ' ');
    return p ? strtoull(p + 1, NULL, 10) : 0;
}

void bn_owner_self(char *text, size_t cap)
{
    char boot[48];
    boot_id(boot, sizeof boot);
    snprintf(text, cap, "%s:%ld:%llu", boot, (long)getpid(), start_time(getpid()));
}

bool bn_owner_alive(const char *owner)
{
    char boot[48];
    boot_id(boot, sizeof boot);
    size_t n = strlen(boot);
    if (strncmp(owner, boot, n) || owner[n] != ':') return true; /* elsewhere or before a reboot: the lease decides */
    char *end;
    long pid = strtol(owner + n + 1, &end, 10);
    return *end == ':' && start_time(pid) == strtoull(end + 1, NULL, 10);
}
