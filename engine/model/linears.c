/* linears.c - a pass's linears: inputs made ready for the form of the weights, rows of the product cut over the
 * threads. */
#include "engine/model/linears.h"
#include "engine/model/fault.h"
#include <math.h>

/* A row that left nothing to multiply, or that went into codes as it was: NaN and infinity would end there, and so
 * would values whose squares add up to infinity. */
static void look_at_input(const struct bn_lane *l, const float *x, int n, bool normed, int t)
{
    float squares = 0;
    for (int k = 0; normed && k < n; k++) squares += x[k] * x[k];
    if (normed && !isfinite(squares)) bn_fault_note(l, BN_OP_NORM, t, false);
    if (!normed) bn_fault_look(l, BN_OP_NORM, t, x, (size_t)n);
}

/* In decode all threads prepare the same row; one of them counts. */
static void count_clamped(const struct bn_lane *l, int clamped)
{
    if (l->n > 1 || l->thread == 0) l->crew->clamped[l->thread * l->c->n_layers + l->layer] += (uint64_t)clamped;
}

/* One norm and one scale per token, and nobody who wants to see the normalised row: both in one pass. */
static bool may_fuse(const struct bn_lane *l, const struct bn_linear *lin, const float *norm)
{
    const struct bn_input_scale given = lin->input_scale;
    return l->crew->model->fused_norm && !norm != !lin->norm_in && lin->form->prepare == bn_linear_prepare_ternary &&
           !(given.fixed > 0 || given.factor > 0) && !l->crew->inputs.take;
}

static void prepare_fused(struct bn_lane *l, const struct bn_linear *lin, const float *in, const float *norm, int t)
{
    struct bn_linear_input *to = &l->input;
    to->scale[t] = l->k->norm_quantize(to->codes + (size_t)t * to->code_stride, &to->sum[t], in,
                                       norm ? norm : lin->norm_in, lin->cols, norm ? l->c->rms_eps : l->c->norm_in_eps);
    if (!bn_linear_tells(to->scale[t])) look_at_input(l, in, lin->cols, true, t);
}

/* Normalises row t of `in` (weights NULL: as it is) into the form that `lin` takes. */
void bn_prepare_token(struct bn_lane *l, const struct bn_linear *lin, const float *in, const float *norm, int t)
{
    int clamped = 0;
    if (may_fuse(l, lin, norm)) {
        prepare_fused(l, lin, in, norm, t);
        return;
    }
    l->input.given = lin->input_scale;
    l->input.clamped = &clamped;
    float *y = l->input.values + (size_t)t * l->input.value_stride;
    const float *given = in;
    if (norm) {
        l->k->rmsnorm(y, in, norm, lin->cols, l->c->rms_eps);
        in = y;
    }
    if (lin->norm_in) {
        l->k->rmsnorm(y, in, lin->norm_in, lin->cols, l->c->norm_in_eps);
        in = y;
    }
    bool normed = in != given;
    if (!lin->form->prepare(l->k, &l->input, t, in, lin->cols) || (!normed && lin->form->has_codes))
        look_at_input(l, given, lin->cols, normed, t);
    if (clamped) count_clamped(l, clamped);
}

void bn_prepare(struct bn_lane *l, const struct bn_linear *lin, const float *in, size_t in_stride, const float *norm)
{
    for (int t = l->t0; t < l->t1; t++) bn_prepare_token(l, lin, in + (size_t)t * in_stride, norm, t);
}

void bn_show_input(const struct bn_lane *l, enum bn_op op, const struct bn_linear *lin, const float *in,
                   size_t in_stride, const float *norm)
{
    const struct bn_input_probe *probe = &l->crew->inputs;
    if (!probe->take || l->crew->searching) return;
    bool normed = norm || lin->norm_in;
    struct bn_input_rows rows = {bn_site(l->layer, op),
                                 l->thread,
                                 normed ? l->input.values : in,
                                 normed ? l->input.value_stride : in_stride,
                                 l->n,
                                 lin->cols,
                                 0,
                                 0};
    bn_share(lin->cols, 16, l->thread, l->n_threads, &rows.c0, &rows.c1);
    probe->take(probe->self, &rows);
}

bool bn_same_input(const struct bn_linear *a, const struct bn_linear *b)
{
    return a->form->prepare == b->form->prepare && a->cols == b->cols && a->norm_in == b->norm_in;
}

/* Rows r0..r1 of `lin` for tokens first .. first + n - 1 of the prepared activations. */
void bn_multiply(struct bn_lane *l, const struct bn_linear *lin, float *y, size_t y_stride, int first, int n, int r0,
                 int r1)
{
    if (r0 >= r1) return;
    l->work.weight_bytes += (uint64_t)(r1 - r0) * lin->row_bytes;
    l->work.macs += (uint64_t)(r1 - r0) * (uint64_t)lin->cols * (uint64_t)n;
    lin->form->multiply(l->k, lin, &l->input, first, n, y, y_stride, r0, r1);
}

/* Rows are cut over the threads; tokens before them where the form asks for it and each thread keeps enough. */
struct bn_part bn_part_of(const struct bn_lane *l, const struct bn_linear *lin, int rows)
{
    const struct bn_linear_form *form = lin->form;
    int threads = l->n_threads, groups = 1, t1;
    struct bn_part s;
    for (int g = 2; form->token_grain && g <= threads && l->n / g >= form->token_grain; g++)
        if (threads % g == 0) groups = g;
    bn_share(rows, form->row_grain, l->thread / groups, threads / groups, &s.r0, &s.r1);
    bn_share(l->n, 1, l->thread % groups, groups, &s.first, &t1);
    s.n = t1 - s.first;
    return s;
}

/* Linears that share an input, as one list of rows cut evenly over the threads: q, k and v; o; down. */
void bn_linears(struct bn_lane *l, enum bn_op op, const struct bn_linear *lin, int count, float *const *out,
                const size_t *stride, const float *in, size_t in_stride, const float *norm)
{
    int total = 0;
    for (int i = 0; i < count; i++) total += lin[i].rows;
    struct bn_part s = bn_part_of(l, lin, total);
    for (int i = 0, base = 0; i < count; base += lin[i++].rows) {
        if (i == 0 || !bn_same_input(&lin[i], &lin[i - 1])) {
            if (i) {
                bn_lane_end(l, op);
                bn_lane_barrier_if_shared(l);
            }
            bn_lane_begin(l, BN_OP_NORM);
            bn_prepare(l, &lin[i], in, in_stride, norm);
            bn_lane_end(l, BN_OP_NORM);
            bn_lane_barrier_if_shared(l);
            bn_show_input(l, op, &lin[i], in, in_stride, norm);
            bn_lane_begin(l, op);
        }
        int a = s.r0 - base, b = s.r1 - base;
        bn_multiply(l, &lin[i], out[i] + (size_t)s.first * stride[i], stride[i], s.first, s.n, a < 0 ? 0 : a,
                    b > lin[i].rows ? lin[i].rows : b);
    }
    bn_lane_end(l, op);
    bn_lane_barrier(l);
}
