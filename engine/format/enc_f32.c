/* enc_f32.c - IEEE binary32 as it is. */
#include "engine/format/encoding.h"
#include "engine/format/little_endian.h"

static size_t tensor_bytes(int64_t rows, int64_t cols) { return bn_block_bytes(rows, cols, 1, sizeof(float)); }

static void unpack_row(float *out, const void *data, int64_t rows, int64_t cols, int64_t row)
{
    (void)rows;
    const char *p = (const char *)data + row * cols * 4;
    for (int64_t k = 0; k < cols; k++) out[k] = bn_load_f32(p + 4 * k);
}

static enum bn_status pack(void *out, const float *in, int64_t rows, int64_t cols, struct bn_error *err)
{
    (void)err;
    for (int64_t i = 0; i < rows * cols; i++) bn_store_f32((char *)out + 4 * i, in[i]);
    return BN_OK;
}

const struct bn_encoding_traits bn_encoding_f32 = {.name = "f32",
                                                   .gguf_id = 0,
                                                   .file_type = 0,
                                                   .block = 1,
                                                   .tensor_bytes = tensor_bytes,
                                                   .unpack_row = unpack_row,
                                                   .pack = pack,
                                                   .words = {.bytes = 4, .step = 4}};
