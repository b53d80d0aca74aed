/* matmul_block_tmpl.h - every row and every token of a specification with block-quantised weights. The including file
 * has defined struct block and static float dot(const struct block *w, const int8_t *x, const float *x_scale, int
 * cols); */

static void matmul(const struct bn_block_args *a, int row_begin, int row_end)
{
    for (int m = row_begin; m < row_end; m++) {
        const struct block *w = (const void *)((const char *)a->w + (size_t)m * a->row_bytes);
        for (int t = 0; t < a->n; t++)
            a->y[(size_t)t * a->y_stride + (size_t)m] =
                dot(w, a->x + (size_t)t * a->x_stride, a->x_scale + (size_t)t * a->x_scale_stride, a->cols);
    }
}
