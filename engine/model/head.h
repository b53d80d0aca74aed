/* head.h - logits of the tokens that want them, into the session's logits. */
#ifndef BN_MODEL_HEAD_H
#define BN_MODEL_HEAD_H
#include "engine/model/pass.h"

void bn_head(struct bn_lane *lane);
/* Logits of one token that can be among the best session->top; the others become -INFINITY (screen.h). */
void bn_head_top(struct bn_lane *lane);
#endif
