/* steps.h - times a step many times, for the tests of latency; and knows when other processes had the CPUs meanwhile.
 */
#ifndef SUITES_STRESS_STEPS_H
#define SUITES_STRESS_STEPS_H
#include "engine/bitnet.h"

struct bn_steps {
    double *ms; /* [n] in order; bn_steps_release frees it */
    size_t n;
    double cpu_share;                  /* CPU time of this process / (elapsed time x threads) */
    double rss_begin_mib, rss_end_mib; /* resident memory after the first eighth of the time, and at the end */
};
/* Calls step(self) `most` times or for `seconds`, whichever ends first. */
enum bn_status bn_steps_time(struct bn_steps *steps, enum bn_status (*step)(void *self, struct bn_error *err),
                             void *self, size_t most, double seconds, int n_threads, struct bn_error *err);
void bn_steps_release(struct bn_steps *steps);
/* The q-quantile (0..1) of the steps first..last-1. */
double bn_steps_quantile(const struct bn_steps *steps, size_t first, size_t last, double q);
double bn_steps_now_s(void);

/* Greedy decoding as a step. A full context is shifted; one whose cache is pruned, which cannot be, begins anew with
 * the same prompt. */
enum { BN_DECODING_PROMPT = 8 };
struct bn_decoding {
    struct bn_session *session;
    int32_t prompt[BN_DECODING_PROMPT], id;
    bool prunes;
};
enum bn_status bn_decoding_open(struct bn_decoding *decoding, const struct bn_model *model,
                                const struct bn_session_options *options, struct bn_error *err);
void bn_decoding_close(struct bn_decoding *decoding);
enum bn_status bn_decoding_step(void *decoding, struct bn_error *err);
#endif
