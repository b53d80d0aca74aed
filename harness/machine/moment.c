/* moment.c - reads what could disturb a measurement at this moment. */
#include "harness/machine/fields.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

struct reader {
    struct bn_moment *at;
    size_t n;
    const char *when;
};

static void put(struct reader *r, const char *name, bool ok, double value, const char *reason)
{
    if (r->n < BN_MOMENT_MAX) r->at[r->n++] = (struct bn_moment){r->when, name, ok ? NULL : reason, value};
}

static bool number_in(const char *path, double *value)
{
    FILE *f = fopen(path, "r");
    bool ok = f && fscanf(f, "%lf", value) == 1;
    if (f) fclose(f);
    return ok;
}

static void load(struct reader *r)
{
    double one = 0;
    int runnable = 0;
    FILE *f = fopen("/proc/loadavg", "r");
    bool ok = f && fscanf(f, "%lf %*f %*f %d/", &one, &runnable) == 2;
    if (f) fclose(f);
    put(r, "load_1min", ok, one, "/proc/loadavg cannot be read");
    put(r, "runnable_tasks", ok, runnable - 1, "/proc/loadavg cannot be read"); /* without the reader */
}

/* Time stolen by the hypervisor and time the CPUs were busy, in seconds since boot: the difference of before and after
 * counts. */
static void cpu_times(struct reader *r)
{
    double user, nice, sys, idle, iowait, irq, softirq, steal, tick = (double)sysconf(_SC_CLK_TCK);
    FILE *f = fopen("/proc/stat", "r");
    bool ok = f && fscanf(f, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", &user, &nice, &sys, &idle, &iowait, &irq, &softirq,
                          &steal) == 8;
    if (f) fclose(f);
    put(r, "steal_s", ok, ok ? steal / tick : 0, "/proc/stat has no steal time");
    put(r, "busy_s", ok, ok ? (user + nice + sys + irq + softirq) / tick : 0, "/proc/stat cannot be read");
}

static void frequency(struct reader *r)
{
    double khz, mhz = 0;
    if (number_in("/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", &khz)) {
        put(r, "cpu0_mhz", true, khz / 1000, NULL);
        return;
    }
    char line[8192];
    bool ok = false;
    FILE *f = fopen("/proc/cpuinfo", "r");
    while (f && !ok && fgets(line, sizeof line, f)) ok = sscanf(line, "cpu MHz : %lf", &mhz) == 1;
    if (f) fclose(f);
    put(r, "cpu0_mhz", ok, mhz, "neither cpufreq nor /proc/cpuinfo tells the frequency");
}

static void heat(struct reader *r)
{
    double count, milli;
    bool ok = number_in("/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count", &count);
    put(r, "throttle_count", ok, ok ? count : 0, "this CPU or hypervisor shows no thermal_throttle");
    ok = number_in("/sys/class/thermal/thermal_zone0/temp", &milli);
    put(r, "temperature_c", ok, ok ? milli / 1000 : 0, "there is no thermal zone");
}

static void memory(struct reader *r)
{
    char line[256];
    double kib = 0;
    bool ok = false;
    FILE *f = fopen("/proc/meminfo", "r");
    while (f && !ok && fgets(line, sizeof line, f)) ok = sscanf(line, "MemAvailable: %lf", &kib) == 1;
    if (f) fclose(f);
    put(r, "memory_available_mib", ok, kib / 1024, "/proc/meminfo cannot be read");
}

/* Workers inherit it: a sweep under `nice` competes with everything else. */
static void priority(struct reader *r)
{
    errno = 0;
    int nice = getpriority(PRIO_PROCESS, 0);
    put(r, "nice", errno == 0, nice, "getpriority failed");
}

size_t bn_moment_read(const char *at, struct bn_moment moments[BN_MOMENT_MAX])
{
    struct reader r = {moments, 0, at};
    load(&r), cpu_times(&r), frequency(&r), heat(&r), memory(&r), priority(&r);
    return r.n;
}
