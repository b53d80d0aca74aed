/* warmup.h - makes the first token as quick as the others: every page that passes read or write is touched, and a few
 * passes are run on a sequence of their own. Leaves no trace in results: logits, hashes, KV types and what observers
 * count are as without it. */
#ifndef BN_MODEL_WARMUP_H
#define BN_MODEL_WARMUP_H
#include "engine/model/session.h"

/* Of a session that has no token yet. Fails without memory; passes that do not give finite numbers are not counted. */
enum bn_status bn_warm_up(struct bn_session *session, struct bn_error *err);
#endif
