/* encoding.h - the tensor encodings: sizes, unpacking to float, packing from float. One file enc_NAME.c per encoding and
 * one line in encodings.list. Layouts: FORMATS.md section 3. */
#ifndef BN_FORMAT_ENCODING_H
#define BN_FORMAT_ENCODING_H
#include "engine/core/status.h"

enum bn_encoding {
#define ENCODING(id, name, gguf_id, block, ternary) BN_ENC_##id,
#include "engine/format/encodings.list"
#undef ENCODING
    BN_ENC_COUNT,
    BN_ENC_NONE = -1
};

struct bn_encoding_traits {
    const char *name; /* as users type it: "i2_s" */
    int gguf_id;      /* ggml_type in GGUF files, -1: never in one */
    int block;        /* weights that share a block: cols must be a multiple of it */
    bool ternary;     /* values are scale * {-1, 0, 1}: such linears take int8 activations */
    /* Bytes of a tensor of rows x cols, tails included; 0 when the shape does not fit or overflows. */
    size_t (*tensor_bytes)(int64_t rows, int64_t cols);
    /* Row `row` of a tensor of rows x cols at `data` to cols floats, exactly. */
    void (*unpack_row)(float *out, const void *data, int64_t rows, int64_t cols, int64_t row);
    /* A whole tensor from floats by the reference rule of the format; NULL when we do not write it. */
    enum bn_status (*pack)(void *out, const float *in, int64_t rows, int64_t cols, struct bn_error *err);
};
/* Ternary encodings: codes of one row as -1, 0, 1 and the scale(s): see ternary.h */

const struct bn_encoding_traits *bn_encoding_traits(enum bn_encoding encoding);
enum bn_encoding bn_encoding_by_name(const char *name); /* BN_ENC_NONE when unknown */
#endif
