/* fingerprint.c - the fingerprints of this machine and of a model. A field that cannot be read is NULL with the reason,
 * and says so in its identity. */
#include "harness/machine/fields.h"
#include "harness/machine/cpus.h"
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/* "name : value" lines of /proc/cpuinfo, first CPU. */
static void cpuinfo(struct bn_fields *f, const char *name, const char *key, bool identity)
{
    char line[8192], *value = NULL, reason[128];
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file && !value && fgets(line, sizeof line, file)) {
        size_t n = strlen(key);
        if (strncmp(line, key, n) || (line[n] != '\t' && line[n] != ' ' && line[n] != ':') || !strchr(line, ':'))
            continue;
        value = strchr(line, ':') + 1;
        value += strspn(value, " \t");
        value[strcspn(value, "\n")] = 0;
    }
    if (file) fclose(file);
    snprintf(reason, sizeof reason, "/proc/cpuinfo has no line \"%s\"", key);
    bn_fields_add(f, identity, name, value, reason);
}

/* "4 fast, 8 slower": where cores differ, workers take the first of them. Nothing where they are alike. */
static void core_kinds(struct bn_fields *f, const struct bn_topology *t)
{
    char text[128];
    size_t used = 0;
    for (uint32_t i = 0; i < t->n_kinds && used < sizeof text; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%u %s", i ? ", " : "", t->cores_of_kind[i],
                                 i ? "slower" : "fast");
    if (t->n_kinds > 1) bn_fields_add(f, true, "core_kinds", text, NULL);
}

static void caches(struct bn_fields *f)
{
    static struct bn_topology t;
    if (bn_topology_read(&t)) {
        bn_fields_add(f, true, "topology", NULL, "hwloc cannot read this machine");
        return;
    }
    bn_fields_number(f, true, "cpus_usable", t.n_cpus);
    bn_fields_number(f, true, "cores", t.n_cores);
    bn_fields_number(f, true, "packages", t.n_packages);
    bn_fields_number(f, true, "numa_nodes", t.n_numa_nodes);
    core_kinds(f, &t);
    const struct {
        const char *name;
        struct bn_cache c;
    } list[] = {{"l1d_bytes", t.l1d}, {"l2_bytes", t.l2}, {"l3_bytes", t.l3}};
    for (int i = 0; i < 3; i++) {
        if (list[i].c.bytes)
            bn_fields_number(f, true, list[i].name, list[i].c.bytes);
        else
            bn_fields_add(f, true, list[i].name, NULL, "hwloc finds no such cache");
    }
}

/* Which CPUs this process may use: a sweep under taskset or in a container is another machine. */
static void affinity(struct bn_fields *f)
{
    char line[4096], *value = NULL;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && !value && fgets(line, sizeof line, file))
        if (!strncmp(line, "Cpus_allowed_list:", 18)) value = line + 18 + strspn(line + 18, " \t");
    if (file) fclose(file);
    if (value) value[strcspn(value, "\n")] = 0;
    bn_fields_add(f, true, "affinity", value, "/proc/self/status has no Cpus_allowed_list");
}

static void system_names(struct bn_fields *f)
{
    struct utsname u;
    bool ok = !uname(&u);
    bn_fields_add(f, true, "arch", ok ? u.machine : NULL, "uname failed");
    bn_fields_add(f, true, "kernel", ok ? u.release : NULL, "uname failed");
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    bn_fields_number(f, true, "memory_gib", (uint64_t)((double)pages * (double)size / (1 << 30) + 0.5));
    bn_fields_number(f, true, "page_bytes", (uint64_t)size);
}

void bn_machine_fields(struct bn_fields *f)
{
    cpuinfo(f, "cpu_model", "model name", true);
    cpuinfo(f, "cpu_family", "cpu family", true);
    cpuinfo(f, "cpu_model_number", "model", true);
    cpuinfo(f, "cpu_stepping", "stepping", true);
    cpuinfo(f, "microcode", "microcode", true);
    cpuinfo(f, "cpu_flags", "flags", true);
    system_names(f);
    affinity(f);
    caches(f);
    bn_fields_file(f, true, "governor", "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
    bn_fields_file(f, true, "boost", "/sys/devices/system/cpu/cpufreq/boost");
    bn_fields_file(f, true, "no_turbo", "/sys/devices/system/cpu/intel_pstate/no_turbo");
    bn_fields_file(f, true, "smt", "/sys/devices/system/cpu/smt/control");
    bn_fields_file(f, true, "aslr", "/proc/sys/kernel/randomize_va_space");
    bn_fields_file(f, true, "transparent_hugepage", "/sys/kernel/mm/transparent_hugepage/enabled");
    bn_fields_file(f, false, "clocksource", "/sys/devices/system/clocksource/clocksource0/current_clocksource");
    bn_fields_file(f, false, "hypervisor", "/sys/hypervisor/type");
    bn_fields_file(f, false, "perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid");
}

void bn_machine_label(const struct bn_fields *fields, char *label, size_t cap)
{
    const char *cpu = bn_fields_find(fields, "cpu_model"), *arch = bn_fields_find(fields, "arch"),
               *cores = bn_fields_find(fields, "cores");
    snprintf(label, cap, "%s, %s cores", cpu ? cpu : arch ? arch : "unknown CPU", cores ? cores : "?");
}

enum bn_status bn_machine_fingerprint(struct bn_store *store, int64_t *id, struct bn_error *err)
{
    struct bn_fields fields = {.n = 0};
    char label[256];
    bn_machine_fields(&fields);
    bn_machine_label(&fields, label, sizeof label);
    enum bn_status status = bn_store_fingerprint(store, "machine", label, NULL, fields.at, fields.n, id, err);
    bn_fields_release(&fields);
    return status;
}

enum bn_status bn_machine_find(struct bn_store *store, int64_t *id, struct bn_error *err)
{
    struct bn_fields fields = {.n = 0};
    bn_machine_fields(&fields);
    enum bn_status status = bn_store_fingerprint_find(store, "machine", fields.at, fields.n, id, err);
    bn_fields_release(&fields);
    return status;
}

enum bn_status bn_model_file_fingerprint(struct bn_store *store, const struct bn_watch *model, int64_t *id,
                                         struct bn_error *err)
{
    const char *slash = strrchr(model->path, '/'), *name = slash && slash[1] ? slash + 1 : model->path;
    struct bn_fields fields = {.n = 0};
    bn_fields_add(&fields, true, "content_hash", model->hash, NULL);
    bn_fields_number(&fields, true, "file_bytes", model->n_bytes);
    bn_fields_add(&fields, false, "file", name, NULL);
    enum bn_status status = bn_store_fingerprint(store, "model", name, model->hash, fields.at, fields.n, id, err);
    bn_fields_release(&fields);
    return status;
}
