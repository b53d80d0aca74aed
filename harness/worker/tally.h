/* tally.h - the one observer of the engine's operations: calls, time and declared work of each layer, operation and
 * thread, and events of the CPU beside them where a pmu is given. Never in passes that are timed: reading the clock
 * would lengthen them. */
#ifndef BN_WORKER_TALLY_H
#define BN_WORKER_TALLY_H
#include "harness/pmu/pmu.h"
#include "harness/worker/figures.h"
#include "harness/worker/subject.h"

struct bn_tally_thread;
struct bn_tally {
    struct bn_observer observer; /* give it to the session; the tally must stay where it is */
    struct bn_pmu *pmu;          /* or NULL; set it before the session opens */
    int group;                   /* of the pmu, in the next pass */
    bool per_op;                 /* the pmu counts each operation, not the phase */
    bool on;
    enum bn_phase phase; /* the request's: a prefill of one token is a prefill */
    int n_threads, n_layers;
    int64_t n_tokens[2];
    struct bn_tally_thread *threads; /* [n_threads] */
};
/* For sessions of `model` with n_threads. */
enum bn_status bn_tally_open(struct bn_tally *tally, const struct bn_model *model, int n_threads, struct bn_error *err);
void bn_tally_close(struct bn_tally *tally);
void bn_tally_clear(struct bn_tally *tally);
/* Counts from begin to end; together they are hooks of bn_subject_pass. */
void bn_tally_begin(void *self, enum bn_phase phase);
void bn_tally_end(void *self, enum bn_phase phase, int n_tokens, struct bn_session *session);
struct bn_figures bn_tally_sum(const struct bn_tally *tally, enum bn_op op); /* of all phases, layers and threads */
/* One {"op": ...} line for each phase, layer, operation and thread that ran (reply.h). */
void bn_tally_write(const struct bn_tally *tally, FILE *out);
#endif
