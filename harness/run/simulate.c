/* simulate.c - callgrind client requests around the phases (no-ops outside valgrind; left out where its headers are missing). */
#include "harness/run/simulate.h"
#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_START_INSTRUMENTATION ((void)0)
#define CALLGRIND_STOP_INSTRUMENTATION ((void)0)
#define CALLGRIND_DUMP_STATS_AT(name) ((void)(name))
#endif

static void start(void *self, enum bn_phase phase)
{
    (void)self, (void)phase;
    CALLGRIND_START_INSTRUMENTATION;
}

static void stop(void *self, enum bn_phase phase, int n_tokens, struct bn_session *session)
{
    (void)self, (void)n_tokens, (void)session;
    CALLGRIND_STOP_INSTRUMENTATION;
    if (phase == BN_PHASE_PREFILL) CALLGRIND_DUMP_STATS_AT("prefill");
    else CALLGRIND_DUMP_STATS_AT("decode");
}

enum bn_status bn_simulate_pass(struct bn_subject *s, struct bn_error *err)
{
    const struct bn_pass_hooks hooks = {NULL, start, stop};
    struct bn_session *session = NULL;
    enum bn_status status = bn_session_open(&session, s->model, &s->options, err);
    if (!status) status = bn_subject_pass(s, session, &hooks, err);
    bn_session_close(session);
    return status;
}
