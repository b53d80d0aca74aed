/* matmul_i2_tile.h - ternary times int8 by dot16: a tile of rows x tokens. */
#ifndef BN_ARM_MATMUL_I2_TILE_H
#define BN_ARM_MATMUL_I2_TILE_H
#include "engine/kernels/arm/dot16.h"
#include "engine/kernels/lanes/lanes.h"

#define TILE_ROWS   4
#define TILE_TOKENS 4
#define BLOCK_BYTES (256 << 10) /* of weights; stays in L2 while all tokens pass */

/* Codes 0..3 of field f (0..3) of sixteen bytes. */
BN_INLINE int8x16_t field(uint8x16_t w, const int f)
{
    if (f == 0) return vreinterpretq_s8_u8(vshrq_n_u8(w, 6));
    return vreinterpretq_s8_u8(vandq_u8(f == 1 ? vshrq_n_u8(w, 4) : f == 2 ? vshrq_n_u8(w, 2) : w, vdupq_n_u8(3)));
}

/* The sixteen activations that pair with field f of bytes 16i.. of a row, i counted from the start of the row. */
BN_INLINE int8x16_t activations(const int8_t *x, int i, const int f)
{
    return vld1q_s8(x + i / 4 * 256 + i % 4 * 16 + 64 * f);
}

/* y of rows m.. for token t from the totals of four rows (of the first when `rows` is 1). */
BN_INLINE void store4(const struct bn_ternary_args *a, int m, int t, int32x4_t total, const int rows)
{
    const float *ws = a->w_scale + (size_t)m * (size_t)a->w_scale_step;
    float *y = a->y + (size_t)t * a->y_stride + (size_t)m;
    float32x4_t scale = a->w_scale_step && rows == 4 ? vld1q_f32(ws) : vdupq_n_f32(*ws);
    float32x4_t sum = vcvtq_f32_s32(vsubq_s32(total, vdupq_n_s32(a->x_sum[t])));
    float32x4_t product = vmulq_f32(sum, vmulq_f32(vdupq_n_f32(a->x_scale[t]), scale));
    if (rows == 4)
        vst1q_f32(y, product);
    else
        *y = vgetq_lane_f32(product, 0);
}

BN_INLINE void tile(const struct bn_ternary_args *a, int m, int t, const int rows, const int tokens)
{
    const uint8_t *w = a->w + (size_t)m * a->row_bytes;
    const int8_t *x = a->x + (size_t)t * a->x_stride;
    int32x4_t total[TILE_ROWS][TILE_TOKENS];
    BN_UNROLL for (int r = 0; r < TILE_ROWS; r++) BN_UNROLL for (int c = 0; c < TILE_TOKENS; c++) total[r][c] =
        vdupq_n_s32(0);
    for (int i = 0; i < a->cols / 64; i++) {
        uint8x16_t bytes[TILE_ROWS];
        BN_UNROLL for (int r = 0; r < rows; r++) bytes[r] = vld1q_u8(w + (size_t)r * a->row_bytes + 16 * i);
        BN_UNROLL for (int f = 0; f < 4; f++)
        {
            int8x16_t code[TILE_ROWS];
            BN_UNROLL for (int r = 0; r < rows; r++) code[r] = field(bytes[r], f);
            BN_UNROLL for (int c = 0; c < tokens; c++)
            {
                int8x16_t xv = activations(x + (size_t)c * a->x_stride, i, f);
                BN_UNROLL for (int r = 0; r < rows; r++) total[r][c] = dot16(total[r][c], code[r], xv);
            }
        }
    }
    BN_UNROLL for (int c = 0; c < tokens; c++) store4(
        a, m, t + c, vpaddq_s32(vpaddq_s32(total[0][c], total[1][c]), vpaddq_s32(total[2][c], total[3][c])), rows);
}
#endif
