/* pack_lut4_ref.c - specification: rows of two planes of signs as a panel of lut4.h. */
#include "engine/kernels/lut4.h"

/* Codes of two bits, first column on top, as two nibbles. */
static uint8_t sort_planes(uint8_t codes)
{
    unsigned sorted = 0;
    for (int f = 0; f < 4; f++)
        sorted |= (codes >> (7 - 2 * f) & 1u) << (3 - f) | (codes >> (6 - 2 * f) & 1u) << (7 - f);
    return (uint8_t)sorted;
}

static void pack(uint8_t *panel, const uint8_t *rows, size_t row_bytes, int count, int cols)
{
    for (int byte = 0; byte < cols / 4; byte++)
        for (int r = 0; r < BN_LUT4_PANEL; r++) {
            int lane = r % 16 * 2 + r / 16;
            panel[byte / 2 * BN_LUT4_WORD_BYTES + 2 * lane + byte % 2] =
                r < count ? sort_planes(rows[(size_t)r * row_bytes + (size_t)byte]) : 0;
        }
}

BN_KERNEL(pack_lut4, ref, BN_CPU_ANY, pack);
