/* enc_f32.c - IEEE binary32 as it is. */
#include "engine/format/encoding.h"
#include <string.h>

static size_t tensor_bytes(int64_t rows, int64_t cols)
{
    return bn_block_bytes(rows, cols, 1, sizeof(float));
}

static void unpack_row(float *out, const void *data, int64_t rows, int64_t cols, int64_t row)
{
    (void)rows;
    memcpy(out, (const char *)data + row * cols * 4, (size_t)cols * 4);
}

static enum bn_status pack(void *out, const float *in, int64_t rows, int64_t cols, struct bn_error *err)
{
    (void)err;
    memcpy(out, in, (size_t)(rows * cols) * 4);
    return BN_OK;
}

const struct bn_encoding_traits bn_encoding_f32 = {.name = "f32",
                                                   .gguf_id = 0,
                                                   .file_type = 0,
                                                   .block = 1,
                                                   .tensor_bytes = tensor_bytes,
                                                   .unpack_row = unpack_row,
                                                   .pack = pack};
