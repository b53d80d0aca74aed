/* absmean.h - master weights to ternary by BitNet b1.58's own rule, one scale for a tensor (FORMATS.md 1.2). */
#ifndef BN_FORMAT_ABSMEAN_H
#define BN_FORMAT_ABSMEAN_H
#include "engine/format/source.h"

/* Scale of a float tensor: mean |w| (at least 1e-5). With `keep_ternary`, s itself when all weights are -s, 0 or s
 * already, so that ternary weights kept as floats stay what they are. Fails when a weight is no finite number. */
enum bn_status bn_absmean_scale(float *scale, const struct bn_tensor *tensor, bool keep_ternary, struct bn_error *err);
/* Row `row` as canonical I2_S codes: clamp(round-half-even(w / scale), -1, 1). `buffer` holds cols floats. */
void bn_absmean_row(uint8_t *out, const struct bn_tensor *tensor, int64_t row, float scale, float *buffer);
#endif
