/* convert.h - one tensor from any encoding to any that we write. */
#ifndef BN_FORMAT_CONVERT_H
#define BN_FORMAT_CONVERT_H
#include "engine/fit/binary_planes.h"
#include "engine/format/source.h"

struct bn_conversion {
    const struct bn_tensor *tensor;
    enum bn_encoding target;
    float factor;             /* multiplies every weight: a scale that the source keeps apart; 1: none */
    bool scale_apart;         /* ternary target: write the scale 1, `scale` goes into a tensor of its own */
    float scale;              /* ternary targets with one scale a tensor: that scale, set by bn_conversion_plan */
    const struct bn_fit *fit; /* targets of planes of signs (planes.h): how their rows are fitted */
    const float *importance;  /* ... and the weight of each column in it [cols]; NULL: equal */
    int n_heads;              /* > 0: rows of each head go from half-split to interleaved rope order (FORMATS.md 2.3) */
};

/* Bytes of the result; 0 when the target cannot hold the shape. */
size_t bn_conversion_bytes(const struct bn_conversion *c);
/* Ternary targets: finds c->scale, and whether the source is ternary already. Fails when it cannot become ternary.
 */
enum bn_status bn_conversion_plan(struct bn_conversion *c, struct bn_error *err);
/* What fits to planes of signs left over, summed over rows; start from zeros. */
struct bn_fit_loss {
    double error, energy; /* sums of struct bn_fitted */
    double second, start; /* ... of s2 and of its start: their ratio is the refined alpha */
};
/* Writes the result to `out` (bn_conversion_bytes). Targets of planes of signs add to *loss, which may be NULL. */
enum bn_status bn_convert(void *out, const struct bn_conversion *c, struct bn_fit_loss *loss, struct bn_error *err);
/* Row of the source that becomes row m of the result. */
int64_t bn_conversion_row(const struct bn_conversion *c, int64_t m);
#endif
