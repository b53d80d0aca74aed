/* together.h - one repetition of a request whose sequences are decoded together: all hold the same text, so that each
 * must compute what one alone computes. */
#ifndef BN_WORKER_TOGETHER_H
#define BN_WORKER_TOGETHER_H
#include "harness/worker/subject.h"

/* Fills every sequence (not timed), then decodes with a hook around each step; sets the subject's hash and choice. Runs
 * on the crew of `session`, whose context it leaves alone. Sequences that differ in a logit: BN_ERR_FORMAT. */
enum bn_status bn_together_pass(struct bn_subject *subject, struct bn_session *session,
                                const struct bn_pass_hooks *hooks, struct bn_error *err);
#endif
