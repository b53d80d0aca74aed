/* lut4.h - rows of two planes of signs (format/planes.h) as panels for table look-ups, as many bytes, for matmul_lut4.
 *
 * A byte of a row holds the codes of four columns, whose activations are 64 apart in quantize_a256's order. Here its
 * signs are sorted by plane: bits 3 to 0 are the first plane's of those columns in order, bits 7 to 4 the second's, so
 * that each nibble is an index into the 16 sums that the four activations can make. A panel is 32 rows whose 16-bit
 * words are adjacent, word lane 2i = row i, lane 2i+1 = row 16+i: 64 bytes for 8 columns. One 64-byte load, shifted by
 * 0, 4, 8 or 12, is an index vector for vpermw, which ignores bits above the fifth. Memory order: panel, word. Rows
 * past the last have code 0. */
#ifndef BN_KERNELS_LUT4_H
#define BN_KERNELS_LUT4_H
#include "engine/kernels/kernels.h"

enum { BN_LUT4_PANEL = 32, BN_LUT4_WORD_BYTES = 64, BN_LUT4_MOST_COLS = 32768 };

static inline int bn_lut4_panels(int rows) { return (rows + BN_LUT4_PANEL - 1) / BN_LUT4_PANEL; }
/* Where a panel begins; its words are contiguous. */
static inline size_t bn_lut4_panel_at(int panel, int cols)
{
    return (size_t)panel * (size_t)(cols / 8) * BN_LUT4_WORD_BYTES;
}
static inline size_t bn_lut4_bytes(int rows, int cols) { return bn_lut4_panel_at(bn_lut4_panels(rows), cols); }
#endif
