/* attention.h - rotation, the KV cache and attention of one layer: from the crew's q, k and v to the lane's `att`.
 */
#ifndef BN_MODEL_ATTENTION_H
#define BN_MODEL_ATTENTION_H
#include "engine/model/lane.h"

void bn_attend_token(struct bn_lane *lane); /* a pass of one token */
void bn_attend_batch(struct bn_lane *lane);
#endif
