/* convert.h - one tensor from any encoding to any that we write. */
#ifndef BN_FORMAT_CONVERT_H
#define BN_FORMAT_CONVERT_H
#include "engine/format/source.h"

struct bn_conversion {
    const struct bn_tensor *tensor;
    enum bn_encoding target;
    float factor;     /* multiplies every weight: a scale that the source keeps apart; 1: none */
    bool scale_apart; /* ternary target: write the scale 1, `scale` goes into a tensor of its own */
    float scale;      /* ternary targets with one scale a tensor: that scale, set by bn_conversion_plan */
    int n_heads;      /* > 0: rows of each head go from half-split to interleaved rope order (FORMATS.md 2.3) */
};

/* Bytes of the result; 0 when the target cannot hold the shape. */
size_t bn_conversion_bytes(const struct bn_conversion *c);
/* Ternary targets: finds c->scale, and whether the source is ternary as it stands. Fails when it cannot become ternary.
 */
enum bn_status bn_conversion_plan(struct bn_conversion *c, struct bn_error *err);
/* Writes the result to `out` (bn_conversion_bytes). */
enum bn_status bn_convert(void *out, const struct bn_conversion *c, struct bn_error *err);
/* Row of the source that becomes row m of the result. */
int64_t bn_conversion_row(const struct bn_conversion *c, int64_t m);
#endif
