/* h2o.c - eviction policy: "heavy hitters", which received most attention since they were there, and as many of the
 * latest positions (H2O, arXiv 2306.14048). */
#include "engine/model/kv/policy.h"

BN_KV_POLICY(h2o, .n_sinks = BN_KV_SINKS, .window = BN_KV_INTERVAL, .accumulates = true, .recent_half = true,
             .weigh = bn_kv_weigh_attention);
