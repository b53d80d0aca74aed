/* count.c - runs that are counted, not timed. */
#include "harness/profile/count.h"
#include "harness/core/error.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Counts each pass with what prepares it; choosing the next token is not counted, as in a measured run. */
static enum bn_status run(struct bn_profile *p, const int32_t *ids, int group, struct bn_error *err)
{
    struct bn_generator *generator = NULL;
    struct bn_generated made = {0};
    bn_session_truncate(p->session, 0);
    enum bn_status status =
        bn_generator_open(&generator, p->session, ids, p->n_prompt, &p->wanted.settings.generator, err);
    for (enum bn_phase phase = BN_PHASE_PREFILL; !status && !made.end; phase = BN_PHASE_DECODE) {
        int n = 0;
        bn_pmu_start(p->pmu, group);
        status = bn_generator_compute(generator, &n, err);
        bn_pmu_stop(p->pmu, phase, p->trace.count ? 0 : n);
        if (!status) status = bn_generator_next(generator, &made, err);
    }
    bn_generator_close(generator);
    return status;
}

struct taking {
    struct bn_profile *profile;
    bool failed;
};

static void take(void *self, const struct bn_counter *c)
{
    struct taking *t = self;
    struct bn_profile *p = t->profile;
    if (c->thread >= 0 || t->failed) return;
    struct bn_profile_counter *room =
        p->n_counters & (p->n_counters - 1)
            ? p->counters
            : realloc(p->counters, (p->n_counters ? 2 * p->n_counters : 1) * sizeof *p->counters);
    char *reason = c->reason ? strdup(c->reason) : NULL;
    t->failed = !room || (c->reason && !reason);
    if (room) p->counters = room;
    if (t->failed) {
        free(reason);
        return;
    }
    p->counters[p->n_counters++] = (struct bn_profile_counter){.phase = c->phase,
                                                               .op = c->op,
                                                               .name = c->name,
                                                               .source = c->source,
                                                               .value = c->reason ? NAN : c->value,
                                                               .reason = reason,
                                                               .n_tokens = c->n_tokens,
                                                               .scaled = c->scaled};
}

enum bn_status bn_profile_count(struct bn_profile *p, const int32_t *ids, struct bn_error *err)
{
    struct taking taking = {.profile = p};
    int groups = bn_pmu_groups(p->pmu);
    enum bn_status status = BN_OK;
    for (int ops = 0; ops <= 1; ops++)
        for (int g = groups ? 1 : 0; !status && g <= groups; g++) {
            p->trace.count = ops;
            status = run(p, ids, g, err);
        }
    p->trace.count = false;
    if (!status) bn_pmu_each(p->pmu, take, &taking);
    return taking.failed ? bn_harness_fail(err, BN_ERR_MEMORY, "Could not allocate memory for the counters.") : status;
}
