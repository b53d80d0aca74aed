/* matmul_wrq_vector.c - tiles/matmul_planes_tile_tmpl.h for two planes in vectors of the compiler: a block of 32 packed
 * bytes is eight DOTs. */
#include "engine/kernels/vector/vector128.h"

#define PLANES       2
#define FLUSH_BLOCKS (V16_DOTS / 8)
#include "engine/kernels/tiles/matmul_planes_tile_tmpl.h"

BN_KERNEL(matmul_wrq, BN_VECTOR, BN_CPU_VECTOR, matmul);
