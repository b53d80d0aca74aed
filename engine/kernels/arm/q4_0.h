/* q4_0.h - a block of Q4_0 for matmul_block32_tmpl.h. */
#include "engine/kernels/kernels.h"
#include <arm_neon.h>

struct block {
    uint16_t d;
    uint8_t q[16]; /* low nibbles: elements 0..15, high nibbles: 16..31 */
};
static inline int8x16x2_t load_block(const struct block *w)
{
    uint8x16_t q = vld1q_u8(w->q);
    int8x16_t low = vreinterpretq_s8_u8(vandq_u8(q, vdupq_n_u8(15))), high = vreinterpretq_s8_u8(vshrq_n_u8(q, 4));
    return (int8x16x2_t){{vsubq_s8(low, vdupq_n_s8(8)), vsubq_s8(high, vdupq_n_s8(8))}};
}
