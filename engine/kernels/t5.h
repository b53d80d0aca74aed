/* t5.h - our denser ternary layout: five codes a byte, 1.6 bits a weight, for matmul_t5.
 *
 * A row is taken in quantize_a256's order (bn_a256_index) as vectors of 64 codes 0..2, where weight = code - 1; columns past
 * the last are 1. Chunk c of 64 bytes holds the vectors 5c .. 5c+4: byte p is 27 v0[p] + 9 v1[p] + 3 v2[p] + v3[p] + 81 v4[p].
 * So one 64-byte load meets five loads of activations, and v4 falls off the byte by two subtractions and minima:
 * the rest is min(b, b - 81, b - 162) in unsigned bytes. The last chunk may have vectors to spare. */
#ifndef BN_KERNELS_T5_H
#define BN_KERNELS_T5_H
#include "engine/kernels/kernels.h"
#include <string.h>

#define BN_T5_VECTORS(cols)   (BN_A256_BYTES(cols) / 64)
#define BN_T5_ROW_BYTES(cols) ((BN_T5_VECTORS(cols) + 4) / 5 * 64)

/* One row from canonical I2_S bytes that hold no code 3; cols a multiple of 128. */
static inline void bn_t5_pack_row(uint8_t *out, const uint8_t *i2, int cols)
{
    static const uint8_t weight[5] = {27, 9, 3, 1, 81};
    memset(out, 0, BN_T5_ROW_BYTES(cols));
    for (int v = 0; v < (int)BN_T5_ROW_BYTES(cols) / 64 * 5; v++)
        for (int half = 0; half < 2; half++) { /* field v % 4 of two blocks of 128 columns, one after the other */
            uint8_t *to = out + v / 5 * 64 + half * 32;
            int block = v / 4 * 2 + half, shift = 6 - v % 4 * 2;
            for (int p = 0; p < 32; p++) to[p] = (uint8_t)(to[p] + (block < cols / 128 ? i2[block * 32 + p] >> shift & 3 : 1) * weight[v % 5]);
        }
}
#endif
