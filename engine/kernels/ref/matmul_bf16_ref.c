/* matmul_bf16_ref.c - specification: bf16 weights times float activations, as matmul_float_tmpl.h says. */
#include "engine/core/half.h"
#define WEIGHT   uint16_t
#define WIDEN(w) bn_bf16_to_f32(w)
#include "engine/kernels/ref/matmul_float_tmpl.h"

BN_KERNEL(matmul_bf16, ref, BN_CPU_ANY, matmul);
