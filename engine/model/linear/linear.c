/* linear.c - the list of forms, and what ternary forms share. */
#include "engine/model/linear/linear.h"
#include "engine/format/ternary.h"
#include "engine/model/linear/bind.h"
#include <string.h>

static const struct bn_linear_form *const forms[] = {
#define LINEAR_FORM(name) &bn_linear_##name,
#include "engine/model/linear/forms.list"
#undef LINEAR_FORM
};
enum { N_FORMS = sizeof forms / sizeof *forms };

bool bn_linear_has_layout(const char *layout)
{
    for (int i = 0; i < N_FORMS; i++)
        if (forms[i]->layout && !strcmp(forms[i]->layout, layout)) return true;
    return false;
}

/* Ternary values stay ternary when one scale a tensor or a row describes them; else w_scale stays NULL. */
static enum bn_status find_scales(struct bn_binder *b, struct bn_linear *lin, const struct bn_tensor *tensor)
{
    if (b->options->float_activations || !bn_encoding_traits(tensor->encoding)->ternary) return BN_OK;
    float *scale = bn_bind_floats(b, (size_t)tensor->rows, "weight scales");
    if (!scale) return BN_ERR_MEMORY;
    enum bn_scale_span span = bn_ternary_scales(scale, tensor);
    if (span == BN_SCALE_BLOCK) return BN_OK;
    lin->w_scale = scale;
    lin->w_scale_step = span == BN_SCALE_ROW;
    return BN_OK;
}

enum bn_status bn_linear_bind(struct bn_binder *b, struct bn_linear *lin, const struct bn_tensor *tensor)
{
    lin->rows = (int)tensor->rows;
    lin->cols = (int)tensor->cols;
    lin->encoding = tensor->encoding;
    enum bn_status status = find_scales(b, lin, tensor);
    for (int i = 0; i < N_FORMS && status == BN_OK && !lin->form; i++) status = forms[i]->bind(b, lin, tensor);
    return status;
}

/* Codes with a given scale. A row that was cut off somewhere, or left no code, may not have been finite. */
static bool prepare_given(const struct bn_kernels *k, const struct bn_linear_input *in, int t, const float *x, int cols)
{
    int8_t *codes = in->codes + (size_t)t * in->code_stride;
    float scale = in->given.fixed;
    if (!(scale > 0)) scale = in->given.factor * k->quantize_a256(codes, &in->sum[t], x, cols);
    *in->clamped = k->quantize_s256(codes, &in->sum[t], x, cols, scale);
    in->scale[t] = scale;
    return *in->clamped == 0 && in->sum[t] != 0;
}

bool bn_linear_prepare_ternary(const struct bn_kernels *k, const struct bn_linear_input *in, int t, const float *x,
                               int cols)
{
    if (in->given.fixed > 0 || in->given.factor > 0) return prepare_given(k, in, t, x, cols);
    in->scale[t] = k->quantize_a256(in->codes + (size_t)t * in->code_stride, &in->sum[t], x, cols);
    return bn_linear_tells(in->scale[t]);
}

struct bn_ternary_args bn_linear_ternary_args(const struct bn_linear *lin, const struct bn_linear_input *in, int first,
                                              int n, float *y, size_t y_stride)
{
    return (struct bn_ternary_args){.y = y,
                                    .y_stride = y_stride,
                                    .w = lin->data,
                                    .row_bytes = lin->row_bytes,
                                    .rows = lin->rows,
                                    .cols = bn_ternary_padded_cols(lin->cols),
                                    .w_scale = lin->w_scale,
                                    .w_scale_step = lin->w_scale_step,
                                    .x = in->codes + (size_t)first * in->code_stride,
                                    .x_stride = in->code_stride,
                                    .x_sum = in->sum + first,
                                    .x_scale = in->scale + first,
                                    .n = n,
                                    .scratch = in->scratch};
}
