/* forward.h - the two ways to compute a pass: the fast one, and the same in double precision, plain and slow, which
 * specifies it (EVALUATION.md section 1). */
#ifndef BN_MODEL_FORWARD_H
#define BN_MODEL_FORWARD_H
#include "engine/model/pass.h"

/* The pass from ids to the last layer's output, and the first n_wanted of the wanted logits. */
void bn_forward(struct bn_crew *crew, const struct bn_pass *pass, int n_wanted);
/* Of the pass just made: wanted logits first .. first + count - 1. */
void bn_forward_head(struct bn_crew *crew, const struct bn_pass *pass, int first, int count);

enum bn_status bn_forward64_open(struct bn_crew *crew, struct bn_error *err);
void bn_forward64_close(struct bn_crew *crew);
void bn_forward64(struct bn_crew *crew, const struct bn_pass *pass, int n_wanted);
void bn_forward64_head(struct bn_crew *crew, const struct bn_pass *pass, int first, int count);
/* The sequence's keys and values; with `from`, those of its first n_tokens. */
enum bn_status bn_sequence64_init(struct bn_sequence *sequence, const struct bn_sequence *from, int n_tokens,
                                  struct bn_error *err);
void bn_sequence64_release(struct bn_sequence *sequence);
#endif
