/* enc_q2_0.c - 64 weights in 18 bytes: f16 scale, two bits each, -1 0 1 2 (FORMATS.md 3.7). Read only. */
#include "engine/format/encoding.h"
#include "engine/format/half.h"

enum { BLOCK = 64, BYTES = 18 };

static size_t tensor_bytes(int64_t rows, int64_t cols) { return bn_block_bytes(rows, cols, BLOCK, BYTES); }

static void unpack_row(float *out, const void *data, int64_t rows, int64_t cols, int64_t row)
{
    (void)rows;
    const uint8_t *p = (const uint8_t *)data + row * (cols / BLOCK) * BYTES;
    for (int64_t b = 0; b < cols / BLOCK; b++, p += BYTES, out += BLOCK) {
        float d = bn_load_f16(p);
        for (int j = 0; j < BLOCK; j++) out[j] = (float)((p[2 + j / 4] >> j % 4 * 2 & 3) - 1) * d;
    }
}

const struct bn_encoding_traits bn_encoding_q2_0 = {.name = "q2_0",
                                                    .gguf_id = 42,
                                                    .file_type = -1,
                                                    .block = BLOCK,
                                                    .tensor_bytes = tensor_bytes,
                                                    .unpack_row = unpack_row};
