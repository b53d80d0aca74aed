/* pack_lut3_ref.c - specification: canonical I2_S rows as a panel of lut3.h. */
#include "engine/kernels/lut3.h"
#include <string.h>

/* Sixteen codes 0..2 of a row: bytes 16 n .. 16 n + 15 of quantize_a256's order. */
static void sixteen(uint8_t out[16], const uint8_t *row, int cols, int n)
{
    int block = n / 16 * 2 + n / 2 % 2, shift = 6 - n / 4 % 4 * 2;
    if (block >= cols / 128) {
        memset(out, 1, 16);
        return;
    }
    for (int p = 0; p < 16; p++) out[p] = row[block * 32 + n % 2 * 16 + p] >> shift & 3;
}

static void unit_codes(uint8_t codes[16], const uint8_t *row, int cols, int unit)
{
    uint8_t v[3][16];
    for (int i = 0; i < 3; i++) sixteen(v[i], row, cols, 3 * unit + i);
    for (int p = 0; p < 16; p++) codes[p] = (uint8_t)(9 * v[0][p] + 3 * v[1][p] + v[2][p]);
}

/* codes[p][lane] -> five words a lane. */
static void write_words(uint8_t *out, uint8_t codes[16][BN_LUT3_PANEL])
{
    for (int i = 0; i < 5; i++)
        for (int lane = 0; lane < BN_LUT3_PANEL; lane++) {
            unsigned last = codes[15][lane] >> (4 - i) & 1;
            unsigned word = codes[3 * i][lane] | (unsigned)codes[3 * i + 1][lane] << 5 |
                            (unsigned)codes[3 * i + 2][lane] << 10 | last << 15;
            out[i * 64 + 2 * lane] = (uint8_t)word;
            out[i * 64 + 2 * lane + 1] = (uint8_t)(word >> 8);
        }
}

static void pack(uint8_t *out, const uint8_t *i2, size_t row_bytes, int count, int cols)
{
    uint8_t row_codes[16], codes[16][BN_LUT3_PANEL];
    memset(codes, BN_LUT3_ZERO, sizeof codes);
    for (int unit = 0; unit < bn_lut3_units(cols); unit++) {
        for (int r = 0; r < count; r++) {
            unit_codes(row_codes, i2 + (size_t)r * row_bytes, cols, unit);
            for (int p = 0; p < 16; p++) codes[p][r % 16 * 2 + r / 16] = row_codes[p];
        }
        write_words(out + (size_t)unit * BN_LUT3_UNIT_BYTES, codes);
    }
}

BN_KERNEL(pack_lut3, ref, BN_CPU_ANY, pack);
