/* matmul_f16_ref.c - specification: f16 weights times float activations, as matmul_float_tmpl.h says. */
#include "engine/core/half.h"
#define WEIGHT   uint16_t
#define WIDEN(w) bn_f16_to_f32(w)
#include "engine/kernels/ref/matmul_float_tmpl.h"

BN_KERNEL(matmul_f16, ref, BN_CPU_ANY, matmul);
