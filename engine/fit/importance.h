/* importance.h - how much each column of a model's linears matters: the diagonal of E[x x^T] over calibration text, as
 * fits of weights (binary_planes.h) take it. */
#ifndef BN_FIT_IMPORTANCE_H
#define BN_FIT_IMPORTANCE_H
#include "engine/fit/calibration_text.h"

struct bn_importance;
struct bn_importance_progress {
    void *self;
    void (*step)(void *self, int done_windows, int windows); /* may be NULL */
};
/* Runs the text through the model. Errors: those of bn_calibration_text_open and of a pass. */
enum bn_status bn_importance_open(struct bn_importance **importance, const struct bn_model *model, const char *text,
                                  size_t n, const struct bn_calibration_options *options,
                                  struct bn_importance_progress progress, struct bn_error *err);
void bn_importance_close(struct bn_importance *importance);
/* [cols] of the linear with this GGUF name ("blk.3.attn_q.weight"); NULL for other tensors. */
const float *bn_importance_of(const struct bn_importance *importance, const char *tensor);
#endif
