/* callgrind.c - runs a worker under callgrind and reads what it dumped. */
#include "harness/worker/callgrind.h"
#include "harness/worker/request.h"
#include "harness/error.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* SLOWER: the limit of a simulated point, in time limits of the plan. It is about a hundred times slower, so that it
 * does fewer tokens than the point; the counter says of how many it is. */
enum { SLOWER = 20, PREFILL_MOST = 8, DECODE_MOST = 4 };

static uint32_t at_most(uint32_t n, uint32_t most) { return n < most ? n : most; }

void bn_callgrind_geometry(const char *name, const struct bn_cache *cache, char *text, size_t cap)
{
    uint64_t line = cache->line_bytes ? cache->line_bytes : 64, ways = cache->ways ? cache->ways : 16, sets = 1;
    text[0] = 0;
    if (cache->bytes < line * ways) return;
    while (2 * sets * ways * line <= cache->bytes) sets *= 2;
    snprintf(text, cap, "--%s=%llu,%llu,%llu", name, (unsigned long long)(sets * ways * line), (unsigned long long)ways,
             (unsigned long long)line);
}

/* Adds the line "totals: 1 2 3" in the order that the line "events: Ir Dr ..." gave. */
static void add_totals(const char *events, const char *totals, struct bn_callgrind_sums *s)
{
    const struct {
        const char *name;
        double *sum;
    } known[] = {{"Ir", &s->instructions},     {"Dr", &s->reads},
                 {"Dw", &s->writes},           {"I1mr", &s->code_l1_misses},
                 {"D1mr", &s->read_l1_misses}, {"D1mw", &s->write_l1_misses},
                 {"ILmr", &s->code_ll_misses}, {"DLmr", &s->read_ll_misses},
                 {"DLmw", &s->write_ll_misses}};
    char name[16];
    for (int used; sscanf(events, "%15s%n", name, &used) == 1; events += used) {
        char *end;
        double value = strtod(totals, &end);
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            if (!strcmp(known[i].name, name)) *known[i].sum += value;
        totals = end;
    }
}

/* One dump; false when its trigger is another phase's. */
static bool read_dump(const char *path, const char *phase, struct bn_callgrind_sums *sums)
{
    FILE *f = fopen(path, "r");
    char line[4096], events[512] = "", wanted[64];
    bool ours = false;
    snprintf(wanted, sizeof wanted, "desc: Trigger: Client Request: %s\n", phase);
    while (f && fgets(line, sizeof line, f)) {
        if (!strcmp(line, wanted)) ours = true;
        if (!strncmp(line, "events: ", 8)) snprintf(events, sizeof events, "%.500s", line + 8);
        if (ours && !strncmp(line, "totals: ", 8)) add_totals(events, line + 8, sums);
    }
    if (f) fclose(f);
    return ours;
}

int bn_callgrind_read(const char *folder, const char *phase, struct bn_callgrind_sums *sums)
{
    DIR *dir = opendir(folder);
    int n = 0;
    *sums = (struct bn_callgrind_sums){0};
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        char path[4400];
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        n += read_dump(path, phase, sums);
    }
    if (dir) closedir(dir);
    return n;
}

static void remove_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (entry->d_name[0] != '.') unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir) closedir(dir);
    rmdir(folder);
}

/* The worker with the point's request, once, in phases that callgrind dumps. */
static enum bn_status run(const struct bn_execution *x, const char *folder, struct bn_child_result *r,
                          struct bn_error *err)
{
    struct bn_plan_workload workload = *x->config->workload;
    struct bn_config config = *x->config;
    struct bn_execution simulated = *x;
    simulated.simulate = true, simulated.config = &config, config.workload = &workload;
    workload.prefill = at_most(workload.prefill, PREFILL_MOST), workload.decode = at_most(workload.decode, DECODE_MOST);
    char *text = bn_execution_request(&simulated);
    if (!text) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory starting the simulation.");
    char out[4200], geometry[3][64],
        *argv[BN_ENGINE_WORDS + 16] = {
            "valgrind", "--tool=callgrind", "-q", "--instr-atstart=no", "--collect-atstart=no", "--cache-sim=yes", out};
    size_t n = 7;
    const struct bn_topology *t = x->topology;
    snprintf(out, sizeof out, "--callgrind-out-file=%s/dump", folder);
    bn_callgrind_geometry("I1", &t->l1i, geometry[0], sizeof geometry[0]);
    bn_callgrind_geometry("D1", &t->l1d, geometry[1], sizeof geometry[1]);
    bn_callgrind_geometry("LL", t->l3.bytes ? &t->l3 : &t->l2, geometry[2], sizeof geometry[2]);
    for (int i = 0; i < 3; i++)
        if (geometry[i][0]) argv[n++] = geometry[i];
    for (char *const *w = x->engine->words; *w; w++) argv[n++] = *w;
    argv[n] = "--request";
    const struct bn_child_spec spec = {.process = {.argv = argv, .watch = &x->engine->watch},
                                       .input = text,
                                       .time_limit_s = SLOWER * x->plan->time_limit_s,
                                       .tick = x->tick,
                                       .self = x->self};
    enum bn_status status = bn_child_run(&spec, r, err);
    free(text);
    return status;
}

/* What the worker wrote last: lines of valgrind's own begin with "==" or "vex". "": nothing. */
static void last_words(const char *tail, char *words, size_t cap)
{
    words[0] = 0;
    for (const char *line = tail; *line; line += strcspn(line, "\n"), line += *line == '\n')
        if (*line != '\n' && strncmp(line, "==", 2) && strncmp(line, "vex ", 4))
            snprintf(words, cap, "%.*s", (int)strcspn(line, "\n"), line);
}

void bn_callgrind_failure(const struct bn_child_result *r, char *reason, size_t cap)
{
    char words[200];
    last_words(r->process.error_tail, words, sizeof words);
    if (strstr(r->process.error_tail, "unhandled instruction") ||
        strstr(r->process.error_tail, "Unrecognised instruction"))
        snprintf(reason, cap, "Under valgrind: it does not know an instruction of these kernels.");
    else if (words[0])
        snprintf(reason, cap, "Under valgrind: %s", words);
    else if (r->signal)
        snprintf(reason, cap, "Under valgrind: the worker ended by signal %d (%s).", r->signal, strsignal(r->signal));
    else
        snprintf(reason, cap, "Under valgrind: the worker ended early with exit code %d.", r->exit_code);
}

/* Why the simulation is not what the point did; "" when it is. */
static void objection(const struct bn_execution *x, const struct bn_child_result *r, const struct bn_reply *reply,
                      const char *kernels_used, char *reason, size_t cap)
{
    reason[0] = 0;
    if (r->timed_out)
        snprintf(reason, cap, "The simulation passed its time limit of %u s.", SLOWER * x->plan->time_limit_s);
    else if (r->exit_code == 127)
        snprintf(reason, cap, "valgrind is not installed.");
    else if (r->signal || r->exit_code || !reply->done)
        bn_callgrind_failure(r, reason, cap);
    else if (kernels_used && reply->kernels && strcmp(kernels_used, reply->kernels))
        snprintf(reason, cap, "Under valgrind the kernels are %s, not %s.", reply->kernels, kernels_used);
}

static const char *const names[] = {"instructions",     "l1d_reads",       "l1d_read_misses", "l1d_writes",
                                    "l1d_write_misses", "l1i_read_misses", "ll_reads",        "ll_read_misses"};
enum { N_NAMES = sizeof names / sizeof *names };

static void fill(const struct bn_callgrind_sums *s, double value[N_NAMES])
{
    const double v[N_NAMES] = {s->instructions,
                               s->reads,
                               s->read_l1_misses,
                               s->writes,
                               s->write_l1_misses,
                               s->code_l1_misses,
                               s->code_l1_misses + s->read_l1_misses,
                               s->code_ll_misses + s->read_ll_misses};
    memcpy(value, v, sizeof v);
}

static void add_phase(struct bn_counter *at, const char *folder, const char *phase, uint32_t n_tokens, char *reason)
{
    struct bn_callgrind_sums sums;
    double value[N_NAMES];
    if (!reason[0] && !bn_callgrind_read(folder, phase, &sums))
        snprintf(reason, BN_CALLGRIND_REASON, "callgrind left no dump of this phase.");
    if (!reason[0]) fill(&sums, value);
    for (int i = 0; i < N_NAMES; i++)
        at[i] = (struct bn_counter){.phase = phase,
                                    .op = "",
                                    .name = names[i],
                                    .source = "callgrind",
                                    .thread = -1,
                                    .value = reason[0] ? 0 : value[i],
                                    .reason = reason[0] ? reason : NULL,
                                    .n_tokens = n_tokens};
}

static enum bn_status simulate(const struct bn_execution *x, const char *kernels_used, const char *folder, char *reason,
                               struct bn_error *err)
{
    struct bn_child_result r;
    struct bn_reply reply;
    enum bn_status status = run(x, folder, &r, err);
    if (status) return status;
    bn_reply_parse(&reply, r.process.output, NULL);
    objection(x, &r, &reply, kernels_used, reason, BN_CALLGRIND_REASON);
    bn_reply_release(&reply);
    bn_child_release(&r);
    return BN_OK;
}

enum bn_status bn_callgrind_count(const struct bn_execution *x, const char *kernels_used, struct bn_counter **counters,
                                  size_t *n, struct bn_error *err)
{
    char folder[] = "/tmp/bitnet-callgrind-XXXXXX";
    const struct bn_plan_workload *w = x->config->workload;
    struct bn_counter *rows = malloc(2 * N_NAMES * sizeof *rows + BN_CALLGRIND_REASON);
    char *reason = (char *)(rows + 2 * N_NAMES);
    *n = 0;
    if (!rows) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory for simulated counters.");
    reason[0] = 0;
    enum bn_status status = BN_OK;
    if (x->config->threads > 1)
        snprintf(reason, BN_CALLGRIND_REASON,
                 "Simulated with one thread only: how long threads wait for each other is no property of the code.");
    else if (!mkdtemp(folder))
        snprintf(reason, BN_CALLGRIND_REASON, "No temporary folder could be made in /tmp.");
    else
        status = simulate(x, kernels_used, folder, reason, err);
    if (!status && w->prefill)
        add_phase(rows, folder, "prefill", at_most(w->prefill, PREFILL_MOST), reason), *n += N_NAMES;
    if (!status && w->decode)
        add_phase(rows + *n, folder, "decode", at_most(w->decode, DECODE_MOST), reason), *n += N_NAMES;
    remove_folder(folder);
    *counters = rows;
    if (status) free(rows), *counters = NULL;
    return status;
}
