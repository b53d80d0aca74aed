/* sink.c - eviction policy: the first four and the latest positions (StreamingLLM, arXiv 2309.17453). Keys keep the
 * rotation of their own positions; the paper counts positions anew inside the cache. */
#include "engine/model/kv/policy.h"

BN_KV_POLICY(sink, .n_sinks = BN_KV_SINKS);
