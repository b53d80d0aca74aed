/* head.c - logits of the tokens that want them. */
#include "engine/model/head.h"
#include "engine/model/fault.h"
#include "engine/model/linears.h"
#include <math.h>

enum { HEAD_BLOCK_BYTES = 192 << 10 }; /* of weights: stays in an L2 cache of 512 KiB or more beside the activations */

void bn_head(struct bn_lane *l)
{
    const struct bn_model *model = l->crew->model;
    const struct bn_linear *lin = &model->weights.head;
    const int *wanted = l->crew->wanted + l->first_wanted;
    int count = l->n_wanted, r0, r1;
    bn_lane_begin(l, BN_OP_HEAD);
    for (int j = 0; j < count; j++) /* the wanted rows close up */
        if (wanted[j] >= l->t0 && wanted[j] < l->t1)
            bn_prepare_token(l, lin, l->acts->x + (size_t)wanted[j] * (size_t)l->c->dim, model->weights.output_norm, j);
    bn_lane_barrier_if_shared(l);
    bn_share(lin->rows, 16, l->thread, l->n_threads, &r0, &r1);
    /* several rows: in blocks that stay in the L2 cache while all of them pass, so that memory is read once */
    int block = count > 1 ? (int)(HEAD_BLOCK_BYTES / lin->row_bytes) / 16 * 16 + 16 : r1 - r0;
    for (int m = r0; m < r1; m += block)
        bn_multiply(l, lin, l->pass->logits, (size_t)l->c->n_vocab, 0, count, m, m + block < r1 ? m + block : r1);
    for (int j = 0; j < count && r0 < r1; j++)
        bn_fault_look(l, BN_OP_HEAD, wanted[j], l->pass->logits + (size_t)j * (size_t)l->c->n_vocab + r0,
                      (size_t)(r1 - r0));
    bn_lane_end(l, BN_OP_HEAD);
}

/* Logits of one row that can be among the best; the others become -INFINITY (screen.h). */
void bn_head_top(struct bn_lane *l)
{
    struct bn_crew *crew = l->crew;
    const struct bn_linear *lin = &crew->model->weights.head;
    const struct bn_screen *screen = &crew->model->screen;
    const struct bn_linear_input *given = &l->input;
    struct bn_screen_part *part = &crew->parts[l->thread];
    float floor = -INFINITY, *logits = l->pass->logits;
    int r0, r1;
    bn_share(lin->rows, 16, l->thread, l->n_threads, &r0, &r1);
    bn_lane_begin(l, BN_OP_HEAD);
    bn_prepare_token(l, lin, l->acts->x, crew->model->weights.output_norm, 0);
    l->k->quantize_b256(given->codes, given->block_scale, given->values, lin->cols);
    struct bn_screen_input in = bn_screen_input(given->values, given->codes, given->block_scale, lin->cols);
    bn_multiply(l, &screen->plane, logits, (size_t)l->c->n_vocab, 0, 1, r0, r1);
    part->floor = bn_screen_floor(screen, in, logits, r0, r1, l->pass->top);
    part->rows = 0;
    bn_lane_barrier(l);
    for (int t = 0; t < l->n_threads; t++) floor = crew->parts[t].floor > floor ? crew->parts[t].floor : floor;
    for (int r = r0; r < r1; r++) {
        bool keep = bn_screen_keeps(screen, in, logits, r, floor);
        if (keep) {
            bn_multiply(l, lin, logits, (size_t)l->c->n_vocab, 0, 1, r, r + 1);
            if (!isfinite(logits[r])) bn_fault_note(l, BN_OP_HEAD, 0, false);
        } else
            logits[r] = -INFINITY;
        part->rows += keep;
    }
    bn_lane_end(l, BN_OP_HEAD);
}
