/* traffic.h - which requests there are: the same seed gives the same requests, in the same order and at the same
 * intended times, whatever the server does. */
#ifndef BN_LOAD_TRAFFIC_H
#define BN_LOAD_TRAFFIC_H
#include "harness/load/load.h"

struct bn_traffic {
    const struct bn_load_plan *plan;
    uint64_t seeds; /* of the requests that are still to come */
    uint32_t n;
};
void bn_traffic_init(struct bn_traffic *traffic, const struct bn_load_plan *plan);
void bn_traffic_next(struct bn_traffic *traffic, struct bn_load_request *request);
/* The body of POST /v1/completions, as a stream; model: what the server calls it, or NULL. The caller frees it; NULL
 * without memory. */
char *bn_traffic_body(const struct bn_load_plan *plan, const struct bn_load_request *request, const char *model);
#endif
