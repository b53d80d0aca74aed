/* matmul_block32_tmpl.h - body for formats of blocks of 32 weights with one f16 scale (Q8_0, Q4_0) times int8, four
 * blocks at a time, on vectors of 16 bytes.
 *
 * The including file defines, after it has included the vector128.h of its instruction set:
 * - struct block: as stored, with the f16 scale `d`;
 * - load_block(w, half): 16 of its 32 weights as signed bytes.
 * Gives: matmul. */

BN_INLINE VECTOR dot(const struct block *w, const int8_t *x)
{
    VECTOR sum = zero();
    BN_UNROLL for (int half = 0; half < 2; half++) sum =
        add_scaled(sum, products(load_block(w, half), load(x + 16 * half)), 1);
    return sum;
}

/* Adds blocks b..b+n-1 (n <= 4) of one row to four lanes; those past n are left unchanged. */
BN_INLINE four_floats add4(four_floats lane, const struct block *w, const int8_t *x, float x_scale, int n)
{
    VECTOR s[4];
    int32_t half[4] = {0};
    four_ints d;
    BN_UNROLL for (int i = 0; i < 4; i++) s[i] = zero();
    BN_UNROLL for (int i = 0; i < 4; i++)
    {
        if (i >= n) break;
        s[i] = dot(w + i, x + 32 * i);
        half[i] = w[i].d;
    }
    memcpy(&d, half, sizeof d);
    four_floats scale = v4_mul(v4_of_f16(d), v4_set(x_scale)), sum = v4_of_ints(sum4(s[0], s[1], s[2], s[3]));
    return v4_keep(v4_fma(sum, scale, lane), n, lane, 0);
}

BN_INLINE float row(const struct block *w, const int8_t *x, const float *x_scale, int blocks)
{
    four_floats lane[4];
    BN_UNROLL for (int i = 0; i < 4; i++) lane[i] = v4_set(0.0f);
    for (int b = 0; b < blocks; b += 16) BN_UNROLL for (int i = 0; i < 4; i++)
        {
            int at = b + 4 * i, n = blocks - at;
            if (n > 0) lane[i] = add4(lane[i], w + at, x + at * 32, x_scale[at / 8], n < 4 ? n : 4);
        }
    return v16_sum((v16){lane[0], lane[1], lane[2], lane[3]});
}

static void matmul(const struct bn_block_args *a, int row_begin, int row_end)
{
    for (int m = row_begin; m < row_end; m++) {
        const struct block *w = (const void *)((const char *)a->w + (size_t)m * a->row_bytes);
        for (int t = 0; t < a->n; t++)
            a->y[(size_t)t * a->y_stride + (size_t)m] =
                row(w, a->x + (size_t)t * a->x_stride, a->x_scale + (size_t)t * a->x_scale_stride, a->cols / 32);
    }
}
