/* planes.h - the layout of our own encodings "binary" and "wrq": rows of one or two planes of signs with a float scale
 * for each plane of a row. Their GGUF types are numbers that no other program knows, so that foreign readers refuse
 * such files.
 *
 *   wrq     type 0x424E02. Rows as I2_S (FORMATS.md 3.2): 32 bytes for each 128 columns begun, the code of column k in
 *           bits (6 - 2 (k % 128 / 32)) and up of byte k / 128 * 32 + k % 32; code 2 p1 + p2, plane bits p = (b + 1) /
 * 2; weight s1 b1 + s2 b2. After all rows: {s1, s2} of each row, f32. binary  type 0x424E01. 32 bytes for each 256
 * columns begun, p of column k in bit 2 (k % 128 / 32) + k % 256 / 128 of byte k / 256 * 32 + k % 32: bit j of 32 bytes
 * goes with the j-th 32 codes of quantize_a256. After all rows: s of each row, f32. Columns past the end have code 0
 * and meet activations that are 0. */
#ifndef BN_FORMAT_PLANES_H
#define BN_FORMAT_PLANES_H
#include "engine/fit/binary_planes.h"
#include "engine/format/source.h"

/* `planes` is 1 or 2. Columns of a row with its padding, bytes of a row's codes, of a tensor (0: overflow). */
static inline int64_t bn_planes_padded_cols(int planes, int64_t cols)
{
    int64_t block = planes == 1 ? 256 : 128;
    return (cols + block - 1) / block * block;
}
static inline size_t bn_planes_row_bytes(int planes, int64_t cols)
{
    return (size_t)bn_planes_padded_cols(planes, cols) / 8 * (size_t)planes;
}
size_t bn_planes_bytes(int planes, int64_t rows, int64_t cols);

/* Codes of fit/binary_planes.h to a row and back. */
void bn_planes_pack_row(uint8_t *out, int planes, const uint8_t *codes, int64_t cols);
void bn_planes_unpack_row(uint8_t *codes, int planes, const uint8_t *row, int64_t cols);
/* Scale of plane 0 or 1 of a row of a tensor. */
float bn_planes_scale(const void *data, int planes, int64_t rows, int64_t cols, int64_t row, int plane);
/* Weights of a row as floats from its codes and scales; `codes` may be the last bytes of `out`. */
void bn_planes_floats(float *out, int planes, const uint8_t *codes, const float *scale, int64_t cols);

/* Fits row `row` of a tensor at `data`; `codes` has room for cols. */
void bn_planes_fit_row(void *data, int planes, int64_t rows, int64_t cols, int64_t row, const float *w,
                       const struct bn_fit *fit, const float *importance, uint8_t *codes, struct bn_fitted *fitted);
/* For struct bn_encoding_traits. */
void bn_planes_tensor_row(float *out, int planes, const void *data, int64_t rows, int64_t cols, int64_t row);
enum bn_status bn_planes_pack(void *out, int planes, const float *in, int64_t rows, int64_t cols, struct bn_error *err);
#endif
