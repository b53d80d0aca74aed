/* q8_0.h - a block of Q8_0 for matmul_block32_tmpl.h. */
#include "engine/kernels/kernels.h"
#include <arm_neon.h>

struct block {
    uint16_t d;
    int8_t q[32];
};
static inline int8x16x2_t load_block(const struct block *w)
{
    return (int8x16x2_t){{vld1q_s8(w->q), vld1q_s8(w->q + 16)}};
}
