/* instruction_counter.c - one inherited hardware counter. */
#include "harness/worker/instruction_counter.h"
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

void bn_instruction_counter_open(struct bn_instruction_counter *counter)
{
    struct perf_event_attr attr = {.type = PERF_TYPE_HARDWARE,
                                   .size = sizeof attr,
                                   .config = PERF_COUNT_HW_INSTRUCTIONS,
                                   .inherit = 1,
                                   .exclude_kernel = 1,
                                   .exclude_hv = 1};
    counter->reason[0] = 0;
    counter->fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
    if (counter->fd < 0)
        snprintf(counter->reason, sizeof counter->reason, "perf_event_open refuses hardware instructions: %s (%s)",
                 strerrorname_np(errno),
                 errno == ENOENT ? "no counters on this (virtual) machine" : strerrordesc_np(errno));
}

uint64_t bn_instruction_counter_read(struct bn_instruction_counter *counter)
{
    uint64_t value = 0;
    if (counter->fd >= 0 && read(counter->fd, &value, sizeof value) != (ssize_t)sizeof value)
        snprintf(counter->reason, sizeof counter->reason, "the instruction counter could not be read");
    return value;
}

void bn_instruction_counter_close(struct bn_instruction_counter *counter)
{
    if (counter->fd >= 0) close(counter->fd);
    counter->fd = -1;
}
