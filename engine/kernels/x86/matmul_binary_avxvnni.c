/* matmul_binary_avxvnni.c - matmul_planes_tile_tmpl.h with the 256-bit vpdpbusd of client CPUs without AVX-512. */
#include "engine/kernels/x86/vector256.h"

#define PLANES            1
#define FLUSH_BLOCKS      (1 << 20) /* 32-bit lanes: a row never overflows them */
#define DOT(sum, code, x) _mm256_dpbusd_avx_epi32(sum, code, x)
#define FLUSH(total, sum) _mm256_add_epi32(total, sum)
#include "engine/kernels/tiles/matmul_planes_tile_tmpl.h"

BN_KERNEL(matmul_binary, avxvnni, BN_CPU_AVX2 | BN_CPU_AVXVNNI, matmul);
