/* load.c - names, and what belongs to a result. */
#include "harness/load/load.h"
#include "harness/core/error.h"
#include <stdlib.h>

const char *bn_load_manner_name(enum bn_load_manner manner)
{
    static const char *const names[BN_LOAD_MANNERS] = {"steady", "slow", "vanishing"};
    return names[manner];
}

const char *bn_load_outcome_name(enum bn_load_outcome outcome)
{
    static const char *const names[BN_LOAD_OUTCOMES] = {"open",  "complete", "refused", "failed",
                                                        "reset", "broken",   "timeout", "vanished"};
    return names[outcome];
}

int64_t bn_load_wasted(const struct bn_load_result *r) { return r->outcome == BN_LOAD_COMPLETE ? 0 : r->tokens; }

enum bn_status bn_load_result_new(struct bn_load_result **result, const struct bn_load_request *request,
                                  struct bn_error *err)
{
    *result = calloc(1, sizeof **result);
    if (!*result) return bn_harness_fail(err, BN_ERR_MEMORY, "Out of memory in the load test.");
    (*result)->request = *request;
    return BN_OK;
}

void bn_load_result_free(struct bn_load_result *r)
{
    if (!r) return;
    free(r->events);
    free(r->text);
    free(r);
}
