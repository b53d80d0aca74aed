/* simulate.c - callgrind client requests around the phases (no-ops outside valgrind; left out where its headers are
 * missing). */
#include "harness/worker/simulate.h"
#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_START_INSTRUMENTATION ((void)0)
#define CALLGRIND_STOP_INSTRUMENTATION  ((void)0)
#define CALLGRIND_TOGGLE_COLLECT        ((void)0)
#define CALLGRIND_DUMP_STATS_AT(name)   ((void)(name))
#endif

/* The context before the phases is filled at full speed; simulated caches begin to fill with the first phase. */
static void warm(void *self, enum bn_phase phase)
{
    (void)self, (void)phase;
    CALLGRIND_START_INSTRUMENTATION;
}

static void start(void *self, enum bn_phase phase)
{
    (void)self, (void)phase;
    CALLGRIND_TOGGLE_COLLECT;
}

static void stop(void *self, enum bn_phase phase, int n_tokens, struct bn_session *session)
{
    (void)self, (void)n_tokens, (void)session;
    CALLGRIND_TOGGLE_COLLECT;
    if (phase == BN_PHASE_PREFILL)
        CALLGRIND_DUMP_STATS_AT("prefill");
    else
        CALLGRIND_DUMP_STATS_AT("decode");
}

enum bn_status bn_simulate_pass(struct bn_subject *s, struct bn_error *err)
{
    const struct bn_pass_hooks warming = {NULL, warm, NULL}, counting = {NULL, start, stop};
    struct bn_session *session = NULL;
    enum bn_status status = bn_session_open(&session, s->model, &s->options, err);
    if (!status) status = bn_subject_pass(s, session, &warming, err);
    if (!status) status = bn_subject_pass(s, session, &counting, err);
    CALLGRIND_STOP_INSTRUMENTATION;
    bn_session_close(session);
    return status;
}
