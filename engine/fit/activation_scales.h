/* activation_scales.h - activation_scales.json: one scale for the input of each site's linears (inputs.h), and what
 * calibration saw there. A code q of an activation means q * scale.
 *
 * {"format": "bitnet-activation-scales", "version": 1, "model": {"name": ..., "fingerprint": 16 hexadecimal digits},
 *  "method": ..., "sites": {"layers.0.qkv": {"scale": 0.03125, ...}, ...}} */
#ifndef BN_FIT_ACTIVATION_SCALES_H
#define BN_FIT_ACTIVATION_SCALES_H
#include "engine/fit/inputs.h"

#define BN_ACTIVATION_SCALES_FORMAT  "bitnet-activation-scales"
#define BN_ACTIVATION_SCALES_VERSION 1
/* Codes end at 127 steps; |x / scale| > 127.5 is cut off. */
#define BN_CODE_MOST 127

/* "layers.3.gate_up" */
struct bn_site_name {
    char text[32];
};
struct bn_site_name bn_site_name(int site);

/* scale [n_layers * BN_SITES_PER_LAYER] of the model with this fingerprint. BN_ERR_FORMAT: damaged, another version or
 * another model, a site missing or too many, an unknown key, a scale that is no positive number. */
enum bn_status bn_activation_scales_read(float *scale, int n_layers, uint64_t fingerprint, const char *path,
                                         struct bn_error *err);
#endif
