/* enc_binary.c - one plane of signs, a float scale for each row; our own (planes.h). */
#include "engine/format/planes.h"

enum { PLANES = 1 };

static size_t tensor_bytes(int64_t rows, int64_t cols) { return bn_planes_bytes(PLANES, rows, cols); }

static void unpack_row(float *out, const void *data, int64_t rows, int64_t cols, int64_t row)
{
    bn_planes_tensor_row(out, PLANES, data, rows, cols, row);
}

static enum bn_status pack(void *out, const float *in, int64_t rows, int64_t cols, struct bn_error *err)
{
    return bn_planes_pack(out, PLANES, in, rows, cols, err);
}

const struct bn_encoding_traits bn_encoding_binary = {.name = "binary",
                                                      .gguf_id = 0x424E01,
                                                      .file_type = 0x424E01,
                                                      .block = 1,
                                                      .planes = PLANES,
                                                      .tensor_bytes = tensor_bytes,
                                                      .unpack_row = unpack_row,
                                                      .pack = pack};
