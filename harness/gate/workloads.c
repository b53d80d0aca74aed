/* workloads.c - reads the gate's workloads. */
#include "harness/gate/workloads.h"
#include "harness/core/error.h"
#include <stdio.h>
#include <string.h>

enum { KERNELS_MOST = 32 };
#include <string.h>

static enum bn_status add(struct bn_gate_workload *workloads, int *n, const char *what, uint32_t tokens, uint32_t fill,
                          struct bn_error *err)
{
    if (*n == BN_GATE_WORKLOADS)
        return bn_harness_fail(err, BN_ERR_USAGE, "The gate takes at most %d workloads.", BN_GATE_WORKLOADS);
    struct bn_gate_workload *w = &workloads[(*n)++];
    if (fill || *what == 'd') {
        snprintf(w->name, sizeof w->name, "%s %u after %u", what, tokens, fill);
        snprintf(w->command, sizeof w->command, "%s %u %u", what, tokens, fill);
    } else {
        snprintf(w->name, sizeof w->name, "%s %u", what, tokens);
        snprintf(w->command, sizeof w->command, "%s %u", what, tokens);
    }
    return BN_OK;
}

/* One word of the list; *end is where it ends. */
static enum bn_status parse_one(struct bn_gate_workload *workloads, int *n, const char *text, int *end,
                                struct bn_error *err)
{
    unsigned tokens, fill = 0;
    *end = 0;
    if (sscanf(text, "prefill:%9u%n", &tokens, end) == 1 && *end && tokens > 0)
        return add(workloads, n, "prefill", tokens, 0, err);
    if (sscanf(text, "decode:%9u@%9u%n", &tokens, &fill, end) == 2 && *end && tokens > 0)
        return add(workloads, n, "decode", tokens, fill, err);
    *end = 0;
    return BN_OK;
}

enum bn_status bn_gate_workloads_parse(struct bn_gate_workload *workloads, int *n, const char *list,
                                       struct bn_error *err)
{
    const char *at = list;
    *n = 0;
    for (int end; *at; at += *at == ',') {
        enum bn_status status = parse_one(workloads, n, at, &end, err);
        if (status) return status;
        at += end;
        if (!end || (*at && *at != ',')) break;
    }
    if (*n && !*at) return BN_OK;
    return bn_harness_fail(err, BN_ERR_USAGE, "--workloads is a list like prefill:16,decode:4@64, not \"%s\".", list);
}

enum bn_status bn_gate_workloads_of_plan(struct bn_gate_workload *workloads, int *n, const struct bn_plan *plan,
                                         struct bn_error *err)
{
    enum bn_status status = BN_OK;
    *n = 0;
    for (uint32_t i = 0; i < plan->n_workloads && !status; i++) {
        const struct bn_plan_workload *w = &plan->workloads[i];
        if (w->text)
            return bn_harness_fail(err, BN_ERR_USAGE,
                                   "%s: Workload \"%s\" computes a text, which the gate does not; give --workloads.",
                                   plan->path, w->name);
        if (w->prefill) status = add(workloads, n, "prefill", w->prefill, w->fill, err);
        if (w->decode && !status) status = add(workloads, n, "decode", w->decode, w->fill + w->prefill, err);
    }
    return status;
}

const char *bn_gate_kernel_of_plan(const struct bn_plan *plan)
{
    const char *known[KERNELS_MOST], *best = NULL;
    size_t n = bn_kernel_backends(known, KERNELS_MOST); /* weakest first */
    if (n > KERNELS_MOST) n = KERNELS_MOST;
    for (uint32_t i = 0; i < plan->n_kernels; i++)
        if (!strcmp(plan->kernels[i], "auto")) return NULL;
    for (size_t k = 0; k < n; k++)
        for (uint32_t i = 0; i < plan->n_kernels; i++)
            if (!strcmp(plan->kernels[i], known[k])) best = known[k];
    return best ? best : plan->n_kernels ? plan->kernels[0] : NULL; /* one that the workers will refuse */
}
