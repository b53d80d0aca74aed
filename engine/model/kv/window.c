/* window.c - eviction policy: the latest positions alone. The baseline of all others. */
#include "engine/model/kv/policy.h"

BN_KV_POLICY(window, .n_sinks = 0);
