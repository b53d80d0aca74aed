/* perf.c - the real backend: libpfm4 encodes names, perf_event_open counts. Encoding succeeds even without a PMU;
 * opening shows whether there is one. */
#include "harness/pmu/pmu.h"
#include <errno.h>
#include <perfmon/pfmlib_perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int paranoid(void) /* -1: unknown */
{
    int level = -1;
    FILE *file = fopen("/proc/sys/kernel/perf_event_paranoid", "r");
    if (file && fscanf(file, "%d", &level) != 1) level = -1;
    if (file) fclose(file);
    return level;
}

/* kernel: the event counts kernel mode too. */
static void explain(int code, bool kernel, char *text, size_t cap)
{
    static const struct {
        int code;
        const char *text;
    } known[] = {{ENOENT, "ENOENT: this CPU or hypervisor does not provide the event"},
                 {EPERM, "EPERM: not permitted here (container or security policy)"},
                 {ENOSYS, "ENOSYS: this kernel has no perf_event_open"},
                 {EOPNOTSUPP, "EOPNOTSUPP: this PMU does not support it"},
                 {ENODEV, "ENODEV: no such PMU"},
                 {EINVAL, "EINVAL: the kernel rejects this event or group"},
                 {EMFILE, "EMFILE: too many open files"}};
    if (code == EACCES) {
        snprintf(text, cap, "EACCES: kernel.perf_event_paranoid is %d; set it to %d or less, or grant CAP_PERFMON",
                 paranoid(), kernel ? 1 : 2);
        return;
    }
    snprintf(text, cap, "%s", strerror(code));
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].code == code) snprintf(text, cap, "%s", known[i].text);
}

/* The processor's own PMU, as libpfm4 names it; NULL: it does not know the CPU. */
static const char *cpu_pmu(void)
{
    pfm_pmu_info_t info = {.size = sizeof info};
    for (int i = 0; i < PFM_PMU_MAX; i++)
        if (pfm_get_pmu_info((pfm_pmu_t)i, &info) == PFM_SUCCESS && info.is_present && info.type == PFM_PMU_TYPE_CORE)
            return info.name;
    return NULL;
}

/* Alone and inherited by threads, or as one of a group. User mode, unless the spec says otherwise. */
static int open_mode(const char *spec, int leader, bool inherit, char reason[BN_PMU_REASON])
{
    struct perf_event_attr attr = {.size = sizeof attr};
    pfm_perf_encode_arg_t arg = {.attr = &attr, .size = sizeof arg};
    int rc = pfm_get_os_event_encoding(spec, PFM_PLM3, PFM_OS_PERF_EVENT, &arg);
    if (rc == PFM_ERR_NOTFOUND) {
        const char *pmu = cpu_pmu();
        snprintf(reason, BN_PMU_REASON, "libpfm4: %s%s; no such event is listed for it",
                 pmu ? "this CPU has the PMU " : "it does not know this CPU's PMU", pmu ? pmu : "");
        return BN_PMU_OTHER_CPU;
    }
    if (rc != PFM_SUCCESS) {
        snprintf(reason, BN_PMU_REASON, "libpfm4: %s: %s", spec, pfm_strerror(rc));
        return BN_PMU_REFUSED;
    }
    attr.size = sizeof attr;
    attr.inherit = inherit;
    attr.disabled = leader < 0 && !inherit;
    if (!inherit)
        attr.read_format = PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    int fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, leader, PERF_FLAG_FD_CLOEXEC);
    if (fd >= 0) return fd;
    char why[128];
    explain(errno, !attr.exclude_kernel, why, sizeof why);
    snprintf(reason, BN_PMU_REASON, "perf_event_open: %s: %s", spec, why);
    return BN_PMU_REFUSED;
}

static bool initialised(char reason[BN_PMU_REASON])
{
    static bool ready;
    ready = ready || pfm_initialize() == PFM_SUCCESS;
    if (!ready) snprintf(reason, BN_PMU_REASON, "libpfm4 could not be initialised");
    return ready;
}

static int open_event(void *self, const char *spec, int leader, char reason[BN_PMU_REASON])
{
    (void)self;
    return initialised(reason) ? open_mode(spec, leader, false, reason) : BN_PMU_REFUSED;
}

static void enable(void *self, int leader, bool on)
{
    (void)self;
    ioctl(leader, on ? PERF_EVENT_IOC_ENABLE : PERF_EVENT_IOC_DISABLE, PERF_IOC_FLAG_GROUP);
}

static bool read_group(void *self, int leader, int n_events, struct bn_pmu_reading *reading)
{
    uint64_t words[3 + BN_PMU_MAX_GROUP];
    size_t want = (size_t)(3 + n_events) * sizeof *words;
    (void)self;
    if (read(leader, words, want) != (ssize_t)want || words[0] != (uint64_t)n_events) return false;
    reading->enabled = words[1], reading->running = words[2];
    memcpy(reading->value, words + 3, (size_t)n_events * sizeof *words);
    return true;
}

static void close_event(void *self, int handle)
{
    (void)self;
    close(handle);
}

const struct bn_pmu_backend *bn_pmu_perf(void)
{
    static const struct bn_pmu_backend backend = {NULL, NULL, open_event, enable, read_group, close_event};
    return &backend;
}

void bn_pmu_process_open(struct bn_pmu_process *e, const char *spec)
{
    *e = (struct bn_pmu_process){.fd = -1};
    if (initialised(e->reason)) e->fd = open_mode(spec, -1, true, e->reason);
}

uint64_t bn_pmu_process_read(struct bn_pmu_process *e)
{
    uint64_t value = 0;
    if (e->fd >= 0 && read(e->fd, &value, sizeof value) != (ssize_t)sizeof value)
        snprintf(e->reason, sizeof e->reason, "The counter could not be read: %s", strerror(errno));
    return value;
}

void bn_pmu_process_close(struct bn_pmu_process *e)
{
    if (e->fd >= 0) close(e->fd);
    e->fd = -1;
}
