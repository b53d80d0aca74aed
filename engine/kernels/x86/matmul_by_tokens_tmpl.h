/* matmul_by_tokens_tmpl.h - outer loop of the block-quantised kernels: a few tokens at a time over all rows, with rows
 * far apart so that memory is read as a few long streams (engine/performance.md).
 *
 * The including file defines:
 * - TOKENS: most tokens at a time, 4 or 8;
 * - MOST_COLS, REFERENCE: wider matrices go to REFERENCE, the ref variant's function;
 * - struct columns, prepare(columns, args, t, tokens): activations of tokens t .. t + tokens - 1 in the order in which
 * tile reads them;
 * - rows_at_once(tokens): how many rows a tile has;
 * - tile(args, columns, m, apart, t, rows, tokens): results of rows m, m + apart, ... for those tokens.
 * Gives: matmul. */
BN_INLINE void column(const struct bn_block_args *a, const struct columns *p, int begin, int end, int t,
                      const int tokens)
{
    const int rows = rows_at_once(tokens);
    int apart = (end - begin) / rows;
    for (int m = begin; m < begin + apart; m++) tile(a, p, m, apart, t, rows, tokens);
    for (int m = begin + rows * apart; rows > 1 && m < end; m++) tile(a, p, m, 0, t, 1, tokens);
}

static void matmul(const struct bn_block_args *a, int row_begin, int row_end)
{
    _Static_assert(sizeof(struct columns) <= BN_KERNEL_SCRATCH, "MOST_COLS is too large");
    struct columns *restrict p = a->scratch;
    if (a->cols > MOST_COLS) {
        REFERENCE(a, row_begin, row_end);
        return;
    }
    for (int t = 0, tokens; t < a->n; t += tokens) {
        tokens = a->n - t < TOKENS ? a->n - t : TOKENS;
        prepare(p, a, t, tokens);
        switch (tokens) {
        case 1:
            column(a, p, row_begin, row_end, t, 1);
            break;
        case 2:
            column(a, p, row_begin, row_end, t, 2);
            break;
        case 3:
            column(a, p, row_begin, row_end, t, 3);
            break;
        case 4:
            column(a, p, row_begin, row_end, t, 4);
            break;
#if TOKENS > 4
        case 5:
            column(a, p, row_begin, row_end, t, 5);
            break;
        case 6:
            column(a, p, row_begin, row_end, t, 6);
            break;
        case 7:
            column(a, p, row_begin, row_end, t, 7);
            break;
        case 8:
            column(a, p, row_begin, row_end, t, 8);
            break;
#endif
        }
    }
}
