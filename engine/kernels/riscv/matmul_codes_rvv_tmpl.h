/* matmul_codes_rvv_tmpl.h - body of two-bit codes times int8 on RISC-V vectors of any length: vwmaccsu adds products of
 * unsigned codes and signed activations to 16-bit lanes.
 *
 * The including file defines:
 * - PLANES: 1 for codes that are summed as they are, 2 where the lower bit is summed too: half as many rows;
 * - store(a, m, apart, t, sum): y of the rows m, m + apart, ... for token t from the sums of their codes, after which
 *   with two planes come those of their lower bits.
 * Gives: matmul. */
#include <riscv_vector.h>

#define ROWS  (4 / PLANES)
#define STEPS 21 /* a 16-bit lane gains at most 4 * 3 * 127 = 1524 in a step: 32,004 */

#define CODE(w, f, vl)                                                                                                 \
    __riscv_vand_vx_u8m1((f) < 3 ? __riscv_vsrl_vx_u8m1(w, (f) < 3 ? 6 - 2 * (f) : 0, vl) : (w), 3, vl)
#if PLANES == 2
#define CODE2(f) __riscv_vand_vx_u8m1(code0, 1, vl)
#define CODE3(f) __riscv_vand_vx_u8m1(code1, 1, vl)
#else
#define CODE2(f) CODE(w2, f, vl)
#define CODE3(f) CODE(w3, f, vl)
#endif
/* The lanes after the last byte of a row keep their sums (_tu). */
#define FIELD(f)                                                                                                       \
    {                                                                                                                  \
        vint8m1_t x = __riscv_vle8_v_i8m1(activations + 64 * (f) + j, vl);                                             \
        vuint8m1_t code0 = CODE(w0, f, vl), code1 = CODE(w1, f, vl);                                                   \
        sum0 = __riscv_vwmaccsu_vv_i16m2_tu(sum0, x, code0, vl);                                                       \
        sum1 = __riscv_vwmaccsu_vv_i16m2_tu(sum1, x, code1, vl);                                                       \
        sum2 = __riscv_vwmaccsu_vv_i16m2_tu(sum2, x, CODE2(f), vl);                                                    \
        sum3 = __riscv_vwmaccsu_vv_i16m2_tu(sum3, x, CODE3(f), vl);                                                    \
    }
#define FLUSH(i)                                                                                                       \
    total[i] += __riscv_vmv_x_s_i32m1_i32(__riscv_vwredsum_vs_i16m2_i32m1(sum##i, __riscv_vmv_s_x_i32m1(0, 1), most)), \
        sum##i = __riscv_vmv_v_x_i16m2(0, most)

/* Rows m, m + apart, ... for token t. */
static void some_rows(const struct bn_ternary_args *a, int m, int apart, int t)
{
    const size_t most = __riscv_vsetvlmax_e8m1(), step = (size_t)apart * a->row_bytes;
    const uint8_t *w = a->w + (size_t)m * a->row_bytes;
    const int8_t *activations = a->x + (size_t)t * a->x_stride;
    vint16m2_t sum0 = __riscv_vmv_v_x_i16m2(0, most), sum1 = sum0, sum2 = sum0, sum3 = sum0;
    int32_t total[4] = {0};
    int steps = 0;
    for (int k = 0; k < a->cols; k += 256, w += 64, activations += 256) {
        size_t bytes = a->cols - k < 256 ? 32 : 64;
        for (size_t j = 0, vl; j < bytes; j += vl) {
            vl = __riscv_vsetvl_e8m1(bytes - j);
            vuint8m1_t w0 = __riscv_vle8_v_u8m1(w + j, vl), w1 = __riscv_vle8_v_u8m1(w + step + j, vl);
#if PLANES == 1
            vuint8m1_t w2 = __riscv_vle8_v_u8m1(w + 2 * step + j, vl), w3 = __riscv_vle8_v_u8m1(w + 3 * step + j, vl);
#endif
            FIELD(0)
            FIELD(1)
            FIELD(2)
            FIELD(3)
            if (++steps < STEPS) continue;
            FLUSH(0), FLUSH(1), FLUSH(2), FLUSH(3);
            steps = 0;
        }
    }
    FLUSH(0), FLUSH(1), FLUSH(2), FLUSH(3);
    store(a, m, apart, t, total);
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
