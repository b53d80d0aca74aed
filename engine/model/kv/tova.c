/* tova.c - eviction policy: what the last query attends to, averaged over the heads of a layer (TOVA, arXiv
 * 2401.06104). The paper evicts one position a token; here it is one decision for an interval. */
#include "engine/model/kv/policy.h"

BN_KV_POLICY(tova, .n_sinks = BN_KV_SINKS, .window = 1, .whole_layer = true, .weigh = bn_kv_weigh_attention);
