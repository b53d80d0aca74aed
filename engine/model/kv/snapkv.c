/* snapkv.c - eviction policy: what the latest queries attend to, with its neighbours (SnapKV, arXiv 2404.14469). The
 * paper evicts once, after the prompt; here it is done again as the text grows. */
#include "engine/model/kv/policy.h"

BN_KV_POLICY(snapkv, .n_sinks = BN_KV_SINKS, .window = 16, .pool = 3, .weigh = bn_kv_weigh_attention);
