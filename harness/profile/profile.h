/* profile.h - what one run of a model took, where: what the formats print and the flags look at.
 *
 *   bn_profile_open(&profile, model, &wanted, &err);      // calibrates, measures the machine, opens a session
 *   bn_profile_run(&profile, &err);                        // records one run, then counts events in others
 *   bn_flags_find(&profile, &err);                         // flags.h
 *   bn_profile_close(&profile);
 *
 * Times are wall times of threads in nanoseconds. A value that could not be found is NAN with a reason beside it. */
#ifndef BN_PROFILE_PROFILE_H
#define BN_PROFILE_PROFILE_H
#include "harness/machine/roofline.h"
#include "harness/profile/frames.h"
#include "harness/profile/stacks.h"

struct bn_profile_wanted {
    struct bn_settings settings; /* session.observer, if given, is observed inside the profile's own */
    const char *text;            /* the prompt, tokenised inside the recording; or NULL: */
    const int32_t *ids;          /* [n_ids] */
    size_t n_ids;
    bool counters;                /* count events in further runs of the same work */
    bool roofline;                /* measure bandwidth and int8 peak of the machine first */
    float bandwidth_gb_per_s;     /* > 0: memory is as fast as this, not as measured */
    int samples_hz;               /* > 0: sample call stacks of the recorded run */
    enum bn_stacks_method method; /* how */
};

/* Where time goes: an operation of a layer, waiting after it, or the time between the operations of a layer. */
enum { BN_SLOT_WAIT = BN_OP_COUNT, BN_SLOT_REST = 2 * BN_OP_COUNT, BN_SLOT_COUNT = 2 * BN_OP_COUNT + 1, BN_PHASES = 3 };
struct bn_slot {
    int64_t self_ns;
    uint64_t calls, weight_bytes, kv_bytes, macs, kernel_calls;
};
/* Sums of one thread. */
struct bn_slots {
    struct bn_slot *at;               /* [BN_PHASES][n_layers + 1][BN_SLOT_COUNT]; layer 0: outside layers */
    int64_t stage_ns[BN_STAGE_COUNT]; /* self time: outside passes */
    int64_t between_layers_ns[BN_PHASES], between_stages_ns;
};

struct bn_profile_counter {
    const char *phase, *op; /* op "": the whole phase */
    const char *name, *source;
    double value; /* NAN: see reason */
    char *reason; /* or NULL */
    int64_t n_tokens;
    bool scaled;
};

struct bn_profile_flag {
    const char *name;      /* of flags.list */
    char *where;           /* "decode, layer 03" */
    char *evidence, *hint; /* a sentence each */
    double value, limit;   /* what fired, and from where on it does */
};

struct bn_profile {
    struct bn_profile_wanted wanted;
    const struct bn_model *model;
    const struct bn_model_info *info;
    int n_threads;
    struct bn_ticks ticks;
    struct bn_trace trace;
    struct bn_pmu *pmu;
    struct bn_session *session;
    double load_ms; /* of the session */

    int64_t wall_ns;            /* of the recorded run on CLOCK_MONOTONIC */
    double drift;               /* of the time-stamp counter over it (ticks.h) */
    size_t n_prompt, n_new;     /* tokens */
    size_t n_steps;             /* of decoding */
    struct bn_frames *frames;   /* [n_threads] */
    struct bn_slots *slots;     /* [n_threads] */
    int64_t faults[BN_PHASES];  /* page faults of the process in prefill and decode */
    struct bn_clamped *clamped; /* [n_layers] */

    struct bn_roofline roofline; /* as measured; 0: not measured */
    double bandwidth, peak;      /* bytes and int8 multiply-adds per second to compare with; NAN */
    char bandwidth_from[96], no_roofline[160];
    uint64_t cache_bytes; /* last level; 0: unknown */

    struct bn_profile_counter *counters;
    size_t n_counters;
    struct bn_stacks stacks;
    struct bn_profile_flag *flags;
    size_t n_flags;
};
/* The profile must stay where it is; texts and ids of `wanted` are the caller's. */
enum bn_status bn_profile_open(struct bn_profile *profile, const struct bn_model *model,
                               const struct bn_profile_wanted *wanted, struct bn_error *err);
enum bn_status bn_profile_run(struct bn_profile *profile, struct bn_error *err);
void bn_profile_close(struct bn_profile *profile);

/* ---- questions about it ---- */
const char *bn_profile_phase_name(int phase); /* "prefill", "decode", "verify" */
struct bn_slot *bn_profile_slot(const struct bn_profile *profile, int thread, int phase, int layer, int slot);
/* Of all layers and threads, or of one. layer -2, thread -1: all. */
struct bn_slot bn_profile_sum(const struct bn_profile *profile, int thread, int phase, int layer, int slot);
/* Time of a phase's passes, mean over the threads; 0: there was none. */
double bn_profile_phase_ns(const struct bn_profile *profile, int phase);
/* An operation of all layers against the machine. */
struct bn_reach {
    double ns; /* of the slowest thread */
    double bytes_per_s, macs_per_s;
    double memory, compute; /* shares of bandwidth and peak; NAN: see reason */
    double roofline;        /* share of what the machine can do: the larger of both */
    const char *bound;      /* "memory", "compute", "cache": what the work asks most of; "": unknown */
    char reason[200];       /* why memory is NAN */
};
struct bn_reach bn_profile_reach(const struct bn_profile *profile, int phase, enum bn_op op);
/* Sum of the self times of all frames of a thread: the wall time, if nothing is lost or counted twice. */
int64_t bn_profile_covered_ns(const struct bn_profile *profile, int thread);
/* Calls `take` for each box of the flame graph: frames joined by ';', and nanoseconds, mean over the threads. */
void bn_profile_fold(const struct bn_profile *profile, void (*take)(void *self, const char *stack, double ns),
                     void *self);
#endif
