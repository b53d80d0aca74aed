/* lut3.h - ternary layout for table look-ups: three weights in five bits, 1.67 bits a weight, for matmul_lut3.
 *
 * A unit is 48 columns of quantize_a256's order: column bytes 48u .. 48u+47 of the activations. Code p of its 16 codes
 * is 9 a + 3 b + c for the weights (0, 1, 2 mean -1, 0, 1) at bytes p, p + 16 and p + 32; columns past the last
 * are 0, code 13. A row keeps a unit in five 16-bit words, little-endian: word i = code 3i, code 3i+1 << 5, code 3i+2
 * << 10, and bit 4-i of code 15 in bit 15. A panel is 32 rows whose words are adjacent, word lane 2i = row i,
 * lane 2i+1 = row 16+i: 320 bytes a unit. So one 64-byte load, shifted by 0, 5 or 10, is an index vector for vpermw,
 * which ignores bits above the fifth. Memory order: panel, unit. Rows past the last of the last panel are 0. The
 * density is that of bitnet.cpp's TL2 (https://arxiv.org/abs/2502.11880); the layout and the use of one table for 32
 * rows are ours. */
#ifndef BN_KERNELS_LUT3_H
#define BN_KERNELS_LUT3_H
#include "engine/kernels/kernels.h"

enum { BN_LUT3_PANEL = 32, BN_LUT3_UNIT = 48, BN_LUT3_UNIT_BYTES = 320, BN_LUT3_ZERO = 13 };

static inline int bn_lut3_units(int cols) { return ((int)BN_A256_BYTES(cols) + BN_LUT3_UNIT - 1) / BN_LUT3_UNIT; }
static inline int bn_lut3_panels(int rows) { return (rows + BN_LUT3_PANEL - 1) / BN_LUT3_PANEL; }
static inline size_t bn_lut3_bytes(int rows, int cols)
{
    return (size_t)bn_lut3_panels(rows) * (size_t)bn_lut3_units(cols) * BN_LUT3_UNIT_BYTES;
}
/* Where a panel begins; its units are contiguous. */
static inline size_t bn_lut3_panel_at(int panel, int cols)
{
    return (size_t)panel * (size_t)bn_lut3_units(cols) * BN_LUT3_UNIT_BYTES;
}
#endif
