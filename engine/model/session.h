/* session.h - inside of struct bn_session: a crew, its own or a shared one, and one sequence. */
#ifndef BN_MODEL_SESSION_H
#define BN_MODEL_SESSION_H
#include "engine/model/sequence.h"

struct bn_session {
    struct bn_crew *crew, *own_crew; /* own_crew NULL: the crew is shared */
    struct bn_sequence sequence;
    int n_batch; /* most rows of a pass */
    struct bn_warmup warmup;
    const float *logits; /* what bn_logits returns: a row of the crew's */
};
#endif
