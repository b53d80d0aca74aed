/* matmul_i2_sve.c - ternary times int8 on SVE vectors of any length: codes 0..2 as signed bytes, svdot, and the sum of
 * the activations subtracted at the end. Checked under qemu (vectors of 16 to 256 bytes), never timed; smmla (i8mm) is
 * preferred where the CPU has both. */
#include "engine/kernels/kernels.h"
#include <arm_sve.h>

/* One field of a vector of codes times activations. Bytes past the end of the row are 0 in x, whatever the code. */
#define ADD(sum, w, f)                                                                                                 \
    sum = svdot_s32(                                                                                                   \
        sum,                                                                                                           \
        svreinterpret_s8_u8(svand_n_u8_x(all, (f) < 3 ? svlsr_n_u8_x(all, w, (f) < 3 ? 6 - 2 * (f) : 1) : (w), 3)), x)
#define FIELD(f)                                                                                                       \
    {                                                                                                                  \
        svint8_t x = svld1_s8(in, activations + 64 * (f) + j);                                                         \
        ADD(sum0, w0, f);                                                                                              \
        ADD(sum1, w1, f);                                                                                              \
        ADD(sum2, w2, f);                                                                                              \
        ADD(sum3, w3, f);                                                                                              \
    }

/* Rows m, m + apart, ... (four) for token t. */
static void four_rows(const struct bn_ternary_args *a, int m, int apart, int t)
{
    const svbool_t all = svptrue_b8();
    const uint8_t *w = a->w + (size_t)m * a->row_bytes;
    const int8_t *activations = a->x + (size_t)t * a->x_stride;
    size_t step = (size_t)apart * a->row_bytes;
    svint32_t sum0 = svdup_n_s32(0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
    for (int k = 0; k < a->cols; k += 256, w += 64, activations += 256) {
        int bytes = a->cols - k < 256 ? 32 : 64;
        for (int j = 0; j < bytes; j += (int)svcntb()) {
            svbool_t in = svwhilelt_b8_s32(j, bytes);
            svuint8_t w0 = svld1_u8(in, w + j), w1 = svld1_u8(in, w + step + j), w2 = svld1_u8(in, w + 2 * step + j),
                      w3 = svld1_u8(in, w + 3 * step + j);
            FIELD(0)
            FIELD(1)
            FIELD(2)
            FIELD(3)
        }
    }
    const svbool_t words = svptrue_b32();
    int64_t dot[4] = {svaddv_s32(words, sum0), svaddv_s32(words, sum1), svaddv_s32(words, sum2),
                      svaddv_s32(words, sum3)};
    float *y = a->y + (size_t)t * a->y_stride;
    for (int r = 0; r < 4; r++, m += apart)
        y[m] =
            (float)((int32_t)dot[r] - a->x_sum[t]) * (a->x_scale[t] * a->w_scale[(size_t)m * (size_t)a->w_scale_step]);
}

/* A quarter of the range apart, so that memory is read as four long streams; the last rows one by one. */
static void matmul(const struct bn_ternary_args *a, int row_begin, int row_end)
{
    int apart = (row_end - row_begin) / 4;
    for (int m = row_begin; m < row_begin + apart; m++)
        for (int t = 0; t < a->n; t++) four_rows(a, m, apart, t);
    for (int m = row_begin + 4 * apart; m < row_end; m++)
        for (int t = 0; t < a->n; t++) four_rows(a, m, 0, t);
}

BN_KERNEL(matmul_i2, sve, BN_CPU_SVE, matmul);
