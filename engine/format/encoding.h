/* encoding.h - the tensor encodings: sizes, unpacking to float, packing from float. One file enc_NAME.c per encoding
 * and one line in encodings.list. Layouts: FORMATS.md section 3. */
#ifndef BN_FORMAT_ENCODING_H
#define BN_FORMAT_ENCODING_H
#include "engine/core/status.h"

enum bn_encoding {
#define ENCODING(id, name) BN_ENC_##id,
#include "engine/format/encodings.list"
#undef ENCODING
    BN_ENC_COUNT,
    BN_ENC_NONE = -1
};

enum bn_scale_span { BN_SCALE_TENSOR, BN_SCALE_ROW, BN_SCALE_BLOCK }; /* weights that share one ternary scale */

/* What an encoding is. `data` is a whole tensor of rows x cols as stored; rows are contiguous in every encoding. */
struct bn_encoding_traits {
    const char *name; /* as users type it: "i2_s" */
    int gguf_id;      /* ggml_type in GGUF files */
    int file_type;    /* general.file_type of a GGUF file whose linears have this encoding, -1: none is known */
    int block;        /* weights that share a block: cols in a file must be a multiple of it */
    bool ternary;     /* values are scale * {-1, 0, 1}: such linears take int8 activations */
    int planes;       /* of signs (planes.h), which take int8 activations too; 0: other encodings */
    /* Bytes of a tensor of rows x cols, tails included; 0 when the shape does not fit or overflows. */
    size_t (*tensor_bytes)(int64_t rows, int64_t cols);
    /* Row `row` of a tensor of rows x cols at `data` to cols floats, exactly. */
    void (*unpack_row)(float *out, const void *data, int64_t rows, int64_t cols, int64_t row);
    /* A whole tensor from floats by the reference rule of the format; NULL when we do not write it. `out` has
     * tensor_bytes. */
    enum bn_status (*pack)(void *out, const float *in, int64_t rows, int64_t cols, struct bn_error *err);
    /* Encodings that kernels read as they are stored: where their multi-byte numbers are: `bytes` bytes
     * each at byte `at` of every `step` bytes. */
    struct bn_words {
        uint8_t bytes, at, step;
    } words;

    /* Ternary encodings only (NULL otherwise); ternary.h has the friendly forms. */
    enum bn_scale_span scale_span;
    /* Row `row` as canonical I2_S bytes, 32 for each 128 columns begun; columns past the end get the code of zero. */
    void (*ternary_row)(uint8_t *out, const void *data, int64_t rows, int64_t cols, int64_t row);
    /* Scale of block `block` of row `row` (both ignored where the span is wider). */
    float (*ternary_scale)(const void *data, int64_t rows, int64_t cols, int64_t row, int64_t block);
    /* A whole tensor from canonical I2_S rows (bn_ternary_row_bytes(cols) each) and one scale per tensor (step 0) or
     * per row (step 1). */
    enum bn_status (*pack_ternary)(void *out, const uint8_t *i2s, const float *scale, int step, int64_t rows,
                                   int64_t cols, struct bn_error *err);
};

const struct bn_encoding_traits *bn_encoding_traits(enum bn_encoding encoding);
enum bn_encoding bn_encoding_by_name(const char *name); /* BN_ENC_NONE when unknown; '-' and '_', any case */
enum bn_encoding bn_encoding_by_gguf_id(uint32_t id);   /* BN_ENC_NONE when we cannot read it */
const char *bn_gguf_type_name(uint32_t id); /* "Q4_K", "TL1" ...: names types we refuse; NULL when unheard of */

/* Copies a row of `bytes` bytes into the byte order of this CPU, in which kernels read it (or from there to that of
 * files). */
void bn_encoding_row_to_cpu(enum bn_encoding encoding, uint8_t *out, const uint8_t *row, size_t bytes);
/* A row in the byte order of this CPU to cols floats, exactly. */
void bn_encoding_unpack_cpu_row(float *out, enum bn_encoding encoding, const uint8_t *row, int64_t cols);

/* The one of n finite values that is furthest from zero, with its sign; the first of equals; 0 for none. */
float bn_furthest_from_zero(const float *x, int n);

/* rows * cols/block * block_bytes, or 0 when cols is no multiple of block or the product fits no memory. */
size_t bn_block_bytes(int64_t rows, int64_t cols, int block, size_t block_bytes);
#endif
