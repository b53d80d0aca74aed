/* enc_bf16.c - the upper half of a binary32. */
#include "engine/format/encoding.h"
#include "engine/format/half.h"

static size_t tensor_bytes(int64_t rows, int64_t cols) { return bn_block_bytes(rows, cols, 1, 2); }

static void unpack_row(float *out, const void *data, int64_t rows, int64_t cols, int64_t row)
{
    (void)rows;
    const char *p = (const char *)data + row * cols * 2;
    for (int64_t k = 0; k < cols; k++) out[k] = bn_bf16_to_f32(bn_load_u16(p + 2 * k));
}

static enum bn_status pack(void *out, const float *in, int64_t rows, int64_t cols, struct bn_error *err)
{
    (void)err;
    for (int64_t i = 0; i < rows * cols; i++) bn_store_u16((char *)out + 2 * i, bn_f32_to_bf16(in[i]));
    return BN_OK;
}

const struct bn_encoding_traits bn_encoding_bf16 = {.name = "bf16",
                                                    .gguf_id = 30,
                                                    .file_type = 32,
                                                    .block = 1,
                                                    .tensor_bytes = tensor_bytes,
                                                    .unpack_row = unpack_row,
                                                    .pack = pack,
                                                    .words = {.bytes = 2, .step = 2}};
