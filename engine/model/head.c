/* head.c - logits of the tokens that want them. */
#include "engine/model/head.h"
#include "engine/model/linears.h"
#include "engine/model/session.h"
#include <math.h>

enum { HEAD_BLOCK_BYTES = 192 << 10 }; /* of weights: stays in an L2 cache of 512 KiB or more beside the activations */

/* Logits of the wanted tokens. */
void bn_head(struct bn_lane *l)
{
    struct bn_session *s = l->s;
    const struct bn_linear *lin = &l->r->model->weights.head;
    int first = l->r->head_first, count = l->r->head_count, r0, r1;
    bn_lane_begin(l, BN_OP_HEAD);
    for (int t = l->t0 > first ? l->t0 : first; t < l->t1 && t < first + count; t++)
        bn_prepare_token(l, lin, l->acts->x + (size_t)t * (size_t)l->c->dim, l->r->model->weights.output_norm, t);
    bn_lane_barrier_if_shared(l);
    bn_share(lin->rows, 16, l->thread, s->n_threads, &r0, &r1);
    /* several tokens: in blocks that stay in the L2 cache while all of them pass, so that memory is read once */
    int block = count > 1 ? (int)(HEAD_BLOCK_BYTES / lin->row_bytes) / 16 * 16 + 16 : r1 - r0;
    for (int m = r0; m < r1; m += block)
        bn_multiply(l, lin, s->logits, (size_t)l->c->n_vocab, first, count, m, m + block < r1 ? m + block : r1);
    bn_lane_end(l, BN_OP_HEAD);
}

/* Logits of one token that can be among the best s->top; the others become -INFINITY (screen.h). */
void bn_head_top(struct bn_lane *l)
{
    struct bn_session *s = l->s;
    const struct bn_linear *lin = &l->r->model->weights.head;
    const struct bn_screen *screen = &l->r->model->screen;
    struct bn_acts *a = l->acts;
    float floor = -INFINITY;
    int r0, r1;
    bn_share(lin->rows, 16, l->thread, s->n_threads, &r0, &r1);
    bn_lane_begin(l, BN_OP_HEAD);
    bn_prepare_token(l, lin, a->x, l->r->model->weights.output_norm, 0);
    l->k->quantize_b256(a->codes, a->block_scale, a->norm, lin->cols);
    struct bn_screen_input in = bn_screen_input(a->norm, a->codes, a->block_scale, lin->cols);
    bn_multiply(l, &screen->plane, s->logits, (size_t)l->c->n_vocab, 0, 1, r0, r1);
    s->parts[l->thread].floor = bn_screen_floor(screen, in, s->logits, r0, r1, s->top);
    bn_lane_barrier(l);
    for (int t = 0; t < s->n_threads; t++) floor = s->parts[t].floor > floor ? s->parts[t].floor : floor;
    for (int r = r0; r < r1; r++) {
        bool keep = bn_screen_keeps(screen, in, s->logits, r, floor);
        if (keep)
            bn_multiply(l, lin, s->logits, (size_t)l->c->n_vocab, 0, 1, r, r + 1);
        else
            s->logits[r] = -INFINITY;
        s->parts[l->thread].rows += keep;
    }
    bn_lane_end(l, BN_OP_HEAD);
}
