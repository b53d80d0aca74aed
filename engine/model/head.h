/* head.h - logits of the tokens that want them, into the pass's logits. */
#ifndef BN_MODEL_HEAD_H
#define BN_MODEL_HEAD_H
#include "engine/model/lane.h"

void bn_head(struct bn_lane *lane);
/* Logits of one token that can be among the best pass->top; the others become -INFINITY (screen.h). */
void bn_head_top(struct bn_lane *lane);
#endif
