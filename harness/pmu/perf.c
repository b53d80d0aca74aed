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

static const char *explain(int code)
{
    switch (code) {
    case ENOENT:
        return "ENOENT: this CPU or hypervisor does not provide the event";
    case EACCES:
        return "EACCES: not permitted; see /proc/sys/kernel/perf_event_paranoid";
    case EPERM:
        return "EPERM: not permitted here (container or security policy)";
    case ENOSYS:
        return "ENOSYS: this kernel has no perf_event_open";
    case EOPNOTSUPP:
        return "EOPNOTSUPP: this PMU does not support it";
    case ENODEV:
        return "ENODEV: no such PMU";
    case EINVAL:
        return "EINVAL: the kernel rejects this event or group";
    case EMFILE:
        return "EMFILE: too many open files";
    default:
        return strerror(code);
    }
}

/* Alone and inherited by threads, or as one of a group. */
static int open_mode(const char *spec, int leader, int modes, bool inherit, char reason[BN_PMU_REASON])
{
    struct perf_event_attr attr = {.size = sizeof attr};
    pfm_perf_encode_arg_t arg = {.attr = &attr, .size = sizeof arg};
    int rc = pfm_get_os_event_encoding(spec, modes, PFM_OS_PERF_EVENT, &arg);
    if (rc != PFM_SUCCESS) {
        snprintf(reason, BN_PMU_REASON, "libpfm4: %s: %s", spec, pfm_strerror(rc));
        return -1;
    }
    attr.size = sizeof attr;
    attr.inherit = inherit;
    attr.disabled = leader < 0 && !inherit;
    if (!inherit)
        attr.read_format = PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    int fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, leader, PERF_FLAG_FD_CLOEXEC);
    if (fd < 0) snprintf(reason, BN_PMU_REASON, "perf_event_open: %s", explain(errno));
    return fd;
}

static bool initialised(char reason[BN_PMU_REASON])
{
    static bool ready;
    ready = ready || pfm_initialize() == PFM_SUCCESS;
    if (!ready) snprintf(reason, BN_PMU_REASON, "libpfm4 could not be initialised");
    return ready;
}

/* Hardware events count user mode. Software events belong to the kernel: restricted to user mode they would wrongly
 * read 0. */
static int open_event(void *self, const char *spec, bool software, int leader, char reason[BN_PMU_REASON])
{
    (void)self;
    return initialised(reason) ? open_mode(spec, leader, software ? PFM_PLM0 | PFM_PLM3 : PFM_PLM3, false, reason) : -1;
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
    if (initialised(e->reason)) e->fd = open_mode(spec, -1, PFM_PLM3, true, e->reason);
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
