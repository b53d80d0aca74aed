/* test_pmu.c - counters on an invented PMU: choice of events, scaling, threads, operations, missing counters; and the
 * encodings of events.list against the codes that the vendors publish. */
#include "harness/pmu/pmu.h"
#include <criterion/criterion.h>
#include <perfmon/pfmlib_perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { EVENTS = 256, ROWS = 1024 };

/* An invented PMU: each open event advances by a rate of its own whenever the test lets time pass. */
struct machine {
    const char *known[32]; /* specs it has; none: all refuse */
    const char *family;    /* NULL, or the prefix of its own events: those of other families are not its events */
    int n_open, thread;    /* thread: which one opens next */
    struct event {
        const char *spec;
        int leader, thread;
        bool on;
        uint64_t value, enabled, running;
    } events[EVENTS];
    double share; /* of the time that a hardware group is really on the PMU */
};

static int open_event(void *self, const char *spec, int leader, char reason[BN_PMU_REASON])
{
    struct machine *m = self;
    for (int i = 0; i < 32 && m->known[i]; i++)
        if (!strcmp(m->known[i], spec)) {
            m->events[m->n_open] = (struct event){spec, leader < 0 ? m->n_open : leader, m->thread, false, 0, 0, 0};
            return m->n_open++;
        }
    bool other = m->family && strstr(spec, "::") && strncmp(spec, m->family, strlen(m->family));
    snprintf(reason, BN_PMU_REASON, other ? "libpfm4: no event for this CPU" : "ENOENT: no %s here", spec);
    return other ? BN_PMU_OTHER_CPU : BN_PMU_REFUSED;
}
static void enable(void *self, int leader, bool on)
{
    struct machine *m = self;
    for (int i = 0; i < m->n_open; i++)
        if (m->events[i].leader == leader) m->events[i].on = on;
}
static bool read_group(void *self, int leader, int n, struct bn_pmu_reading *reading)
{
    struct machine *m = self;
    int at = 0;
    reading->enabled = m->events[leader].enabled, reading->running = m->events[leader].running;
    for (int i = 0; i < m->n_open; i++)
        if (m->events[i].leader == leader) reading->value[at++] = m->events[i].value;
    return at == n;
}
static void close_event(void *self, int handle) { ((struct machine *)self)->events[handle].spec = NULL; }

static bool is_software(const struct event *e) { return !strncmp(e->spec, "PERF_COUNT_SW", 13); }

/* ns of time during which thread t does `amount` of everything. */
static void pass(struct machine *m, int t, uint64_t ns, uint64_t amount)
{
    for (int i = 0; i < m->n_open; i++) {
        struct event *e = &m->events[i];
        if (!e->on || e->thread != t) continue;
        double share = is_software(e) ? 1 : m->share;
        e->enabled += ns;
        e->running += (uint64_t)((double)ns * share);
        e->value += (uint64_t)((double)amount * share);
    }
}

struct rows {
    int n;
    struct bn_counter at[ROWS];
};
static void take(void *self, const struct bn_counter *counter)
{
    struct rows *r = self;
    cr_assert_lt(r->n, ROWS);
    r->at[r->n++] = *counter;
}
static const struct bn_counter *find(const struct rows *r, const char *name, const char *op, int thread)
{
    const struct bn_counter *found = NULL;
    for (int i = 0; i < r->n; i++)
        if (!strcmp(r->at[i].name, name) && !strcmp(r->at[i].op, op) && r->at[i].thread == thread) {
            cr_assert_null(found, "%s was reported twice", name);
            found = &r->at[i];
        }
    return found;
}

static struct machine machine;
static struct rows rows;
static struct bn_pmu *pmu;
static void attach(int n_threads, const char *const *known, double share)
{
    static struct bn_pmu_backend backend = {"fake", &machine, open_event, enable, read_group, close_event};
    struct bn_error err;
    machine = (struct machine){.share = share};
    rows.n = 0;
    for (int i = 0; known && known[i]; i++) machine.known[i] = known[i];
    cr_assert_eq(bn_pmu_open(&pmu, &backend, n_threads, &err), BN_OK);
    for (int t = 0; t < n_threads; t++) machine.thread = t, bn_pmu_thread(pmu, t);
}
static void finish(void)
{
    bn_pmu_each(pmu, take, &rows);
    bn_pmu_close(pmu);
    for (int i = 0; i < machine.n_open; i++) cr_expect_null(machine.events[i].spec, "event %d was not closed", i);
}

static const char *const basic[] = {"PERF_COUNT_SW_TASK_CLOCK:u", "PERF_COUNT_HW_CPU_CYCLES",
                                    "PERF_COUNT_HW_INSTRUCTIONS", "PERF_COUNT_HW_CACHE_L1D:READ:ACCESS", NULL};

static const struct listed {
    int group;
    const char *name, *source, *spec;
} listed[] = {
#define EVENT(group, name, source, spec) {group, #name, #source, spec},
#include "harness/pmu/events.list"
#undef EVENT
};
enum { N_LISTED = sizeof listed / sizeof *listed };

Test(pmu, a_missing_counter_is_a_reason_and_never_zero)
{
    attach(1, NULL, 1);
    cr_expect_eq(bn_pmu_groups(pmu), 0);
    bn_pmu_start(pmu, 0);
    bn_pmu_stop(pmu, BN_PHASE_DECODE, 4);
    bn_pmu_each(pmu, take, &rows);
    cr_expect_gt(rows.n, 10);
    for (int i = 0; i < rows.n; i++) {
        cr_expect(rows.at[i].reason && strstr(rows.at[i].reason, "ENOENT"), "%s has no reason", rows.at[i].name);
        cr_expect_str_eq(rows.at[i].source, "fake");
    }
    for (int i = 0; i < N_LISTED; i++)
        cr_expect(find(&rows, listed[i].name, "", -1), "%s is not reported", listed[i].name);
    bn_pmu_close(pmu); /* reasons are its memory */
}

Test(pmu, groups_are_counted_one_at_a_time_and_never_share)
{
    attach(1, basic, 1);
    cr_assert_eq(bn_pmu_groups(pmu), 2);
    for (int g = 1; g <= 2; g++) {
        bn_pmu_start(pmu, g);
        for (int i = 0; i < machine.n_open; i++)
            if (!is_software(&machine.events[i]))
                cr_expect_eq(machine.events[i].on, (i == 3) == (g == 2), "group %d, event %d", g, i);
        pass(&machine, 0, 1000, 500);
        bn_pmu_stop(pmu, BN_PHASE_PREFILL, 8);
        pass(&machine, 0, 1000, 77); /* nobody counts now */
    }
    finish();
    const struct bn_counter *cycles = find(&rows, "cycles", "", -1), *clock = find(&rows, "task_clock_ns", "", -1);
    cr_assert(cycles && clock && !cycles->reason);
    cr_expect(cycles->value == 500 && cycles->n_tokens == 8 && !cycles->scaled);
    cr_expect(clock->value == 1000 && clock->n_tokens == 16, "software counts in both passes: %g of %lld tokens",
              clock->value, (long long)clock->n_tokens);
    cr_expect_str_eq(cycles->phase, "prefill");
    const struct bn_counter *missing = find(&rows, "branch_misses", "", -1);
    cr_expect(missing && missing->reason, "the rest of the group says why it is missing");
}

Test(pmu, a_shared_pmu_is_scaled_and_says_so)
{
    attach(1, basic, 0.25);
    bn_pmu_start(pmu, 1);
    pass(&machine, 0, 1000000, 4000);
    bn_pmu_stop(pmu, BN_PHASE_DECODE, 2);
    finish();
    const struct bn_counter *cycles = find(&rows, "cycles", "", -1), *clock = find(&rows, "task_clock_ns", "", -1);
    cr_assert(cycles && clock);
    cr_expect(cycles->value == 4000 && cycles->scaled, "1000 counted in a quarter of the time are 4000, not %g",
              cycles->value);
    cr_expect(clock->value == 4000 && !clock->scaled);
}

Test(pmu, an_event_that_never_ran_has_no_value)
{
    attach(1, basic, 0);
    bn_pmu_start(pmu, 1);
    pass(&machine, 0, 1000000, 4000);
    bn_pmu_stop(pmu, BN_PHASE_DECODE, 2);
    finish();
    const struct bn_counter *cycles = find(&rows, "cycles", "", -1);
    cr_expect(cycles && cycles->reason && strstr(cycles->reason, "never"),
              "a group that was never on the PMU counts nothing");
}

Test(pmu, threads_are_told_apart_and_summed)
{
    attach(2, basic, 1);
    bn_pmu_start(pmu, 1);
    pass(&machine, 0, 1000, 300);
    pass(&machine, 1, 1000, 200);
    bn_pmu_stop(pmu, BN_PHASE_DECODE, 1);
    finish();
    cr_expect_eq(find(&rows, "instructions", "", 0)->value, 300);
    cr_expect_eq(find(&rows, "instructions", "", 1)->value, 200);
    cr_expect_eq(find(&rows, "instructions", "", -1)->value, 500);
}

Test(pmu, operations_get_what_passes_between_begin_and_end)
{
    attach(1, basic, 1);
    bn_pmu_start(pmu, 1);
    for (int i = 0; i < 2; i++) {
        bn_pmu_op_begin(pmu, 0);
        pass(&machine, 0, 10, 40);
        bn_pmu_op_end(pmu, 0, BN_PHASE_DECODE, BN_OP_QKV);
        pass(&machine, 0, 10, 1000); /* between operations */
    }
    bn_pmu_op_begin(pmu, 0);
    pass(&machine, 0, 10, 7);
    bn_pmu_op_end(pmu, 0, BN_PHASE_DECODE, BN_OP_HEAD);
    bn_pmu_stop(pmu, BN_PHASE_DECODE, 1);
    finish();
    cr_expect_eq(find(&rows, "cycles", bn_op_name(BN_OP_QKV), -1)->value, 80);
    cr_expect_eq(find(&rows, "cycles", bn_op_name(BN_OP_HEAD), -1)->value, 7);
    cr_expect_eq(find(&rows, "cycles", "", -1)->value, 2087);
    cr_expect_null(find(&rows, "cycles", bn_op_name(BN_OP_NORM), -1));
}

Test(pmu, the_family_event_comes_before_the_generic_one)
{
    static const char *const both[] = {"PERF_COUNT_HW_CACHE_LL:READ:ACCESS", "PERF_COUNT_HW_CACHE_REFERENCES", NULL};
    static const char *const generic[] = {"PERF_COUNT_HW_CACHE_REFERENCES", NULL};
    attach(1, both, 1);
    cr_expect(machine.n_open == 1 && !strcmp(machine.events[0].spec, both[0]));
    finish();
    attach(1, generic, 1);
    cr_expect(machine.n_open == 1 && !strcmp(machine.events[0].spec, generic[0]));
    finish();
}

/* On a Zen 4 whose hypervisor counts nothing, l2_reads has lines of six families. */
Test(pmu, the_reason_names_the_event_that_this_cpu_would_have)
{
    attach(1, NULL, 1);
    bn_pmu_close(pmu);
    machine.family = "amd64_fam19h_zen4::";
    struct bn_pmu_backend backend = {"fake", &machine, open_event, enable, read_group, close_event};
    struct bn_error err;
    cr_assert_eq(bn_pmu_open(&pmu, &backend, 1, &err), BN_OK);
    bn_pmu_thread(pmu, 0);
    bn_pmu_start(pmu, 0);
    bn_pmu_stop(pmu, BN_PHASE_DECODE, 1);
    bn_pmu_each(pmu, take, &rows);
    for (int i = 0; i < N_LISTED; i++) {
        const struct bn_counter *row = find(&rows, listed[i].name, "", -1);
        cr_assert(row && row->reason, "%s has no reason", listed[i].name);
        bool own = !strncmp(listed[i].spec, machine.family, strlen(machine.family));
        if (own) cr_expect(strstr(row->reason, listed[i].spec), "%s: %s", listed[i].name, row->reason);
    }
    const struct bn_counter *generic = find(&rows, "ll_reads", "", -1), *none = find(&rows, "topdown_slots", "", -1);
    cr_expect(strstr(generic->reason, "PERF_COUNT_HW_CACHE_LL:READ:ACCESS"), "%s", generic->reason);
    cr_expect(strstr(none->reason, "no event for this CPU"), "%s", none->reason);
    bn_pmu_close(pmu);
}

/* What the kernel refuses an ordinary user at perf_event_paranoid 2 is what counts kernel mode. */
Test(pmu, software_events_that_user_mode_has_ask_for_no_more)
{
    static const char *const user[] = {"task_clock_ns", "user_page_faults"};
    cr_assert_eq(pfm_initialize(), PFM_SUCCESS);
    for (int i = 0; i < N_LISTED; i++) {
        struct perf_event_attr attr = {.size = sizeof attr};
        pfm_perf_encode_arg_t arg = {.attr = &attr, .size = sizeof arg};
        if (listed[i].group) continue;
        cr_assert_eq(pfm_get_os_event_encoding(listed[i].spec, PFM_PLM3, PFM_OS_PERF_EVENT, &arg), PFM_SUCCESS);
        bool expected = !strcmp(listed[i].name, user[0]) || !strcmp(listed[i].name, user[1]);
        cr_expect_eq(attr.exclude_kernel, expected, "%s", listed[i].name);
        cr_expect(!attr.exclude_user);
    }
}

/* Linux answers EACCES to an ordinary user at perf_event_paranoid 2 or more; what it lets through must count. */
Test(pmu, an_ordinary_user_gets_what_user_mode_has)
{
    struct bn_error err;
    volatile char *memory;
    rows.n = 0;
    if (!geteuid()) cr_assert_eq(setresuid(65534, 65534, 65534), 0);
    cr_assert_eq(bn_pmu_open(&pmu, bn_pmu_perf(), 1, &err), BN_OK);
    bn_pmu_thread(pmu, 0);
    bn_pmu_start(pmu, 0);
    memory = mmap(NULL, 64 << 12, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert(memory != MAP_FAILED);
    for (int i = 0; i < 64; i++) memory[i << 12] = 1;
    for (volatile int i = 0; i < 1000000;) i = i + 1;
    bn_pmu_stop(pmu, BN_PHASE_DECODE, 1);
    bn_pmu_each(pmu, take, &rows);
    const struct bn_counter *clock = find(&rows, "task_clock_ns", "", -1),
                            *faults = find(&rows, "user_page_faults", "", -1),
                            *switches = find(&rows, "context_switches", "", -1);
    cr_assert(clock && faults && switches);
    if (clock->reason) cr_skip_test("software events: %s", clock->reason);
    cr_expect_gt(clock->value, 100000);
    cr_expect(!faults->reason && faults->value >= 1, "%s", faults->reason ? faults->reason : "no page fault counted");
    if (switches->reason)
        cr_expect(strstr(switches->reason, "perf_event_paranoid") && strstr(switches->reason, "CONTEXT_SWITCHES"), "%s",
                  switches->reason);
    bn_pmu_close(pmu);
}

Test(pmu, groups_fit_four_counters)
{
    for (int g = 1; g < 8; g++) {
        int names = 0;
        for (int i = 0; i < N_LISTED; i++) {
            bool first = listed[i].group == g;
            for (int j = 0; j < i && first; j++) first = strcmp(listed[j].name, listed[i].name) != 0;
            names += first;
        }
        /* group 4 has names of two families, four of each */
        cr_expect_leq(names, g == 4 ? 6 : 4, "group %d has %d events", g, names);
    }
}

/* Encodes one spec for one CPU model; -1 when libpfm4 does not know it. */
static long long encode(const char *spec)
{
    struct perf_event_attr attr = {.size = sizeof attr};
    pfm_perf_encode_arg_t arg = {.attr = &attr, .size = sizeof arg};
    return pfm_get_os_event_encoding(spec, PFM_PLM3, PFM_OS_PERF_EVENT, &arg) == PFM_SUCCESS ? (long long)attr.config
                                                                                             : -1;
}

Test(pmu, every_event_of_the_list_is_known_to_libpfm4)
{
    setenv("LIBPFM_ENCODE_INACTIVE", "1", 1);
    cr_assert_eq(pfm_initialize(), PFM_SUCCESS);
    for (int i = 0; i < N_LISTED; i++)
        cr_expect(encode(listed[i].spec) >= 0, "%s: libpfm4 does not know %s", listed[i].name, listed[i].spec);
}

/* Event and umask as AMD's Processor Programming Reference for family 19h model 11h and Intel's event files (SPR) give
 * them. */
Test(pmu, encodings_are_the_published_codes)
{
    static const struct {
        const char *spec;
        long long config;
    } published[] = {{"amd64_fam19h_zen4::RETIRED_OPS", 0xc1},
                     {"amd64_fam19h_zen4::CYCLES_NOT_IN_HALT", 0x76},
                     {"amd64_fam19h_zen4::DISPATCH_STALLS_1:FE_NO_OPS", 0x1000001a0},
                     {"amd64_fam19h_zen4::DISPATCH_STALLS_1:BE_STALLS", 0x100001ea0},
                     {"amd64_fam19h_zen4::CORE_TO_L2_CACHEABLE_REQUEST_ACCESS_STATUS:LS_RD_BLK_C", 0x0864},
                     {"amd64_fam19h_zen4::ANY_DATA_CACHE_FILLS_FROM_SYSTEM:DRAM_IO_NEAR:DRAM_IO_FAR", 0x4844},
                     {"spr::TOPDOWN:SLOTS_P", 0x01a4},
                     {"spr::UOPS_RETIRED:SLOTS", 0x02c2},
                     {"spr::L2_RQSTS:DEMAND_DATA_RD_MISS", 0x2124}};
    setenv("LIBPFM_ENCODE_INACTIVE", "1", 1);
    cr_assert_eq(pfm_initialize(), PFM_SUCCESS);
    for (size_t i = 0; i < sizeof published / sizeof *published; i++)
        cr_expect_eq(encode(published[i].spec), published[i].config, "%s is %llx", published[i].spec,
                     encode(published[i].spec));
}

Test(pmu, forced_zen4_has_its_own_events)
{
    setenv("LIBPFM_FORCE_PMU", "amd64_fam19h_zen4", 1);
    cr_assert_eq(pfm_initialize(), PFM_SUCCESS);
    cr_expect_eq(encode("RETIRED_OPS"), 0xc1);
    cr_expect_eq(encode("spr::TOPDOWN:SLOTS_P"), -1, "another family's event is not encoded");
}

/* This machine, whatever it has: a value or a sentence with errno's name for each event, and software events count. */
Test(pmu, the_real_backend_counts_or_says_why)
{
    struct bn_error err;
    volatile double sink = 0;
    rows.n = 0;
    cr_assert_eq(bn_pmu_open(&pmu, bn_pmu_perf(), 1, &err), BN_OK);
    bn_pmu_thread(pmu, 0);
    for (int g = bn_pmu_groups(pmu) > 0; g <= bn_pmu_groups(pmu); g++) {
        bn_pmu_start(pmu, g);
        for (int i = 0; i < 1000000; i++) sink = sink + i;
        bn_pmu_stop(pmu, BN_PHASE_DECODE, 1);
    }
    bn_pmu_each(pmu, take, &rows);
    for (int i = 0; i < rows.n; i++)
        if (rows.at[i].reason)
            cr_expect(strstr(rows.at[i].reason, ": ") && strlen(rows.at[i].reason) > 10, "%s: %s", rows.at[i].name,
                      rows.at[i].reason);
    const struct bn_counter *clock = find(&rows, "task_clock_ns", "", -1);
    cr_assert_not_null(clock);
    if (clock->reason) cr_skip_test("software events: %s", clock->reason);
    cr_expect_gt(clock->value, 100000, "a million additions take more than 0.1 ms");
    bn_pmu_close(pmu);
}
