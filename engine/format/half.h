/* half.h - 16-bit floats as files hold them. */
#ifndef BN_FORMAT_HALF_H
#define BN_FORMAT_HALF_H
#include "engine/core/half.h"
#include "engine/format/little_endian.h"

static inline float bn_load_f16(const void *p) { return bn_f16_to_f32(bn_load_u16(p)); }
#endif
