/* fault.c - numbers out of range: recorded by threads, ordered, reported in a sentence. */
#include "engine/model/fault.h"
#include "engine/model/lane.h"
#include "engine/model/pass.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

bool bn_all_within(const float *x, size_t n, float most)
{
    int32_t limit, bits, over = 0;
    memcpy(&limit, &most, sizeof limit);
    for (size_t i = 0; i < n; i++) { /* magnitudes order like their bits, and NaN is above infinity */
        memcpy(&bits, &x[i], sizeof bits);
        over |= limit - (bits & 0x7fffffff);
    }
    return over >= 0;
}

bool bn_all_finite(const float *x, size_t n)
{
    float lane[16] = {0}, sum = 0;
    size_t i = 0;
    for (; i + 16 <= n; i += 16)
        for (int j = 0; j < 16; j++) lane[j] += x[i + (size_t)j];
    for (; i < n; i++) sum += x[i];
    for (int j = 0; j < 16; j++) sum += lane[j];
    return isfinite(sum) || bn_all_within(x, n, FLT_MAX);
}

void bn_fault_note(const struct bn_lane *l, enum bn_op op, int row, bool narrow)
{
    struct bn_fault *fault = &l->crew->faults[l->thread];
    if (!fault->found) *fault = (struct bn_fault){true, narrow, l->layer, op, row};
}

void bn_fault_search(const struct bn_lane *l, enum bn_op op, const float *x, size_t stride, size_t n)
{
    for (int t = l->t0; t < l->t1; t++) bn_fault_look(l, op, t, x + (size_t)t * stride, n);
}

void bn_fault_look64(struct bn_crew *crew, int layer, enum bn_op op, int row, const double *x, size_t n)
{
    bool finite = true;
    for (size_t i = 0; i < n; i++) finite = finite && isfinite(x[i]);
    if (!finite && !crew->faults->found) *crew->faults = (struct bn_fault){true, false, layer, op, row};
}

void bn_faults_clear(struct bn_crew *crew) { memset(crew->faults, 0, (size_t)crew->n_threads * sizeof *crew->faults); }

/* Place in the pass: the embedding, the layers, the head. */
static int order(const struct bn_fault *f)
{
    int layer = f->layer >= 0 ? f->layer + 1 : f->op == BN_OP_EMBED ? 0 : 1 << 20;
    return layer * BN_OP_COUNT + (int)f->op;
}

const struct bn_fault *bn_faults_first(const struct bn_crew *crew)
{
    const struct bn_fault *first = NULL;
    for (int t = 0; t < crew->n_threads; t++) {
        const struct bn_fault *f = &crew->faults[t];
        if (f->found && (!first || order(f) < order(first))) first = f;
    }
    return first;
}

enum bn_status bn_fault_fail(const struct bn_fault *f, const struct bn_row *row, struct bn_error *err)
{
    char where[32] = "", text[32] = "the context";
    if (row->sequence->number >= 0) snprintf(text, sizeof text, "sequence %d", row->sequence->number);
    if (f->layer >= 0) snprintf(where, sizeof where, "layer %d, ", f->layer);
    return bn_fail(err, BN_ERR_FORMAT,
                   "The results are not finite numbers from %soperation %s on (token %d of %s); the weights "
                   "of the model are damaged or too large.",
                   where, bn_op_name(f->op), row->position, text);
}
