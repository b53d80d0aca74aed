/* footprint.c - reads /proc/self/status and asks malloc. */
#include "harness/worker/footprint.h"
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

static int64_t heap_bytes(void)
{
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    struct mallinfo2 m = mallinfo2();
    return (int64_t)(m.uordblks + m.hblkhd);
#else
    return -1;
#endif
}

struct bn_footprint bn_footprint_read(void)
{
    struct bn_footprint f = {-1, -1, -1, heap_bytes()};
    const struct {
        const char *name;
        int64_t *bytes;
    } lines[] = {{"VmSize:", &f.mapped_bytes}, {"VmRSS:", &f.resident_bytes}, {"VmHWM:", &f.peak_resident_bytes}};
    char line[256];
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file))
        for (int i = 0; i < 3; i++) {
            size_t n = strlen(lines[i].name);
            if (!strncmp(line, lines[i].name, n) && sscanf(line + n, "%" SCNd64, lines[i].bytes) == 1)
                *lines[i].bytes *= 1024;
        }
    if (file) fclose(file);
    return f;
}
