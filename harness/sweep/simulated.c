/* simulated.c - runs the worker of a point under callgrind and turns its dumps into counters. */
#include "harness/sweep/simulated.h"
#include "harness/core/error.h"
#include "harness/worker/callgrind.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* SLOWER: the limit of a simulated point, in time limits of the plan. It is about a hundred times slower, so that it
 * does fewer tokens than the point; the counter says of how many it is. */
enum { SLOWER = 20, PREFILL_MOST = 8, DECODE_MOST = 4 };

static uint32_t at_most(uint32_t n, uint32_t most) { return n < most ? n : most; }

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
    struct bn_callgrind_call call;
    bn_callgrind_call(&call, folder, x->topology, x->engine->words, "--request");
    const struct bn_child_spec spec = {.process = {.argv = call.argv, .watch = &x->engine->watch},
                                       .input = text,
                                       .time_limit_s = SLOWER * x->plan->time_limit_s,
                                       .tick = x->tick,
                                       .self = x->self};
    enum bn_status status = bn_child_run(&spec, r, err);
    free(text);
    return status;
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
    bn_callgrind_remove(folder);
    *counters = rows;
    if (status) free(rows), *counters = NULL;
    return status;
}
