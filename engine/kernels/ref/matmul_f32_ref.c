/* matmul_f32_ref.c - specification: f32 weights times float activations, as matmul_float_tmpl.h says. */
#define WEIGHT   float
#define WIDEN(w) (w)
#include "engine/kernels/ref/matmul_float_tmpl.h"

BN_KERNEL(matmul_f32, ref, BN_CPU_ANY, matmul);
