/* matmul_codes_sve_tmpl.h - body of two-bit codes times int8 on SVE vectors of any length: signed bytes and svdot.
 * Checked under qemu (vectors of 16 to 256 bytes), never timed; smmla (i8mm) is preferred where the CPU has both.
 *
 * The including file defines:
 * - PLANES: 1 for codes that are summed as they are, 2 where the lower bit is summed too: half as many rows;
 * - store(a, m, apart, t, sum): y of the rows m, m + apart, ... for token t from the sums of their codes, after which
 *   with two planes come those of their lower bits.
 * Gives: matmul. */
#include <arm_sve.h>

#define ROWS (4 / PLANES)

/* One field of a vector of codes. Bytes past the end of the row are 0 in x, whatever the code. */
#define CODE(w, f)                                                                                                     \
    svreinterpret_s8_u8(svand_n_u8_x(all, (f) < 3 ? svlsr_n_u8_x(all, w, (f) < 3 ? 6 - 2 * (f) : 1) : (w), 3))
#if PLANES == 2
#define CODE2(f) svand_n_s8_x(all, code0, 1)
#define CODE3(f) svand_n_s8_x(all, code1, 1)
#else
#define CODE2(f) CODE(w2, f)
#define CODE3(f) CODE(w3, f)
#endif
#define FIELD(f)                                                                                                       \
    {                                                                                                                  \
        svint8_t x = svld1_s8(in, activations + 64 * (f) + j), code0 = CODE(w0, f), code1 = CODE(w1, f);               \
        sum0 = svdot_s32(sum0, code0, x);                                                                              \
        sum1 = svdot_s32(sum1, code1, x);                                                                              \
        sum2 = svdot_s32(sum2, CODE2(f), x);                                                                           \
        sum3 = svdot_s32(sum3, CODE3(f), x);                                                                           \
    }

/* Rows m, m + apart, ... for token t. */
static void some_rows(const struct bn_ternary_args *a, int m, int apart, int t)
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
            svuint8_t w0 = svld1_u8(in, w + j), w1 = svld1_u8(in, w + step + j);
#if PLANES == 1
            svuint8_t w2 = svld1_u8(in, w + 2 * step + j), w3 = svld1_u8(in, w + 3 * step + j);
#endif
            FIELD(0)
            FIELD(1)
            FIELD(2)
            FIELD(3)
        }
    }
    const svbool_t words = svptrue_b32();
    const int32_t sum[4] = {(int32_t)svaddv_s32(words, sum0), (int32_t)svaddv_s32(words, sum1),
                            (int32_t)svaddv_s32(words, sum2), (int32_t)svaddv_s32(words, sum3)};
    store(a, m, apart, t, sum);
}

/* The rows of a step are a half or a quarter of the range apart, so that memory is read as long streams; the last rows
 * one by one. */
static void matmul(const struct bn_ternary_args *a, int row_begin, int row_end)
{
    int apart = (row_end - row_begin) / ROWS;
    for (int m = row_begin; m < row_begin + apart; m++)
        for (int t = 0; t < a->n; t++) some_rows(a, m, apart, t);
    for (int m = row_begin + ROWS * apart; m < row_end; m++)
        for (int t = 0; t < a->n; t++) some_rows(a, m, 0, t);
}
