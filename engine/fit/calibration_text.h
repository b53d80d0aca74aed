/* calibration_text.h - runs text through a model while a collector (inputs.h) looks at what the linears take in.
 *
 * The text is tokenised and cut into windows that do not overlap; n_windows of them, drawn by the seed, are computed,
 * each in a context of its own that begins with BOS if the model has one. */
#ifndef BN_FIT_CALIBRATION_TEXT_H
#define BN_FIT_CALIBRATION_TEXT_H
#include "engine/fit/inputs.h"

struct bn_calibration_text;
struct bn_calibration_options {
    int n_windows, window_tokens;      /* 0: 128; the tokens of a window count BOS */
    int n_threads;                     /* 0: one per physical core */
    uint64_t seed;                     /* which windows; what is collected depends on nothing else */
    struct bn_session_options session; /* batch, CPUs, warm-up; the rest is set here */
};
/* Opens a session of its own; the caller keeps the model open. BN_ERR_USAGE: the text is too short for so many windows,
 * or a number is out of range. */
enum bn_status bn_calibration_text_open(struct bn_calibration_text **text, const struct bn_model *model,
                                        const char *bytes, size_t n, const struct bn_calibration_options *options,
                                        struct bn_error *err);
void bn_calibration_text_close(struct bn_calibration_text *text);
int bn_calibration_text_windows(const struct bn_calibration_text *text);
/* Computes windows first .. first + count - 1 and shows their inputs to the probe. */
enum bn_status bn_calibration_run(struct bn_calibration_text *text, struct bn_input_probe probe, int first, int count,
                                  struct bn_error *err);
#endif
