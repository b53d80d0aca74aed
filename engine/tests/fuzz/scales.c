/* scales.c - activation_scales.json for a model of two layers. */
#include "ci/fuzz/fuzz.h"
#include "engine/fit/activation_scales.h"
#include <math.h>
#include <stdlib.h>

enum { LAYERS = 2, SITES = LAYERS * BN_SITES_PER_LAYER };

bool fuzz_path(const char *path, struct bn_error *err)
{
    float scale[SITES];
    if (bn_activation_scales_read(scale, LAYERS, 0x0123456789abcdefu, path, err)) return false;
    for (int i = 0; i < SITES; i++)
        if (!(scale[i] > 0 && isfinite(scale[i]))) abort();
    return true;
}
FUZZ_FILE
