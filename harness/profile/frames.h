/* frames.h - a trace as nested frames: run > stage > pass > layer > operation > wait, for each thread in the order in
 * which they began. Threads other than the calling one have the same stages and passes, in which they sleep or wait.
 *
 * The self time of a frame is what none of its children covers, so that the self times of a thread add up to the wall
 * time: nothing is counted twice and nothing is left out. */
#ifndef BN_PROFILE_FRAMES_H
#define BN_PROFILE_FRAMES_H
#include "harness/profile/trace.h"

enum bn_frame_kind { BN_FRAME_RUN, BN_FRAME_STAGE, BN_FRAME_PASS, BN_FRAME_LAYER, BN_FRAME_OP, BN_FRAME_WAIT };
struct bn_frame {
    int64_t begin_ns, end_ns, self_ns; /* since the recording began */
    uint64_t weight_bytes, kv_bytes, macs;
    uint32_t count;  /* as in bn_trace_record */
    uint32_t parent; /* index; the run's: its own */
    int16_t layer;
    uint8_t kind, depth;
    uint8_t phase; /* enum bn_phase: of passes and what is in them */
    uint8_t what;  /* enum bn_stage of a stage, enum bn_op of an operation or wait */
};
struct bn_frames {
    struct bn_frame *at; /* parents before children, both by their begin */
    size_t n;
};
/* Of one thread. begin and end: ticks of the recording. BN_ERR_FORMAT: records that cannot nest (a bug of the engine).
 */
enum bn_status bn_frames_make(struct bn_frames *frames, const struct bn_trace *trace, int thread,
                              const struct bn_ticks *ticks, uint64_t end, struct bn_error *err);
void bn_frames_release(struct bn_frames *frames);
/* The innermost frame at a moment; the first is the run. */
size_t bn_frames_find(const struct bn_frames *frames, int64_t ns);

enum { BN_FRAME_NAME = 48 };
/* "decode", "layer 03", "qkv", "wait (qkv)". */
const char *bn_frame_name(const struct bn_frame *frame, char name[BN_FRAME_NAME]);
/* What the self time of a frame is, where it is not the frame's own work: "between operations", "idle", ...; NULL. */
const char *bn_frame_rest(const struct bn_frame *frame, int thread);
#endif
