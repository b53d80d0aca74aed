/* ternary.h - ternary tensors of any encoding as what the kernels read: canonical I2_S rows and float scales.
 *
 * A canonical row (FORMATS.md 3.2) has 32 bytes for each 128 columns; byte p of a block holds columns p, 32+p, 64+p,
 * 96+p in bits 7-6, 5-4, 3-2, 1-0; code 0, 1, 2 is -1, 0, +1. Columns that are no multiple of 128 end in codes of zero
 * (1): such padded I2_S tensors exist in memory only, never in a file. */
#ifndef BN_FORMAT_TERNARY_H
#define BN_FORMAT_TERNARY_H
#include "engine/format/source.h"

static inline size_t bn_ternary_row_bytes(int64_t cols) { return ((size_t)cols + 127) / 128 * 32; }
/* Rows in memory end in whole blocks. */
static inline int bn_ternary_padded_cols(int64_t cols) { return (int)((cols + 127) / 128 * 128); }

/* Rows of the tensor in place if they are already canonical (I2_S), NULL if they must be transcoded.
 */
const uint8_t *bn_ternary_rows_in_place(const struct bn_tensor *tensor);
/* Writes row `row` as canonical bytes; safe to call from many threads. */
void bn_ternary_row(uint8_t *out, const struct bn_tensor *tensor, int64_t row);
/* Codes -1, 0, 1 of row `row`; `codes` has room for cols rounded up to 128 (what is past cols is 0). */
void bn_ternary_codes_row(int8_t *codes, const struct bn_tensor *tensor, int64_t row);

/* Scales of the tensor, `scale` [rows]. Returns the widest span that describes it exactly: BN_SCALE_TENSOR (all rows
 * equal), BN_SCALE_ROW, or BN_SCALE_BLOCK when scales differ inside a row: then `scale` says nothing and the tensor is
 * no ternary linear of ours (unpack it to floats). Blocks whose codes are all zero count as having any scale. */
enum bn_scale_span bn_ternary_scales(float *scale, const struct bn_tensor *tensor);

/* Canonical bytes from codes -1, 0, 1, and back. */
void bn_ternary_pack_row(uint8_t *out, const int8_t *codes, int64_t cols);
void bn_ternary_unpack_row(int8_t *codes, const uint8_t *row, int64_t cols);
/* Does a canonical row hold the code 3, which means nothing? Hostile or damaged files do. */
bool bn_ternary_row_is_bad(const uint8_t *row, int64_t cols);

/* ---- shared by the encodings' files ---- */
/* The TQ quantiser's rule: returns d = max |in|, codes 0..2 are round-half-away(in / d) + 1. */
float bn_ternary_block_codes(uint8_t *codes, const float *in, int n);
/* Encodings with a scale for each row (IQ1_BN, IQ2_BN): one row from codes -1, 0, 1. */
typedef void bn_ternary_row_packer(uint8_t *out, const int8_t *codes, int64_t cols, float scale);
enum bn_status bn_ternary_pack_rows(uint8_t *out, size_t row_bytes, bn_ternary_row_packer *pack, const uint8_t *i2s,
                                    const float *scale, int step, int64_t rows, int64_t cols, struct bn_error *err);
/* The same from floats: scale = max |w| of the row, zero below half of it. */
enum bn_status bn_ternary_pack_rows_by_max(uint8_t *out, size_t row_bytes, bn_ternary_row_packer *pack, const float *in,
                                           int64_t rows, int64_t cols, struct bn_error *err);
#endif
