/* enc_wrq.c - two planes of signs (weighted residual quantisation), two float scales for each row; our own (planes.h).
 */
#include "engine/format/planes.h"

enum { PLANES = 2 };

static size_t tensor_bytes(int64_t rows, int64_t cols) { return bn_planes_bytes(PLANES, rows, cols); }

static void unpack_row(float *out, const void *data, int64_t rows, int64_t cols, int64_t row)
{
    bn_planes_tensor_row(out, PLANES, data, rows, cols, row);
}

static enum bn_status pack(void *out, const float *in, int64_t rows, int64_t cols, struct bn_error *err)
{
    return bn_planes_pack(out, PLANES, in, rows, cols, err);
}

const struct bn_encoding_traits bn_encoding_wrq = {.name = "wrq",
                                                   .gguf_id = 0x424E02,
                                                   .file_type = 0x424E02,
                                                   .block = 1,
                                                   .planes = PLANES,
                                                   .tensor_bytes = tensor_bytes,
                                                   .unpack_row = unpack_row,
                                                   .pack = pack};
