/* matmul_binary_vector.c - tiles/matmul_planes_tile_tmpl.h for one plane in vectors of the compiler: a block of 32
 * packed bytes is sixteen DOTs of codes 0 and 1, a third of what V16_DOTS allows for. */
#include "engine/kernels/vector/vector128.h"

#define PLANES       1
#define FLUSH_BLOCKS (3 * V16_DOTS / 16)
#include "engine/kernels/tiles/matmul_planes_tile_tmpl.h"

BN_KERNEL(matmul_binary, BN_VECTOR, BN_CPU_VECTOR, matmul);
